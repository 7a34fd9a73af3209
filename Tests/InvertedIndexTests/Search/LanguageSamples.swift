import Testing

/// A few sentences in every language that has an analyzer, and in some that have none of their own.
struct LanguageSample: Sendable, CustomTestStringConvertible {
  /// As a schema may say it.
  var analyzer: String
  var text: String
  /// Words that are not in the text so, but are found there.
  var alsoFinds: [String] = []

  var testDescription: String { "\(analyzer): \(text.prefix(20))" }

  static let all: [LanguageSample] = [
    .init(
      analyzer: "ar", text: "ذهب الطلاب إلى المكتبة الكبيرة في المدينة. قَرَأَ مُحَمَّدٌ كتابًا عن التاريخ.",
      alsoFinds: ["محمد", "كتاب", "طلاب"]),
    .init(
      analyzer: "hy", text: "Երեխաները գնացին դպրոց առավոտյան։ Գրքերը սեղանի վրա են։"),
    .init(
      analyzer: "eu", text: "Umeak goizean eskolara joan ziren. Liburuak mahai gainean daude."),
    .init(
      analyzer: "ca",
      text: "Els nens van anar a l'escola al matí. La televisió explicava l’última cançó.",
      alsoFinds: ["escola", "ultima", "nen"]),
    .init(
      analyzer: "zh", text: "东京是日本的首都，人口超过一千三百万。他们在2024年搬到了那里。", alsoFinds: ["首都", "日本"]),
    .init(
      analyzer: "da",
      text: "Børnene gik i skole om morgenen. Statsministeren besøgte Ålborg i går.",
      alsoFinds: ["aalborg", "born", "skolen", "statsminister"]),
    .init(
      analyzer: "nl",
      text: "De kinderen gingen ’s ochtends naar school. Er zijn veel mogelijkheden in België.",
      alsoFinds: ["mogelijkheid", "belgie"]),
    .init(
      analyzer: "en",
      text:
        "The children went to school. Finland’s president didn’t answer the reporters’ questions.",
      alsoFinds: ["finland", "didn't", "reporter", "question"]),
    .init(
      analyzer: "fi",
      text: "Presidentti Niinistö puhui eilen taloissamme. Kirjojen hinnat nousivat.",
      alsoFinds: ["Niinisto", "NIINISTÖ", "talo", "kirja"]),
    .init(
      analyzer: "fr",
      text: "Les élèves sont allés à l’école. L'économie mondiale a été publiée en première page.",
      alsoFinds: ["ecole", "économie", "economie", "publier", "eleve"]),
    .init(
      analyzer: "de",
      text: "Die Häuser in der Straße gehören Frau Müller. Bücher und Möglichkeiten gab es viele.",
      alsoFinds: ["haus", "strasse", "Mueller", "muller", "MÜLLER", "buch", "moglichkeit"]),
    .init(
      analyzer: "el", text: "Τα παιδιά πήγαν στο σχολείο το πρωί. Η Ελλάδα έχει πολλές θάλασσες.",
      alsoFinds: ["ελλαδα", "ΕΛΛΑΔΑΣ", "θαλασσα"]),
    .init(
      analyzer: "hi", text: "बच्चे सुबह स्कूल गए। लड़कियों ने किताबें पढ़ीं।", alsoFinds: ["किताब", "लड़की"]),
    .init(
      analyzer: "hu",
      text: "A gyerekek reggel iskolába mentek. A könyveket az asztalról vettem el.",
      alsoFinds: ["konyv", "asztal", "iskola", "asztalrol"]),
    .init(
      analyzer: "id", text: "Anak-anak pergi ke sekolah. Pembacaan bukunya menarik.",
      alsoFinds: ["buku"]),
    .init(
      analyzer: "ga", text: "Chuaigh na páistí ar scoil ar maidin. Tá an leabharlann oscailte.",
      alsoFinds: ["paisti"]),
    .init(
      analyzer: "it",
      text: "I bambini sono andati a scuola. L'università dell’Aquila è stata abbandonata; perché?",
      alsoFinds: ["università", "universita", "aquila", "bambino", "perche"]),
    .init(
      analyzer: "ja", text: "東京都は日本の首都です。カタカナとひらがなで書きます。ﾊﾝｶｸもあります。",
      alsoFinds: ["東京", "京", "首都", "ハンカク", "カタ"]),
    .init(
      analyzer: "ko", text: "한국어는 한국에서 쓰는 말이다. 서울은 대한민국의 수도이다.", alsoFinds: ["한국", "수도", "민국"]),
    .init(
      analyzer: "lt", text: "Vaikai ryte ėjo į mokyklą. Žmonėms patinka knygos.",
      alsoFinds: ["zmonems", "knyga"]),
    .init(analyzer: "ne", text: "केटाकेटीहरू बिहान विद्यालय गए। किताबहरू टेबलमा छन्।", alsoFinds: ["किताब"]),
    .init(
      analyzer: "nb",
      text: "Barna gikk på skolen om morgenen. Statsministeren besøkte Ålesund i går.",
      alsoFinds: ["aalesund", "skole", "besokte"]),
    .init(
      analyzer: "pt",
      text:
        "As crianças foram à escola. A informação e as possíveis estações não estavam disponíveis.",
      alsoFinds: ["criança", "informações", "informacao", "informacoes"]),
    .init(
      analyzer: "ro",
      text: "Copiii au mers la școală dimineața. Informațiile nu sunt disponibile în țară.",
      alsoFinds: ["scoala", "tara", "informatia", "şcoală"]),
    .init(
      analyzer: "ru", text: "Дети пошли в школу утром. Ёлка стояла в советском музее.",
      alsoFinds: ["елка", "ЁЛКА", "школа", "советский", "музей"]),
    .init(
      analyzer: "sr", text: "Деца су ујутру отишла у школу. Ноћ је била дуга; čaša je na stolu.",
      alsoFinds: ["noć", "noc", "skola", "casa", "школа"]),
    .init(
      analyzer: "es",
      text: "Los niños fueron a la escuela. La información llegó y los corazones cantaban.",
      alsoFinds: ["nino", "informacion", "llego", "corazón", "informaciones", "niño"]),
    .init(
      analyzer: "sv",
      text: "Barnen gick till skolan på morgonen. Statsministern besökte Åbo i går.",
      alsoFinds: ["abo", "statsminister", "besokte"]),
    .init(
      analyzer: "ta", text: "குழந்தைகள் காலையில் பள்ளிக்குச் சென்றனர். புத்தகங்கள் மேசையில் உள்ளன.", alsoFinds: ["புத்தகம்"]),
    .init(
      analyzer: "tr",
      text: "Çocuklar sabah okula gitti. Türkiye'nin kitaplarından ışık İstanbul’da kaldı.",
      alsoFinds: ["cocuk", "turkiye", "TÜRKİYE", "isik", "istanbul", "İSTANBUL"]),
    .init(
      analyzer: "yi", text: "די קינדער זענען געגאַנגען אין שול. דאָס בוך איז גוט.",
      alsoFinds: ["קינד"]),
    .init(
      analyzer: "standard", text: "Dzieci poszły rano do szkoły. Łódź leży w środku Polski.",
      alsoFinds: ["lodz", "srodku"]),
    .init(
      analyzer: "standard", text: "Děti šly ráno do školy. Příliš žluťoučký kůň úpěl.",
      alsoFinds: ["prilis", "kun"]),
    .init(
      analyzer: "standard", text: "Діти пішли до школи. Об’єкт стоїть біля під'їзду.",
      alsoFinds: ["об'єкт", "під’їзду"]),
    .init(
      analyzer: "standard", text: "הילדים הלכו לבית הספר. שָׁלוֹם לצה״ל.",
      alsoFinds: ["שלום"]),
    .init(
      analyzer: "standard", text: "เด็กๆ ไปโรงเรียนตอนเช้า ประเทศไทยสวยงาม",
      alsoFinds: ["ไทย", "โรงเรียน", "เช้า"]),
    .init(analyzer: "standard", text: "ເດັກນ້ອຍໄປໂຮງຮຽນຕອນເຊົ້າ", alsoFinds: ["ໂຮງຮຽນ"]),
    .init(analyzer: "standard", text: "ក្មេងៗទៅសាលារៀននៅពេលព្រឹក", alsoFinds: ["សាលា"]),
    .init(analyzer: "standard", text: "ကလေးများ မနက်တွင် ကျောင်းသွားသည်။", alsoFinds: ["ကျောင်း"]),
  ]
}

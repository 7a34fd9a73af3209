extension Language {
  /// The languages that libstemmer 2.2 has a stemmer for, in the order of their names; which of them there are is up to
  /// the installed one (`installed`).
  static let all: [Language] = [
    Language(
      "arabic", "ar",
      probes: "الكتاب والكتب المكتبات كاتبون يكتبون مدرستنا المعلمين سيذهبون بالمدينة استخدامات"),
    Language(
      "armenian", "hy",
      probes: "գրքերի տներում քաղաքներից մարդկանց գնացել խոսում երեխաներին աշխատանքային"),
    Language(
      "basque", "eu",
      probes: """
        etxeetan mendietako liburuak gizonaren ikasleekin egunkariaren hizkuntzak \
        zabaldutako
        """),
    Language(
      "catalan", "ca",
      endings: "íem íeu àveu éssem éssiu ó é í ís ès à às ió ín ér",
      elisions: "l' d' m' n' s' t'",
      stopWords: StopWords.catalan,
      probes: "cantaríem llibres nacionals ràpidament cançons universitats parlàveu dormíssiu"),
    Language(
      "danish", "da",
      digraphs: "aa",
      stopWords: StopWords.danish,
      probes: "husenes venlighed arbejdet kvinderne lykkelige undersøgelserne løst skibe"),
    Language(
      "dutch", "nl",
      stopWords: StopWords.dutch,
      probes: """
        huizen lichamelijke werkzaamheden opglimpende gebruikers mogelijkheid boeken katten
        """),
    Language(
      "english", "en",
      stopWords: StopWords.english,
      probes: """
        running flies happily nationalization relational conditional generously skis dying \
        news university universal consigned knightly proceeding succeed exceed inning outing \
        cosmos andes hopping hoping sized bleed fluently agreement adjustable irritant \
        replacement effective
        """),
    Language(
      "finnish", "fi",
      stopWords: StopWords.finnish,
      probes: """
        kaveri hevosten kauniimpi taloissamme kirjojen kaupungeista ystävällisesti \
        edellytyksenä juoksemassa
        """),
    Language(
      "french", "fr",
      endings: "é ée és ées èrent",
      elisions: "l' d' j' m' t' s' c' n' qu' jusqu' lorsqu' puisqu' quoiqu'",
      stopWords: StopWords.french,
      probes: """
        mangeons continuellement majestueusement nationalités fatiguées amoureuse yeux \
        chevaux publièrent premières
        """),
    Language(
      "german", "de",
      digraphs: "ae oe ue",
      stopWords: StopWords.german,
      probes: """
        häuser schönheit aufeinanderfolgenden kategorien freundlichkeiten bücher \
        verständliche straßen mädchen
        """),
    Language(
      "greek", "el",
      stopWords: StopWords.greek,
      probes: "άνθρωποι βιβλιοθήκης θάλασσες γυναικών τραγουδούσαμε μεγαλύτερος σπίτια παιδιών"),
    Language(
      "hindi", "hi",
      probes: "लड़कियों किताबें भारतीयता जाएंगे करना खाया लड़के शहरों"),
    Language(
      "hungarian", "hu",
      endings: "ól ől ál él át ét ért ént ként á é én",
      stopWords: StopWords.hungarian,
      probes: "házakban könyveket asztalról kertjeink barátaimmal embereknek állományok főként"),
    Language(
      "indonesian", "id",
      stopWords: StopWords.indonesian,
      probes: "membaca pembacaan bukunya pelajaran dipermainkan kebersamaan menulislah berlari"),
    Language(
      "irish", "ga",
      probes: "bhfear leabharlann ríochtaí n-athair cailíní hoibre beannachtaí fhear"),
    Language(
      "italian", "it",
      endings: "à ò ù",
      elisions: """
        l' un' d' c' m' t' s' v' n' dell' all' dall' nell' sull' coll' quell' quest' bell' \
        sant' gl' anch' dov' com'
        """,
      stopWords: StopWords.italian,
      probes: """
        bellissimo abbandonatamente propagazione velocità mangiavano portandogli \
        universitari
        """),
    Language(
      "lithuanian", "lt",
      endings: """
        ųjų ąsias čia čių čios čius čiais čiam čioje čiose čiame čio čias čioms čiai čiau \
        ėms ėmis ėse ėje ėj ės ėm ėme ėte ėt tį ė
        """,
      probes: "knygose vyriausybės žmonėms mokytojais gražiausias medžių dirbančiųjų miestuose"),
    Language(
      "nepali", "ne",
      probes: "केटाहरूलाई घरमा किताबहरू गर्नुभयो नेपालीको आएका खानेछन्"),
    Language(
      "norwegian", "no", "nb", "nn",
      digraphs: "aa",
      stopWords: StopWords.norwegian,
      probes: """
        husene vennlighet arbeidet kvinnene lykkelige undersøkelsene skipene \
        havnedistriktene
        """),
    Language(
      "portuguese", "pt",
      endings: "ção ções ão ável áveis ível íveis ância ência",
      stopWords: StopWords.portuguese,
      probes: """
        informações falando amabilidades felizmente importância possíveis estação cantariam
        """),
    Language(
      "romanian", "ro",
      endings: """
        ă şi răm ăţi ând ându şti şte ţi ţilor ţii ţia ţie ţiei ţiile ţiilor ăm âm ări îm \
        îţi
        """,
      stopWords: StopWords.romanian,
      probes: "informaţiilor abruptă localităţi frumoasele cântând citeşti universitatea copiilor"),
    Language(
      "russian", "ru",
      stopWords: StopWords.russian,
      probes: """
        советский читающий красивейшими книгами вавиловка побежавшие вечностью правительства
        """),
    Language(
      "serbian", "sr",
      isInTwoScripts: true,
      probes: "књигама градовима najlepših учитељицама пријатељство radnicima"),
    Language(
      "spanish", "es",
      endings: "ón án á ó é ía ías ían ría irá",
      stopWords: StopWords.spanish,
      probes: """
        corriendo cheques nacionalidades rápidamente información bibliotecas hablábamos \
        torneáis
        """),
    Language(
      "swedish", "sv",
      stopWords: StopWords.swedish,
      probes: "husen vänlighet arbetet kvinnorna lyckliga undersökningarna jaktkarlarne löst"),
    Language(
      "tamil", "ta",
      probes: "புத்தகங்கள் மரங்களில் வீட்டிற்கு படிக்கிறான் சென்றார்கள் நண்பர்களுடன்"),
    Language(
      "turkish", "tr",
      endings: """
        ı ş ır ın ının ıyla ız ım ış ıdır sına sında sından ını ından ında ına ıydı ıysa \
        ınca ık ınız ımız ıyız ıyor ığı ığını ılar ğiz ğim şim şiz şlar ştir
        """,
      endsAtApostrophe: true,
      stopWords: StopWords.turkish,
      probes: """
        kitaplarımızdan evlerinin gözlükçü yapıyorlardı çocuklarını güzelliğinden okulun \
        arkadaşlarıyla
        """),
    Language(
      "yiddish", "yi",
      probes: "געזאָגט ביכער מענטשלעכקייט שרײַבנדיק קינדערלעך פֿאַרשטאַנען"),
  ]
}

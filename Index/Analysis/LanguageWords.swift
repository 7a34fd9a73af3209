/// What languages are known by: words that hardly any text of them is without, common endings of words, and letters that few others have.
///
/// The languages of a script are told apart by them; those that no analyzer is for are here so that their texts are not
/// taken for another's. Words are in exact form.
struct LanguageWords: Sendable {
  /// ISO 639-1.
  let code: String
  let letters: String
  let endings: String
  let words: String

  private init(_ code: String, letters: String = "", endings: String = "", _ words: String) {
    self.code = code
    self.letters = letters
    self.endings = endings
    self.words = words
  }

  static let latin: [LanguageWords] = [
    .init(
      "ca", letters: "çàèéíòóúï",
      endings: "ció cions ment itat itats atge ament ques esa eix",
      """
      el la els les un una uns unes de del dels d'un al als amb per i o que es no més com són està aquest aquesta \
      aquests aquestes també té seu seva seus seves pels quan on hi ha ser molt sense sobre entre fins però si tot \
      tots altres cada pot poden així mateix ens cap després l' d' s' n'
      """),
    .init(
      "cs", letters: "áéíóúýčďěňřšťůž",
      endings:
        "ání ení ních ním ního ost osti nost ový ová ové ých ého ému ovat ace aci ací ování ické ický ická",
      """
      a je se na v ve z ze do pro že s k ke o by jako nebo který která které kteří jsou není tento tato toto této tohoto \
      tomto také však jeho její jejich může lze byl byla bylo byly být při od po podle jen pouze si už ale pokud až \
      mezi bez jsem jste co když tak či mnoho další více své svůj pomocí
      """),
    .init(
      "da", letters: "æøå",
      endings:
        "erne else elser elsen ede hed heder tion tioner tionen lige erer ninger ning eres igt ende ske iske ene ing ter ens et en er eret ning",
      """
      og i at det en et den til er som på de med for af ikke der var har om vi jeg han hun kan fra ved eller så skal efter \
      men meget hvis også kun blev være være nogle nogen mellem dette denne disse deres hvor når uden under over \
      sin sig dem hvad bruges alle flere brug inden blive andre kunne skulle ville hvilket samt indeholder giver pakke mulighed brugere bruger udvikling biblioteker tilgængelig ud op ind vælg vis vise
      oprette filer bruges lægger lige først indstillinger navn ikke-
      """),
    .init(
      "de", letters: "äöüß",
      endings:
        "ung ungen keit keiten heit heiten lich liche lichen licher isch ische ischen ischer schaft ieren iert tion tionen ern ete eten en",
      """
      der die das und ist in den von zu mit für auf ein eine einen einem einer eines nicht des dem im auch als sich es \
      an werden aus er hat dass sie nach wird bei um am sind noch wie über so zum haben nur oder aber vor zur bis mehr \
      durch man sein wurde wenn können kann diese dieser dieses diesem diesen unter ihre seine ihr wir ich sehr \
      zwischen alle keine ohne was
      """),
    .init(
      "en",
      endings: "ing tion tions ness ment ments able ally ings ity ed es ly",
      """
      the of and to in is that for it as was with be by on not he his but at are this have from or which had they you \
      were her all she there would their we him been has when who will more no if out so said what up its about into \
      than them can only other new some could time these two may then do any such like my now over your can how use \
      also must between through where most should because each
      """),
    .init(
      "es", letters: "ñáéíóú",
      endings:
        "ción ciones mente dad dades ando iendo ados ado ada adas idos ible dor dora dores ario arios ico ica icos icas ar",
      """
      de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ya este sí porque esta \
      entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros \
      ese eso ante ellos e esto antes algunos qué unos yo otro otras son puede pueden está están ser tiene fue estos \
      estas cada sea según mediante así usted
      """),
    .init(
      "et", letters: "õäöü",
      endings: "mine mise dest tud ist ele misel sest mist",
      """
      ja on ei et see kui ka mis oma ning või kes aga selle seda siis nii oli ta mida ma nad olid pole saab võib kuid \
      väga üle kõik veel juba pärast ainult mitte selleks
      """),
    .init(
      "eu",
      endings: "tzen tzea aren etan ekin rako koa rik tako tuta tzeko ak",
      """
      eta da ez du bat dira hau ere izan edo dute zen bere egin baina dela den duen zuen honek dituen beste gero nola \
      arte egiten dago baino bezala hori hauek baten batean zuten ditu behar guztiak bai orain
      """),
    .init(
      "fi", letters: "äö",
      endings:
        "ssa ssä sta stä lla llä lta ltä lle ksi inen isen minen mista misen utta iin vat vät nen ista istä",
      """
      ja on ei se että oli joka hän mutta ovat kun niin myös tai jos kuin sekä olla vain mukaan jonka ole voi sen mitä \
      jotka nyt hänen tämä tämän sitä siitä voidaan kanssa ovat ollut kaikki minä he siis olisi vuonna jo ennen \
      jälkeen sitten joita niiden muun muassa eli käyttää
      """),
    .init(
      "fr", letters: "éèêàçœùûîôâëï",
      endings:
        "tion tions ment eur eurs euse aux eaux ité ités ée ées és ant ique iques aire isation ations er ez",
      """
      de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son sa ses aux ou \
      comme mais on cette ces nous vous leur leurs elle être fait été entre sans deux aussi même si tout tous peut \
      peuvent où dont après très ainsi avoir ont d'un d'une l'on lors afin permet lui encore donc c'est n'est qu'il s'il l' d' qu' n' s' c' j'
      """),
    .init(
      "ga", letters: "áéíóú",
      endings: "acht aithe ann eacht adh",
      """
      agus an na ar is le go a sa bhí ag i do tá nach níl ach ní sin seo leis air iad sé sí ach chun don den mar féin gur \
      nuair raibh atá faoi idir ina bhfuil ó gach
      """),
    .init(
      "hu", letters: "őűáéíóöúü",
      endings: "ás és ban ben nak nek ság ség ból ből hoz hez ként ott ett tás tés ások ések",
      """
      a az és hogy nem is egy ez meg csak de volt azt van már ha vagy mint el még sem ki be fel le után minden nagyon ezt \
      lehet olyan kell akkor más azok ezek valamint illetve amely amelyek által szerint között pedig lesz ami aki
      """),
    .init(
      "id",
      endings: "nya kan annya",
      """
      yang dan di dari untuk dengan ini itu pada adalah dalam tidak akan ke oleh sebagai juga dapat atau ada saya telah \
      mereka kami kita bisa lebih sudah karena tersebut seperti para hanya bahwa saat menjadi antara anda secara sebuah
      """),
    .init(
      "it", letters: "àèìòùé",
      endings:
        "zione zioni mente ità ando endo ato ati ata ate ibile abile atore ologia izzare are ere ico ica ici iche ello",
      """
      di e il la che in un una per è non del della dei delle degli con da al alla le i gli lo si sono come anche più ma nel \
      nella ha dal dalla su se questo questa questi queste o ad essere suo sua tra fra stato quando molto dopo solo ai \
      alle nei nelle sul sulla può possono cui così ed ogni senza loro era l' un' d' c' dell' all' nell' sull' dall'
      """),
    .init(
      "lt", letters: "ąčęėįšųūž",
      endings: "imas imo ių ais iai oje tojas imui imą",
      """
      ir yra kad tai su į iš o ne bet kaip ar buvo apie jo jos jų už per prie kuris kuri kurie nuo po jau dar taip pat tik \
      arba gali būti šis ši labai tačiau iki dėl jis ji
      """),
    .init(
      "lv", letters: "āčēģīķļņšūž",
      endings: "šana šanas šanu ība ības ajā iem ām",
      """
      un ir ar no kas par uz bija ka pie tas tā arī vai bet nav kā pēc tikai var lai gan jau vēl līdz tiek šis viņš viņa \
      savu ko būt visi ļoti
      """),
    .init(
      "nl", letters: "ëï",
      endings: "ing ingen heid heden lijk lijke atie aties ische baar eren eerd eerde tie ties en",
      """
      de het een en van in is dat op te zijn voor met die niet aan er om ook als bij of door naar maar uit dan over nog tot \
      wordt worden heeft hij zij hebben deze dit kan kunnen wel geen meer werd was onder ze we wat veel al haar hun moet \
      alle tussen zonder indien gebruik gebruikt gebruikers zoals daar hoe
      """),
    .init(
      "no", letters: "æøå",
      endings:
        "sjon sjoner sjonen het heter heten erne else elser ning ninger lige erer erte ete ert ene ende iske et en er",
      """
      og i det er på som en et til av for at med de ikke den har om var fra jeg vi han hun kan ved eller så skal etter men \
      hvis også bare ble være noen mellom dette denne disse deres hvor når uten under over sin seg dem hva brukes alle \
      flere bruk annet andre kunne skulle ville samt mye vil blir både noe opp inn inneholder gir pakke mulighet brukere bruker utvikling tilgjengelig ut velg vis opprette filer
      legger først innstillinger navn ikkje eg ein frå vere ei dei
      """),
    .init(
      "pl", letters: "ąęłńśźżćó",
      endings:
        "anie ania enie enia aniem eniem ość ości owy owe owa owego ych ego emu ami ować nych cji cja cje cję ów stwa ny",
      """
      i w z na do nie się że jest to o a jak za od po przez dla oraz lub ale są jako który która które którzy tego tym ten \
      ta może być był była było były jego jej ich tylko także już czy przy pod bez między można ze we pozwala jeśli \
      tej tych gdy co aby nad również by więc przed
      """),
    .init(
      "pt", letters: "ãõçáéíóúâêà",
      endings:
        "ção ções mente dade dades ando endo indo ados ado ada adas ível dor dores ário ários gem ico ica icos icas ar",
      """
      de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser \
      quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me \
      esse eles estão você essa num nem suas às são pode podem este esta qual foram sobre cada através permite numa
      """),
    .init(
      "ro", letters: "ăâîșțşţ",
      endings: "ului ilor ția ție ții țiile ător ează ul uri urile",
      """
      și de în a la cu pe nu este din că o un pentru mai se ce care sau au sunt fi ca dar al ale prin după fost lui ei \
      această acest aceste acestor ar poate între către foarte decât până fără sa când toate
      """),
    .init(
      "sk", letters: "ľĺŕôäčšžťďňýáíéú",
      endings: "anie enie osť osti ový ová ové ých ého ovať ácia ácie ácií ného ania enia",
      """
      a je sa na v vo z zo do pre že s k ku o by ako alebo ktorý ktorá ktoré ktorí sú nie tento táto toto tejto tohto aj \
      však jeho jej ich môže možno bol bola bolo boli byť pri od po podľa len iba si už ale ak až medzi bez som čo keď tak či \
      pomocou
      """),
    .init(
      "sl", letters: "čšž",
      endings: "anje enje anja ega emu ost ovanje nih",
      """
      in je v na da se za so z ne ki po pa tudi kot s o bi od do pri ali ni iz je bil bila bilo bili lahko le še če ter ko \
      kar kako vse zelo
      """),
    .init(
      "sr", letters: "čćđšž",
      endings: "nje nja anje enje ati iti skog skih ima ost acija",
      """
      i je u da na se za su od ne sa o kao koji koja koje ili iz do što bi po kako ali nije samo te biti bio bila bilo ovaj \
      ova ovo može kada ako već sve nakon između zbog
      """),
    .init(
      "sv", letters: "åäö",
      endings:
        "ning ningar ningen arna erna ande het heten iska tion tioner are ade orna aren ingar isk ar or et en as",
      """
      och i att det som en på är av för med den till ett de inte har om han var från så kan men vid eller när sig också hon \
      efter där under över mycket bara vara blev någon några mellan detta denna dessa deras hur utan sin dem vad används \
      alla flera andra kunde skulle ville samt vilket du ditt din finns skall eftersom vilka mot stöd innehåller använda
      användare visa välj ange skapa gör göra får måste endast bör både vilken hela ingen inget kommer dig ifall ny nya nytt
      ändra ta bort paketet filen namn huruvida
      """),
    .init(
      "tr", letters: "ğışçöü",
      endings: "lar ler ları leri lık lik dır mak mek ması mesi ların lerin nın yor acak",
      """
      ve bir bu için ile de da olarak olan çok daha gibi ne en kadar var sonra her ise ama değil ya o veya mi şey ben sen \
      biz olduğu tarafından üzerinde göre bütün şu ki yok iki diğer hem
      """),
    .init(
      "vi", letters: "đơưạảấầẩẫậắằẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
      "và của là các có được cho không trong một với những này khi để người đã từ tại như về hay bạn trên"
    ),
  ]

  static let cyrillic: [LanguageWords] = [
    .init(
      "be", letters: "ўіыэё",
      endings: "нне ння аць ыць асць скі аванне",
      "і ў не на з што як да для у гэта або ад па яго яна яны быў была але пры каб які якія таксама"
    ),
    .init(
      "bg", letters: "ъщи",
      endings: "ане ните ата ът ите ски ската ация нето ни на",
      """
      на и за се от да в с не е са по това като че при или което който която които до ще може има след както само между \
      към беше бъде този тази тези обаче още много
      """),
    .init(
      "mk", letters: "ѓќѕјљњџи",
      endings: "ње ата ите от ски ање",
      "на и во се да за од не со е што како кој која кое кои ќе го ја ги или може има по при тоа овој оваа но"
    ),
    .init(
      "ru", letters: "ыэёъщи",
      endings:
        "ние ния ний ный ная ные ных ного ому ами ями ть ться ция ции ость ости ский ская ском ов ет ют ует ение ения ание ания ая ой ый ых",
      """
      и в не на что с по это как для из к его но от у за или так все он она они же бы был была было были быть который которая \
      которые которых также может можно только если при до о то этот эта эти этого этой их её мы вы я во со ли под \
      над без через между после когда где более является использования позволяет
      """),
    .init(
      "sr", letters: "ђјљњћџи",
      endings: "ње ња ање ати ити ског ских има ост ација",
      """
      и је у да на се за су од не са о као који која које или из до што би по како али није само те бити био била било овај \
      ова ово може када ако већ све након између због
      """),
    .init(
      "uk", letters: "іїєґщи",
      endings:
        "ння ання ення ний них ного ому ами ями ти тися ція ції ість ості ський ська ського ів ють ється ної ів",
      """
      і в не на що з як до для та у за це його але від або так всі він вона вони ж б був була було були бути який яка які \
      яких також може можна лише якщо при про то цей ця ці цього цієї їх її ми ви я із зі чи під над без через між після \
      коли де більше є є й надає
      """),
  ]

  static let arabic: [LanguageWords] = [
    .init(
      "ar", letters: "ةىي",
      "في من على إلى أن هذا هذه التي الذي عن مع لا ما هو هي كان كانت كل بعد قد أو ثم بين لم ذلك و لكن حتى عند غير"
    ),
    .init(
      "fa", letters: "پچژگی",
      "در از به که این را با است برای آن یک خود تا کرد بر هم نیز می شود های بود شده دو اما یا"),
    .init(
      "ur", letters: "ٹڈڑںھہے",
      "کے میں کی ہے اور سے کا کو اس پر نے یہ ایک بھی کہ ہیں تھا نہیں گیا کر جو"),
  ]

  static let hebrew: [LanguageWords] = [
    .init(
      "he",
      "של את על לא זה הוא היא עם גם או אם כל כי יש אני אבל אין כמו עד בין הם אך היה לפי רק כדי אשר לאחר זו"
    ),
    .init(
      "yi", letters: "\u{5f0}\u{5f1}\u{5f2}",
      "און די איז אין פון צו דער דאס ניט נישט מיט אַ איך ער זיי דעם אויף פאר האט האבן זענען וואס אויך אז אבער נאך"
    ),
  ]

  static let devanagari: [LanguageWords] = [
    .init(
      "hi",
      "के में है की और से का को पर यह एक ने भी कि हैं था नहीं तो ही या हो कर इस वह जो लिए गया अपने थे थी साथ करने"),
    .init("mr", letters: "ळ", "आहे आणि या च्या ते हे व एक होते तर नाही केले यांनी मध्ये असे होता त्या ही तो पण केली"),
    .init(
      "ne",
      "छ र मा को ले पनि यो एक भएको गर्न हो तथा छन् गरेको लागि थियो गर्ने हुन्छ यस उनले साथै भने अनि बाट गरी रहेको"),
  ]
}

import Testing

@testable import Analysis

@Suite("The language of a text")
struct LanguageDetectorTests {
  @Test(
    "is told by script and frequent words",
    arguments: [
      ("en", "The president spoke about the weather, and nobody was listening to him."),
      ("de", "Der Präsident sprach über das Wetter, und niemand hörte ihm zu."),
      ("fr", "Le président a parlé du temps qu'il fait, et personne ne l'écoutait."),
      ("es", "El presidente habló del tiempo y nadie lo escuchaba en la sala."),
      ("it", "Il presidente ha parlato del tempo e nessuno lo ascoltava nella sala."),
      ("pt", "O presidente falou do tempo e ninguém o ouvia na sala, mas não se importou."),
      ("nl", "De president sprak over het weer en niemand luisterde naar hem."),
      ("sv", "Presidenten talade om vädret och ingen lyssnade på honom, inte ens de som var där."),
      ("da", "Præsidenten talte om vejret, og ingen hørte efter, heller ikke dem der var blevet."),
      (
        "no", "Presidenten snakket om været, og ingen hørte etter, ikke engang noen av dem som ble."
      ),
      ("fi", "Presidentti puhui säästä, eikä kukaan kuunnellut häntä, mutta se ei ollut tärkeää."),
      ("pl", "Prezydent mówił o pogodzie, ale nikt go nie słuchał, bo to było nudne."),
      ("cs", "Prezident mluvil o počasí a nikdo ho neposlouchal, protože to bylo nudné."),
      ("hu", "Az elnök az időjárásról beszélt, és senki sem hallgatta meg, mert nem volt érdekes."),
      ("ro", "Președintele a vorbit despre vreme și nimeni nu l-a ascultat, dar asta este."),
      (
        "tr",
        "Başkan hava durumu hakkında konuştu ve hiç kimse onu dinlemedi çünkü çok uzun bir konuşmaydı."
      ),
      ("ru", "Президент говорил о погоде, и никто его не слушал, потому что это было скучно."),
      ("uk", "Президент говорив про погоду, і ніхто його не слухав, бо це було нудно."),
      ("sr", "Председник је говорио о времену и нико га није слушао, јер је то било досадно."),
      ("el", "Ο πρόεδρος μίλησε για τον καιρό."),
      ("ar", "تحدث الرئيس عن الطقس ولم يستمع إليه أحد في القاعة"),
      ("hi", "राष्ट्रपति ने मौसम के बारे में बात की और किसी ने नहीं सुना"), ("ta", "ஜனாதிபதி வானிலை பற்றி பேசினார்"),
      ("ja", "大統領は天気について話したが、誰も聞いていなかった。"), ("zh", "总统谈到了天气，没有人听他说话。"),
      ("ko", "대통령은 날씨에 대해 이야기했지만 아무도 듣지 않았다."), ("th", "ประธานาธิบดีพูดถึงสภาพอากาศ"),
      ("hy", "Նախագահը խոսեց եղանակի մասին"),
      ("yi", "דער פרעזידענט האט גערעדט וועגן דעם וועטער און קיינער האט נישט"),
      ("he", "הנשיא דיבר על מזג האוויר אבל אף אחד לא הקשיב לו כי זה היה משעמם"),
    ])
  func languages(_ code: String, _ text: String) {
    #expect(LanguageDetector.language(of: text) == code)
    #expect(LanguageDetector.language(of: text.uppercased()) == code)
  }

  @Test(
    "is not guessed from too little",
    arguments: ["", "42", "—", "NATO", "Vladimir Putin", "libfoo2 3.1-4", "xyzzy plugh", "𐍈𐌰𐌿"])
  func nothing(_ text: String) {
    #expect(LanguageDetector.language(of: text) == nil)
  }

  @Test("names of another script do not change it, and ill-formed or endless text does no harm")
  func mixed() {
    #expect(
      LanguageDetector.language(
        of: "Пакет systemd-timesyncd GNOME позволяет использовать NTP и не только")
        == "ru")
    #expect(LanguageDetector.language(of: "GNOME 桌面环境的 systemd 管理工具") == "zh")
    var detector = LanguageDetector()
    let bytes: [UInt8] = [0xFF, 0xC3] + Array(" the cat and the dog ".utf8) + [0xE4]
    for _ in 0..<1_000 { detector.add(unsafe bytes.span.bytes) }
    let isFull = detector.isFull
    let languages = [detector.takeLanguage(), detector.takeLanguage()]
    #expect(isFull && languages == ["en", nil])
  }
}

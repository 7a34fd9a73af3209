import Testing

@testable import Extraction

/// Pages of several shapes, each as sites write them: what must be found, and what must not be in the text.
@Suite struct HTMLPageTests {
  @Test func aNewsArticleAmongItsFurniture() throws {
    let page = try HTMLPage.read(Array(HTMLFixtures.news.utf8))
    #expect(page.isArticle)
    #expect(page.title == "Ferry Service to the Islands Resumes After Storm")
    #expect(page.description == "Ferries sail again after four days in port.")
    #expect(page.authors == ["Jane Roe", "Ada Byron"])
    #expect(page.published == "2021-11-01T10:52:50+01:00")
    #expect(page.updated == "2021-11-02T08:00:00Z")
    #expect(page.url == "https://news.example/islands/ferry-resumes")
    #expect(page.site == "The Daily Example")
    #expect(page.language == "en-GB")
    #expect(page.tags == ["Islands", "Ferries"])
    #expect(page.warning == nil)
    #expect(page.body.hasPrefix("Ferries to the outer islands sailed again on Monday"))
    #expect(page.body.contains("“We counted every tin of milk,” said the keeper of the shop"))
    #expect(page.body.contains("First sailing at 06:15\nLast sailing at 21:40"))
    #expect(page.body.hasSuffix("until the end of the week, the company said."))
    for stranger in [
      "Subscribe", "Politics", "Harbour toll", "newsletter", "first comment", "cookies", "Share",
      "All rights", "Weather", "track(",
    ] { #expect(!page.body.contains(stranger), "\(stranger)") }
  }

  @Test func aBlogPostWithoutMetadata() throws {
    let page = try HTMLPage.read(Array(HTMLFixtures.blog.utf8))
    #expect(page.isArticle)
    #expect(page.title == "How I Repaired a Harmonium")
    #expect(page.authors == ["Erika Muster"])
    #expect(page.published == "2019-03-07")
    #expect(page.body.contains("The bellows leaked"))
    #expect(page.body.contains("for reed in reeds {\n  reed.clean()\n}"))
    #expect(page.body.contains("Glue dries slowly"))
    #expect(!page.body.contains("Older posts"))
    #expect(!page.body.contains("I had the same trouble"))
  }

  @Test func documentationKeepsItsCodeTablesAndLists() throws {
    let page = try HTMLPage.read(Array(HTMLFixtures.documentation.utf8))
    #expect(page.title == "open(2) — Library manual")
    for text in [
      "opens the file that path names", "int fd = open(path, O_RDONLY);",
      "EACCES\tSearch permission",
      "O_APPEND", "Next call of read() then",
    ] { #expect(page.body.contains(text), "\(text)") }
    #expect(!page.body.contains("Chapter 1"))
  }

  @Test func aForumThreadKeepsAllPosts() throws {
    let page = try HTMLPage.read(Array(HTMLFixtures.forum.utf8))
    for text in ["My lamp flickers when", "Have you looked at the ballast", "It was the ballast"] {
      #expect(page.body.contains(text), "\(text)")
    }
  }

  @Test func aTableOfFiguresIsContent() throws {
    let page = try HTMLPage.read(Array(HTMLFixtures.table.utf8))
    #expect(page.body.contains("Lighthouse\tHeight\tYear"))
    #expect(page.body.contains("\nWestkapelle\t52 m\t1818"))
    #expect(page.body.contains("Heights are those of the lamp above high water."))
  }

  @Test func anIndexOfArticlesKeepsItsText() throws {
    var links = ""
    for number in 1...60 {
      links += "<li><a href=\"/\(number)\">Story number \(number) about the town</a></li>"
    }
    let page = try HTMLPage.read(
      Array(
        "<title>Town News</title><nav><a href=/>Home</a></nav><ul>\(links)</ul><p>Made in town.</p>"
          .utf8))
    #expect(!page.isArticle)
    #expect(page.title == "Town News")
    #expect(page.body.hasPrefix("Home\n\nStory number 1 about the town\nStory number 2"))
    #expect(page.body.hasSuffix("Story number 60 about the town\n\nMade in town."))
  }

  @Test func aFormKeepsItsLabels() throws {
    let page = try HTMLPage.read(
      Array(
        """
        <form><label>First name</label> <input name=a><label>Family name</label> <input name=b>
        <textarea>type <b>here</textarea><select><option>North<option>South</select>
        <p><a href=/help>Help</a></form>
        """.utf8))
    #expect(page.body == "First name Family name\n\nHelp")
  }

  @Test func russianAndJapanesePages() throws {
    let russian = try HTMLPage.read(Array(HTMLFixtures.russian.utf8))
    #expect(russian.title == "Маяк снова светит")
    #expect(russian.language == "ru")
    #expect(russian.body.hasPrefix("Смотритель маяка зажёг лампу"))
    #expect(!russian.body.contains("Подписаться"))
    let japanese = try HTMLPage.read(Array(HTMLFixtures.japanese.utf8))
    #expect(japanese.title == "灯台の灯がふたたび")
    #expect(japanese.body.contains("島の灯台が三年ぶりに点灯した。"))
    #expect(!japanese.body.contains("お問い合わせ"))
  }

  @Test func aPageThatIsBrokenAlmostEverywhere() throws {
    let page = try HTMLPage.read(Array(HTMLFixtures.malformed.utf8))
    #expect(page.title == "Tide & \"Tables\"")
    #expect(page.body.contains("The tide turns twice a day, & twice more"))
    #expect(page.body.contains("5 < 6 and 7 > 6"))
    #expect(page.body.contains("caf\u{e9} \u{2013} closed"))
    #expect(page.body.contains("The last line has no end"))
    #expect(!page.body.contains("alert"))
    #expect(!page.body.contains("secret"))
  }

  @Test func aPlainPageIsAllContent() throws {
    let page = try HTMLPage.read(
      Array("<h1>Rules</h1><p>One.<p>Two, too.<h2>Exceptions</h2><p>None".utf8))
    #expect(page.body == "Rules\n\nOne.\n\nTwo, too.\n\nExceptions\n\nNone")
    #expect(page.title == "Rules")
  }

  @Test func pagesWithoutText() throws {
    for text in [
      "", " ", "<html>", "<title></title>", "<script>x</script>", "<!--",
      "<p>&nbsp;",
    ] {
      let page = try HTMLPage.read(Array(text.utf8))
      #expect(page.body == "", "\(text)")
      #expect(page.title == nil)
    }
  }

  @Test func aPageThatIsTooLargeIsAnErrorAndTooMuchTextIsCut() throws {
    var limits = HTMLPage.Limits()
    limits.input = 10
    #expect(throws: HTMLPage.Failure.tooLarge(10)) {
      try HTMLPage.read(Array("<p>0123456789".utf8), limits: limits)
    }
    limits.input = 1_000_000
    limits.text = 1_000
    let long = String(repeating: "<p>0123456789</p>", count: 1_000)
    let page = try HTMLPage.read(Array(long.utf8), limits: limits)
    #expect((1_000...2_000).contains(page.body.utf8.count))
    #expect(page.warning == "its text was cut, more than 1000 bytes or a million lines")
  }

  @Test func whatIsNoTextIsNoPage() {
    var bytes = Array("<html>".utf8)
    for number in 0..<2_000 { bytes.append(UInt8(truncatingIfNeeded: number &* 181 >> 3)) }
    #expect(throws: HTMLPage.Failure.binary) { try HTMLPage.read(bytes) }
  }

  /// A manual's main text is more than its prose.
  @Test func theMainElementIsKeptWhole() throws {
    var calls = ""
    for name in ["clone", "equals", "format", "hash", "compare", "default"] {
      calls += "<h3>fn \(name)(&amp;self) -> <a href=\(name)>Result</a></h3><pre>\(name)()</pre>"
    }
    let page = try HTMLPage.read(
      Array(
        """
        <nav><a href=/>All modules</a> <a href=/x>Next</a></nav><main><h1>Struct Lamp</h1><p>A lamp that shines
        as long as it has oil, and that can be lit again when it was filled.</p>\(calls)</main>
        """.utf8))
    #expect(page.isArticle)
    #expect(page.body.hasPrefix("Struct Lamp\n\nA lamp that"))
    #expect(page.body.hasSuffix("fn default(&self) -> Result\n\ndefault()"))
    #expect(!page.body.contains("All modules"))
    let menu = (1...40).map { "<li><a href=/\($0)>Chapter number \($0)</a>" }.joined()
    let short = try HTMLPage.read(
      Array(
        "<nav><ul>\(menu)</ul></nav><main><h1>wick</h1><p>Sets the height of the wick</main>".utf8))
    #expect(short.body == "wick\n\nSets the height of the wick")
  }

  @Test(arguments: [
    ("<!DOCTYPE html><p>", true), ("\u{feff}  <HTML lang=en>", true), ("<!-- x --><html>", true),
    ("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"\">", true), ("<head>", true),
    ("<p>Not a page by its beginning", false), ("# html", false), ("<?xml?><rss>", false),
    ("", false), ("<!--", false),
  ])
  func whatBeginsLikeAPage(_ text: String, _ isPage: Bool) {
    #expect(HTMLPage.isPage(Array(text.utf8)) == isPage)
  }
}

@Suite struct HTMLMetadataTests {
  private func page(_ head: String, _ body: String = "") throws -> HTMLPage {
    try HTMLPage.read(Array("<html><head>\(head)</head><body>\(body)</body></html>".utf8))
  }

  @Test func linkedDataInAGraphWithSeveralAuthors() throws {
    let page = try page(
      """
      <script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
        {"@type": "WebSite", "name": "Not this"},
        {"@type": ["NewsArticle"], "headline": "A &amp; B&#8217;s", "datePublished": "2024-12-06T22:00:40.000Z",
         "dateModified": "2024-12-07", "author": [{"@type": "Person", "name": "X One"}, "Y Two"],
         "publisher": {"name": "Paper"}, "inLanguage": "de", "keywords": ["k1", "k2"]}]}</script>
      """)
    #expect(page.title == "A & B’s")
    #expect(page.authors == ["X One", "Y Two"])
    #expect(page.published == "2024-12-06T22:00:40.000Z")
    #expect(page.updated == "2024-12-07")
    #expect(page.site == "Paper")
    #expect(page.language == "de")
    #expect(page.tags == ["k1", "k2"])
  }

  @Test func brokenLinkedDataIsPassedOver() throws {
    let deep = String(repeating: "[", count: 100_000)
    for script in ["{", deep, "{\"@type\": \"Article\", \"headline\": }", "", "\u{0}", "[[[]]]"] {
      let page = try page(
        "<title>T</title><script type=application/ld+json>\(script)</script>")
      #expect(page.title == "T")
    }
  }

  @Test func scholarlyAndDublinCoreMetadata() throws {
    let page = try page(
      """
      <meta name="citation_title" content="On Tides"><meta name="citation_author" content="Roe, Jane">
      <meta name="citation_author" content="Doe, J."><meta name="citation_publication_date" content="2010/05/12">
      <meta name="DC.language" content="fr"><meta name="citation_journal_title" content="Annals">
      """)
    #expect(page.title == "On Tides")
    #expect(page.authors == ["Roe, Jane", "Doe, J."])
    #expect(page.published == "2010-05-12")
    #expect(page.language == "fr")
    #expect(page.site == "Annals")
  }

  @Test(
    arguments: [
      ("By Jane Roe", ["Jane Roe"]), ("by Jane Roe and John Doe", ["Jane Roe", "John Doe"]),
      ("Jane Roe, John Doe & Ann Poe", ["Jane Roe", "John Doe", "Ann Poe"]),
      ("Von Erika Muster", ["Erika Muster"]), ("Byron Bay", ["Byron Bay"]),
      ("https://example.org/jane", []), ("jane@example.org", []), ("admin", []), ("1234567", []),
      ("Jane Roe | Staff reporter", ["Jane Roe"]), ("Roe, Jane", ["Roe, Jane"]), ("", []),
    ] as [(String, [String])])
  func namesOfAuthors(_ text: String, _ names: [String]) {
    #expect(HTMLPage.splitNames(text) == names)
  }

  @Test(
    arguments: [
      ("2021-11-01T10:52:50+0100", "2021-11-01T10:52:50+01:00"),
      ("2017-11-03 03:01:00.000000", "2017-11-03T03:01:00.000000"), ("2021/01/26", "2021-01-26"),
      ("20210126", "2021-01-26"), ("Tue, 26 Jan 2021 07:10:00 GMT", "2021-01-26T07:10:00Z"),
      ("January 26, 2021", "2021-01-26"), ("2021-01-26T07:10:00 PST", "2021-01-26T07:10:00"),
      ("2021-13-01", nil), ("yesterday", nil), ("2021", nil), ("", nil),
      ("2021-02-31T00:00:00Z", nil), ("2021-01-26T99:10:00Z", "2021-01-26"),
    ] as [(String, String?)])
  func datesOfMetadata(_ text: String, _ date: String?) { #expect(HTMLDate.parse(text) == date) }

  @Test func theSitesNameIsTakenOffTheWindowsTitle() throws {
    let named = try page(
      "<title>Tides – The Paper</title><meta property=og:site_name content='The Paper'>")
    #expect(named.title == "Tides")
    let headed = try page("<title>Tides | Harbour Notes</title>", "<h1>Tides</h1><p>x</p>")
    #expect(headed.title == "Tides")
    #expect(try page("<title>Tides - Harbour</title>").title == "Tides - Harbour")
  }

  /// In a line of the article's beginning, when nothing else tells it.
  @Test(
    arguments: [
      ("Source: Island Post 2023-11-17 08:10", "2023-11-17T08:10"),
      ("2018年6月19日 5:50", "2018-06-19"),
      ("March 7, 2019", "2019-03-07"), ("Order 2023-99-99", nil), ("Call 555-2023-11-17", nil),
    ] as [(String, String?)])
  func visibleDates(_ line: String, _ date: String?) throws {
    let text = String(
      repeating: "The keeper of the light climbs up each evening at dusk. ", count: 8)
    let found = try page(
      "<title>Light</title>", "<a href=/>Home</a><h1>Light</h1><div>\(line)</div><p>\(text)</p>")
    #expect(found.published == date)
  }

  @Test func addressesAndLanguagesThatAreNone() throws {
    let page = try page(
      """
      <html lang="xx yy"><link rel=canonical href="javascript:alert(1)">
      <meta property=og:url content="/relative"><meta name=author content="http://x.example/y">
      """)
    #expect(page.url == nil)
    #expect(page.language == nil)
    #expect(page.authors == [])
  }

  @Test func readersAreNotAuthors() throws {
    let text = String(
      repeating: "The keeper of the light climbs up each evening at dusk. ", count: 8)
    let page = try page(
      "<title>Light</title>",
      """
      <nav><a href=/>Home</a></nav><article><p>\(text)</p><p>\(text)</p></article>
      <div class=comments><div><span class=author>Reader One</span><p>Nice.</p></div></div>
      """)
    #expect(page.authors == [])
    #expect(!page.body.contains("Nice."))
  }
}

import Glibc
import InvertedIndex
import JSON
import Testing

@testable import Extraction

@Suite struct PageDateTests {
  @Test(arguments: [
    ("07:10 GMT26 January 2021", "2021-01-26T07:10Z"),
    ("07:10 GMT 26.01.2021", "2021-01-26T07:10Z"),
    ("April 5, 2018 | 6:00 PM", "2018-04-05T18:00"), ("Published: Tue 26 Jan 2021", "2021-01-26"),
    ("2021-01-26 12:00:30 EST", "2021-01-26T12:00:30-05:00"), ("Sept. 3, 2015", "2015-09-03"),
    ("Updated on the 2nd of May", nil), ("5 May 2015 at 12:30 am", "2015-05-05T00:30"),
    ("26 January", nil), ("07:10", nil), ("31 February 2021", nil),
    ("In January 26, 2021 it rained", nil),
    ("26 January 2021 27 January 2021", nil), ("13/01/2021", nil), ("25:10 26 January 2021", nil),
    ("", nil),
  ])
  func linesThatAreDates(_ line: String, _ date: String?) { #expect(PageDate.parse(line) == date) }
}

@Suite struct NewsPageTests {
  @Test(
    arguments: [
      ("MOSCOW (Sputnik) — Russia is", "MOSCOW", "Sputnik"),
      ("LONDON, May 5 (Reuters) - Shares", "LONDON", "Reuters"),
      ("WASHINGTON, D.C. (AP) – The", "WASHINGTON, D.C", "AP"),
      ("NEW YORK (AP) -- The", "NEW YORK", "AP"),
      ("PARIS — Le", "PARIS", nil),
    ] as [(String, String, String?)])
  func datelines(_ line: String, _ place: String, _ agency: String?) {
    let found = NewsPage.dateline(line)
    #expect(found?.place.hasPrefix(place) == true)
    #expect(found?.agency == agency)
  }

  @Test(arguments: [
    "Moscow (Sputnik) — x", "The plan (see below) — x", "NATO-Russia x", "A — x", "(AP) — x",
    "MOSCOW: x", "",
  ])
  func noDatelines(_ line: String) { #expect(NewsPage.dateline(line) == nil) }

  @Test func leadSentences() {
    #expect(NewsPage.leadSentence("One thing. Another.") == "One thing.")
    #expect(
      NewsPage.leadSentence("Mr. Smith of the U.S. Navy left. Then")
        == "Mr. Smith of the U.S. Navy left.")
    #expect(NewsPage.leadSentence("“No!” he said. Then") == "“No!”")
    #expect(NewsPage.leadSentence("No end") == "No end")
  }

  /// A page of another agency, in another order, with everything that such pages have.
  @Test func anotherPage() throws {
    let text = """
      Skip to content
      Sign in
      Home
      World
      Politics
      26 May 2019, 14:05 UTC
      Harbour Strike in Its Third Week (17)
      Port Workers Turn Down Latest Offer
      By Jane Roe
      Share
      Tweet

      ROTTERDAM, May 26 (ANP) - Workers at the port turned down an offer of the employers on Sunday, their union said.

      "We have waited for two years, and we will wait for two more if need be," a speaker told reporters at the gate.

      Advertisement

      The employers had offered two per cent a year, while the workers ask for four, and for shorter shifts at night.

      Harbour Strike in Its Third Week (17)

      Employers Call Strike in Port Unlawful
      Ships Wait Before Coast for Ninth Day

      Rotterdam, Strike, Trade Unions
      Privacy policy
      Terms of use
      """
    let page = try #require(NewsPage(Array(text.utf8)))
    #expect(page.title == "Port Workers Turn Down Latest Offer")
    #expect(page.series == "Harbour Strike in Its Third Week")
    #expect(page.seriesStories == 17)
    #expect(page.dateline == "ROTTERDAM")
    #expect(page.agency == "ANP")
    #expect(page.published == "2019-05-26T14:05Z")
    #expect(page.captured == nil)
    #expect(page.body.hasPrefix("ROTTERDAM, May 26 (ANP) - Workers"))
    #expect(page.body.hasSuffix("shorter shifts at night."))
    #expect(!page.body.contains("Advertisement"))
    #expect(
      page.related == [
        "Employers Call Strike in Port Unlawful", "Ships Wait Before Coast for Ninth Day",
      ])
    #expect(page.tags == ["Rotterdam", "Strike", "Trade Unions"])
  }

  @Test(arguments: [
    "README\n======\n\nSearch\n\nContents\n\nHow to install this program, and how to run it.\n",
    "NAME\n  ls - list\n\nSYNOPSIS\n  ls [OPTION]\n\nSEE ALSO\n  Share\n",
    "martlet (1.0-1) unstable; urgency=medium\n\n  * Initial release.\n\n -- A B <a@b>  Tue, 26 Jan 2021 07:10:00 +0000\n",
    "Copyright (c) 2021\nAll rights reserved.\n\nRedistribution and use in source and binary forms.\n",
  ])
  func ordinaryTextsAreNoPages(_ text: String) { #expect(NewsPage(Array(text.utf8)) == nil) }

  @Test(.enabled(if: shared != nil, "the development data is not there"))
  func theSampleArticle() throws {
    let path = try #require(shared) + "/data/news/sample-article.txt"
    let found = fields(path)
    #expect(found["series"] == ["Russia-NATO Relations Reach a New Low"])
    #expect(found["series_stories"] == ["121"])
    #expect(
      found["title"] == [
        "Kremlin spokesman Dmitry Peskov said that Russia is forced to respond to NATO actions directed "
          + "at changing the global strategic balance of power."
      ])
    #expect(found["dateline"] == ["MOSCOW"])
    #expect(found["agency"] == ["Sputnik"])
    #expect(found["captured"] == ["2021-01-26T07:10Z"])
    #expect(
      found["related"] == [
        "Putin: Russia Will Have to Aim Armed Forces at Countries Posing Threat",
        "NATO Chief Says Russia’s Planned Nuclear Defense Reinforcement 'Dangerous'",
        "NATO Provoking Russia Into New Arms Race - Russian Deputy Defense Minister",
        "Russian Activists Planting Flag at Latvian NATO Base Charged With Terrorism",
      ])
    #expect(found["tags"] == ["NATO", "Vladimir Putin", "Dmitry Peskov", "Russia"])
    let body = try #require(found["body"]?.first)
    #expect(body.contains("MOSCOW (Sputnik) — Russia is concerned over NATO actions"))
    #expect(body.hasSuffix("undermines regional and global security."))
    for stranger in ["Listen Live", "short URL", "(121)", "GMT", "Aim Armed Forces", "Community"] {
      #expect(!body.contains(stranger))
    }
  }

  /// Over all pages.
  @Test(.enabled(if: shared != nil, "the development data is not there"))
  func tokenF1OnSavedPages() throws {
    let stream = try ByteStream(path: try #require(shared) + "/data/news/readability-pages.jsonl")
    var reader = LineReader(stream, limit: 64 << 20)
    var whole = TokenScore()
    var ours = TokenScore()
    var pages = 0
    var recognised = 0
    while case .line(let range)? = try reader.next() {
      let row = try JSONValue.parse(Array(reader.buffer[range]))
      let noisy = try #require(row["noisy"]?.string)
      let clean = try #require(row["body"]?.string)
      let page = NewsPage(Array(noisy.utf8))
      if page != nil { recognised += 1 }
      pages += 1
      whole.add(TokenScore(of: noisy, against: clean))
      ours.add(TokenScore(of: page?.body ?? noisy, against: clean))
    }
    print("\(pages) pages, \(recognised) taken as pages")
    print("whole text: \(whole.mean(of: pages))")
    print("extracted:  \(ours.mean(of: pages))")
    #expect(ours.f1 / Double(pages) > 0.88)
    #expect(ours.recall / Double(pages) > 0.94)
  }
}

/// Lower-cased words as a bag: precision, recall and their harmonic mean.
struct TokenScore {
  var precision = 0.0
  var recall = 0.0
  var f1 = 0.0

  init() {}

  init(of found: String, against expected: String) {
    let found = Self.bag(found)
    let expected = Self.bag(expected)
    let common = found.reduce(0) { $0 + min($1.value, expected[$1.key] ?? 0) }
    guard common > 0 else { return }
    precision = Double(common) / Double(found.values.reduce(0, +))
    recall = Double(common) / Double(expected.values.reduce(0, +))
    f1 = 2 * precision * recall / (precision + recall)
  }

  mutating func add(_ other: TokenScore) {
    precision += other.precision
    recall += other.recall
    f1 += other.f1
  }

  /// The mean over `count` pages, as a line to print.
  func mean(of count: Int) -> String {
    [("precision", precision), ("recall", recall), ("F1", f1)].map { name, value in
      "\(name) \(Double(Int(value / Double(count) * 10_000 + 0.5)) / 10_000)"
    }.joined(separator: ", ")
  }

  private static func bag(_ text: String) -> [String: Int] {
    var bag: [String: Int] = [:]
    var word = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars {
      if scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" {
        word.append(scalar)
      } else if !word.isEmpty {
        bag[String(word), default: 0] += 1
        word = .init()
      }
    }
    if !word.isEmpty { bag[String(word), default: 0] += 1 }
    return bag
  }
}

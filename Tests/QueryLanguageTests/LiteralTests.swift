import Testing

@testable import QueryLanguage

@Suite("Dates and numbers")
struct LiteralTests {
  /// 2021-01-26T07:10:05.250Z, a Tuesday.
  let now: Int64 = 1_611_645_005_250

  func text(_ literal: String) -> String? {
    DateLiteral.range(literal, now: now).map {
      DateLiteral.text($0.lowerBound) + " " + DateLiteral.text($0.upperBound)
    }
  }

  @Test("a date is a range as long as its precision")
  func precision() {
    #expect(text("2018") == "2018-01-01T00:00:00Z 2019-01-01T00:00:00Z")
    #expect(text("2018-12") == "2018-12-01T00:00:00Z 2019-01-01T00:00:00Z")
    #expect(text("2020-02-29") == "2020-02-29T00:00:00Z 2020-03-01T00:00:00Z")
    #expect(text("2021-01-26T07:10Z") == "2021-01-26T07:10:00Z 2021-01-26T07:11:00Z")
    #expect(text("2018-05-14t10:00:00+02:00") == "2018-05-14T08:00:00Z 2018-05-14T08:00:01Z")
    #expect(
      text("2018-05-14 00:00:00.5-0530") == "2018-05-14T05:30:00.500Z 2018-05-14T05:30:00.600Z")
    #expect(
      text("2018-05-14T10:00:00.123999") == "2018-05-14T10:00:00.123Z 2018-05-14T10:00:00.124Z")
    #expect(text("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00Z 2017-01-01T00:00:01Z")
    #expect(text("0000-01-01") == "0000-01-01T00:00:00Z 0000-01-02T00:00:00Z")
    #expect(DateLiteral.range("1970", now: 0)?.lowerBound == 0)
    #expect(DateLiteral.range("9999-12-31", now: 0)?.upperBound == 253_402_300_800_000)
  }

  @Test("words stand for days, weeks from Monday, months and years in UTC, and moments")
  func words() {
    #expect(text("today") == "2021-01-26T00:00:00Z 2021-01-27T00:00:00Z")
    #expect(text("yesterday") == "2021-01-25T00:00:00Z 2021-01-26T00:00:00Z")
    #expect(text("last-week") == "2021-01-18T00:00:00Z 2021-01-25T00:00:00Z")
    #expect(text("last-month") == "2020-12-01T00:00:00Z 2021-01-01T00:00:00Z")
    #expect(text("last-year") == "2020-01-01T00:00:00Z 2021-01-01T00:00:00Z")
    #expect(text("now-30d") == "2020-12-27T07:10:05.250Z 2020-12-27T07:10:05.251Z")
    #expect(text("now-11M") == "2020-02-26T07:10:05.250Z 2020-02-26T07:10:05.251Z")
    #expect(text("now+2h")?.hasPrefix("2021-01-26T09:10:05.250Z") == true)
    #expect(text("now-1y")?.hasPrefix("2020-01-26T07:10:05.250Z") == true)
    #expect(text("now")?.hasPrefix("2021-01-26T07:10:05.250Z") == true)
    #expect(DateLiteral.range("now-99999999y", now: .max) == nil)
  }

  @Test(
    "what is no date is none",
    arguments: [
      "", "18", "20181", "2018-", "2018-13", "2018-00", "2018-5", "2018-02-29", "1900-02-29",
      "2018-05-32",
      "2018-05-14T", "2018-05-14T10", "2018-05-14T24:00", "2018-05-14T10:60", "2018-05-14T10:00:61",
      "2018-05-14T10:00:00.", "2018-05-14T10:00+24:00", "2018-05-14T10:00Zx", "2018x", "-2018",
      "Today", "now-", "now-d",
      "now-3", "now-3x", "now-123456789d", "last-decade", "２０１８", "now--3d",
    ])
  func bad(_ literal: String) { #expect(DateLiteral.range(literal, now: now) == nil) }

  @Test("day counts agree with counting days one by one")
  func calendar() {
    var date = Civil(year: 0)
    var count: Int64 = date.dayCount
    #expect(count == -719_528)
    while date.year < 2_500 {
      #expect(date.dayCount == count)
      #expect(Civil(day: count) == date)
      count += 1
      date.day += 1
      if date.day > Civil.days(inMonth: date.month, of: date.year) {
        date.day = 1
        date.month += 1
      }
      if date.month > 12 {
        date.month = 1
        date.year += 1
      }
    }
    #expect(
      Civil(year: 2024, month: 1, day: 31).addingMonths(1) == Civil(year: 2024, month: 2, day: 29))
    #expect(
      Civil(year: 2024, month: 1, day: 31).addingMonths(-2) == Civil(year: 2023, month: 11, day: 30)
    )
  }

  @Test("numbers are decimal and finite")
  func numbers() {
    func number(_ text: String) -> Double? { NumberLiteral.double(Array(text.utf8)) }
    #expect(number("5") == 5)
    #expect(number("-5.25") == -5.25)
    #expect(number("+1e-3") == 0.001)
    #expect(number("2E2") == 200)
    for bad in [
      "", "-", ".5", "5.", "1e", "1e+", "0x10", "inf", "nan", "1e999", "1 ", "1_0", "--1", "1-1",
      "1e1.5", "1e1e1",
    ] {
      #expect(number(bad) == nil, "\(bad)")
    }
    #expect(NumberLiteral.integer(Array("-9223372036854775808".utf8)) == .min)
    for bad in ["9223372036854775808", "", "-", "5.0", "5e3", " 5"] {
      #expect(NumberLiteral.integer(Array(bad.utf8)) == nil, "\(bad)")
    }
  }
}

@Suite("Names and patterns")
struct SyntaxTests {
  @Test("the nearest name lies within two edits and half the letters")
  func nearest() {
    let names = ["title", "body", "date", "tags", "id"]
    #expect(NearestName.of("titel", among: names) == "title")
    #expect(NearestName.of("Title", among: names) == "title")
    #expect(NearestName.of("bdoy", among: names) == "body")
    #expect(NearestName.of("dates", among: names) == "date")
    #expect(NearestName.of("http", among: names) == nil)
    #expect(NearestName.of("a", among: names) == nil)
    #expect(NearestName.of("dage", among: ["page", "date"]) == "date")
    #expect(NearestName.of(String(repeating: "x", count: 1_000), among: names) == nil)
  }

  @Test("regular expressions are checked before they count as such")
  func regex() {
    for good in [
      "a", "a|b", "(a|b)*c+d?", "[a-z]", "[^]]", "[]a]", "a{2}", "a{2,}", "a{2,3}", "\\d\\.",
      "(?:a)", ".", "()", "日本",
      "[-a]", "a\\{",
    ] {
      #expect(throws: Never.self, "\(good)") { try RegexSyntax.parse(good) }
    }
    for bad in [
      "(", ")", "a(", "[", "[]", "[a", "*a", "a**", "+", "a|*", "(*a)", "a{", "a{}", "a{3,2}",
      "a{,3}", "a{1001}", "a{1,2,3}",
      "{2}", "\\", "[\\D]", "(?=a)", "(?i)a", "\\1", "a]", "a}", "[z-a]",
      String(repeating: "(", count: 65) + String(repeating: ")", count: 65),
    ] {
      #expect(throws: RegexSyntax.Fault.malformed, "\(bad)") { try RegexSyntax.parse(bad) }
    }
  }

  @Test("regular expressions are read into what they mean")
  func regexTree() throws {
    func character(_ text: Unicode.Scalar) -> RegexNode { .character(text.value) }
    #expect(try RegexSyntax.parse("^ab$") == .sequence([character("a"), character("b")]))
    #expect(
      try RegexSyntax.parse("a|b*")
        == .alternatives([
          character("a"), .repeated(character("b"), from: 0, to: nil),
        ]))
    #expect(try RegexSyntax.parse("(?:a){2,3}") == .repeated(character("a"), from: 2, to: 3))
    #expect(try RegexSyntax.parse("a{2,}") == .repeated(character("a"), from: 2, to: nil))
    #expect(try RegexSyntax.parse("[b-da-c.]") == .set([46...46, 97...100], isNegated: false))
    #expect(try RegexSyntax.parse("[^]]") == .set([93...93], isNegated: true))
    #expect(try RegexSyntax.parse("[a-]") == .set([45...45, 97...97], isNegated: false))
    #expect(try RegexSyntax.parse("\\d") == .set([48...57], isNegated: false))
    #expect(try RegexSyntax.parse("\\D") == .set([48...57], isNegated: true))
    #expect(try RegexSyntax.parse("a.") == .sequence([character("a"), .anyCharacter]))
    #expect(try RegexSyntax.parse("") == .sequence([]))
    #expect(throws: RegexSyntax.Fault.malformed) { try RegexSyntax.parse("\\b") }
  }
}

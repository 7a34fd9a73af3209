import Testing

@testable import Analysis

/// Against the test files of the Unicode Character Database (Debian's package unicode-data).
struct UnicodeTests {
  @Test func segmentsAsEveryCaseOfWordBreakTestSays() throws {
    guard let file = contents(unicodeData + "auxiliary/WordBreakTest.txt") else {
      print("skipped: WordBreakTest.txt is not installed (package unicode-data)")
      return
    }
    var cases = 0
    for line in String(decoding: file, as: UTF8.self).split(separator: "\n") {
      let test = line.split(separator: "#", omittingEmptySubsequences: false)[0]
      guard test.contains("÷") else { continue }
      cases += 1
      var bytes: [UInt8] = []
      var expected: [Int] = []
      for piece in test.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
        switch piece {
        case "÷": expected.append(bytes.count)
        case "×": break
        default: bytes += utf8(scalars(piece))
        }
      }
      var boundaries = [0]
      unsafe bytes.withUnsafeBytes { raw in
        let text = unsafe TextBytes(raw)
        let breaker = WordBreaker(text: text, classes: UnicodeTables.shared.classes)
        while boundaries[boundaries.count - 1] < text.count {
          boundaries.append(breaker.segment(from: boundaries[boundaries.count - 1]).end)
        }
      }
      #expect(boundaries == expected, "\(line)")
    }
    #expect(cases >= 1823)
  }

  @Test func normalizesAsNormalizationTestSays() throws {
    guard let bytes = contents(unpacking: unicodeData + "NormalizationTest.txt.bz2") else {
      print("skipped: NormalizationTest.txt.bz2 is not installed (package unicode-data)")
      return
    }
    var cases = 0
    var wrong: [String] = []
    var listed: Set<UInt32> = []
    var isPart1 = false
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("@Part") { isPart1 = line.hasPrefix("@Part1") }
      guard line.first?.isHexDigit == true else { continue }
      cases += 1
      let columns = line.split(separator: ";").prefix(5).map { utf8(scalars($0)) }
      for column in 0..<5 {
        let source = columns[column]
        let canonical = column < 3 ? 0 : 2
        let forms = [
          ("NFC", Normalization.nfc(unsafe source.span.bytes), columns[1 + canonical]),
          ("NFD", Normalization.nfd(unsafe source.span.bytes), columns[2 + canonical]),
          ("NFKC", Normalization.nfkc(unsafe source.span.bytes), columns[3]),
          ("NFKD", Normalization.nfkd(unsafe source.span.bytes), columns[4]),
        ]
        for (name, form, expected) in forms where form != expected {
          wrong.append("\(name) of column \(column + 1): \(line)")
        }
      }
      if isPart1 { listed.formUnion(scalars(line.split(separator: ";")[0])) }
    }
    // Part 1 of the file: whatever it does not list is its own normal form.
    for value in 0..<0x110000 as Range<UInt32> where value >> 11 != 0x1B && !listed.contains(value)
    {
      let source = utf8([value])
      if Normalization.nfkd(unsafe source.span.bytes) != source
        || Normalization.nfkc(unsafe source.span.bytes) != source
      {
        wrong.append("\(value) is not its own normal form")
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong, the first: \(wrong.first ?? "")")
    #expect(cases > 18_000)
  }

  /// Full case folding: C and F of CaseFolding.txt, each followed by nothing and by a letter.
  @Test func foldsCaseAsCaseFoldingSays() throws {
    guard let file = contents(unicodeData + "CaseFolding.txt") else {
      print("skipped: CaseFolding.txt is not installed (package unicode-data)")
      return
    }
    var folding: [UInt32: [UInt32]] = [:]
    for line in String(decoding: file, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: "#", omittingEmptySubsequences: false)[0]
        .split(separator: ";").map { $0.split(separator: " ").joined(separator: " ") }
      guard fields.count >= 3, fields[1] == "C" || fields[1] == "F" else { continue }
      folding[scalars(fields[0])[0]] = scalars(fields[2])
    }
    #expect(folding.count > 1_400)
    let tables = UnicodeTables.shared
    for value in 0..<0x110000 as Range<UInt32> where value >> 11 != 0x1B {
      var folded: [UInt32] = []
      tables.folding.append(value, to: &folded)
      #expect(folded == folding[value] ?? [value], "\(String(value, radix: 16))")
    }
    // The exact form goes by it: what folds to the same text has one exact form.
    for (value, to) in folding {
      #expect(exactForm(utf8([value])) == exactForm(utf8(to)), "\(String(value, radix: 16))")
    }
  }

  @Test func whiteSpaceIsThatOfPropList() throws {
    guard let file = contents(unicodeData + "PropList.txt") else {
      print("skipped: PropList.txt is not installed (package unicode-data)")
      return
    }
    var expected: Set<UInt32> = []
    for line in String(decoding: file, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: "#", omittingEmptySubsequences: false)[0]
        .split(separator: ";").map { $0.split(separator: " ").joined() }
      guard fields.count == 2, fields[1] == "White_Space" else { continue }
      let bounds = fields[0].split(separator: ".").compactMap { UInt32($0, radix: 16) }
      expected.formUnion(bounds[0]...bounds[bounds.count - 1])
    }
    let actual = Set((0..<0x110000 as Range<UInt32>).filter { PlainTokenizer.isSpace($0) })
    #expect(actual == expected)
  }

  @Test func tablesAreThoseOfTheDigest() {
    #expect(UnicodeDataTables.version == "15.0.0")
    let tables = UnicodeTables.shared
    #expect(tables.classes[0x41] & WordClass.mask == WordClass.aLetter)
    #expect(tables.classes[0x10FFFF] == 0)
    #expect(tables.combiningClasses[0x301] == 230)
    #expect(tables.composition(0x65, 0x301) == 0xE9)
    #expect(tables.composition(0x1100, 0x1161) == 0xAC00)
    #expect(tables.composition(0x61, 0x62) == nil)
  }

  /// Unicode 15.0, table 3-8 and its neighbours: one U+FFFD for each maximal subpart.
  @Test func illFormedBytesAreReplacedByMaximalSubparts() {
    let cases: [([UInt8], [UInt32])] = [
      (
        [0xC0, 0xAF, 0xE0, 0x80, 0xBF, 0xF0, 0x81, 0x82, 0x41],
        Array(repeating: 0xFFFD, count: 8) + [0x41]
      ),
      (
        [0xED, 0xA0, 0x80, 0xED, 0xBF, 0xBF, 0xED, 0xAF, 0x41],
        Array(repeating: 0xFFFD, count: 8) + [0x41]
      ),
      (
        [0xF4, 0x91, 0x92, 0x93, 0xFF, 0x41, 0x80, 0xBF, 0x42],
        [0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0x41, 0xFFFD, 0xFFFD, 0x42]
      ),
      (
        [0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41],
        [0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 0x41]
      ),
      ([0xE2, 0x82], [0xFFFD]), ([0xF0, 0x9F, 0x98], [0xFFFD]), ([0xC3], [0xFFFD]),
    ]
    for (bytes, expected) in cases {
      var decoded: [UInt32] = []
      unsafe bytes.withUnsafeBytes { raw in
        Normalization.decode(unsafe TextBytes(raw), into: &decoded)
      }
      #expect(decoded == expected)
    }
  }
}

import Testing

@testable import QueryLanguage

@Suite("Properties of the query language")
struct PropertyTests {
  let parsers = [
    Vectors.parser, QueryParser(fields: Vectors.fields, defaultOperator: .or),
    QueryParser(fields: Vectors.fields, mode: .simple),
  ]

  /// What holds of any reading of any bytes.
  func check(_ bytes: [UInt8], _ seed: UInt64) {
    for parser in parsers {
      let parsed = parser.parse(utf8: bytes)
      let places = parsed.warnings.map(\.at)
      #expect(places == places.sorted(), "seed \(seed)")
      for warning in parsed.warnings {
        #expect(
          warning.at >= 0 && warning.length >= 0 && warning.at + warning.length <= bytes.count,
          "seed \(seed): \(warning)")
      }
      let printed = parsed.root.printed()
      for reader in parsers.prefix(2) {
        let again = reader.parse(printed)
        // Brackets were added, and there are too many now.
        if again.warnings.contains(where: { $0.code == .tooDeep }) { continue }
        #expect(again.root == parsed.root, "seed \(seed): \(printed)")
        #expect(parsed.root == .empty || again.warnings.isEmpty, "seed \(seed): \(printed)")
      }
    }
  }

  @Test(
    "random texts of the grammar's pieces are read, and read back",
    arguments: 0..<8 as Range<UInt64>)
  func texts(seed: UInt64) {
    for step in 0..<500 as Range<UInt64> {
      let seed = seed * 1_000 + step
      var queries = RandomQueries(seed: seed)
      check(Array(queries.text(pieces: 24).utf8), seed)
    }
  }

  @Test("random bytes are read, and read back", arguments: 0..<4 as Range<UInt64>)
  func bytes(seed: UInt64) {
    for step in 0..<500 as Range<UInt64> {
      let seed = seed * 1_000 + step
      var queries = RandomQueries(seed: seed)
      check(queries.bytes(count: 60), seed)
    }
  }

  @Test("random trees read back from their printed form", arguments: 0..<8 as Range<UInt64>)
  func trees(seed: UInt64) {
    for step in 0..<300 as Range<UInt64> {
      let seed = seed * 1_000 + step
      var queries = RandomQueries(seed: seed)
      let tree = queries.tree(depth: 4)
      let printed = tree.printed()
      for parser in parsers.prefix(2) {
        let parsed = parser.parse(printed)
        #expect(parsed.root == tree, "seed \(seed): \(printed)")
        #expect(parsed.warnings.isEmpty, "seed \(seed): \(printed)")
      }
    }
  }

  @Test(
    "a sign, an operator or a field that is all of a group is no value of a typed field",
    arguments: ["size:(AND)", "size:(-)", "open:(NOT)", "date:(+", "size:(^^(date:\u{1}"])
  func loneOperator(_ query: String) {
    check(Array(query.utf8), 0)
    let parsed = Vectors.parser.parse(query)
    let isBadValue = parsed.warnings.contains {
      [.badNumber, .badDate, .badBoolean].contains($0.code)
    }
    #expect(parsed.root == .empty && isBadValue, "\(parsed)")
  }

  @Test(
    "signs of signs are dropped within NEAR", arguments: ["a ADJ (+(+b))", "a NEAR (+(+(+b)))"])
  func signsWithinNear(_ query: String) {
    check(Array(query.utf8), 0)
    guard case .near(let near) = Vectors.parser.parse(query).root else {
      Issue.record("\(query)")
      return
    }
    #expect(near.operands == [.term(.init("a")), .term(.init("b"))])
  }

  @Test("a query cut anywhere is read", arguments: Vectors.all)
  func cut(_ vector: Vector) {
    let bytes = Array(vector.query.utf8)
    for end in bytes.indices { check(Array(bytes[..<end]), UInt64(end)) }
  }
}

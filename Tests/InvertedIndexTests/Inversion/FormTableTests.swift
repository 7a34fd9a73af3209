import Analysis
import Testing

@testable import InvertedIndex

/// The table of words of a segment being built, against plain arrays.
@Suite("Words of a segment being built")
struct FormTableTests {
  private static func add(_ text: [UInt8], field: UInt16, to table: inout FormTable) -> Int {
    unsafe text.withUnsafeBufferPointer { bytes in
      unsafe table.entry(value: bytes.baseAddress!, length: bytes.count, field: field)
    }
  }

  /// What a form's chain says: documents with their positions.
  private static func read(_ chain: FormChains.Reader) -> [UInt32: [UInt32]] {
    var chain = chain
    var found: [UInt32: [UInt32]] = [:]
    var positions = PositionBuffer()
    while chain.advance() {
      positions.count = 0
      chain.readPositions(&positions)
      found[chain.document] = unsafe Array(positions.values)
    }
    return found
  }

  @Test("chains give back what they were given, whatever the differences")
  func chains() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("chains: seed \(seed)")
    var random = SplitMix(seed)
    var table = FormTable()
    var expected: [[UInt32: [UInt32]]] = []
    for form in 0..<40 {
      _ = Self.add(Array("form \(form)".utf8), field: 0, to: &table)
      expected.append([:])
    }
    // Small steps and positions for some forms, any for others; all chains grow side by side.
    var number: UInt32 = 0
    for document in 0..<400 {
      number += document % 7 == 6 ? 300_000 : UInt32.random(in: 1...200, using: &random)
      for form in expected.indices where Int.random(in: 0..<3, using: &random) > 0 {
        var position: UInt32 = 0
        for _ in 0..<Int.random(in: 1...(form % 5 == 0 ? 30 : 2), using: &random) {
          position += UInt32.random(in: 0...(form % 4 == 0 ? 2_000_000 : 300), using: &random)
          table.append(form, document: number, position: position)
          // A position given twice is one.
          if expected[form][number]?.last != position {
            expected[form][number, default: []].append(position)
          }
        }
      }
    }
    for form in expected.indices {
      #expect(Self.read(table.chain(form)) == expected[form], "form \(form)")
    }
  }

  @Test("one text is another form in each field, and as a value another than as a word")
  func spaces() {
    var table = FormTable()
    let text = Array("finland".utf8)
    let entries = (0..<20).map { Self.add(text, field: UInt16($0), to: &table) }
    #expect(Set(entries).count == 20)
    for field in 0..<20 {
      #expect(Self.add(text, field: UInt16(field), to: &table) == entries[field])
      let word = unsafe (text + [UInt8](repeating: 0, count: 8)).withUnsafeBufferPointer { bytes in
        unsafe table.find(
          word: bytes.baseAddress!, length: text.count, field: UInt16(field),
          hash: Analyzer.hash(of: text.span.bytes))
      }
      #expect(word == nil)
    }
  }

  @Test("many terms come in the order of their bytes", arguments: [100, 5_000, 20_000])
  func order(count: Int) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("order: seed \(seed)")
    var random = SplitMix(seed)
    var table = FormTable()
    var texts: Set<[UInt8]> = []
    while texts.count < count {
      // Long common beginnings, zeros, and terms that are the beginning of others.
      let letters: [UInt8] = [0, 0x61, 0x62, 0xC3]
      let length = Int.random(in: 1...12, using: &random)
      texts.insert((0..<length).map { _ in letters.randomElement(using: &random)! })
    }
    var order = TermOrder(capacity: 16)
    for text in texts {
      let form = Self.add(text, field: 0, to: &table)
      // The bytes move while the table grows: given once it is full.
      #expect(form < count)
    }
    for form in 0..<table.count {
      unsafe order.append(form: UInt32(form), bytes: table.bytes(of: table.all[form]))
    }
    order.sort(table)
    var sorted: [[UInt8]] = []
    for index in 0..<order.count { unsafe sorted.append(Array(order.term(index))) }
    #expect(sorted == texts.sorted { $0.lexicographicallyPrecedes($1) })
  }
}

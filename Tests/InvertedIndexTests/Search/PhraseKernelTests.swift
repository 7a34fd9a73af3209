import Testing

@testable import InvertedIndex

@Suite("The kernels of phrases give what plain loops give")
struct PhraseKernelTests {
  /// Sums as a reader gives them: any number before the document's, and three behind that are not less.
  private func withSums<Result>(
    _ positions: [UInt32], before: UInt32, _ body: (PositionSums) -> Result
  ) -> Result {
    var sums = [before] + positions.map { $0 &+ before }
    let last = sums[sums.count - 1]
    // As if of the next documents: the first may begin at 0.
    sums += [last, last &+ 1, last &+ 5]
    return unsafe sums.withUnsafeBufferPointer { buffer in
      unsafe body(PositionSums(sums: buffer.baseAddress! + 1, count: positions.count))
    }
  }

  @Test("positions of two words meet", arguments: 0..<40)
  func positionsMeet(seed: Int) {
    var random = SplitMix(UInt64(seed) &* 7919)
    for round in 0..<200 {
      func positions() -> [UInt32] {
        let count = 1 + random.below(round % 10 == 0 ? 300 : 11)
        let spread = 1 + random.below(5)
        var position = UInt32(random.below(20)) &+ (round % 50 == 49 ? 0x7FFF_0000 : 0)
        return (0..<count).map { _ in
          defer { position += UInt32(random.below(spread + 1)) }
          return position
        }
      }
      let (x, y) = (positions(), positions())
      let (xShift, yShift) = (UInt32(random.below(3)), UInt32(random.below(3)))
      let expected = Set(x.map { $0 &+ xShift }).intersection(y.map { $0 &+ yShift }).count
      let before = UInt32(truncatingIfNeeded: random.next())
      let (all, any) = unsafe withSums(x, before: before) { first in
        unsafe withSums(y, before: UInt32(truncatingIfNeeded: random.next())) { second in
          unsafe (
            PositionJoin.count(first, xShift, second, yShift, countsAll: true),
            PositionJoin.count(first, xShift, second, yShift, countsAll: false)
          )
        }
      }
      #expect(all == expected, "\(x) + \(xShift), \(y) + \(yShift)")
      #expect((any > 0) == (expected > 0), "\(x) + \(xShift), \(y) + \(yShift)")
    }
  }

  @Test("documents of two blocks are paired, however often the table was used")
  func pairs() {
    var random = SplitMix(11)
    var pairs = DocumentPairs()
    for _ in 0..<1500 {
      let base = UInt32(random.below(1 << 30))
      func block() -> [UInt32] {
        var document = base
        var all: [UInt32] = []
        for _ in 0..<128 {
          document += UInt32(random.below(30)) + (all.isEmpty ? 0 : 1)
          if document - base >= DocumentPairs.span { break }
          all.append(document)
        }
        return all
      }
      let (a, b) = (block(), block())
      let from = min(a.count, b.count, random.below(3))
      unsafe a.withUnsafeBufferPointer { first in
        unsafe b.withUnsafeBufferPointer { second in
          unsafe pairs.find(
            first.baseAddress!, from..<a.count, second.baseAddress!, from..<b.count, base: base)
        }
      }
      let found = (0..<pairs.count).map {
        [Int(unsafe pairs.firsts[$0]), Int(unsafe pairs.seconds[$0])]
      }
      let expected = (from..<b.count).compactMap { j in
        a[from...].firstIndex(of: b[j]).map { [$0, j] }
      }
      #expect(found == expected)
    }
  }

  @Test("places with a frequency above a floor are found in any part of a block")
  func placesAboveFloor() {
    var random = SplitMix(5)
    var pairs = DocumentPairs()
    for _ in 0..<500 {
      let frequencies = (0..<128).map { _ in
        let most = random.below(8) == 0 ? 1000 : 3
        return UInt32(1 + random.below(most))
      }
      let start = random.below(128)
      let end = start + random.below(129 - start)
      let floor = UInt32(random.below(6))
      unsafe frequencies.withUnsafeBufferPointer {
        unsafe pairs.find(start..<end, $0.baseAddress!, above: floor)
      }
      let found = (0..<pairs.count).map { Int(unsafe pairs.firsts[$0]) }
      #expect(found == (start..<end).filter { frequencies[$0] > floor })
      pairs.keep { (place, _) in place % 3 == 0 }
      let kept = (0..<pairs.count).map { Int(unsafe pairs.firsts[$0]) }
      #expect(kept == found.filter { $0 % 3 == 0 })
    }
  }
}

// Where the positions of two words meet in one document.
//
// Most documents have few positions of a word: four of the one are compared with four of the other at once, each with
// each, by turning the lanes:
//
//   x            3   9  20  31        y            8   9  14  20
//   x = y        –   –   –   –        y turned     9  14  20   8    20   8   9  14    14  20   8   9
//   hits         –   x   x   –
//
// So there is no branch that depends on a position, but for the number of groups of four. Behind the last position of
// a document lie those of the next ones, which sums make greater: lanes of x beyond its own last, or greater than the last of y,
// do not count. Where there are many groups, those that cannot meet are passed over.

import Bytes

enum PositionJoin {
  private typealias Signs = SIMD4<Int32>

  /// How many positions of `x` are among those of `y`, both moved by a distance: each once if `countsAll`; else some
  /// number, not 0 if there are any. Both words have positions.
  @inline(__always)
  static func count(
    _ x: PositionSums, _ xShift: UInt32, _ y: PositionSums, _ yShift: UInt32, countsAll: Bool
  ) -> Int {
    let pair = unsafe Pair(x, xShift, y, yShift)
    if unsafe ((x.count &+ 3) &>> 2) &* ((y.count &+ 3) &>> 2) > 12 {
      return unsafe passing(pair, countsAll)
    }
    var total = Signs.zero
    var at = 0
    repeat {
      let four = unsafe pair.x(at)
      var hits = Signs.zero
      var other = 0
      repeat {
        hits |= unsafe meet(four, pair.y(other))
        other &+= 4
      } while unsafe other < y.count
      total &-= unsafe hits & pair.counted(four, at, countsAll)
      at &+= 4
    } while unsafe at < x.count
    return sum(total)
  }

  /// As `count`, of many positions.
  @inline(never)
  private static func passing(_ pair: Pair, _ countsAll: Bool) -> Int {
    let (xCount, yCount) = unsafe (pair.xSums.count, pair.ySums.count)
    var total = Signs.zero
    var first = 0
    var at = 0
    while at < xCount, first < yCount {
      let four = unsafe pair.x(at)
      let least = unsafe pair.xAt(at)
      let greatest = unsafe pair.xAt(min(at &+ 3, xCount &- 1))
      while first < yCount, unsafe pair.yAt(min(first &+ 3, yCount &- 1)) < least { first &+= 4 }
      var hits = Signs.zero
      var other = first
      while other < yCount, unsafe pair.yAt(other) <= greatest {
        hits |= unsafe meet(four, pair.y(other))
        other &+= 4
      }
      total &-= unsafe hits & pair.counted(four, at, countsAll)
      at &+= 4
    }
    return sum(total)
  }

  /// Lanes of `x` that equal any lane of `y`.
  @inline(__always)
  private static func meet(_ x: Lanes, _ y: Lanes) -> Signs {
    let (one, two) = (turned(y), turnedTwice(y))
    let three = turnedTwice(one)
    let even =
      unsafe unsafeBitCast(x .== y, to: Signs.self)
      | (unsafe unsafeBitCast(x .== two, to: Signs.self))
    let odd =
      unsafe unsafeBitCast(x .== one, to: Signs.self)
      | (unsafe unsafeBitCast(x .== three, to: Signs.self))
    return even | odd
  }

  // Written as shuffles of bytes: those of lanes become scalar code.

  @inline(__always)
  private static func turned(_ lanes: Lanes) -> Lanes {
    let x = unsafe unsafeBitCast(lanes, to: SIMD16<UInt8>.self)
    let y = SIMD16<UInt8>(
      x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11], x[12], x[13], x[14], x[15], x[0], x[1],
      x[2], x[3])
    return unsafe unsafeBitCast(y, to: Lanes.self)
  }

  @inline(__always)
  private static func turnedTwice(_ lanes: Lanes) -> Lanes {
    let x = unsafe unsafeBitCast(lanes, to: SIMD16<UInt8>.self)
    let y = SIMD16<UInt8>(
      x[8], x[9], x[10], x[11], x[12], x[13], x[14], x[15], x[0], x[1], x[2], x[3], x[4], x[5],
      x[6], x[7])
    return unsafe unsafeBitCast(y, to: Lanes.self)
  }

  @inline(__always)
  private static func sum(_ lanes: Signs) -> Int {
    let halves = unsafe unsafeBitCast(lanes, to: SIMD2<UInt64>.self)
    let both = halves.x &+ halves.y
    return Int(truncatingIfNeeded: (both &+ (both &>> 32)) & 0xFFFF_FFFF)
  }

  /// Two lists, moved so that they meet.
  @unsafe
  private struct Pair {
    let xSums: PositionSums
    let ySums: PositionSums
    private let xMove: UInt32
    private let yMove: UInt32
    private let yLast: UInt32

    /// Half of all numbers is added, so that signed comparisons, the only ones of lanes that there are, order them.
    private static let half: UInt32 = 0x8000_0000

    @inline(__always)
    init(_ x: PositionSums, _ xShift: UInt32, _ y: PositionSums, _ yShift: UInt32) {
      unsafe xSums = x
      unsafe ySums = y
      unsafe xMove = xShift &- x.base &+ Pair.half
      unsafe yMove = yShift &- y.base &+ Pair.half
      unsafe yLast = y.sums[y.count &- 1] &+ yMove
    }

    @inline(__always)
    func x(_ place: Int) -> Lanes {
      unsafe UnsafeRawPointer(xSums.sums + place).loadUnaligned(as: Lanes.self)
        &+ Lanes(repeating: xMove)
    }

    @inline(__always)
    func y(_ place: Int) -> Lanes {
      unsafe UnsafeRawPointer(ySums.sums + place).loadUnaligned(as: Lanes.self)
        &+ Lanes(repeating: yMove)
    }

    @inline(__always)
    func xAt(_ place: Int) -> UInt32 { unsafe xSums.sums[place] &+ xMove &- Pair.half }

    @inline(__always)
    func yAt(_ place: Int) -> UInt32 { unsafe ySums.sums[place] &+ yMove &- Pair.half }

    /// Lanes of x from `place` on that count: its own, not beyond the last of y, and each position once.
    @inline(__always)
    func counted(_ x: Lanes, _ place: Int, _ countsAll: Bool) -> Signs {
      let left = unsafe Int32(truncatingIfNeeded: xSums.count &- place)
      let numbers = Signs(0, 1, 2, 3)
      let own = unsafe unsafeBitCast(numbers .< Signs(repeating: left), to: Signs.self)
      let signed = unsafe unsafeBitCast(x, to: Signs.self)
      let limit = unsafe Signs(repeating: Int32(bitPattern: yLast))
      let beyond = unsafe unsafeBitCast(signed .> limit, to: Signs.self)
      if !countsAll { return own & ~beyond }
      // One that the next one repeats.
      let next = unsafe self.x(place &+ 1)
      let same = unsafe unsafeBitCast(x .== next, to: Signs.self)
      let notLast = unsafe unsafeBitCast(
        numbers .< Signs(repeating: left &- 1), to: Signs.self)
      return own & ~beyond & ~(same & notLast)
    }
  }
}

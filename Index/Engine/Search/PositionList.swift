// Positions of one document as a list: of a phrase's place that several words fit, and of documents too long for the
// table in which phrases are looked for.

/// Positions being collected, ascending, each once. A zero stands before the first, so that they are sums, too.
@safe
struct PositionList: ~Copyable {
  private var base: UnsafeMutablePointer<UInt32>
  private var capacity = 0
  private(set) var count = 0

  /// What may be read behind the last one.
  private static let padding = 4

  init() {
    unsafe base = .allocate(capacity: 1 + Self.padding)
    unsafe base.initialize(repeating: 0, count: 1 + Self.padding)
  }

  deinit { unsafe base.deallocate() }

  mutating func removeAll() { count = 0 }

  /// Makes room for `wanted` positions in all.
  mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let larger = max(wanted, capacity * 2, 64)
    let words = 1 + larger + Self.padding
    let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: words)
    unsafe memory.initialize(repeating: 0, count: words)
    unsafe memory.update(from: base, count: 1 + count)
    unsafe base.deallocate()
    unsafe base = memory
    capacity = larger
  }

  /// Appends a position unless it is the last one already. There is room for it.
  @inline(__always)
  mutating func appendDistinct(_ position: UInt32) {
    precondition(count < capacity, "room was made")
    if count > 0, unsafe base[count] == position { return }
    count &+= 1
    unsafe base[count] = position
  }

  /// Valid until positions are added.
  @unsafe
  var sums: PositionSums {
    // None less than the last may be read behind it.
    for place in 1...3 { unsafe base[count &+ place] = base[count] }
    return unsafe PositionSums(sums: UnsafePointer(base + 1), count: count)
  }

  /// Takes the positions of a word, `shift` further on.
  mutating func take(_ positions: PositionSums, shift: UInt32) {
    removeAll()
    reserve(unsafe positions.count)
    for i in 0..<(unsafe positions.count) { appendDistinct(unsafe positions[i] &+ shift) }
  }

  /// Keeps those where another word is, `shift` further on.
  mutating func keep(_ positions: PositionSums, shift: UInt32) {
    let end = unsafe positions.count
    var kept = 0
    var next = 0
    var place = 1
    while place <= count {
      let wanted = unsafe base[place]
      while next < end, unsafe positions[next] &+ shift < wanted { next &+= 1 }
      if next == end { break }
      if unsafe positions[next] &+ shift == wanted {
        kept &+= 1
        unsafe base[kept] = wanted
      }
      place &+= 1
    }
    count = kept
  }
}

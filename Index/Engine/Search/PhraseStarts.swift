// Where a phrase could begin in one document, narrowed by one word after the other.
//
// A document's positions are marked in a table, with a tag that no document before had; the next word looks its own up,
// moved by its distance, and raises the tag of those that are there. So joining two words costs a step for each
// of their positions and no branch that depends on them. Positions beyond the table, in very long documents, are merged
// as sorted lists.

@safe
struct PhraseStarts: ~Copyable {
  /// Positions that the table has.
  static let capacity = 1 << 14
  /// More words than that are merged as lists.
  static let slotLimit = 256

  private let marks: UnsafeMutablePointer<UInt16>
  private var tag: UInt16 = 0

  init() {
    unsafe marks = .allocate(capacity: Self.capacity)
    unsafe marks.initialize(repeating: 0, count: Self.capacity)
  }

  deinit { unsafe marks.deallocate() }

  /// Marks the positions of a document's first word, `shift` further on. False: one is beyond the table.
  @inline(__always)
  mutating func begin(_ differences: UnsafeBufferPointer<UInt32>, shift: Int) -> Bool {
    if Int(tag) > Int(UInt16.max) - Self.slotLimit {
      unsafe marks.update(repeating: 0, count: Self.capacity)
      tag = 0
    }
    tag &+= 1
    var place = shift
    for i in 0..<differences.count {
      unsafe place &+= Int(differences[i])
      if place >= Self.capacity { return false }
      unsafe marks[place] = tag
    }
    return true
  }

  /// Keeps the starts that another word, `shift` further on, has as well, and returns their number.
  @inline(__always)
  mutating func keep(_ differences: UnsafeBufferPointer<UInt32>, shift: Int) -> Int {
    let wanted = tag
    let next = tag &+ 1
    var place = shift
    var kept = 0
    for i in 0..<differences.count {
      unsafe place &+= Int(differences[i])
      // All starts are within the table.
      if place >= Self.capacity { break }
      let mark = unsafe marks[place]
      unsafe marks[place] = mark == wanted ? next : mark
      kept &+= mark == wanted ? 1 : 0
    }
    tag = next
    return kept
  }

  /// Whether another word, `shift` further on, has any of the starts.
  @inline(__always)
  func hasAny(_ differences: UnsafeBufferPointer<UInt32>, shift: Int) -> Bool {
    var place = shift
    for i in 0..<differences.count {
      unsafe place &+= Int(differences[i])
      if place >= Self.capacity { return false }
      if unsafe marks[place] == tag { return true }
    }
    return false
  }
}

/// Positions being collected, at an address that stays until more are added.
@safe
struct PositionList: ~Copyable {
  private var base: UnsafeMutablePointer<UInt32>? = nil
  private var capacity = 0
  private(set) var count = 0

  deinit { unsafe base?.deallocate() }

  mutating func removeAll() { count = 0 }

  /// Makes room for `wanted` positions in all.
  @inline(__always)
  mutating func reserve(_ wanted: Int) {
    if wanted > capacity { grow(wanted) }
  }

  private mutating func grow(_ wanted: Int) {
    let larger = max(wanted, capacity * 2, 64)
    let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
    if let old = unsafe base {
      unsafe memory.update(from: old, count: count)
      unsafe old.deallocate()
    }
    unsafe base = memory
    capacity = larger
  }

  /// Appends a position unless it is the last one already. There is room for it.
  @inline(__always)
  mutating func appendDistinct(_ position: UInt32) {
    precondition(count < capacity, "room was made")
    let base = unsafe self.base!
    if count > 0, unsafe base[count &- 1] == position { return }
    unsafe base[count] = position
    count &+= 1
  }

  /// The first position, and the differences from each to the next, in place of the positions.
  @unsafe
  mutating func differences() -> UnsafeBufferPointer<UInt32> {
    if let base = unsafe base {
      var place = count &- 1
      while place > 0 {
        unsafe base[place] &-= base[place &- 1]
        place &-= 1
      }
    }
    return unsafe UnsafeBufferPointer(start: base, count: count)
  }

  /// Takes the places from which `offset` can be taken away, that much smaller.
  mutating func takeStarts(_ differences: UnsafeBufferPointer<UInt32>, offset: UInt32) {
    reserve(differences.count)
    count = 0
    var place: UInt32 = 0
    for i in 0..<differences.count {
      unsafe place &+= differences[i]
      if place >= offset { appendDistinct(place &- offset) }
    }
  }

  /// Keeps the starts that have a position at `offset` behind them.
  mutating func keep(_ differences: UnsafeBufferPointer<UInt32>, offset: UInt32) {
    guard count > 0, let base = unsafe base else { return }
    let end = differences.count
    var kept = 0
    var next = 0
    var place = end > 0 ? unsafe differences[0] : 0
    for i in 0..<count where next < end {
      let start = unsafe base[i]
      let wanted = start &+ offset
      while place < wanted {
        next &+= 1
        if next == end { break }
        unsafe place &+= differences[next]
      }
      if next < end, place == wanted {
        unsafe base[kept] = start
        kept &+= 1
      }
    }
    count = kept
  }
}

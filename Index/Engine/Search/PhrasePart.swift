// Words at fixed distances in one field. Documents first, by whole blocks or by seeking, whichever is cheaper, with
// the least x of the words as a bound of the phrase's. Positions last, for documents whose bound could score
// enough: the rarest two words first, the others only as long as places are left.

/// One slot of a phrase: a term, or several of which any will do.
@safe
struct PhraseSlot: ~Copyable {
  let offset: UInt32
  private let lists: UnsafeMutablePointer<FieldPostings>
  private let count: Int
  private(set) var document: UInt32 = 0
  /// Positions of several terms, sorted, and each once.
  private var merged: [UInt32] = []
  private var distinct = PositionList()

  /// - Parameter lists: initialized; owned from here on.
  init(offset: Int, lists: UnsafeMutablePointer<FieldPostings>, count: Int) {
    self.offset = UInt32(truncatingIfNeeded: offset)
    unsafe self.lists = lists
    self.count = count
    document = smallest()
  }

  deinit {
    unsafe lists.deinitialize(count: count)
    unsafe lists.deallocate()
  }

  var cost: Int {
    var sum = 0
    for i in 0..<count { unsafe sum += lists[i].cost }
    return sum
  }

  /// As `FieldPostings.bound`; infinite for several terms.
  mutating func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    count == 1 ? unsafe try lists.pointee.bound(base, end) : .infinity
  }

  private func smallest() -> UInt32 {
    var result = PostingsCursor.end
    for i in 0..<count { result = unsafe min(result, lists[i].cursor.document) }
    return result
  }

  @inline(__always)
  mutating func seek(_ target: UInt32) throws(IndexError) {
    if document >= target { return }
    if count == 1 {
      unsafe try lists.pointee.cursor.seek(target)
      document = unsafe lists.pointee.cursor.document
    } else {
      for i in 0..<count { unsafe try lists[i].cursor.seek(target) }
      document = smallest()
    }
  }

  /// x of the current document for a frequency.
  func value(_ frequency: UInt32) -> Float {
    unsafe lists.pointee.value(frequency: frequency, document: document)
  }

  /// Positions in the current document, ascending; valid until the slot moves or is asked again.
  @unsafe
  mutating func positions() throws(IndexError) -> UnsafeBufferPointer<UInt32> {
    if count == 1 { return unsafe try lists.pointee.cursor.positions() }
    merged.removeAll(keepingCapacity: true)
    for i in 0..<count where unsafe lists[i].cursor.document == document {
      unsafe merged.append(contentsOf: try lists[i].cursor.positions())
    }
    merged.sort()
    // Two terms may be forms of one word, at the same place.
    distinct.reserve(merged.count)
    distinct.removeAll()
    for position in merged { distinct.appendDistinct(position) }
    return unsafe distinct.all
  }
}

/// Positions being collected, at an address that stays until more are added.
@safe
struct PositionList: ~Copyable {
  private var base: UnsafeMutablePointer<UInt32>
  private var capacity = 64
  private(set) var count = 0

  init() { unsafe base = .allocate(capacity: 64) }

  deinit { unsafe base.deallocate() }

  @unsafe
  var all: UnsafeBufferPointer<UInt32> {
    unsafe UnsafeBufferPointer(start: base, count: count)
  }

  mutating func removeAll() { count = 0 }

  /// Makes room for `wanted` positions in all.
  @inline(__always)
  mutating func reserve(_ wanted: Int) {
    if wanted > capacity { grow(wanted) }
  }

  private mutating func grow(_ wanted: Int) {
    let larger = max(wanted, capacity * 2)
    let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
    unsafe memory.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = memory
    capacity = larger
  }

  /// Appends a position unless it is the last one already. There is room for it.
  @inline(__always)
  mutating func appendDistinct(_ position: UInt32) {
    precondition(count < capacity, "room was made")
    if count > 0, unsafe base[count &- 1] == position { return }
    unsafe base[count] = position
    count &+= 1
  }

  /// Takes the places from which `offset` can be taken away, that much smaller.
  mutating func takeStarts(_ positions: UnsafeBufferPointer<UInt32>, offset: UInt32) {
    reserve(positions.count)
    count = 0
    for i in 0..<positions.count {
      let place = unsafe positions[i]
      if place >= offset { appendDistinct(place &- offset) }
    }
  }

  /// Keeps the starts that have one of `positions` at `offset` behind them.
  mutating func keep(_ positions: UnsafeBufferPointer<UInt32>, offset: UInt32) {
    var kept = 0
    var next = 0
    let end = positions.count
    for i in 0..<count {
      let start = unsafe base[i]
      let wanted = start &+ offset
      while next < end, unsafe positions[next] < wanted { next &+= 1 }
      if next == end { break }
      if unsafe positions[next] == wanted {
        unsafe base[kept] = start
        kept &+= 1
      }
    }
    count = kept
  }
}

@safe
final class PhrasePart: FieldPart {
  /// Rarest first.
  private let slots: UnsafeMutablePointer<PhraseSlot>
  private let count: Int
  /// The slots of one term once more, rarest first, to find the documents by whole blocks.
  private let matchers: [TermPart]
  /// Where the phrase could begin in the document at hand. On the heap for the sake of access without checks.
  private let starts: UnsafeMutablePointer<PositionList>
  /// For each candidate the least x of its words.
  private let least: WindowMemory
  private let isSparse: Bool
  private let deadline: Deadline
  private var looks = 0

  /// - Parameters:
  ///   - slots: initialized, two at least; owned from here on.
  ///   - matchers: for the slots of one term.
  init(
    slots: UnsafeMutablePointer<PhraseSlot>, count: Int, matchers: [TermPart], documents: Int,
    memory: LeafMemory, deadline: Deadline
  ) {
    // Insertion sort: slots cannot be copied.
    for i in 1..<count {
      var j = i
      while j > 0, unsafe slots[j - 1].cost > slots[j].cost {
        unsafe swapMemory(slots + j, slots + (j - 1))
        j -= 1
      }
    }
    unsafe self.slots = slots
    self.count = count
    self.matchers = matchers.sorted { $0.cost < $1.cost }
    unsafe starts = .allocate(capacity: 1)
    unsafe starts.initialize(to: PositionList())
    least = memory.least
    self.deadline = deadline
    let cost = unsafe slots.pointee.cost
    isSparse = cost < documents / 1024
    super.init(cost: cost)
  }

  deinit {
    unsafe slots.deinitialize(count: count)
    unsafe slots.deallocate()
    unsafe starts.deinitialize(count: 1)
    unsafe starts.deallocate()
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    if isSparse { unsafe try slots.pointee.seek(target) }
    return max(target, unsafe slots.pointee.document)
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    // A phrase occurs at most as often as each of its words.
    var least = Float.infinity
    for i in 0..<count { least = min(least, unsafe try slots[i].bound(base, end)) }
    return least
  }

  override func accumulate(
    _ window: Window, _ sums: UnsafeMutablePointer<Float>?, above minimum: Float
  ) throws(IndexError) {
    for (i, matcher) in matchers.enumerated() {
      if minimum > unbounded {
        unsafe try matcher.least(window, least.scores, isFirst: i == 0)
      } else {
        try matcher.match(window)
      }
      if window.isEmpty { return }
    }
    if minimum > unbounded, !matchers.isEmpty {
      let bounds = unsafe Window(
        base: window.base, end: window.end, bits: window.bits, scores: least.scores)
      bounds.keep(above: minimum)
    }
    var at = window.next(from: 0)
    while let place = at {
      let document = window.base &+ UInt32(truncatingIfNeeded: place)
      // Slots of many words make a candidate dear: a window of them can outlast the deadline.
      looks &+= 1
      if looks & 63 == 0, deadline.isPassed { throw .cancelled }
      var isThere = true
      for i in 0..<count where isThere {
        unsafe try slots[i].seek(document)
        isThere = unsafe slots[i].document == document
      }
      let frequency = isThere ? try frequency() : 0
      if frequency == 0 {
        unsafe window.bits[place &>> 6] &= ~(1 &<< UInt64(place & 63))
      } else if let sums = unsafe sums {
        unsafe sums[place] += slots.pointee.value(frequency)
      }
      at = window.next(from: place &+ 1)
    }
  }

  /// How often the phrase occurs in the document that all slots are at.
  private func frequency() throws(IndexError) -> UInt32 {
    unsafe starts.pointee.takeStarts(
      try slots.pointee.positions(), offset: slots.pointee.offset)
    for i in 1..<count {
      if unsafe starts.pointee.count == 0 { return 0 }
      unsafe starts.pointee.keep(try slots[i].positions(), offset: slots[i].offset)
    }
    return UInt32(truncatingIfNeeded: unsafe starts.pointee.count)
  }
}

/// Swaps two values that cannot be copied.
@unsafe
private func swapMemory(
  _ a: UnsafeMutablePointer<PhraseSlot>, _ b: UnsafeMutablePointer<PhraseSlot>
) {
  let first = unsafe a.move()
  unsafe a.initialize(to: b.move())
  unsafe b.initialize(to: first)
}

// Words at fixed distances in one field. Documents first, by whole blocks where all words are about as frequent, else by
// seeking those of the rarest, with the least x of the words as a bound of the phrase's. Positions last, for
// documents whose bound could score enough: the rarest two words first, the others only as long as places are left.

@safe
final class PhrasePart: FieldPart {
  private let words: PhraseSlots
  /// Of `words`, rarest first.
  private let slots: UnsafeMutablePointer<PhraseSlot>
  private let count: Int
  /// The slots of one term once more, rarest first, to find the documents by whole blocks; none: the rarest slot
  /// leads, and the others are sought.
  private let matchers: [TermPart]
  private let memory: LeafMemory
  /// Where the phrase could begin in the document at hand.
  private let starts: UnsafeMutablePointer<PhraseStarts>
  /// The same in documents too long for it. On the heap for the sake of access without checks.
  private let list: UnsafeMutablePointer<PositionList>
  /// Distance of the last word.
  private let length: Int
  private let isSparse: Bool
  /// No slot of several terms.
  private let isPlain: Bool
  private let deadline: Deadline
  private var looks = 0

  /// - Parameters:
  ///   - words: two slots at least.
  ///   - matchers: for the slots of one term, or none.
  init(
    _ words: consuming PhraseSlots, matchers: [TermPart], documents: Int, memory: LeafMemory,
    deadline: Deadline
  ) {
    let count = words.count
    unsafe slots = words.base
    self.count = count
    self.words = words
    self.matchers = matchers.sorted { $0.cost < $1.cost }
    self.memory = memory
    unsafe starts = memory.phraseStarts
    unsafe list = .allocate(capacity: 1)
    unsafe list.initialize(to: PositionList())
    self.deadline = deadline
    var length = 0
    var isPlain = true
    for i in 0..<count {
      length = max(length, Int(unsafe slots[i].offset))
      isPlain = unsafe isPlain && slots[i].isSingle
    }
    self.length = length
    self.isPlain = isPlain
    let cost = unsafe slots.pointee.cost
    isSparse = cost < documents / 1024
    super.init(cost: cost)
  }

  deinit {
    unsafe list.deinitialize(count: 1)
    unsafe list.deallocate()
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    if matchers.isEmpty, isPlain { return try meet(target) }
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
    if matchers.isEmpty {
      unsafe try lead(window, sums, above: minimum)
      return
    }
    var narrowed = window
    for matcher in matchers {
      if minimum > unbounded {
        try matcher.match(narrowed, above: minimum)
      } else {
        try matcher.match(narrowed)
      }
      if window.isEmpty { return }
      narrowed.isFull = false
    }
    var at = window.next(from: 0)
    while let place = at {
      let document = window.base &+ UInt32(truncatingIfNeeded: place)
      try look()
      var isThere = true
      for i in 0..<count where isThere {
        unsafe try slots[i].seekNear(document)
        isThere = unsafe slots[i].document == document
      }
      if isThere { isThere = try unsafe verify(sums, place) }
      if !isThere {
        unsafe window.bits[place &>> 6] &= ~(1 &<< UInt64(place & 63))
      }
      at = window.next(from: place &+ 1)
    }
  }

  /// `accumulate`, led by the rarest slot.
  private func lead(
    _ window: Window, _ sums: UnsafeMutablePointer<Float>?, above minimum: Float
  ) throws(IndexError) {
    let matched = unsafe memory.matched
    for word in 0..<window.words { unsafe matched[word] = 0 }
    var at = window.next(from: 0)
    while let place = at {
      try look()
      let document = try meet(window.base &+ UInt32(truncatingIfNeeded: place))
      if document >= window.end { break }
      let found = Int(document &- window.base)
      at = window.next(from: found)
      guard at == found else { continue }
      if mayPass(minimum), try unsafe verify(sums, found) {
        unsafe matched[found &>> 6] |= 1 &<< UInt64(found & 63)
      }
      at = window.next(from: found &+ 1)
    }
    for word in 0..<window.words { unsafe window.bits[word] &= matched[word] }
  }

  /// The first document ≥ `target` that all slots have, and all slots at it; `end` when there is none.
  private func meet(_ target: UInt32) throws(IndexError) -> UInt32 {
    unsafe try slots.pointee.seek(target)
    var document = unsafe slots.pointee.document
    var i = 1
    while i < count, document != PostingsCursor.end {
      unsafe try slots[i].seek(document)
      let found = unsafe slots[i].document
      if found == document {
        i &+= 1
      } else {
        unsafe try slots.pointee.seek(found)
        document = unsafe slots.pointee.document
        i = 1
      }
    }
    return document
  }

  /// Slots of many words make a candidate dear: a window of them can outlast the deadline.
  private func look() throws(IndexError) {
    looks &+= 1
    if looks & 63 == 0, deadline.isPassed { throw .cancelled }
  }

  /// Whether the least x of the words, in the document that all slots are at, is above `minimum`.
  private func mayPass(_ minimum: Float) -> Bool {
    guard minimum > unbounded else { return true }
    for i in 0..<count where unsafe slots[i].bound() <= minimum { return false }
    return true
  }

  /// Whether the phrase occurs in the document that all slots are at; its x is added to that at `place`.
  @inline(__always)
  private func verify(
    _ sums: UnsafeMutablePointer<Float>?, _ place: Int
  ) throws(IndexError) -> Bool {
    let frequency = try frequency(isOneEnough: unsafe sums == nil)
    if frequency == 0 { return false }
    if let sums = unsafe sums {
      unsafe sums[place] += slots.pointee.value(UInt32(truncatingIfNeeded: frequency))
    }
    return true
  }

  /// How often the phrase occurs in the document that all slots are at; at most 1 where that is enough.
  private func frequency(isOneEnough: Bool) throws(IndexError) -> Int {
    guard count <= PhraseStarts.slotLimit,
      unsafe starts.pointee.begin(
        try slots.pointee.positionDifferences(), shift: length &- Int(slots.pointee.offset))
    else { return try listedFrequency() }
    var kept = 0
    for i in 1..<count {
      let differences = unsafe try slots[i].positionDifferences()
      let shift = unsafe length &- Int(slots[i].offset)
      if isOneEnough, i == count &- 1 {
        return unsafe starts.pointee.hasAny(differences, shift: shift) ? 1 : 0
      }
      kept = unsafe starts.pointee.keep(differences, shift: shift)
      if kept == 0 { return 0 }
    }
    return kept
  }

  private func listedFrequency() throws(IndexError) -> Int {
    unsafe list.pointee.takeStarts(
      try slots.pointee.positionDifferences(), offset: slots.pointee.offset)
    for i in 1..<count {
      if unsafe list.pointee.count == 0 { return 0 }
      unsafe list.pointee.keep(try slots[i].positionDifferences(), offset: slots[i].offset)
    }
    return unsafe list.pointee.count
  }
}

// The words of a phrase in one field, at their places in the postings.

/// One slot of a phrase: a term, or several of which any will do.
@safe
struct PhraseSlot: ~Copyable {
  let offset: UInt32
  /// The first of the lists, and the only one of a single term.
  var list: UnsafeMutablePointer<FieldPostings> { unsafe lists }
  private let lists: UnsafeMutablePointer<FieldPostings>
  private let count: Int
  private(set) var document: UInt32 = 0
  /// Positions of several terms, sorted, and each once.
  private var merged: [UInt32] = []
  private var distinct: PositionList

  /// - Parameter lists: initialized; they outlive the slot.
  init(offset: Int, lists: UnsafeMutablePointer<FieldPostings>, count: Int) {
    distinct = PositionList()
    self.offset = UInt32(truncatingIfNeeded: offset)
    unsafe self.lists = lists
    self.count = count
    document = smallest()
  }

  var cost: Int {
    var sum = 0
    for i in 0..<count { unsafe sum += lists[i].cost }
    return sum
  }

  /// Positions in all; of several terms some number above it.
  var positionCount: Int { count == 1 ? unsafe lists.pointee.cursor.totalFrequency : Int.max }

  /// As `FieldPostings.bound`; infinite for several terms.
  mutating func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    count == 1 ? unsafe try lists.pointee.bound(base, end) : .infinity
  }

  /// One term, no union of several.
  var isSingle: Bool { count == 1 }

  /// x of the current document; infinite for several terms.
  mutating func bound() -> Float { count == 1 ? unsafe lists.pointee.value() : .infinity }

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

  /// Whether the slot has document `target`, and x there is above `minimum`: it goes there if so. Blocks that could have none such are not decoded.
  mutating func seek(_ target: UInt32, above minimum: Float) throws(IndexError) -> Bool {
    if count == 1, document < target, unsafe lists.pointee.cursor.last < target {
      unsafe try lists.pointee.cursor.shallowSeek(target)
      if unsafe lists.pointee.blockBound() <= minimum { return false }
    }
    try seek(target)
    return document == target && bound() > minimum
  }

  /// Goes to the next document.
  @inline(__always)
  mutating func advance() throws(IndexError) {
    if count == 1 {
      unsafe try lists.pointee.cursor.next()
      document = unsafe lists.pointee.cursor.document
    } else {
      try seek(document &+ 1)
    }
  }

  /// Goes where the only list went.
  @inline(__always)
  mutating func follow() { document = unsafe lists.pointee.cursor.document }

  /// x of a document for a frequency.
  @inline(__always)
  func value(_ frequency: UInt32, _ document: UInt32) -> Float {
    unsafe lists.pointee.value(frequency: frequency, document: document)
  }

  /// x of a document for a frequency that need not be whole.
  func value(_ frequency: Float, _ document: UInt32) -> Float {
    unsafe lists.pointee.value(frequency, document: document)
  }

  /// Positions in the current document; valid until the slot moves or is asked again.
  /// - Parameter isAlone: few of the documents around it will be asked for.
  @unsafe
  @inline(__always)
  mutating func positions(isAlone: Bool) throws(IndexError) -> PositionSums {
    if count == 1 {
      return unsafe try lists.pointee.cursor.positionSums(
        lists.pointee.cursor.index, isAlone: isAlone)
    }
    return unsafe try mergedPositions()
  }

  @unsafe
  private mutating func mergedPositions() throws(IndexError) -> PositionSums {
    merged.removeAll(keepingCapacity: true)
    for i in 0..<count where unsafe lists[i].cursor.document == document {
      unsafe merged.append(contentsOf: try lists[i].cursor.positions())
    }
    merged.sort()
    // Two terms may be forms of one word, at the same place.
    distinct.reserve(merged.count)
    distinct.removeAll()
    for position in merged { distinct.appendDistinct(position) }
    return unsafe distinct.sums
  }
}

/// The slots of a phrase, the rarest first, and all their lists.
@safe
struct PhraseSlots: ~Copyable {
  let base: UnsafeMutablePointer<PhraseSlot>
  private(set) var count = 0
  private let lists: UnsafeMutablePointer<FieldPostings>
  private var listCount = 0
  /// The first list of the slot at hand.
  private var first = 0
  private let capacity: (slots: Int, lists: Int)

  init(capacity slots: Int, lists: Int) {
    capacity = (slots, lists)
    unsafe base = .allocate(capacity: slots)
    unsafe self.lists = .allocate(capacity: lists)
  }

  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
    unsafe lists.deinitialize(count: listCount)
    unsafe lists.deallocate()
  }

  /// Adds a list to the slot at hand.
  mutating func append(_ list: consuming FieldPostings) {
    precondition(listCount < capacity.lists, "a list that was counted")
    unsafe (lists + listCount).initialize(to: list)
    listCount += 1
  }

  /// Ends the slot at hand, which has a list at least, and begins another.
  mutating func endSlot(offset: Int) {
    precondition(count < capacity.slots, "a slot that was counted")
    let slot = unsafe PhraseSlot(offset: offset, lists: lists + first, count: listCount - first)
    first = listCount
    // Insertion sort: slots cannot be copied.
    var place = count
    while place > 0, unsafe base[place - 1].cost > slot.cost {
      unsafe (base + place).moveInitialize(from: base + (place - 1), count: 1)
      place -= 1
    }
    unsafe (base + place).initialize(to: slot)
    count += 1
  }
}

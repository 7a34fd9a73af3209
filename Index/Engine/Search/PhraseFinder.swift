// The documents with a phrase in one field, in ascending order, and how often each has it.
//
// The rarest two words find the documents: by whole blocks where both are about as frequent, else by seeking those
// of the rarest. Where scores count, blocks are passed over by their bounds, and documents by the lesser frequency of both words
// and the norm, before positions are looked at. The other words are looked for only in documents that have the first
// two where they should be.

import Bytes

@safe
final class PhraseFinder {
  private let words: PhraseSlots
  /// Of `words`, rarest first.
  private let slots: UnsafeMutablePointer<PhraseSlot>
  private let count: Int
  private let memory: PhraseMemory
  private let pairs: UnsafeMutablePointer<DocumentPairs>
  /// Distance of the last word from the first.
  private let length: Int
  private let firstShift: UInt32
  private let secondShift: UInt32
  private let isByBlocks: Bool
  /// A block of the second word's positions has those of few documents of the first.
  private let isAlone: Bool
  private let deadline: Deadline
  private var steps = 0
  /// Slots of many words make a document dear: a step can take long.
  private let stepsBetweenLooks: Int
  /// How often the phrase occurs is wanted, not only whether it does.
  private var countsAll = false
  /// What x must exceed.
  private var minimum = unbounded

  /// No fewer documents have the phrase.
  let cost: Int

  /// The documents found by the steps since `take`.
  private(set) var foundCount = 0
  let found: UnsafeMutablePointer<UInt32>
  let frequencies: UnsafeMutablePointer<UInt32>

  /// - Parameter words: two slots at least.
  init(_ words: consuming PhraseSlots, memory: LeafMemory, deadline: Deadline) {
    let count = words.count
    unsafe slots = words.base
    self.count = count
    self.words = words
    self.memory = memory.phrases
    unsafe pairs = memory.phrases.pairs
    unsafe found = memory.phrases.found
    unsafe frequencies = memory.phrases.frequencies
    self.deadline = deadline
    var length = 0
    var isPlain = true
    for i in 0..<count {
      length = max(length, Int(unsafe slots[i].offset))
      isPlain = unsafe isPlain && slots[i].isSingle
    }
    self.length = length
    firstShift = UInt32(truncatingIfNeeded: length &- Int(unsafe slots[0].offset))
    secondShift = UInt32(truncatingIfNeeded: length &- Int(unsafe slots[1].offset))
    stepsBetweenLooks = isPlain ? 16 : 1
    cost = unsafe slots[0].cost
    // Each time some rows of four are unpacked; all take as long as four times.
    isAlone = unsafe slots[1].positionCount / 32 > cost
    isByBlocks =
      unsafe slots[0].isSingle && slots[1].isSingle && cost >= 2 * blockSize
      && slots[1].cost < 16 * cost
  }

  // MARK: From outside

  /// The first document ≥ `target` that the rarest word has.
  func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    unsafe try slots[0].seek(target)
    return unsafe slots[0].document
  }

  /// No document of `base..<end` has a larger x; negative: none matches.
  func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    // A phrase occurs at most as often as each of its words.
    var least = Float.infinity
    for i in 0..<count { least = min(least, unsafe try slots[i].bound(base, end)) }
    return least
  }

  /// x of a document found, for its frequency.
  @inline(__always)
  func value(_ place: Int) -> Float {
    unsafe slots[0].value(frequencies[place], found[place])
  }

  /// Begins a row of steps.
  /// - Parameter countsAll: how often the phrase occurs is wanted, not only whether it does.
  func begin(countsAll: Bool) {
    self.countsAll = countsAll
    foundCount = 0
  }

  /// Forgets what was found.
  func take() { foundCount = 0 }

  /// Looks on, from document `base` on and before `limit`. At most 128 documents are found.
  /// - Parameters:
  ///   - window: only its candidates; nil: all.
  ///   - minimum: documents whose x is known not to be above it may be left out.
  /// - Returns: false: there are no more documents before `limit`.
  func step(
    from base: UInt32, before limit: UInt32, _ window: Window?, above minimum: Float
  ) throws(IndexError) -> Bool {
    if steps % stepsBetweenLooks == 0, deadline.isPassed { throw .cancelled }
    steps &+= 1
    self.minimum = minimum
    if unsafe slots[0].document < base { unsafe try slots[0].seek(base) }
    if minimum > unbounded, unsafe slots[0].isSingle { return try stepByBounds(limit, window) }
    return isByBlocks ? try stepByBlocks(limit, window) : try stepBySeeking(limit, window)
  }

  // MARK: Documents

  /// The pairs of the block that each of both words is at, or of as much of them as the table spans.
  private func stepByBlocks(
    _ limit: UInt32, _ window: Window?
  ) throws(IndexError) -> Bool {
    let a = unsafe slots[0].list
    let b = unsafe slots[1].list
    guard unsafe try meet(a, b, limit) else {
      unsafe slots[0].follow()
      unsafe slots[1].follow()
      return false
    }
    let first = unsafe min(a.pointee.cursor.document, b.pointee.cursor.document)
    let end = unsafe min(
      min(limit, first &+ DocumentPairs.span),
      min(a.pointee.cursor.last, b.pointee.cursor.last) &+ 1)
    let aPlaces =
      unsafe a.pointee.cursor.index..<place(of: end, a)
    let bPlaces =
      unsafe b.pointee.cursor.index..<place(of: end, b)
    unsafe pairs.pointee.find(
      a.pointee.cursor.documents, aPlaces, b.pointee.cursor.documents, bPlaces, base: first)
    if let window { unsafe keepCandidates(window, a.pointee.cursor.documents) }
    unsafe try addPairs(a, b)
    unsafe try a.pointee.cursor.move(to: aPlaces.upperBound)
    unsafe try b.pointee.cursor.move(to: bPlaces.upperBound)
    unsafe slots[0].follow()
    unsafe slots[1].follow()
    return true
  }

  /// Adds the pairs that were found in the decoded blocks.
  private func addPairs(
    _ a: UnsafeMutablePointer<FieldPostings>, _ b: UnsafeMutablePointer<FieldPostings>
  ) throws(IndexError) {
    let count = unsafe pairs.pointee.count
    if count == 0 { return }
    let documents = unsafe UnsafePointer(a.pointee.cursor.documents)
    let (firsts, seconds) = unsafe (pairs.pointee.firsts, pairs.pointee.seconds)
    // Where few of a block's positions are wanted, each document's are unpacked by themselves.
    let most = 64 &* count
    let ours = unsafe try a.pointee.cursor.positionRow(
      Int(firsts[0]), Int(firsts[count &- 1]), atMost: most)
    let others = unsafe try b.pointee.cursor.positionRow(
      Int(seconds[0]), Int(seconds[count &- 1]), atMost: most)
    for pair in 0..<count {
      let place = Int(unsafe firsts[pair])
      let other = Int(unsafe seconds[pair])
      let first =
        unsafe ours != nil
        ? ours![place] : try a.pointee.cursor.positionSums(place, isAlone: true)
      let second =
        unsafe others != nil
        ? others![other] : try b.pointee.cursor.positionSums(other, isAlone: true)
      unsafe try add(documents[place], first, second)
    }
  }

  /// Place in the decoded block of the first document ≥ `end`.
  private func place(of end: UInt32, _ list: UnsafeMutablePointer<FieldPostings>) -> Int {
    unsafe list.pointee.cursor.last < end
      ? list.pointee.cursor.count : list.pointee.cursor.place(of: end)
  }

  /// Keeps the pairs whose document is a candidate of the window.
  private func keepCandidates(_ window: Window, _ documents: UnsafeMutablePointer<UInt32>) {
    unsafe pairs.pointee.keep { (place, _) in
      let at = unsafe Int(documents[place] &- window.base)
      return unsafe window.bits[at &>> 6] &>> UInt64(at & 63) & 1 != 0
    }
  }

  /// Brings both lists to blocks that overlap.
  private func meet(
    _ a: UnsafeMutablePointer<FieldPostings>, _ b: UnsafeMutablePointer<FieldPostings>,
    _ limit: UInt32
  ) throws(IndexError) -> Bool {
    while true {
      let x = unsafe a.pointee.cursor.document
      let y = unsafe b.pointee.cursor.document
      if max(x, y) >= limit { return false }
      if x < y {
        let isWithin = unsafe a.pointee.cursor.last >= y
        unsafe try a.pointee.cursor.seek(y)
        if isWithin { return true }
      } else if y < x {
        let isWithin = unsafe b.pointee.cursor.last >= x
        unsafe try b.pointee.cursor.seek(x)
        if isWithin { return true }
      } else {
        return true
      }
    }
  }

  /// The next 128 documents of the rarest slot, sought in the next one.
  private func stepBySeeking(
    _ limit: UInt32, _ window: Window?
  ) throws(IndexError) -> Bool {
    for _ in 0..<blockSize {
      let document = unsafe slots[0].document
      if document >= limit { return false }
      if let window {
        let at = Int(document &- window.base)
        guard let next = window.next(from: at) else { return false }
        if next != at {
          unsafe try slots[0].seek(window.base &+ UInt32(truncatingIfNeeded: next))
          continue
        }
      }
      unsafe try slots[1].seek(document)
      let other = unsafe slots[1].document
      if other != document {
        unsafe try slots[0].seek(other)
        continue
      }
      if unsafe minimum == unbounded || slots[1].bound() > minimum {
        unsafe try add(
          document, try slots[0].positions(isAlone: false), try slots[1].positions(isAlone: isAlone)
        )
      }
      unsafe try slots[0].advance()
    }
    return true
  }

  /// The documents of the rarest word's next block that could compete by its frequencies, sought in the next slot, of
  /// which no block is decoded that could not.
  private func stepByBounds(_ limit: UInt32, _ window: Window?) throws(IndexError) -> Bool {
    let minimum = self.minimum
    let a = unsafe slots[0].list
    let next = unsafe try a.pointee.nextCompetitive(until: limit, above: minimum)
    if next >= limit { return false }
    if unsafe next > a.pointee.cursor.last { unsafe try a.pointee.cursor.seek(next) }
    unsafe slots[0].follow()
    if unsafe slots[0].document >= limit { return false }

    let start = unsafe a.pointee.cursor.index
    let end = unsafe a.pointee.place(of: limit, from: start)
    let documents = unsafe a.pointee.cursor.documents
    let frequencies = unsafe a.pointee.cursor.frequencies()
    unsafe pairs.pointee.find(
      start..<end, frequencies, above: a.pointee.frequencyFloor(minimum))
    unsafe pairs.pointee.keep { (place, _) in
      unsafe a.pointee.value(frequency: frequencies[place], document: documents[place]) > minimum
    }
    if let window { unsafe keepCandidates(window, documents) }
    for pair in 0..<(unsafe pairs.pointee.count) {
      let place = Int(unsafe pairs.pointee.firsts[pair])
      let document = unsafe documents[place]
      guard unsafe try slots[1].seek(document, above: minimum) else { continue }
      unsafe try add(
        document, try a.pointee.cursor.positionSums(place, isAlone: true),
        try slots[1].positions(isAlone: true))
    }
    unsafe try a.pointee.cursor.move(to: end)
    unsafe slots[0].follow()
    return true
  }

  // MARK: Positions

  /// How far a word's positions are moved, so that they meet in the last word's.
  private func shift(_ slot: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: length &- Int(unsafe slots[slot].offset))
  }

  /// Adds a document that has the first two words, if it has the phrase.
  @inline(__always)
  private func add(
    _ document: UInt32, _ first: PositionSums, _ second: PositionSums
  ) throws(IndexError) {
    var frequency =
      unsafe countsAll
      ? PositionJoin.count(first, firstShift, second, secondShift, countsAll: true)
      : PositionJoin.count(first, firstShift, second, secondShift, countsAll: false)
    if count > 2, frequency != 0 { frequency = unsafe try others(document, first, second) }
    unsafe found[foundCount] = document
    unsafe frequencies[foundCount] = UInt32(truncatingIfNeeded: frequency)
    // 1 unless it is 0; no branch.
    foundCount &+= Int(truncatingIfNeeded: (0 &- UInt64(truncatingIfNeeded: frequency)) &>> 63)
  }

  /// How often the phrase occurs where the first two words of more do.
  @inline(never)
  private func others(
    _ document: UInt32, _ first: PositionSums, _ second: PositionSums
  ) throws(IndexError) -> Int {
    for word in 2..<count {
      if minimum > unbounded {
        guard unsafe try slots[word].seek(document, above: minimum) else { return 0 }
      } else {
        unsafe try slots[word].seek(document)
        if unsafe slots[word].document != document { return 0 }
      }
    }
    let list = unsafe memory.list
    unsafe list.pointee.take(first, shift: firstShift)
    unsafe list.pointee.keep(second, shift: secondShift)
    for word in 2..<count {
      unsafe list.pointee.keep(try slots[word].positions(isAlone: true), shift: shift(word))
      if unsafe list.pointee.count == 0 { return 0 }
    }
    return unsafe list.pointee.count
  }
}

/// Memory of phrases being looked for; one at a time works on it. Parts are on the heap for the sake of access without
/// checks.
@safe
final class PhraseMemory {
  let pairs: UnsafeMutablePointer<DocumentPairs>
  let list: UnsafeMutablePointer<PositionList>
  let found: UnsafeMutablePointer<UInt32>
  let frequencies: UnsafeMutablePointer<UInt32>

  /// A step's documents, and room to write one more.
  private static let foundLimit = blockSize + 1

  init() {
    unsafe pairs = .allocate(capacity: 1)
    unsafe pairs.initialize(to: DocumentPairs())
    unsafe list = .allocate(capacity: 1)
    unsafe list.initialize(to: PositionList())
    unsafe found = .allocate(capacity: 2 * Self.foundLimit)
    unsafe found.initialize(repeating: 0, count: 2 * Self.foundLimit)
    unsafe frequencies = found + Self.foundLimit
  }

  deinit {
    unsafe pairs.deinitialize(count: 1)
    unsafe pairs.deallocate()
    unsafe list.deinitialize(count: 1)
    unsafe list.deallocate()
    unsafe found.deallocate()
  }
}

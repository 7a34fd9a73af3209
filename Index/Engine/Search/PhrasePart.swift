// Words at fixed distances in one field. Documents first: the rarest slot leads, the others are asked whether they
// are there too. Then, if the least frequency among the slots could score enough, positions: the rarest two
// first, the others only as long as places are left.

/// One slot of a phrase: a term, or several of which any will do.
@safe
struct PhraseSlot: ~Copyable {
  let offset: UInt32
  private let lists: UnsafeMutablePointer<FieldPostings>
  private let count: Int
  private(set) var document: UInt32 = 0
  /// Positions of several terms, merged.
  private var merged: [UInt32] = []

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

  /// Occurrences in the current document.
  mutating func frequency() -> UInt32 {
    if count == 1 { return unsafe lists.pointee.cursor.frequency() }
    var sum: UInt32 = 0
    for i in 0..<count where unsafe lists[i].cursor.document == document {
      unsafe sum &+= lists[i].cursor.frequency()
    }
    return sum
  }

  /// x of the current document for a frequency.
  func value(_ frequency: UInt32) -> Float {
    unsafe lists.pointee.value(frequency: frequency, document: document)
  }

  /// Calls `body` with the positions in the current document, ascending.
  mutating func withPositions<R>(
    _ body: (UnsafeBufferPointer<UInt32>) -> R
  ) throws(IndexError) -> R {
    if count == 1 { return unsafe body(try lists.pointee.cursor.positions()) }
    merged.removeAll(keepingCapacity: true)
    for i in 0..<count where unsafe lists[i].cursor.document == document {
      unsafe merged.append(contentsOf: try lists[i].cursor.positions())
    }
    merged.sort()
    // Two terms may be forms of one word, at the same place.
    var kept = 0
    for position in merged where kept == 0 || position != merged[kept - 1] {
      merged[kept] = position
      kept += 1
    }
    merged.removeLast(merged.count - kept)
    return unsafe merged.withUnsafeBufferPointer { unsafe body($0) }
  }
}

@safe
final class PhrasePart: FieldPart {
  /// Rarest first.
  private let slots: UnsafeMutablePointer<PhraseSlot>
  private let count: Int
  private let matched: UnsafeMutablePointer<UInt64>
  private let isSparse: Bool
  /// Where the phrase could begin in the document at hand.
  private var starts: [UInt32] = []

  /// - Parameter slots: initialized, two at least; owned from here on.
  init(
    slots: UnsafeMutablePointer<PhraseSlot>, count: Int, documents: Int, windowCapacity: Int
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
    unsafe matched = .allocate(capacity: windowCapacity / 64)
    let cost = unsafe slots.pointee.cost
    isSparse = cost < documents / 1024
    super.init(cost: cost)
  }

  deinit {
    unsafe slots.deinitialize(count: count)
    unsafe slots.deallocate()
    unsafe matched.deallocate()
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
    for word in 0..<window.words { unsafe matched[word] = 0 }
    var target = window.base
    search: while true {
      // The next candidate that the rarest slot has.
      unsafe try slots.pointee.seek(target)
      let document = unsafe slots.pointee.document
      if document >= window.end { break }
      guard let at = window.next(from: Int(document &- window.base)) else { break }
      if window.base &+ UInt32(truncatingIfNeeded: at) != document {
        target = window.base &+ UInt32(truncatingIfNeeded: at)
        continue
      }
      for i in 1..<count {
        unsafe try slots[i].seek(document)
        let other = unsafe slots[i].document
        if other != document {
          if other >= window.end { break search }
          target = other
          continue search
        }
      }
      target = document &+ 1
      if minimum > unbounded {
        var least = UInt32.max
        for i in 0..<count { least = min(least, unsafe slots[i].frequency()) }
        if unsafe slots.pointee.value(least) <= minimum { continue }
      }
      let frequency = try frequency()
      if frequency > 0 {
        unsafe matched[at &>> 6] |= 1 &<< UInt64(at & 63)
        if let sums = unsafe sums { unsafe sums[at] += slots.pointee.value(frequency) }
      }
    }
    for word in 0..<window.words { unsafe window.bits[word] &= matched[word] }
  }

  /// How often the phrase occurs in the document that all slots are at.
  private func frequency() throws(IndexError) -> UInt32 {
    starts.removeAll(keepingCapacity: true)
    let offset = unsafe slots.pointee.offset
    unsafe try slots.pointee.withPositions { positions in
      for i in 0..<positions.count {
        let place = unsafe positions[i]
        if place >= offset { starts.append(place &- offset) }
      }
    }
    for i in 1..<count {
      if starts.isEmpty { return 0 }
      let offset = unsafe slots[i].offset
      unsafe try slots[i].withPositions { positions in
        unsafe keep(positions, offset)
      }
    }
    return UInt32(truncatingIfNeeded: starts.count)
  }

  /// Keeps the starts that have one of `positions` at `offset` behind them.
  private func keep(_ positions: UnsafeBufferPointer<UInt32>, _ offset: UInt32) {
    var kept = 0
    var next = 0
    for start in starts {
      let wanted = start &+ offset
      while next < positions.count, unsafe positions[next] < wanted { next &+= 1 }
      if next == positions.count { break }
      if unsafe positions[next] == wanted {
        starts[kept] = start
        kept &+= 1
      }
    }
    starts.removeLast(starts.count - kept)
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

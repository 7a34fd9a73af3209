// The documents with words close together in one field, in ascending order, and how often each has them.
//
// Documents are found by the words alone: what must be there leads from the rarest on, and of alternatives any will do.
// Where scores count, blocks and documents whose frequencies cannot pass are left before positions are read.

@safe
final class NearFinder {
  /// Which documents have the words.
  private indirect enum Plan {
    /// Number of a slot.
    case word(Int)
    /// Rarest first.
    case all([Plan])
    case any([Plan])
  }

  private let words: PhraseSlots
  private let slots: UnsafeMutablePointer<PhraseSlot>
  /// By leaf of the tree.
  private let slotNumbers: [Int]
  /// By leaf, the first with the same terms: a word that comes again has its positions once.
  private let firsts: [Int]
  private var plan: Plan
  private var kernel: SpanKernel
  /// What the least x of the words that must be there is multiplied by, for a bound of x: a little more than it
  /// must be, as each of both is rounded by itself.
  private let factor: Float
  private let deadline: Deadline
  private var steps = 0
  /// No fewer documents match.
  let cost: Int

  /// - Parameters:
  ///   - width: of the whole query, of which `tree` is what the segment has words of.
  ///   - words: a slot for each leaf of `tree`, whose offset is the leaf's number.
  init(
    _ tree: SpanTree<Int>, width: Int, _ words: consuming PhraseSlots, firsts: [Int],
    deadline: Deadline
  ) {
    self.firsts = firsts
    let slots = unsafe words.base
    var numbers = Array(repeating: 0, count: words.count)
    for slot in 0..<words.count { numbers[Int(unsafe slots[slot].offset)] = slot }
    func plan(_ node: SpanTree<Int>) -> (Plan, cost: Int) {
      func all(_ children: [(Plan, cost: Int)]) -> (Plan, cost: Int) {
        let sorted = children.sorted { $0.cost < $1.cost }
        return (.all(sorted.map(\.0)), sorted.first?.cost ?? 0)
      }
      switch node {
      case .word(let leaf): return (.word(numbers[leaf]), unsafe slots[numbers[leaf]].cost)
      case .phrase(let places, _): return all(places.map { plan(.word($0.leaf)) })
      case .any(let children):
        let plans = children.map(plan)
        return (.any(plans.map(\.0)), plans.reduce(0) { $0 + $1.cost })
      case .chain(let children, _): return all(children.map(plan))
      }
    }
    (self.plan, cost) = plan(tree)
    slotNumbers = numbers
    kernel = SpanKernel(tree, leaves: words.count, width: width, deadline: deadline)
    factor = Float(kernel.bound) * (1 + 0x1p-16)
    unsafe self.slots = slots
    self.words = words
    self.deadline = deadline
  }

  // MARK: Documents

  /// A document ≥ `target` before which none matches; cheap.
  func candidate(_ target: UInt32) throws(IndexError) -> UInt32 { try candidate(plan, target) }

  private func candidate(_ plan: Plan, _ target: UInt32) throws(IndexError) -> UInt32 {
    switch plan {
    case .word(let slot):
      unsafe try slots[slot].seek(target)
      return unsafe slots[slot].document
    case .all(let children): return try candidate(children[0], target)
    case .any(let children):
      var result = PostingsCursor.end
      for child in children { result = min(result, try candidate(child, target)) }
      return result
    }
  }

  /// The first document ≥ `target` that has the words.
  func next(_ target: UInt32) throws(IndexError) -> UInt32 { try next(plan, target) }

  private func next(_ plan: Plan, _ target: UInt32) throws(IndexError) -> UInt32 {
    switch plan {
    case .word(let slot):
      unsafe try slots[slot].seek(target)
      return unsafe slots[slot].document
    case .all(let children):
      var document = target
      var child = 0
      while child < children.count, document != PostingsCursor.end {
        let found = try next(children[child], document)
        if found > document {
          document = found
          steps &+= 1
          if steps & 63 == 0, deadline.isPassed { throw .cancelled }
          // The first has said what it has; the others are asked anew.
          child = child == 0 ? 1 : 0
        } else {
          child += 1
        }
      }
      return document
    case .any(let children):
      var result = PostingsCursor.end
      for child in children { result = min(result, try next(child, target)) }
      return result
    }
  }

  // MARK: Bounds

  /// No document of `base..<end` has a larger x; negative: none matches.
  func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    try bound(plan, base, end) * factor
  }

  private func bound(
    _ plan: Plan, _ base: UInt32, _ end: UInt32
  ) throws(IndexError) -> Float {
    switch plan {
    case .word(let slot): return unsafe try slots[slot].bound(base, end)
    case .all(let children):
      var least = Float.infinity
      for child in children { least = min(least, try bound(child, base, end)) }
      return least
    case .any(let children):
      var sum: Float = -1
      for child in children {
        let x = try bound(child, base, end)
        if x >= 0 { sum = max(0, sum) + x }
      }
      return sum
    }
  }

  /// No larger x has the document that `next` found.
  func bound(of document: UInt32) -> Float { bound(plan, document) * factor }

  private func bound(_ plan: Plan, _ document: UInt32) -> Float {
    switch plan {
    case .word(let slot):
      return unsafe slots[slot].document == document ? slots[slot].bound() : -1
    case .all(let children):
      return children.reduce(Float.infinity) { min($0, bound($1, document)) }
    case .any(let children):
      return children.reduce(-1) { sum, child in
        let x = bound(child, document)
        return x >= 0 ? max(0, sum) + x : sum
      }
    }
  }

  // MARK: Positions

  /// How often the document that `next` found matches, in 65,536ths; 0: it does not.
  func frequency(_ document: UInt32) throws(IndexError) -> Int {
    if deadline.isPassed { throw .cancelled }
    for (leaf, slot) in slotNumbers.enumerated() {
      let first = firsts[leaf]
      let isThere = unsafe slots[slot].document == document
      if first < leaf, isThere, unsafe slots[slotNumbers[first]].document == document {
        kernel.positions[leaf] = kernel.positions[first]
        continue
      }
      kernel.positions[leaf].removeAll(keepingCapacity: true)
      if !isThere { continue }
      let isAlone = unsafe slots[slot].positionCount / 32 > cost
      let found = unsafe try slots[slot].positions(isAlone: isAlone)
      let count = unsafe found.count
      var last = -1
      for place in 0..<count {
        let position = Int(unsafe found[place])
        // Two words may be at one place, and be the same in their index form.
        if position != last { kernel.positions[leaf].append(position) }
        last = position
      }
    }
    return try kernel.frequency()
  }

  /// x of a document, of its frequency.
  func value(_ frequency: Int, _ document: UInt32) -> Float {
    unsafe slots[0].value(Float(frequency) * (1 / Float(SpanKernel.unit)), document)
  }
}

/// What words close together in one field contribute.
@safe
final class NearPart: FieldPart {
  let finder: NearFinder
  private let matched: UnsafeMutablePointer<UInt64>

  init(_ finder: NearFinder, documents: Int, memory: LeafMemory) {
    self.finder = finder
    unsafe matched = memory.matched
    super.init(cost: finder.cost)
  }

  override func candidate(_ target: UInt32) throws(IndexError) -> UInt32 {
    max(target, try finder.candidate(target))
  }

  override func bound(_ base: UInt32, _ end: UInt32) throws(IndexError) -> Float {
    try finder.bound(base, end)
  }

  override func accumulate(
    _ window: Window, _ sums: UnsafeMutablePointer<Float>?, above minimum: Float
  ) throws(IndexError) {
    for word in 0..<window.words { unsafe matched[word] = 0 }
    var document = try finder.next(window.base)
    while document < window.end {
      let at = Int(document &- window.base)
      guard let candidate = window.next(from: at) else { break }
      if candidate == at, minimum == unbounded || finder.bound(of: document) > minimum {
        let frequency = try finder.frequency(document)
        if frequency > 0 {
          unsafe matched[at &>> 6] |= 1 &<< UInt64(at & 63)
          if let sums = unsafe sums { unsafe sums[at] += finder.value(frequency, document) }
        }
      }
      document = try finder.next(window.base &+ UInt32(max(candidate, at &+ 1)))
    }
    for word in 0..<window.words { unsafe window.bits[word] = matched[word] }
  }
}

// Several dictionaries walked as one, in the order of their terms' bytes.

import Glibc

/// A k-way merge: at each term, the sources that have it. Sources are given by index, ascending.
struct MergedTerms: ~Copyable {
  let cursors: [TermCursor]
  /// The sources that stand at the current term, ascending.
  private(set) var sources: [Int] = []
  /// A binary heap of the other sources that are not at their end.
  private var heap: [Int] = []
  /// Per source the first 8 bytes of its term, as a number that sorts like them.
  private var keys: [UInt64]

  /// - Parameter start: the walk begins at the first term that is not before it.
  init(_ dictionaries: [TermDictionary?], from start: [UInt8] = []) throws(IndexError) {
    // A missing dictionary keeps its index, and never has a term.
    var cursors: [TermCursor] = []
    var numbers: [Int] = []
    for (number, dictionary) in dictionaries.enumerated() {
      guard let dictionary else { continue }
      cursors.append(dictionary.cursor())
      numbers.append(number)
    }
    self.cursors = cursors
    self.numbers = numbers
    keys = [UInt64](repeating: 0, count: cursors.count)
    for place in cursors.indices {
      let isThere =
        try start.isEmpty ? cursors[place].next() : unsafe cursors[place].seek(start.span.bytes)
      if isThere { push(place) }
    }
  }

  /// Place in `cursors` → source.
  private let numbers: [Int]
  /// Places of the sources that stand at the current term.
  private(set) var places: [Int] = []

  /// The current term; valid until `next`.
  var term: UnsafeRawBufferPointer { unsafe cursors[places[0]].term }

  /// Goes to the next term. False at the end.
  mutating func next() throws(IndexError) -> Bool {
    for place in places { try advance(place) }
    places.removeAll(keepingCapacity: true)
    sources.removeAll(keepingCapacity: true)
    guard let first = popFirst() else { return false }
    places.append(first)
    while let other = heap.first, keys[other] == keys[first],
      unsafe cursors[other].compare(cursors[first].term) == 0
    {
      _ = popFirst()
      places.append(other)
    }
    // Equal terms leave the heap in the order of their places.
    for place in places { sources.append(numbers[place]) }
    return true
  }

  private mutating func advance(_ place: Int) throws(IndexError) {
    if try cursors[place].next() { push(place) }
  }

  private mutating func push(_ place: Int) {
    keys[place] = unsafe TermDictionaryWriter.prefix(cursors[place].term)
    heap.append(place)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard isBefore(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func popFirst() -> Int? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { break }
      if child + 1 < heap.count, isBefore(heap[child + 1], heap[child]) { child += 1 }
      guard isBefore(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return first
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    if keys[a] != keys[b] { return keys[a] < keys[b] }
    let order = unsafe cursors[a].compare(cursors[b].term)
    return order != 0 ? order < 0 : a < b
  }
}

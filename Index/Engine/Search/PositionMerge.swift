/// Ascending lists as one, without copying them: a binary heap of their heads. A phrase may have a thousand words, and each of
/// them as many positions as a document has words.
struct PositionMerge {
  private let lists: [[Int]]
  /// What is added to the values of each list.
  private let shifts: [Int]
  /// Of each list, the place of the value in the heap.
  private var places: [Int]
  /// Value and list in one integer: `value << 20 | list`.
  private var heap: [Int] = []

  /// - Parameter shifts: so large that no value becomes negative.
  init(_ lists: [[Int]], shifts: [Int]) {
    precondition(lists.count < 1 << 20, "a text has fewer words")
    self.lists = lists
    self.shifts = shifts
    places = Array(repeating: 0, count: lists.count)
    for list in lists.indices where !lists[list].isEmpty { heap.append(head(list)) }
    // Sorted is a heap.
    heap.sort()
  }

  private func head(_ list: Int) -> Int { (lists[list][places[list]] + shifts[list]) << 20 | list }

  /// The least value left.
  var least: Int? { heap.first.map { $0 >> 20 } }

  /// Takes the least value.
  /// - Returns: its list.
  mutating func next() -> Int? {
    guard let first = heap.first else { return nil }
    let list = first & 0xF_FFFF
    places[list] += 1
    var moving = heap[heap.count - 1]
    if places[list] < lists[list].count { moving = head(list) } else { heap.removeLast() }
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      if heap[child] >= moving { break }
      heap[parent] = heap[child]
      parent = child
    }
    if parent < heap.count { heap[parent] = moving }
    return list
  }
}

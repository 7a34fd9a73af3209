// Which words of a text are part of a match, for marking them.

extension SpanKernel {
  /// By leaf: its positions that belong to a match of the whole, ascending.
  mutating func marks() throws(IndexError) -> [[Int]] {
    var marks: [Set<Int>] = Array(repeating: [], count: positions.count)
    try mark(tree, within: nil, &marks)
    return marks.map { $0.sorted() }
  }

  /// - Parameter outer: only what lies in one of these, none of which lies in another; ascending. nil: anywhere.
  private mutating func mark(
    _ node: SpanTree<Int>, within outer: [Stretch]?, _ marks: inout [Set<Int>]
  ) throws(IndexError) {
    func isWithin(_ stretch: Stretch) -> Bool {
      guard let outer else { return true }
      // Of those that begin in time the last ends last.
      var low = 0
      var high = outer.count
      while low < high {
        let middle = (low + high) / 2
        if outer[middle].start <= stretch.start { low = middle + 1 } else { high = middle }
      }
      return low > 0 && outer[low - 1].end >= stretch.end
    }
    switch node {
    case .word(let leaf):
      for position in positions[leaf] where isWithin(Stretch(start: position, end: position)) {
        marks[leaf].insert(position)
      }
    case .phrase(let places, 0):
      for stretch in try stretches(node) where isWithin(stretch) {
        for place in places { marks[place.leaf].insert(stretch.start + place.offset) }
      }
    case .phrase(let places, let slop):
      for moved in try moved(places, slop) {
        guard let hull = hull(places, moved), isWithin(hull) else { continue }
        for place in places {
          let all = positions[place.leaf]
          var at = Self.first(all, from: moved.start + place.offset)
          while at < all.count, all[at] <= moved.end + place.offset {
            marks[place.leaf].insert(all[at])
            at += 1
          }
        }
      }
    case .any(let children):
      for child in children { try mark(child, within: outer, &marks) }
    case .chain(let children, _):
      let own = try stretches(node).filter(isWithin)
      for child in children { try mark(child, within: own, &marks) }
    }
  }
}

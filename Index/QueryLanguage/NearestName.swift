// The name that was probably meant: for `titel:` the field `title`.

package enum NearestName {
  /// The nearest within two edits (an exchange of neighbours is one), and at most half of its letters; among equals
  /// the first in order. Optimal string alignment over scalars, three rows.
  package static func of(_ name: String, among names: some Sequence<String>) -> String? {
    let letters = Array(name.unicodeScalars)
    guard letters.count <= 64 else { return nil }
    var best: (edits: Int, name: String)?
    for candidate in names {
      let other = Array(candidate.unicodeScalars)
      guard abs(other.count - letters.count) <= 2 else { continue }
      let edits = distance(letters, other)
      guard edits <= 2, edits * 2 <= max(letters.count, other.count) else { continue }
      if best.map({ (edits, candidate) < $0 }) ?? true { best = (edits, candidate) }
    }
    return best?.name
  }

  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          edits = min(edits, before[j - 1] + 1)
        }
        row.append(edits)
      }
      before = last
      last = row
    }
    return last[b.count]
  }
}

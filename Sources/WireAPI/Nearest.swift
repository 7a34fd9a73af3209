/// The word that was probably meant.
public enum Nearest {
  /// `did you mean "limit"?`, or the whole list when no word is near.
  public static func hint(_ word: String, among words: [String]) -> String {
    if let nearest = find(word, among: words) { return "did you mean \"\(nearest)\"?" }
    return "known are \(words.sorted().joined(separator: ", "))"
  }

  /// The word with the fewest edits (insert, delete, replace, swap neighbours), if those are at most a third of the letters
  /// and one; of equals the first.
  public static func find(_ word: String, among words: [String]) -> String? {
    let letters = Array(word.lowercased().unicodeScalars.prefix(64))
    let distances = words.map { ($0, distance(letters, Array($0.lowercased().unicodeScalars))) }
    guard let (nearest, edits) = distances.min(by: { $0.1 < $1.1 }) else { return nil }
    return edits <= max(letters.count, nearest.unicodeScalars.count) / 3 + 1 ? nearest : nil
  }

  /// Optimal string alignment distance.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          edits = min(edits, beforeLast[j - 1] + 1)
        }
        row.append(edits)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}

import Measuring

/// How many instructions each of some operations takes, as a file of the project keeps them.
///
/// A line an operation, `name count`; lines that begin with `#` are remarks.
struct InstructionCounts: Equatable {
  /// In the order in which they are measured.
  private(set) var operations: [(name: String, count: Int)] = []

  static func == (a: InstructionCounts, b: InstructionCounts) -> Bool {
    a.operations.elementsEqual(b.operations, by: ==)
  }

  init(_ operations: [(name: String, count: Int)]) { self.operations = operations }

  /// - Throws: `Fault` with the line's number.
  init(text: String, path: String) throws(Fault) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
      let words = line.split(separator: " ")
      guard words.count == 2, let count = Int(words[1]), count > 0 else {
        throw Fault("\(path):\(number + 1): expected an operation and its instructions")
      }
      guard self[String(words[0])] == nil else {
        throw Fault("\(path):\(number + 1): \(words[0]) comes twice")
      }
      operations.append((String(words[0]), count))
    }
  }

  subscript(name: String) -> Int? { operations.first { $0.name == name }?.count }

  /// As the file has it.
  /// - Parameter remarks: lines for its head.
  func text(_ remarks: [String]) -> String {
    let width = operations.map(\.name.count).max() ?? 0
    let lines = operations.map { name, count in
      let digits = "\(count)"
      let space = String(repeating: " ", count: max(1, width + 14 - name.count - digits.count))
      return name + space + digits
    }
    return (remarks.map { "# \($0)" } + lines).joined(separator: "\n") + "\n"
  }

  /// What has changed against what the file says.
  struct Change: Equatable {
    enum Kind { case more, fewer, unknown, missing, steady }
    var name: String
    var kind: Kind
    /// The new count by the old one; 0 where one is missing.
    var ratio = 0.0
  }

  /// - Parameters:
  ///   - file: the counts that are expected.
  ///   - tolerance: the share that counts may differ by.
  func changes(from file: InstructionCounts, tolerance: Double) -> [Change] {
    let measured = operations.map { name, count -> Change in
      guard let expected = file[name] else { return Change(name: name, kind: .unknown) }
      let ratio = Double(count) / Double(expected)
      let kind: Change.Kind =
        ratio > 1 + tolerance ? .more : ratio < 1 - tolerance ? .fewer : .steady
      return Change(name: name, kind: kind, ratio: ratio)
    }
    let gone = file.operations.filter { self[$0.name] == nil }
    return measured + gone.map { Change(name: $0.name, kind: .missing) }
  }
}

/// What callgrind wrote about a program, in parts: one for each time that a function was entered.
enum Callgrind {
  /// The instructions of a part.
  /// - Returns: nil when the text is no such part.
  static func total(_ text: String) -> Int? {
    for line in text.split(separator: "\n").reversed() {
      for name in ["totals:", "summary:"] where line.hasPrefix(name) {
        return Int(line.dropFirst(name.count).drop { $0 == " " }.prefix { $0.isNumber })
      }
    }
    return nil
  }
}

import JSON

/// What is behind `?`: names and texts, decoded, in their order. Like the members of a body none is ignored silently.
public struct Parameters: Sequence {
  public struct Parameter: Sendable {
    public let name: String
    public let text: String

    /// Nothing, `true`, `1` and `yes` are true.
    public func flag() throws(Problem) -> Bool {
      switch text {
      case "", "1", "true", "yes": return true
      case "0", "false", "no": return false
      default: throw invalid("\"\(text)\" is neither true nor false")
      }
    }

    public func integer() throws(Problem) -> Int64 {
      guard let number = Int64(text) else { throw invalid("\"\(text)\" is not an integer") }
      return number
    }

    public func number() throws(Problem) -> Double {
      guard let number = Double(text), number.isFinite else {
        throw invalid("\"\(text)\" is not a number")
      }
      return number
    }

    public func integer(in range: ClosedRange<Int>) throws(Problem) -> Int {
      let number = Int(try integer())
      guard range.contains(number) else {
        throw invalid("\(number) is not from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }

    public func invalid(_ detail: String) -> Problem { Members.invalid(at: "/" + name, detail) }
  }

  private let list: [Parameter]

  /// - Parameters:
  ///   - text: not decoded.
  ///   - known: names that the caller reads; another one is refused, as is one given twice.
  public init(_ text: Substring, known: [String]) throws(Problem) {
    var list: [Parameter] = []
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentCoding.decode(parts[0], form: true),
        let text = PercentCoding.decode(parts.count == 2 ? parts[1] : "", form: true)
      else {
        throw Problem(
          .badPath, "the parameter \"\(pair)\" is not percent-encoded UTF-8",
          errors: [.init(code: Problem.Code.badPath.rawValue, hint: "write % as %25")])
      }
      guard known.contains(name) else {
        let hint = Nearest.hint(name, among: known)
        throw Problem(
          .unknownMember, "the parameter \"\(name)\" is not known; \(hint)",
          errors: [
            .init(pointer: "/" + name, code: Problem.Code.unknownMember.rawValue, hint: hint)
          ])
      }
      guard !list.contains(where: { $0.name == name }) else {
        throw Members.invalid(at: "/" + name, "is given twice")
      }
      list.append(Parameter(name: name, text: text))
    }
    self.list = list
  }

  public func makeIterator() -> IndexingIterator<[Parameter]> { list.makeIterator() }

  /// `?pretty`, of paths that take no other.
  public static func pretty(_ text: Substring) throws(Problem) -> Bool {
    try Parameters(text, known: ["pretty"]).first { _ in true }?.flag() ?? false
  }
}

/// The parameter of paths that take no other: `?pretty`.
public enum PrettyParameter {
  /// - Parameter query: what is behind `?`.
  public static func read(_ query: Substring) throws(Problem) -> Bool {
    switch query {
    case "", "pretty=false", "pretty=0": false
    case "pretty", "pretty=", "pretty=true", "pretty=1": true
    default:
      throw Problem(
        .unknownMember, "the parameters \"\(query)\" are not known; known is pretty",
        errors: [.init(code: Problem.Code.unknownMember.rawValue, hint: "known is pretty")])
    }
  }
}

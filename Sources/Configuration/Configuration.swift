/// A configuration file: lines of `name = value`.
public struct Configuration: Sendable {
  public init() {}
}

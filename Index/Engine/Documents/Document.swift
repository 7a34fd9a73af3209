import JSON

/// One document, parsed and flattened: a list of values over one arena of bytes. It knows no schema.
///
/// Objects become dotted paths, arrays several values of one path, in order. Reused from document to
/// document, it allocates nothing once it has grown. Ranges are byte ranges of `bytes`.
public struct Document: Sendable {
  public enum Kind: UInt8, Sendable {
    case string, integer, double, boolean, null
  }

  public struct Value: Sendable {
    /// The dotted path.
    public let path: Range<UInt32>
    /// The content of a string, else the literal as it was written.
    public let text: Range<UInt32>
    /// An `Int64`, the bits of a `Double`, or 0 and 1 for a boolean, by kind.
    public let bits: UInt64
    public let kind: Kind
    /// The value lies in an array, maybe alone.
    public let inArray: Bool

    public var integer: Int64 { Int64(bitPattern: bits) }
    public var double: Double { Double(bitPattern: bits) }
    public var boolean: Bool { bits != 0 }
  }

  public internal(set) var bytes: [UInt8] = []
  public internal(set) var values: [Value] = []
  /// Position in `values` of the id: the last value of the path `id`.
  public internal(set) var idValue: Int?

  var frames: [Frame] = []
  var members = MemberTable()

  /// A document of more bytes is refused.
  public static let maximumSize = 64 << 20
  /// A document of more values is refused.
  public static let maximumValueCount = 1 << 20
  /// A longer path (bytes) is refused.
  public static let maximumPathSize = 512
  public static let maximumIDSize = 512

  public init() {}

  /// Empties the document and keeps its storage, if that is not beyond a mebibyte.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
    values.removeAll(keepingCapacity: values.capacity <= 1 << 15)
    frames.removeAll(keepingCapacity: true)
    members.removeAll()
    idValue = nil
  }

  /// The UTF-8 of a range of `bytes`.
  @_lifetime(borrow self)
  public func text(_ range: Range<UInt32>) -> RawSpan {
    unsafe bytes.span.bytes.extracting(Int(range.lowerBound)..<Int(range.upperBound))
  }

  public func string(_ range: Range<UInt32>) -> String {
    String(decoding: bytes[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
  }

  /// Where the id's text is: the string, or the decimal digits of an integer.
  /// - Throws: `document` when it is missing, of another kind, empty or too long.
  public func id() throws(IndexError) -> Range<UInt32> {
    func refuse(_ detail: String) -> IndexError { .document(id: nil, field: "id", detail: detail) }
    guard let idValue else { throw refuse("missing: every document needs an id") }
    let value = values[idValue]
    guard value.kind == .string || value.kind == .integer, !value.inArray else {
      throw refuse("must be a string or an integer")
    }
    guard !value.text.isEmpty else { throw refuse("empty") }
    guard value.text.count <= Self.maximumIDSize else {
      throw refuse("\(value.text.count) bytes; at most \(Self.maximumIDSize)")
    }
    return value.text
  }

  // Building by hand: files become documents this way.

  /// Appends a string value; `text` is UTF-8.
  public mutating func append(_ path: String, utf8 text: RawSpan, inArray: Bool = false) {
    let path = appendText(path)
    let start = bytes.count
    unsafe text.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    append(path, .string, 0, start, inArray)
  }

  public mutating func append(_ path: String, _ text: String, inArray: Bool = false) {
    let path = appendText(path)
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    append(path, .string, 0, start, inArray)
  }

  public mutating func append(_ path: String, _ value: Int64, inArray: Bool = false) {
    appendLiteral(path, .integer, UInt64(bitPattern: value), "\(value)", inArray)
  }

  public mutating func append(_ path: String, _ value: Double, inArray: Bool = false) {
    appendLiteral(path, .double, value.bitPattern, "\(value)", inArray)
  }

  public mutating func append(_ path: String, _ value: Bool, inArray: Bool = false) {
    appendLiteral(path, .boolean, value ? 1 : 0, value ? "true" : "false", inArray)
  }

  /// A number whose literal is kept as it was written, such as `1.50`.
  /// - Parameter literal: UTF-8.
  package mutating func append(_ path: String, _ value: Int64, as literal: RawSpan) {
    appendLiteral(path, .integer, UInt64(bitPattern: value), literal)
  }

  package mutating func append(_ path: String, _ value: Double, as literal: RawSpan) {
    appendLiteral(path, .double, value.bitPattern, literal)
  }

  private mutating func appendLiteral(
    _ path: String, _ kind: Kind, _ bits: UInt64, _ literal: RawSpan
  ) {
    let path = appendText(path)
    let start = bytes.count
    unsafe literal.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    append(path, kind, bits, start, false)
  }

  private mutating func appendLiteral(
    _ path: String, _ kind: Kind, _ bits: UInt64, _ literal: String, _ inArray: Bool
  ) {
    let path = appendText(path)
    let start = bytes.count
    bytes.append(contentsOf: literal.utf8)
    append(path, kind, bits, start, inArray)
  }

  private mutating func appendText(_ text: String) -> Range<UInt32> {
    let start = UInt32(bytes.count)
    bytes.append(contentsOf: text.utf8)
    return start..<UInt32(bytes.count)
  }

  /// Appends a value whose text is everything in `bytes` from `start`.
  mutating func append(
    _ path: Range<UInt32>, _ kind: Kind, _ bits: UInt64, _ start: Int, _ inArray: Bool
  ) {
    if path.count == 2, bytes[Int(path.lowerBound)] == UInt8(ascii: "i"),
      bytes[Int(path.lowerBound) + 1] == UInt8(ascii: "d")
    {
      idValue = values.count
    }
    values.append(
      Value(
        path: path, text: UInt32(start)..<UInt32(bytes.count), bits: bits, kind: kind,
        inArray: inArray))
  }
}

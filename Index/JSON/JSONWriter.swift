/// JSON being written into bytes, front to back: commas, colons and escapes put themselves.
///
/// The caller keeps the order right: `name` before each value of an object, each `begin…` with its `end…`.
/// Doubles are the shortest text that reads back the same; those that JSON cannot say are `null`.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private let pretty: Bool
  private var depth = 0
  /// A value has been written at this level, so that the next needs a comma.
  private var needsComma = false
  /// A name has been written, so that its value follows on the same line.
  private var afterName = false

  /// - Parameters:
  ///   - pretty: two-space indent and a line for each member and element.
  ///   - capacity: bytes that are likely to be written.
  public init(pretty: Bool = false, capacity: Int = 0) {
    self.pretty = pretty
    bytes.reserveCapacity(capacity)
  }

  /// Empties the writer and keeps its storage.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    depth = 0
    needsComma = false
    afterName = false
  }

  /// Ends a line between two values, as NDJSON wants it.
  public mutating func newline() {
    bytes.append(0x0a)
    needsComma = false
  }

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  public mutating func name(_ name: String) {
    prepare()
    appendQuoted(name, isName: true)
    if pretty { bytes.append(0x20) }
    afterName = true
  }

  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    beginObject()
    body(&self)
    endObject()
  }

  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    beginArray()
    body(&self)
    endArray()
  }

  public mutating func null() { literal("null") }
  public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
  public mutating func integer(_ value: Int64) { literal(String(value)) }
  public mutating func integer(_ value: Int) { literal(String(value)) }
  public mutating func integer(_ value: UInt64) { literal(String(value)) }

  public mutating func double(_ value: Double) {
    literal(value.isFinite ? value.description : "null")
  }

  /// As short as a `Float` can be said: 7.31, not 7.309999942779541.
  public mutating func float(_ value: Float) {
    literal(value.isFinite ? value.description : "null")
  }

  public mutating func string(_ value: String) {
    prepare()
    appendQuoted(value)
    needsComma = true
  }

  /// A string from UTF-8; bytes that are none become U+FFFD.
  public mutating func string(utf8 value: RawSpan) {
    prepare()
    appendQuoted(value)
    needsComma = true
  }

  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value): integer(value)
    case .double(let value): double(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for member in object.members { field(member.name, member.value) }
      endObject()
    }
  }

  /// One value that is JSON already.
  public mutating func raw(_ json: [UInt8]) {
    prepare()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  public mutating func field(_ name: String, _ value: String) {
    self.name(name)
    string(value)
  }

  public mutating func field(_ name: String, _ value: Int) {
    self.name(name)
    integer(value)
  }

  public mutating func field(_ name: String, _ value: Int64) {
    self.name(name)
    integer(value)
  }

  public mutating func field(_ name: String, _ value: UInt64) {
    self.name(name)
    integer(value)
  }

  public mutating func field(_ name: String, _ value: Double) {
    self.name(name)
    double(value)
  }

  public mutating func field(_ name: String, _ value: Bool) {
    self.name(name)
    bool(value)
  }

  public mutating func field(_ name: String, _ value: JSONValue) {
    self.name(name)
    self.value(value)
  }

  private mutating func open(_ byte: UInt8) {
    prepare()
    bytes.append(byte)
    depth += 1
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    depth -= 1
    if pretty, needsComma { startLine() }
    bytes.append(byte)
    needsComma = true
  }

  private mutating func literal(_ text: String) {
    prepare()
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  private mutating func prepare() {
    if afterName {
      afterName = false
      return
    }
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    if pretty, depth > 0 { startLine() }
    needsComma = false
  }

  private mutating func startLine() {
    bytes.append(0x0a)
    for _ in 0..<depth { bytes.append(contentsOf: [0x20, 0x20]) }
  }

  private mutating func appendQuoted(_ text: String, isName: Bool = false) {
    unsafe appendQuoted(text.utf8.span.bytes, isName: isName)
  }

  /// Nearly all texts are JSON as they stand: they are looked through while they are copied.
  private mutating func appendQuoted(_ text: RawSpan, isName: Bool = false) {
    var isPlain = true
    bytes.append(addingCapacity: text.byteCount &+ 3) { bytes in
      bytes.append(UInt8(ascii: "\""))
      unsafe bytes.withUnsafeMutableBufferPointer { buffer, count in
        isPlain = unsafe Self.copyPlain(text, to: buffer.baseAddress! + count)
        if isPlain { count &+= text.byteCount }
      }
      guard isPlain else { return }
      bytes.append(UInt8(ascii: "\""))
      if isName { bytes.append(UInt8(ascii: ":")) }
    }
    if isPlain { return }
    appendEscaped(text)
    bytes.append(UInt8(ascii: "\""))
    if isName { bytes.append(UInt8(ascii: ":")) }
  }

  /// - Parameter place: for as many bytes as the text has.
  /// - Returns: false: it has other than ASCII, or what is to be escaped.
  @inline(__always)
  private static func copyPlain(_ text: RawSpan, to place: UnsafeMutablePointer<UInt8>) -> Bool {
    var others: UInt8 = 0
    for at in 0..<text.byteCount {
      let byte = text.byte(at: at)
      unsafe place[at] = byte
      // Without branches: sixteen bytes at a time.
      others |= byte &- 0x20 >= 0x60 ? 1 : 0
      others |= byte == UInt8(ascii: "\"") ? 1 : 0
      others |= byte == UInt8(ascii: "\\") ? 1 : 0
    }
    return others == 0
  }

  private mutating func appendEscaped(_ text: RawSpan) {
    var run = 0
    var at = 0
    while at < text.byteCount {
      let byte = text.byte(at: at)
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte < 0x80 {
        at &+= 1
        continue
      }
      let length = UTF8Validation.length(of: text, at: at)
      if length > 1 {
        at &+= length
        continue
      }
      bytes.append(text, run..<at)
      if length == 0 { bytes.append(contentsOf: UTF8Validation.replacement) } else { escape(byte) }
      at &+= 1
      run = at
    }
    bytes.append(text, run..<at)
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x0a: bytes.append(UInt8(ascii: "n"))
    case 0x0d: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0..<0x20:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }
}

import Bytes

/// The stored form of a document: a head that describes every value, then the texts.
///
///     document = headLength:varint, head, payload
///     head     = value*                        in the document's order
///     value    = field:varint, tag:byte, rest by type
///     tag      = type (1–6), + 16 when the value lies in an array, + 32 for true
///     text     → checkpointBytes:varint, textBytes:varint; payload: checkpoints, text
///     keyword  → textBytes:varint;                         payload: text
///     date     → milliseconds:signed varint, textBytes:varint; payload: text
///     integer  → signed varint      double → 8 bytes      boolean → nothing
///     checkpoints = (position delta:varint, byte offset delta:varint)*
///
/// The head comes first, so that one text is found, and inflated, without those before it. A checkpoint
/// (every 256 counted tokens) says which token begins at which byte of the text: a passage tokenises its
/// window alone.
enum StoredDocument {
  struct Checkpoint: Equatable, Sendable {
    /// Token position in the field, the value's base included.
    var position: UInt32
    /// Byte offset in the value.
    var offset: UInt32
  }

  /// One value; ranges count from the document's first byte.
  struct Value: Equatable, Sendable {
    var field: Int
    var type: FieldType
    var inArray: Bool
    /// An integer, a date's milliseconds, the bits of a double, or 0 and 1.
    var bits: UInt64
    /// Empty but for texts with more than one window.
    var checkpoints: Range<Int>
    /// Empty but for text, keyword and date.
    var text: Range<Int>
  }

  static let arrayFlag: UInt8 = 16
  static let trueFlag: UInt8 = 32
}

/// Writes the stored form, value by value; reused from document to document.
struct StoredDocumentEncoder: Sendable {
  private var head = ByteWriter()
  private var payload = ByteWriter()
  private var checkpointBytes = ByteWriter()

  /// Bytes held.
  var memory: Int { head.bytes.capacity + payload.bytes.capacity }

  mutating func removeAll() {
    head.removeAll()
    payload.removeAll()
  }

  /// - Parameter checkpoints: ascending in both members.
  mutating func appendText(
    field: Int, inArray: Bool, _ text: RawSpan, checkpoints: Span<StoredDocument.Checkpoint>
  ) {
    begin(field, .text, inArray)
    checkpointBytes.removeAll()
    var last = StoredDocument.Checkpoint(position: 0, offset: 0)
    for index in checkpoints.indices {
      let checkpoint = checkpoints[index]
      checkpointBytes.appendVarint(UInt64(checkpoint.position - last.position))
      checkpointBytes.appendVarint(UInt64(checkpoint.offset - last.offset))
      last = checkpoint
    }
    head.appendCount(checkpointBytes.count)
    head.appendCount(text.byteCount)
    payload.append(contentsOf: checkpointBytes.bytes)
    payload.append(text)
  }

  mutating func appendKeyword(field: Int, inArray: Bool, _ text: RawSpan) {
    begin(field, .keyword, inArray)
    head.appendCount(text.byteCount)
    payload.append(text)
  }

  mutating func appendDate(
    field: Int, inArray: Bool, milliseconds: Int64, _ text: RawSpan
  ) {
    begin(field, .date, inArray)
    head.appendSignedVarint(milliseconds)
    head.appendCount(text.byteCount)
    payload.append(text)
  }

  mutating func appendInteger(field: Int, inArray: Bool, _ value: Int64) {
    begin(field, .integer, inArray)
    head.appendSignedVarint(value)
  }

  mutating func appendDouble(field: Int, inArray: Bool, _ value: Double) {
    begin(field, .double, inArray)
    head.append(value.bitPattern)
  }

  mutating func appendBoolean(field: Int, inArray: Bool, _ value: Bool) {
    begin(field, .boolean, inArray, value ? StoredDocument.trueFlag : 0)
  }

  /// Appends a value whose content came from `Field.content`. Texts are read from `document`.
  mutating func append(
    _ content: FieldContent, field: Int, inArray: Bool, of document: borrowing Document,
    checkpoints: Span<StoredDocument.Checkpoint>
  ) {
    switch content {
    case .text(let range):
      appendText(
        field: field, inArray: inArray, document.text(range), checkpoints: checkpoints)
    case .keyword(let range):
      appendKeyword(field: field, inArray: inArray, document.text(range))
    case .date(let milliseconds, let range):
      appendDate(
        field: field, inArray: inArray, milliseconds: milliseconds, document.text(range))
    case .integer(let value): appendInteger(field: field, inArray: inArray, value)
    case .double(let value): appendDouble(field: field, inArray: inArray, value)
    case .boolean(let value): appendBoolean(field: field, inArray: inArray, value)
    }
  }

  /// Appends the finished document to `output` and empties the encoder.
  mutating func finish(into output: inout ByteWriter) {
    output.appendCount(head.count)
    output.append(contentsOf: head.bytes)
    output.append(contentsOf: payload.bytes)
    removeAll()
  }

  private mutating func begin(
    _ field: Int, _ type: FieldType, _ inArray: Bool, _ flags: UInt8 = 0
  ) {
    head.appendCount(field)
    head.append(type.rawValue | (inArray ? StoredDocument.arrayFlag : 0) | flags)
  }
}

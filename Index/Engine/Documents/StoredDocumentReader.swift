import Bytes

/// Walks the values of a stored document from its head; texts are given as ranges and not touched.
///
/// Bytes are untrusted: each length is checked against the document's before it is used.
struct StoredDocumentReader: ~Escapable {
  private var head: ByteReader
  private let length: Int
  /// For messages.
  private let file: String
  /// Where the next payload begins, from the document's first byte.
  private var payload: Int

  /// - Parameters:
  ///   - bytes: the document from its first byte, at least to the end of its head (`headEnd`).
  ///   - length: of the whole document, when `bytes` is only its beginning.
  /// - Throws: `corrupt`.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, length: Int? = nil, file: String = "stored document") throws(IndexError) {
    let end = try Self.headEnd(bytes, file: file)
    let length = length ?? bytes.byteCount
    guard end <= bytes.byteCount, end <= length else {
      throw .corrupt(
        file: file, offset: 0, detail: "a head of \(end) bytes in a document of \(length)")
    }
    head = ByteReader(bytes.extracting(0..<end))
    self.length = length
    self.file = file
    payload = end
    _ = try count()
  }

  /// So many bytes from the document's first to the end of its head; ten bytes are enough to know.
  static func headEnd(_ prefix: RawSpan, file: String = "stored document") throws(IndexError) -> Int
  {
    var reader = ByteReader(prefix)
    do throws(BytesError) {
      let count = try reader.readCount()
      let (end, overflow) = reader.position.addingReportingOverflow(count)
      guard !overflow else { throw BytesError.overlong(offset: 0) }
      return end
    } catch {
      throw corrupt(error, file)
    }
  }

  /// The next value, or nil behind the last.
  @_lifetime(self: copy self)
  mutating func next() throws(IndexError) -> StoredDocument.Value? {
    guard !head.isAtEnd else { return nil }
    let start = head.position
    let field = try count()
    let tag = try read { (head) throws(BytesError) in try head.readByte() }
    guard let type = FieldType(rawValue: tag & 15), tag < 64,
      tag & StoredDocument.trueFlag == 0 || type == .boolean
    else { throw .corrupt(file: file, offset: start, detail: "unknown value tag \(tag)") }
    var value = StoredDocument.Value(
      field: field, type: type, inArray: tag & StoredDocument.arrayFlag != 0, bits: 0,
      checkpoints: payload..<payload, text: payload..<payload)
    switch type {
    case .text:
      let checkpoints = try count()
      let text = try count()
      value.checkpoints = try take(checkpoints, start)
      value.text = try take(text, start)
    case .keyword:
      value.text = try take(try count(), start)
    case .date:
      value.bits = try signed()
      value.text = try take(try count(), start)
    case .integer:
      value.bits = try signed()
    case .double:
      value.bits = try read { (head) throws(BytesError) in try head.readUInt64() }
    case .boolean:
      value.bits = tag & StoredDocument.trueFlag != 0 ? 1 : 0
    }
    return value
  }

  @_lifetime(self: copy self)
  private mutating func count() throws(IndexError) -> Int {
    try read { (head) throws(BytesError) in try head.readCount() }
  }

  @_lifetime(self: copy self)
  private mutating func signed() throws(IndexError) -> UInt64 {
    UInt64(bitPattern: try read { (head) throws(BytesError) in try head.readSignedVarint() })
  }

  @_lifetime(self: copy self)
  private mutating func read<T>(
    _ body: (inout ByteReader) throws(BytesError) -> T
  ) throws(IndexError) -> T {
    do throws(BytesError) {
      return try body(&head)
    } catch {
      throw Self.corrupt(error, file)
    }
  }

  /// The next `count` bytes of the payload.
  @_lifetime(self: copy self)
  private mutating func take(_ count: Int, _ start: Int) throws(IndexError) -> Range<Int> {
    guard count <= length - payload else {
      throw .corrupt(
        file: file, offset: start,
        detail: "a text of \(count) bytes at \(payload) in a document of \(length)")
    }
    defer { payload += count }
    return payload..<payload + count
  }

  private static func corrupt(_ error: BytesError, _ file: String) -> IndexError {
    switch error {
    case .truncated(let offset): .corrupt(file: file, offset: offset, detail: "ends too early")
    case .overlong(let offset): .corrupt(file: file, offset: offset, detail: "a number too large")
    }
  }
}

extension StoredDocument {
  /// The last checkpoint at or before a token position; the beginning of the value when there is none.
  /// - Parameter checkpoints: the bytes of a text's checkpoints.
  static func checkpoint(
    before position: UInt32, in checkpoints: RawSpan, file: String = "stored document"
  ) throws(IndexError) -> Checkpoint? {
    var reader = ByteReader(checkpoints)
    var found: Checkpoint?
    var current = Checkpoint(position: 0, offset: 0)
    do {
      while !reader.isAtEnd {
        let (position1, over1) = current.position.addingReportingOverflow(
          try reader.readVarint32())
        let (offset1, over2) = current.offset.addingReportingOverflow(try reader.readVarint32())
        guard !over1, !over2 else { throw BytesError.overlong(offset: reader.position) }
        current = Checkpoint(position: position1, offset: offset1)
        if current.position > position { return found }
        found = current
      }
    } catch {
      throw .corrupt(file: file, offset: 0, detail: "unreadable checkpoints")
    }
    return found
  }

  /// The value with its text, for answers.
  /// - Parameter document: the whole stored document.
  static func value(_ value: Value, of document: RawSpan) throws(IndexError) -> FieldValue {
    guard value.text.upperBound <= document.byteCount else {
      throw .corrupt(
        file: "stored document", offset: value.text.lowerBound, detail: "ends too early")
    }
    func text() -> String {
      unsafe document.extracting(value.text).withUnsafeBytes {
        unsafe String(decoding: $0, as: UTF8.self)
      }
    }
    return switch value.type {
    case .text: .text(text())
    case .keyword: .keyword(text())
    case .integer: .integer(Int64(bitPattern: value.bits))
    case .double: .double(Double(bitPattern: value.bits))
    case .date: .date(Int64(bitPattern: value.bits), text: text())
    case .boolean: .boolean(value.bits != 0)
    }
  }
}

extension Document {
  /// Takes the values of a stored document in place of what it held: a rebuild's input.
  /// - Parameter names: of the fields by number.
  /// - Throws: `corrupt`.
  mutating func read(
    stored bytes: RawSpan, fields: [Field], file: String = "stored document"
  ) throws(IndexError) {
    removeAll()
    var reader = try StoredDocumentReader(bytes, file: file)
    while let value = try reader.next() {
      guard value.field < fields.count else {
        throw .corrupt(file: file, offset: 0, detail: "a value of the unknown field \(value.field)")
      }
      let path = fields[value.field].name
      switch value.type {
      case .text, .keyword, .date:
        append(path, utf8: bytes.extracting(value.text), inArray: value.inArray)
      case .integer: append(path, Int64(bitPattern: value.bits), inArray: value.inArray)
      case .double: append(path, Double(bitPattern: value.bits), inArray: value.inArray)
      case .boolean: append(path, value.bits != 0, inArray: value.inArray)
      }
    }
  }
}

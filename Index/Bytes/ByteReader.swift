/// Why bytes could not be read. Offsets count from the first byte given to the reader.
@frozen
public enum BytesError: Error, Equatable, Sendable {
  /// The bytes ended at `offset`, before the value did.
  case truncated(offset: Int)
  /// A variable-length integer at `offset` does not fit its type.
  case overlong(offset: Int)
}

/// A checked cursor over borrowed bytes: every read is bounds-checked and throws, none traps.
///
/// Integers are little-endian; variable-length integers are LEB128, low groups first.
@frozen
public struct ByteReader: ~Escapable {
  @usableFromInline internal let bytes: RawSpan
  @usableFromInline internal var offset: Int

  /// Where the next read begins, from the first byte.
  @inlinable
  public var position: Int { offset }

  @_lifetime(copy bytes)
  @inlinable
  public init(_ bytes: RawSpan) {
    self.bytes = bytes
    self.offset = 0
  }

  @inlinable
  public var remaining: Int { bytes.byteCount - position }

  @inlinable
  public var isAtEnd: Bool { position == bytes.byteCount }

  @_lifetime(self: copy self)
  @inlinable
  public mutating func readByte() throws(BytesError) -> UInt8 {
    guard position < bytes.byteCount else { throw .truncated(offset: position) }
    let value = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
    advance(1)
    return value
  }

  @_lifetime(self: copy self)
  @inlinable
  public mutating func readUInt16() throws(BytesError) -> UInt16 {
    try need(2)
    let value = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: position, as: UInt16.self)
    advance(2)
    return UInt16(littleEndian: value)
  }

  @_lifetime(self: copy self)
  @inlinable
  public mutating func readUInt32() throws(BytesError) -> UInt32 {
    try need(4)
    let value = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: position, as: UInt32.self)
    advance(4)
    return UInt32(littleEndian: value)
  }

  @_lifetime(self: copy self)
  @inlinable
  public mutating func readUInt64() throws(BytesError) -> UInt64 {
    try need(8)
    let value = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: position, as: UInt64.self)
    advance(8)
    return UInt64(littleEndian: value)
  }

  /// Reads a variable-length integer of at most 32 bits (five bytes).
  @_lifetime(self: copy self)
  @inlinable
  public mutating func readVarint32() throws(BytesError) -> UInt32 {
    let start = position
    let wide = try readVarint()
    guard let value = UInt32(exactly: wide) else { throw .overlong(offset: start) }
    return value
  }

  /// Reads a variable-length integer of at most 64 bits (ten bytes).
  @_lifetime(self: copy self)
  @inlinable
  public mutating func readVarint() throws(BytesError) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      let byte = try readByte()
      let group = UInt64(byte & 0x7f)
      guard shift < 63 || group <= 1 else { throw .overlong(offset: start) }
      result |= group &<< shift
      if byte < 0x80 { return result }
      shift += 7
    }
    throw .overlong(offset: start)
  }

  /// Reads a variable-length integer that must be a count or offset within `Int`.
  @_lifetime(self: copy self)
  @inlinable
  public mutating func readCount() throws(BytesError) -> Int {
    let start = position
    guard let value = Int(exactly: try readVarint()) else { throw .overlong(offset: start) }
    return value
  }

  /// Reads a variable-length signed integer in zigzag form (0, -1, 1, -2, …).
  @_lifetime(self: copy self)
  @inlinable
  public mutating func readSignedVarint() throws(BytesError) -> Int64 {
    let raw = try readVarint()
    return Int64(bitPattern: raw &>> 1) ^ -Int64(bitPattern: raw & 1)
  }

  /// Reads `count` bytes and returns them as a view of the bytes read from.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  @inlinable
  public mutating func readBytes(_ count: Int) throws(BytesError) -> RawSpan {
    try need(count)
    let start = position
    advance(count)
    return bytes.extracting(start..<start + count)
  }

  /// Reads a length (variable-length integer) and as many bytes of UTF-8; bad UTF-8 is repaired.
  @_lifetime(self: copy self)
  public mutating func readString() throws(BytesError) -> String {
    let count = try readCount()
    let view = try readBytes(count)
    return unsafe view.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @_lifetime(self: copy self)
  @inlinable
  public mutating func skip(_ count: Int) throws(BytesError) {
    try need(count)
    advance(count)
  }

  @inlinable
  internal func need(_ count: Int) throws(BytesError) {
    guard count >= 0, count <= bytes.byteCount - position else {
      throw .truncated(offset: position)
    }
  }

  @_lifetime(self: copy self)
  @inlinable
  internal mutating func advance(_ count: Int) { offset &+= count }
}

/// Bytes being written, in memory: the counterpart of `ByteReader`.
@frozen
public struct ByteWriter: Sendable {
  @usableFromInline internal var storage: [UInt8] = []

  @inlinable
  public var bytes: [UInt8] { storage }

  @inlinable
  public init() {}

  @inlinable
  public var count: Int { storage.count }

  @inlinable
  public mutating func reserveCapacity(_ count: Int) { storage.reserveCapacity(count) }

  /// Empties the writer and keeps its storage.
  @inlinable
  public mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

  @inlinable
  public mutating func append(_ byte: UInt8) { storage.append(byte) }

  @inlinable
  public mutating func append(_ value: UInt16) { appendLittleEndian(value.littleEndian) }

  @inlinable
  public mutating func append(_ value: UInt32) { appendLittleEndian(value.littleEndian) }

  @inlinable
  public mutating func append(_ value: UInt64) { appendLittleEndian(value.littleEndian) }

  /// Appends a LEB128 integer: seven bits a byte, low groups first, 1–10 bytes.
  @inlinable
  public mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    storage.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a count or offset as a LEB128 integer. `value` is not negative.
  @inlinable
  public mutating func appendCount(_ value: Int) { appendVarint(UInt64(value)) }

  /// Appends a signed integer in zigzag form.
  @inlinable
  public mutating func appendSignedVarint(_ value: Int64) {
    appendVarint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)))
  }

  @inlinable
  public mutating func append(_ other: RawSpan) {
    unsafe other.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
  }

  @inlinable
  public mutating func append(contentsOf other: some Sequence<UInt8>) {
    storage.append(contentsOf: other)
  }

  /// Appends the length of the text in UTF-8, then the text.
  @inlinable
  public mutating func appendString(_ text: String) {
    appendCount(text.utf8.count)
    storage.append(contentsOf: text.utf8)
  }

  @inlinable
  internal mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
    unsafe withUnsafeBytes(of: value) { unsafe storage.append(contentsOf: $0) }
  }
}

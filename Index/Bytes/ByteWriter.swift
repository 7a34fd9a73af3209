/// Bytes being written, in memory: the counterpart of `ByteReader`.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  @inlinable
  public init() {}

  public var count: Int { bytes.count }

  public mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }

  /// Empties the writer and keeps its storage.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  public mutating func append(_ byte: UInt8) { bytes.append(byte) }

  public mutating func append(_ value: UInt16) { appendLittleEndian(value.littleEndian) }

  public mutating func append(_ value: UInt32) { appendLittleEndian(value.littleEndian) }

  public mutating func append(_ value: UInt64) { appendLittleEndian(value.littleEndian) }

  /// Appends a LEB128 integer: seven bits a byte, low groups first, 1–10 bytes.
  public mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a count or offset as a LEB128 integer. `value` is not negative.
  public mutating func appendCount(_ value: Int) { appendVarint(UInt64(value)) }

  /// Appends a signed integer in zigzag form.
  public mutating func appendSignedVarint(_ value: Int64) {
    appendVarint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)))
  }

  public mutating func append(_ other: RawSpan) {
    unsafe other.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  public mutating func append(contentsOf other: some Sequence<UInt8>) {
    bytes.append(contentsOf: other)
  }

  /// Appends the length of the text in UTF-8, then the text.
  public mutating func appendString(_ text: String) {
    appendCount(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
    unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
  }
}

/// Where JSON text is wrong, and why.
public struct JSONError: Error, Equatable, Sendable {
  /// Bytes before the fault.
  public let offset: Int
  /// From 1.
  public let line: Int
  /// From 1, in characters (Unicode scalars) of that line.
  public let column: Int
  public let message: String

  public init(offset: Int, line: Int, column: Int, message: String) {
    self.offset = offset
    self.line = line
    self.column = column
    self.message = message
  }

  /// Counts line and column of `offset` in `text`: linear in the text, done once, for the error alone.
  @inline(never)
  public init(_ message: String, at offset: Int, of text: RawSpan) {
    var line = 1
    var column = 1
    for index in 0..<min(offset, text.byteCount) {
      let byte = text.byte(at: index)
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xc0 != 0x80 {
        column += 1
      }
    }
    self.init(offset: offset, line: line, column: column, message: message)
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String { "line \(line), column \(column): \(message)" }
}

extension RawSpan {
  /// The byte at `index`, which the caller has checked.
  @inline(__always)
  internal func byte(at index: Int) -> UInt8 {
    unsafe unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
  }
}

import Glibc

/// Rows of comma- or tab-separated values, as RFC 4180 has them, in bounded memory: one buffer of input and the content of
/// one row.
///
/// A row ends with LF, CRLF or CR. A field that begins with a quote goes to the next single quote: delimiters and line ends
/// are content in it, and two quotes are one. A quote elsewhere is a character as any other. Blank lines are no rows.
struct TableReader {
  enum Row: Equatable {
    /// Its fields are in `text` and `ends`.
    case row
    /// Why it is none.
    case malformed(String)
  }

  /// Fields of one row.
  static let maximumFieldCount = 1 << 16

  private let stream: ByteStream
  private let limit: Int
  /// Between fields.
  let delimiter: UInt8

  /// The content of the row's fields, one behind the other.
  private(set) var text: [UInt8] = []
  /// Where each field ends in `text`.
  private(set) var ends: [Int] = []
  /// The line that the row begins on, from 1.
  private(set) var line = 0
  /// Rows so far, from 1, the header included.
  private(set) var number = 0

  private var buffer: [UInt8] = []
  private var at = 0
  /// Where the row's bytes begin in `buffer`; -1 when they are no longer all there.
  private var start = 0
  /// The line that `at` is on.
  private var currentLine = 1
  private var isLast = false
  /// The row before ended with CR: an LF that follows belongs to it.
  private var endedWithReturn = false

  private enum State { case fieldStart, unquoted, quoted, behindQuote }

  /// - Parameter limit: bytes of one row.
  init(_ stream: ByteStream, delimiter: UInt8, limit: Int) {
    self.stream = stream
    self.delimiter = delimiter
    self.limit = limit
  }

  var bytesRead: Int64 { stream.bytesRead }
  var fieldCount: Int { ends.count }

  func field(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// The row as it was read, without its end; empty where it was too long to hold.
  var rawRow: ArraySlice<UInt8> {
    guard start >= 0 else { return [] }
    var end = at
    while end > start, buffer[end - 1] == 0x0a || buffer[end - 1] == 0x0d { end -= 1 }
    return buffer[start..<end]
  }

  /// The next row; nil at the end.
  mutating func next() throws(ByteStream.Failure) -> Row? {
    while true {
      dropRow()
      guard let row = try readRow() else { return nil }
      if row == .row, ends.count == 1, text.isEmpty, !wasQuoted { continue }
      number += 1
      return row
    }
  }

  /// The row had a quoted field: an empty one is a value then.
  private var wasQuoted = false

  private mutating func dropRow() {
    if buffer.capacity > 4 << 20, buffer.count - at < 1 << 20 {
      buffer = Array(buffer[at...])
      at = 0
    } else if at > 64 << 10 {
      buffer.removeSubrange(..<at)
      at = 0
    }
    start = at
    text.removeAll(keepingCapacity: text.capacity <= 4 << 20)
    ends.removeAll(keepingCapacity: ends.capacity <= 1 << 17)
    wasQuoted = false
  }

  private mutating func readRow() throws(ByteStream.Failure) -> Row? {
    var state = State.fieldStart
    var fault: String?
    var quoteLine = 0
    var size = 0
    line = 0
    while true {
      if at == buffer.count {
        if isLast { return finish(state, fault, quoteLine: quoteLine, size: size) }
        if size > limit {
          // Too long to hold: only its end is looked for.
          fault = fault ?? "a row of more than \(limit) bytes"
          buffer.removeAll(keepingCapacity: false)
          text.removeAll(keepingCapacity: false)
          at = 0
          start = -1
        }
        let before = buffer.count
        isLast = try !stream.read(into: &buffer)
        if before == 0, currentLine == 1, number == 0, start == 0,
          buffer.starts(with: [0xef, 0xbb, 0xbf])
        {
          at = 3
          start = 3
        }
        size += buffer.count - max(before, at)
        continue
      }
      if endedWithReturn {
        endedWithReturn = false
        if buffer[at] == 0x0a {
          at += 1
          start = at
          continue
        }
      }
      if line == 0 { line = currentLine }
      switch state {
      case .fieldStart:
        if buffer[at] == UInt8(ascii: "\"") {
          quoteLine = currentLine
          wasQuoted = true
          at += 1
          state = .quoted
        } else {
          state = .unquoted
        }
      case .unquoted:
        let end = endOfField()
        if fault == nil, start >= 0 { text.append(contentsOf: buffer[at..<end]) }
        at = end
        guard at < buffer.count else { break }
        if endField(&fault) { return result(fault, quoteLine: quoteLine) }
        state = .fieldStart
      case .quoted:
        let quote = index(of: UInt8(ascii: "\""))
        let end = quote ?? buffer.count
        currentLine += lineEnds(at..<end)
        if fault == nil, start >= 0 { text.append(contentsOf: buffer[at..<end]) }
        at = end + (quote == nil ? 0 : 1)
        if quote != nil { state = .behindQuote }
      case .behindQuote:
        switch buffer[at] {
        case UInt8(ascii: "\""):
          if fault == nil { text.append(UInt8(ascii: "\"")) }
          at += 1
          state = .quoted
        case delimiter, 0x0a, 0x0d: state = .unquoted
        default:
          fault = fault ?? "text behind the closing quote of a field"
          state = .unquoted
        }
      }
    }
  }

  /// At the delimiter or line end behind a field: takes it. Returns whether the row ends.
  private mutating func endField(_ fault: inout String?) -> Bool {
    let byte = buffer[at]
    at += 1
    if ends.count < Self.maximumFieldCount {
      ends.append(text.count)
    } else {
      fault = fault ?? "a row of more than \(Self.maximumFieldCount) fields"
    }
    if byte == delimiter { return false }
    currentLine += 1
    endedWithReturn = byte == 0x0d
    return true
  }

  private mutating func finish(
    _ state: State, _ fault: String?, quoteLine: Int, size: Int
  ) -> Row? {
    guard line > 0 else { return nil }
    if state == .quoted {
      return .malformed("a quoted field that begins on line \(quoteLine) is not closed")
    }
    var fault = fault
    if ends.count < Self.maximumFieldCount { ends.append(text.count) }
    if start >= 0, buffer.count - start > limit { fault = fault ?? tooLong }
    return result(fault, quoteLine: quoteLine)
  }

  private func result(_ fault: String?, quoteLine: Int) -> Row {
    if start >= 0, at - start > limit { return .malformed(fault ?? tooLong) }
    guard let fault else { return .row }
    // A quote too many swallows what follows up to the next one: its line is where to look.
    return .malformed(
      start < 0 && quoteLine > 0 ? "\(fault); a quote opens on line \(quoteLine)" : fault)
  }

  private var tooLong: String { "a row of more than \(limit) bytes" }

  /// The next delimiter or line end, or the end of the buffer.
  private func endOfField() -> Int {
    var end = at
    let count = buffer.count
    while end < count {
      let byte = buffer[end]
      if byte == delimiter || byte == 0x0a || byte == 0x0d { break }
      end += 1
    }
    return end
  }

  private func index(of byte: UInt8) -> Int? {
    unsafe buffer.withUnsafeBytes { bytes in
      let base = bytes.baseAddress!
      guard let found = unsafe memchr(base + at, Int32(byte), bytes.count - at) else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// Line ends in a piece of a quoted field: LF, and CR before anything else.
  private func lineEnds(_ range: Range<Int>) -> Int {
    var count = 0
    for index in range where buffer[index] == 0x0a { count += 1 }
    return count
  }
}

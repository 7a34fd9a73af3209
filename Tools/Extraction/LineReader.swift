import Glibc

/// Lines of a stream, in bounded memory: one buffer, which grows to the longest line.
@safe
struct LineReader {
  enum Line: Equatable {
    /// Its bytes in `buffer`, without the line's end.
    case line(Range<Int>)
    /// A line of more than `limit` bytes, passed over.
    case tooLong
  }

  private let stream: ByteStream
  private let limit: Int
  private(set) var buffer: [UInt8] = []
  private var start = 0
  private var isLast = false
  /// Number of the last line, from 1.
  private(set) var number = 0

  init(_ stream: ByteStream, limit: Int) {
    self.stream = stream
    self.limit = limit
  }

  var bytesRead: Int64 { stream.bytesRead }

  /// The next line, valid until the next call; nil at the end.
  mutating func next() throws(ByteStream.Failure) -> Line? {
    var searched = start
    while true {
      if let newline = newline(from: searched) {
        return take(newline, next: newline + 1)
      }
      searched = buffer.count
      if isLast {
        return start < buffer.count ? take(buffer.count, next: buffer.count) : nil
      }
      if start > 0 {
        // A buffer that one long line has grown is given back.
        if buffer.capacity > 4 << 20, buffer.count - start < 1 << 20 {
          buffer = Array(buffer[start...])
        } else {
          buffer.removeSubrange(..<start)
        }
        searched -= start
        start = 0
      }
      if buffer.count > limit {
        try skipLine()
        number += 1
        return .tooLong
      }
      isLast = try !stream.read(into: &buffer)
    }
  }

  private mutating func take(_ end: Int, next: Int) -> Line {
    var end = end
    number += 1
    let begin = start
    start = next
    if end > begin, buffer[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    // A byte order mark is no part of the first line.
    let mark = number == 1 && buffer[begin..<end].starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    return end - begin > limit ? .tooLong : .line(begin + mark..<end)
  }

  /// Drops everything up to the next line's beginning.
  private mutating func skipLine() throws(ByteStream.Failure) {
    while true {
      buffer.removeAll(keepingCapacity: false)
      start = 0
      isLast = try !stream.read(into: &buffer)
      if let newline = newline(from: 0) {
        start = newline + 1
        return
      }
      if isLast {
        start = buffer.count
        return
      }
    }
  }

  private func newline(from offset: Int) -> Int? {
    guard offset < buffer.count else { return nil }
    return unsafe buffer.withUnsafeBytes { bytes in
      let base = bytes.baseAddress!
      guard let found = unsafe memchr(base + offset, 0x0a, bytes.count - offset) else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}

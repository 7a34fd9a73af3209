import Glibc

/// Lines of a file, read a mebibyte at a time; a longer line makes the buffer grow.
struct CorpusReader: ~Copyable {
  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// Why the file could not be read to its end.
  private(set) var failure: Int32?

  init?(path: String) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Gives the next line, without its newline, to `body`. False at the end.
  mutating func next(_ body: (RawSpan) throws -> Void) rethrows -> Bool {
    var searched = start
    while true {
      if let newline = buffer[searched..<end].firstIndex(of: UInt8(ascii: "\n")) {
        try unsafe body(buffer.span.bytes.extracting(start..<newline))
        start = newline + 1
        return true
      }
      searched = end
      if isAtEnd {
        guard start < end else { return false }
        try unsafe body(buffer.span.bytes.extracting(start..<end))
        start = end
        return true
      }
      searched -= start
      refill()
    }
  }

  private mutating func refill() {
    buffer.replaceSubrange(0..<(end - start), with: Array(buffer[start..<end]))
    end -= start
    start = 0
    if buffer.count - end < 1 << 19 {
      buffer.append(contentsOf: repeatElement(0, count: buffer.count))
    }
    let from = end
    let count = unsafe buffer.withUnsafeMutableBytes { memory in
      unsafe read(descriptor, memory.baseAddress! + from, memory.count - from)
    }
    if count < 0, errno == EINTR { return }
    if count < 0 { failure = errno }
    if count <= 0 { isAtEnd = true } else { end += count }
  }
}

import Glibc

/// Standard output and standard error, buffered, for one thread.
///
/// A reader that went away (`martlet export … | head`) is no fault: the tool ends as SIGPIPE would have ended it.
final class Output {
  let terminal: Terminal
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Bytes gathered before a write.
  private static let capacity = 64 << 10

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    terminal = Terminal(descriptor)
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) {
    buffer += bytes
    if buffer.count >= Output.capacity { flush() }
  }

  func line(_ text: String = "") {
    buffer += text.utf8
    buffer.append(0x0A)
    if buffer.count >= Output.capacity { flush() }
  }

  func flush() {
    defer { buffer.removeAll(keepingCapacity: true) }
    var done = 0
    while done < buffer.count {
      let written = unsafe buffer.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      }
      if written > 0 {
        done += written
      } else if errno == EPIPE {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        _exit(128 + SIGPIPE)
      } else if errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&ready, 1, -1)
      } else if errno != EINTR {
        // Nobody is there to be told; the code still says that the answer is not complete.
        _exit(ExitStatus.io.rawValue)
      }
    }
  }
}

/// A line on standard error, at once. Control characters of names and messages are taken out.
func complain(_ text: String) {
  let bytes = Array("\(printable(text, lines: true))\n".utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress!, $0.count) }
}

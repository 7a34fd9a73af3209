import Glibc

/// Ends a thread's wait from another thread.
final class Waker: Sendable {
  private let output: Int32
  private let input: Int32

  init() throws(StartError) {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw StartError(.system, "pipe: \(unsafe String(cString: strerror(errno)))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    output = ends[0]
    input = ends[1]
  }

  deinit {
    close(output)
    close(input)
  }

  /// Ends a `wait`, or the next one.
  func wake() {
    var byte: UInt8 = 0
    _ = unsafe write(input, &byte, 1)
  }

  /// Waits for a `wake`, for something to read from `other` (negative: nothing else), or the end of the time. What there
  /// was to read is read and thrown away.
  func wait(milliseconds: Int32, or other: Int32 = -1) {
    var sources = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    guard unsafe poll(&sources, 2, milliseconds) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 4_096)
    for source in sources where source.revents != 0 {
      while unsafe read(source.fd, &buffer, buffer.count) == buffer.count {}
    }
  }
}

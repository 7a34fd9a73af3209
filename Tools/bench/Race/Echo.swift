import Glibc
import Measuring

/// A thread at the other end of a Unix socket that works for as long as it is told and then answers so many bytes: what
/// two threads that wake each other cost on this machine, whatever they say. No daemon can add less to a search.
@safe
final class Echo {
  private let client: Int32
  private let thread: pthread_t
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  init() throws(Fault) {
    var ends: [Int32] = [0, 0]
    guard
      unsafe socketpair(
        AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
    else { throw Fault(path: "socketpair", errno: errno) }
    client = ends[0]
    var id = pthread_t()
    let server = unsafe UnsafeMutableRawPointer(bitPattern: Int(ends[1]))
    let code = unsafe pthread_create(
      &id, nil,
      { server in
        Echo.answer(Int32(Int(bitPattern: server)))
        return nil
      }, server)
    guard code == 0 else {
      close(ends[0])
      close(ends[1])
      throw Fault(path: "pthread_create", errno: code)
    }
    thread = id
  }

  /// The thread ends with the connection.
  deinit {
    close(client)
    pthread_join(thread, nil)
  }

  /// - Parameters:
  ///   - count: bytes of the question, at least 16.
  ///   - nanoseconds: to work before the answer.
  ///   - answer: bytes, at most 64 KiB.
  /// - Returns: nanoseconds from the question to the whole answer.
  func ask(_ count: Int, nanoseconds: UInt64, answer: Int) throws(Fault) -> UInt64 {
    var question = [UInt64](repeating: 0, count: (max(count, 16) + 7) / 8)
    question[0] = nanoseconds
    question[1] = UInt64(answer)
    let start = Clock.wall()
    var left = answer
    let sent = unsafe send(client, question, question.count * 8, Int32(MSG_NOSIGNAL))
    guard sent == question.count * 8 else { throw Fault(path: "send", errno: errno) }
    while left > 0 {
      let got = unsafe recv(client, &buffer, buffer.count, 0)
      guard got > 0 else { throw Fault(path: "recv", errno: errno) }
      left -= got
    }
    return Clock.wall() - start
  }

  /// Works for so long.
  static func spin(_ nanoseconds: UInt64) {
    let end = Clock.wall() + nanoseconds
    while Clock.wall() < end {}
  }

  /// Until the other end is closed.
  private static func answer(_ server: Int32) {
    var question = [UInt64](repeating: 0, count: 1 << 13)
    let answer = [UInt8](repeating: 0x20, count: 1 << 16)
    while unsafe recv(server, &question, question.count * 8, 0) >= 16 {
      spin(question[0])
      _ = unsafe send(server, answer, min(Int(question[1]), answer.count), Int32(MSG_NOSIGNAL))
    }
    close(server)
  }
}

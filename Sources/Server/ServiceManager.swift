// What the daemon tells its service manager, by the protocol of sd_notify(3): datagrams of lines `NAME=value` to the socket that
// NOTIFY_SOCKET names. Written out here because libsystemd would bring six more libraries for these forty lines.

import Glibc
import InvertedIndex

/// The service manager that started this process. Without one nothing is ever sent.
public struct ServiceManager: Sendable {
  /// How often it wants to hear WATCHDOG=1 at the least, in nanoseconds. nil: it does not watch.
  public let watchdogInterval: UInt64?
  private let socket: NotifySocket?

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment. To be called once,
  /// before there are other threads.
  public static func fromEnvironment() throws(StartError) -> ServiceManager {
    let address = Environment.take("NOTIFY_SOCKET")
    let interval = Environment.take("WATCHDOG_USEC")
    let process = Environment.take("WATCHDOG_PID")
    guard let address, !address.isEmpty else {
      return .none
    }
    var nanoseconds: UInt64?
    if let interval, process == nil || process == "\(getpid())" {
      guard let microseconds = UInt64(interval), (1...(1 << 50)).contains(microseconds) else {
        throw StartError(.usage, "WATCHDOG_USEC=\(interval) is not a number of microseconds")
      }
      nanoseconds = microseconds * 1_000
    }
    return try ServiceManager(address: address, watchdogInterval: nanoseconds)
  }

  init(address: String, watchdogInterval: UInt64?) throws(StartError) {
    self.watchdogInterval = watchdogInterval
    socket = try NotifySocket(address: address)
  }

  private init() {
    watchdogInterval = nil
    socket = nil
  }

  /// Nobody to tell anything.
  public static let none = ServiceManager()

  public var isPresent: Bool { socket != nil }

  /// It serves, or has read its settings again.
  public func ready(status: String) { send("READY=1", "STATUS=\(status)") }

  public func status(_ text: String) { send("STATUS=\(text)") }

  /// It reads its settings again; `ready` ends that. The time is what Type=notify-reload compares.
  public func reloading() {
    send("RELOADING=1", "MONOTONIC_USEC=\(Deadline.now() / 1_000)", "STATUS=reading settings")
  }

  public func stopping() { send("STOPPING=1", "STATUS=stopping") }

  /// It is alive.
  func watchdog() { send("WATCHDOG=1") }

  /// One datagram. No line of it can hold another one: ends of lines in a value become spaces.
  private func send(_ lines: String...) {
    guard let socket else { return }
    let clean = lines.map { line in
      String(String.UnicodeScalarView(line.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }
    socket.send(clean.joined(separator: "\n"))
  }
}

/// The datagram socket, kept open: when descriptors run out, the watchdog must go on.
@safe
private final class NotifySocket: Sendable {
  private let descriptor: Int32
  private let address: sockaddr_un
  private let length: socklen_t

  /// - Parameter text: a path, or "@name" in the abstract namespace.
  init(address text: String) throws(StartError) {
    var bytes = Array(text.utf8)
    guard bytes.first == UInt8(ascii: "/") || bytes.first == UInt8(ascii: "@"), bytes.count > 1,
      bytes.count <= ListeningSocket.longestPath
    else { throw StartError(.usage, "NOTIFY_SOCKET=\(text) is not the path of a Unix socket") }
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else {
      throw StartError(.system, "socket: \(unsafe String(cString: strerror(errno)))")
    }
    // A manager that does not read must not hold the daemon's end up for ever.
    var patience = timeval(tv_sec: 2, tv_usec: 0)
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    self.address = address
    // An abstract name is as long as it is; a path may be.
    length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
  }

  deinit { close(descriptor) }

  /// What cannot be delivered is lost: the manager draws its own conclusions.
  func send(_ text: String) {
    let bytes = Array(text.utf8)
    var address = address
    while true {
      let sent = unsafe withUnsafePointer(to: &address) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
        }
      }
      guard sent < 0, errno == EINTR else { return }
    }
  }
}

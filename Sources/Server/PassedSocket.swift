// A listening socket from the service manager, by the protocol of sd_listen_fds(3): the variables LISTEN_PID, LISTEN_FDS and
// LISTEN_FDNAMES, descriptors from 3 on. It is the manager's for good: connections that come while the daemon restarts wait in
// it, and its name in the file system is not ours to remove.

import Glibc

extension ListeningSocket {
  /// The first descriptor that is passed (SD_LISTEN_FDS_START).
  static let firstPassed: Int32 = 3
  /// Which of several is meant: the name that systemd gives the sockets of this unit by default.
  static let passedName = "martlet.socket"

  /// The socket that the service manager passes to this process, if it passes any.
  ///
  /// The variables are taken out of the environment, theirs or not: no other program is to believe them. To be called
  /// once, before there are other threads.
  public static func passed() throws(StartError) -> ListeningSocket? {
    let process = Environment.take("LISTEN_PID")
    let count = Environment.take("LISTEN_FDS")
    let names = Environment.take("LISTEN_FDNAMES")
    guard let count, let process, process == "\(getpid())" else { return nil }
    guard let count = Int32(count), (0...1_024).contains(count) else {
      throw StartError(.usage, "LISTEN_FDS=\(count) is not a number of descriptors")
    }
    guard count > 0 else { return nil }
    let passed = Array(firstPassed..<firstPassed + count)
    for descriptor in passed { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    let chosen = try choose(passed, (names ?? "").split(separator: ":").map(String.init))
    for descriptor in passed where descriptor != chosen { close(descriptor) }
    return ListeningSocket(passed: chosen, path: try checkedPath(chosen))
  }

  private static func choose(_ passed: [Int32], _ names: [String]) throws(StartError) -> Int32 {
    if passed.count == 1 { return passed[0] }
    let named = zip(passed, names).filter { $0.1 == passedName }
    guard named.count == 1 else {
      throw StartError(
        .usage,
        "the service manager passes \(passed.count) sockets (\(names.joined(separator: ", "))), "
          + "and \(named.count) of them are called \(passedName): one must be")
    }
    return named[0].0
  }

  /// Refuses what is not a Unix stream socket that listens.
  /// - Returns: its address as a path.
  static func checkedPath(_ descriptor: Int32) throws(StartError) -> String {
    func refuse(_ what: String) -> StartError {
      StartError(
        .usage,
        "the service manager's descriptor \(descriptor) \(what); a Unix stream socket that listens is needed"
      )
    }
    guard fcntl(descriptor, F_GETFD) >= 0 else { throw refuse("is not open") }
    guard let domain = option(descriptor, SO_DOMAIN) else { throw refuse("is not a socket") }
    guard domain == AF_UNIX else { throw refuse("is a socket of another family (\(domain))") }
    guard option(descriptor, SO_TYPE) == Int32(SOCK_STREAM.rawValue) else {
      throw refuse("is not a stream socket")
    }
    guard option(descriptor, SO_ACCEPTCONN) == 1 else { throw refuse("does not listen") }
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0,
      fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    else { throw refuse("cannot be set up: \(unsafe String(cString: strerror(errno)))") }
    return address(descriptor)
  }

  private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else { return nil }
    return value
  }

  private static func address(_ descriptor: Int32) -> String {
    var address = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    let count = Int(length) - MemoryLayout<sa_family_t>.size
    guard result == 0, count > 0 else { return "(unnamed)" }
    let bytes = unsafe withUnsafeBytes(of: &address.sun_path) { unsafe Array($0.prefix(count)) }
    if bytes[0] == 0 { return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self) }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Variables of the environment that are meant for this process alone.
enum Environment {
  /// The value, if there is one, which is then gone.
  static func take(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    unsafe unsetenv(name)
    return text
  }
}

import Glibc

/// A system call that failed: which, and errno.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  public let call: String
  public let code: Int32

  public init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  /// What strerror says, as in "No space left on device".
  public var message: String { unsafe String(cString: strerror(code)) }

  public var description: String { "\(call): \(message)" }
}

/// Repeats a system call while it is interrupted by a signal.
/// - Returns: what the call returned, never -1.
/// - Throws: the call's error.
public func retryingOnInterrupt<T: FixedWidthInteger>(
  _ name: String, _ call: () -> T
) throws(SystemError) -> T {
  while true {
    let result = call()
    if result != -1 { return result }
    let code = errno
    if code != EINTR { throw SystemError(name, code: code) }
  }
}

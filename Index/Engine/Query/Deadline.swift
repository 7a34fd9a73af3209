// When to stop: a moment of the monotonic clock, a flag that somebody else may set, or never.
//
// Every loop of a search asks it once a block or window of documents, never once a document: reading the
// clock costs about 25 ns.

import Glibc
import Synchronization

/// Set by whoever no longer wants the answer (the client hung up); seen by the search at its next look.
public final class CancelFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public func cancel() { flag.store(true, ordering: .relaxed) }

  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

public struct Deadline: Sendable {
  /// CLOCK_MONOTONIC in nanoseconds; `.max` is never.
  public let nanoseconds: UInt64
  private let cancel: CancelFlag?

  /// - Parameter nanoseconds: a moment of CLOCK_MONOTONIC; `.max` for none.
  public init(nanoseconds: UInt64, cancel: CancelFlag? = nil) {
    self.nanoseconds = nanoseconds
    self.cancel = cancel
  }

  public static let never = Deadline(nanoseconds: .max)

  /// That many milliseconds from now.
  public static func after(milliseconds: Int, cancel: CancelFlag? = nil) -> Deadline {
    let wait = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
    let end = now().addingReportingOverflow(wait.partialValue)
    return Deadline(
      nanoseconds: wait.overflow || end.overflow ? .max : end.partialValue, cancel: cancel)
  }

  /// CLOCK_MONOTONIC in nanoseconds.
  public static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  public var isPassed: Bool {
    if let cancel, cancel.isCancelled { return true }
    return nanoseconds != .max && Deadline.now() >= nanoseconds
  }
}

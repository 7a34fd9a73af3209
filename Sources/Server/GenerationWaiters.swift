import InvertedIndex
import Synchronization

/// Requests that wait for a generation (`min_generation`), without a thread: each is told when it is worth looking
/// again.
final class GenerationWaiters: Sendable {
  private struct Waiter {
    var index: String
    var generation: UInt64
    /// Raised flags count as passed.
    var deadline: Deadline
    var resume: @Sendable () -> Void
  }

  /// Each holds a whole request.
  static let most = 512

  private let waiters = Mutex<[Waiter]>([])

  /// - Returns: false if so many wait that one more had better come again.
  var hasRoom: Bool { waiters.withLock { $0.count < Self.most } }

  func add(
    _ index: String, generation: UInt64, deadline: Deadline, resume: @escaping @Sendable () -> Void
  ) {
    let waiter = Waiter(index: index, generation: generation, deadline: deadline, resume: resume)
    waiters.withLock { $0.append(waiter) }
  }

  /// Resumes those whose generation has come, whose time has run out, or whom nobody wants any more.
  /// - Parameter newest: the generation of an index that answers; nil when there is none.
  func settle(newest: (String) -> UInt64?) {
    let ended = waiters.withLock { waiters in
      var ended: [Waiter] = []
      waiters.removeAll { waiter in
        let isOver =
          waiter.deadline.isPassed || newest(waiter.index).map { $0 >= waiter.generation } ?? false
        if isOver { ended.append(waiter) }
        return isOver
      }
      return ended
    }
    for waiter in ended { waiter.resume() }
  }

  /// Resumes all of them: nobody will look any more.
  func settleAll() {
    let ended = waiters.withLock { waiters in
      defer { waiters = [] }
      return waiters
    }
    for waiter in ended { waiter.resume() }
  }

  /// Milliseconds to the next end of a time limit, within `0...most`.
  func patience(now: UInt64, most: Int32) -> Int32 {
    let next = waiters.withLock { $0.map(\.deadline.nanoseconds).min() } ?? .max
    guard next != .max else { return most }
    return next <= now ? 0 : Int32(min(UInt64(most), (next - now) / 1_000_000 + 1))
  }
}

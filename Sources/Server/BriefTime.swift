/// When the event loop answers by itself what a worker could: to hand a request to another thread and its answer back
/// takes longer than many searches do. It does so for a client that asks alone, one request after the other on the same
/// connection; where several ask, they are served by several threads.
///
/// All connections wait meanwhile, hence the bounds.
struct BriefTime {
  /// Nanoseconds that an answer may take: then a worker begins anew.
  static let most: UInt64 = 1_000_000
  /// Bytes of a request's body.
  static let bodyBytes = 2 << 10
  /// Requests in a row that came alone, before one is answered so.
  private static let patience = 16

  /// The connection that asked last: two that take turns never ask at the same time as long as the loop answers them, and
  /// would share one thread.
  private var client: ObjectIdentifier?
  private var alone = 0
  /// A request has come in this turn of the loop.
  private var isTaken = false
  /// No answer before that, in nanoseconds of CLOCK_MONOTONIC.
  private var next: UInt64 = 0

  /// Called for each request that might be answered so.
  /// - Parameters:
  ///   - client: its connection.
  ///   - isBusy: others have not been answered yet.
  /// - Returns: whether it may be; then `endTurn` is to be called at the end of this turn of the loop.
  mutating func begin(_ now: UInt64, from client: ObjectIdentifier, isBusy: Bool) -> Bool {
    guard !isBusy, !isTaken, client == self.client else {
      self.client = client
      alone = 0
      return false
    }
    alone += 1
    guard alone > Self.patience, now >= next else { return false }
    isTaken = true
    return true
  }

  mutating func endTurn() { isTaken = false }

  mutating func end(_ start: UInt64, _ now: UInt64) {
    let time = now &- start
    // Whatever it was, a cold index or large documents, would be met again: a tenth of the loop's time at most.
    if time > Self.most { next = now &+ 10 &* time }
  }
}

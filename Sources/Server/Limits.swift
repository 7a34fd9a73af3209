import Glibc
import Synchronization

/// What a client may take of the daemon. Times are in seconds, sizes in bytes.
public struct Limits: Sendable {
  /// Request line and headers together. Beyond: 431.
  public var headerBytes = 16 << 10
  public var headerFields = 100
  /// Beyond: 413.
  public var bodyBytes = 1 << 20
  /// Beyond: 400 `answer_too_large`.
  public var answerBytes = 32 << 20
  /// Bodies and answers of all connections together. Beyond: 429.
  public var heldBytes = 256 << 20

  /// At the cap the connection that has waited longest without a running request is closed. Never so many that
  /// indexes could not be opened: 64 of the process's file descriptors are not for connections.
  public var connections = 1_024
  /// Of one user. At the cap that user's connection that has waited longest is closed.
  public var connectionsPerUser = 128
  /// Requests that wait for a worker. Beyond: 429.
  public var waitingRequests = 512
  /// Requests of one user that run or wait for a worker. Beyond: 429.
  public var requestsPerUser = 64
  /// The limits per user do not hold for this one, and one connection is always left for it.
  public var exemptUser: uid_t = 0

  /// Between two requests. Then the connection is closed without a word.
  public var idleSeconds = 60
  /// From the first byte of a request to the end of its headers. Then 408.
  public var headerSeconds = 10
  /// From the headers to the end of the body. Then 408.
  public var bodySeconds = 30
  /// Without the client taking a single byte of an answer.
  public var writeSeconds = 30
  /// For a client to stop sending what was refused.
  public var lingerSeconds = 2
  public var lingerBytes = 8 << 20

  /// For running requests at a stop; then they are cancelled and answer with what they have.
  public var drainSeconds = 10

  /// A query that takes so long, from its arrival to its answer, has a line in the log. 0: none has.
  public var slowQueryMilliseconds = 500
  /// Such lines show what was asked for.
  public var logQueryText = false

  public init() {}
}

/// The limits that hold now. Connections look at them when they are accepted and at each request, so that a reload
/// changes what comes next and nothing that is under way.
final class CurrentLimits: Sendable {
  private let limits: Mutex<Limits>

  init(_ limits: Limits) { self.limits = Mutex(limits) }

  var value: Limits { limits.withLock { $0 } }

  func replace(_ limits: Limits) { self.limits.withLock { $0 = limits } }
}

/// In nanoseconds.
func seconds(_ count: Int) -> UInt64 { UInt64(count) &* 1_000_000_000 }

// The daemon's side of being looked after: a thread that tells the service manager when it is ready, what it serves, and, again
// and again, that it really works.
//
// A sign of life is sent at half the interval that the manager asks for, and only after the event loop and a worker have each
// answered a probe since the one before: a daemon that accepts but does not answer is killed and started
// again. Workers that are all searching cannot answer; they count as alive as long as one of them has begun
// its work no longer ago than a request may take.

import Glibc
import InvertedIndex
import Logging
import Synchronization

final class Supervision: Sendable {
  /// What is looked after.
  struct Subject: Sendable {
    /// Has the event loop and a worker each call back.
    var probe: @Sendable (_ loop: @escaping Answer, _ worker: @escaping Answer) -> Void
    /// When a worker last began something, in nanoseconds of CLOCK_MONOTONIC.
    var lastBegun: @Sendable () -> UInt64
    /// Whether all indexes have been looked at, and what to say of them.
    var status: @Sendable () -> (isComplete: Bool, text: String)
  }

  typealias Answer = @Sendable () -> Void

  /// Answers to one probe. Each has its own, so that a late answer is none to the next one.
  private final class Probe: Sendable {
    let loop = Atomic<Bool>(false)
    let worker = Atomic<Bool>(false)
  }

  private struct State {
    var isReady = false
    var isStopping = false
    var isStopped = false
    var told = ""
    var note: String?
  }

  /// After that it is ready in any case: requests for indexes that are still being opened are told so.
  private static let patience: UInt64 = 5_000_000_000

  private let manager: ServiceManager
  private let subject: Subject
  private let workerPatience: UInt64
  private let logger: Logger
  private let waker: Waker
  private let state = Mutex(State())
  private let thread = Mutex<Thread?>(nil)

  /// - Parameter workerPatience: the longest that a request may keep a worker, in nanoseconds.
  init(
    manager: ServiceManager, subject: Subject, workerPatience: UInt64, logger: Logger
  ) throws(StartError) {
    self.manager = manager
    self.subject = subject
    self.workerPatience = workerPatience
    self.logger = logger
    waker = try Waker()
    guard manager.isPresent else { return }
    let watching = try Thread(name: "supervision") { [self] in watch() }
    thread.withLock { $0 = watching }
  }

  /// Tells that settings are read while `body` runs, and what became of it.
  /// - Returns: of `body`: what the manager's status is to say besides, until the next time.
  func reload(_ body: () -> String?) {
    manager.reloading()
    let note = body()
    let status = subject.status().text
    let text = state.withLock { state in
      state.note = note
      state.isReady = true
      state.told = Self.text(status, note)
      return state.told
    }
    manager.ready(status: text)
  }

  /// From now on only signs of life are sent.
  func beginStopping() {
    state.withLock { $0.isStopping = true }
    manager.stopping()
  }

  /// Ends the signs of life.
  func stop() {
    state.withLock { $0.isStopped = true }
    waker.wake()
    thread.withLock { $0.take() }?.join()
  }

  private static func text(_ status: String, _ note: String?) -> String {
    note.map { "\(status); \($0)" } ?? status
  }

  private func watch() {
    let start = Deadline.now()
    let half = manager.watchdogInterval.map { max($0 / 2, 1_000_000) }
    var next = start &+ (half ?? 0)
    var probe = half == nil ? nil : ask()
    var isOverdue = false
    while !state.withLock({ $0.isStopped }) {
      let now = Deadline.now()
      tell(isPatient: now - start < Self.patience)
      if let half, now >= next, let asked = probe {
        let loop = asked.loop.load(ordering: .acquiring)
        let worker = isWorking(asked, now)
        if loop, worker {
          manager.watchdog()
          if isOverdue { logger.warning("answers again") }
          isOverdue = false
          next = now &+ half
          probe = ask()
        } else if !isOverdue {
          isOverdue = true
          logger.critical(
            "does not answer; the service manager will end it",
            metadata: [
              "event_loop": "\(loop ? "answers" : "hangs")",
              "workers": "\(worker ? "answer" : "hang")",
            ])
        }
      }
      let isReady = state.withLock { $0.isReady }
      var pause: UInt64 = isReady ? 1_000_000_000 : 20_000_000
      if half != nil { pause = min(pause, next > now ? next - now : 20_000_000) }
      waker.wait(milliseconds: Int32(clamping: (pause + 999_999) / 1_000_000))
    }
  }

  private func ask() -> Probe {
    let probe = Probe()
    subject.probe(
      { probe.loop.store(true, ordering: .releasing) },
      { probe.worker.store(true, ordering: .releasing) })
    return probe
  }

  private func isWorking(_ probe: Probe, _ now: UInt64) -> Bool {
    let begun = subject.lastBegun()
    return probe.worker.load(ordering: .acquiring) || begun > 0 && now < begun &+ workerPatience
  }

  /// READY, once; after that STATUS whenever there is another one.
  private func tell(isPatient: Bool) {
    let (isComplete, status) = subject.status()
    if !isComplete, isPatient { return }
    let (text, wasReady) = state.withLock { state in
      if state.isStopping { return (String?.none, true) }
      let text = Self.text(status, state.note)
      let news = text != state.told ? text : nil
      let wasReady = state.isReady
      state.told = text
      state.isReady = true
      return (news, wasReady)
    }
    if !wasReady {
      manager.ready(status: text ?? status)
    } else if let text {
      manager.status(text)
    }
  }
}

// Plain threads for work that keeps a core busy or waits for a disk: searches. Event loops never do such work, and the
// threads of Swift's concurrency are as few as cores and not to be blocked.

import Glibc
import InvertedIndex
import Synchronization

/// A fixed number of threads behind a queue, first come first served.
///
/// `submit` never waits: how long the queue may be is the caller's to say, and a full one the caller's to answer.
@safe
final class WorkerPool: Sendable {
  typealias Job = @Sendable () -> Void

  /// Of a job, to withdraw it; they count up.
  typealias Ticket = UInt64

  /// Shared by all threads; touched only with `mutex` held.
  private struct Queue {
    /// A ring, from `first` on, of so many places; grows. A withdrawn job leaves an empty place.
    var jobs: [Job?] = Array(repeating: nil, count: 64)
    var first = 0
    var places = 0
    /// Of the first place.
    var ticket: Ticket = 0
    /// Jobs that wait.
    var count = 0
    var stopped = false

    mutating func push(_ job: @escaping Job) -> Ticket {
      if places == jobs.count {
        jobs = Array(jobs[first...] + jobs[..<first]) + Array(repeating: nil, count: places)
        first = 0
      }
      jobs[(first + places) % jobs.count] = job
      places += 1
      count += 1
      return ticket + Ticket(places - 1)
    }

    mutating func pop() -> Job? {
      while places > 0 {
        let job = jobs[first].take()
        first = (first + 1) % jobs.count
        places -= 1
        ticket += 1
        if let job {
          count -= 1
          return job
        }
      }
      return nil
    }

    mutating func withdraw(_ ticket: Ticket) -> Job? {
      guard ticket >= self.ticket, ticket < self.ticket + Ticket(places) else { return nil }
      let job = jobs[(first + Int(ticket - self.ticket)) % jobs.count].take()
      if job != nil { count -= 1 }
      // Clients that ask and hang up, again and again, do not make the ring long.
      while places > 0, jobs[(first + places - 1) % jobs.count] == nil { places -= 1 }
      return job
    }
  }

  nonisolated(unsafe) private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  nonisolated(unsafe) private let wakeUp: UnsafeMutablePointer<pthread_cond_t>
  nonisolated(unsafe) private let queue: UnsafeMutablePointer<Queue>
  nonisolated(unsafe) private var threads: [Thread] = []
  /// When a thread last took a job, in nanoseconds of CLOCK_MONOTONIC; 0: never.
  let lastBegun = Atomic<UInt64>(0)

  /// - Parameter threads: at least 1.
  init(threads: Int) throws(StartError) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe wakeUp = .allocate(capacity: 1)
    unsafe queue = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(wakeUp, nil)
    unsafe queue.initialize(to: Queue())
    for _ in 0..<threads {
      let thread = try Thread(name: "search") { [self] in work() }
      unsafe self.threads.append(thread)
    }
  }

  deinit {
    unsafe queue.deinitialize(count: 1)
    unsafe queue.deallocate()
    unsafe pthread_cond_destroy(wakeUp)
    unsafe pthread_mutex_destroy(mutex)
    unsafe wakeUp.deallocate()
    unsafe mutex.deallocate()
  }

  /// - Parameter waiting: jobs that may already wait, besides those that run.
  /// - Returns: nil if more wait, or the pool has been stopped.
  func submit(waiting: Int, _ job: @escaping Job) -> Ticket? {
    unsafe pthread_mutex_lock(mutex)
    let isOpen = unsafe !queue.pointee.stopped && queue.pointee.count < waiting
    let ticket = isOpen ? unsafe queue.pointee.push(job) : nil
    unsafe pthread_mutex_unlock(mutex)
    // A thread that wakes finds the mutex free.
    if isOpen { unsafe pthread_cond_signal(wakeUp) }
    return ticket
  }

  /// Takes back a job that no thread has begun.
  /// - Returns: false if one has.
  func withdraw(_ ticket: Ticket) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    // What the job holds is let go of without the lock.
    let job = unsafe queue.pointee.withdraw(ticket)
    unsafe pthread_mutex_unlock(mutex)
    return job != nil
  }

  /// Finishes what has been submitted and ends the threads. Called once, by one thread.
  func stop() {
    unsafe pthread_mutex_lock(mutex)
    unsafe queue.pointee.stopped = true
    unsafe pthread_cond_broadcast(wakeUp)
    unsafe pthread_mutex_unlock(mutex)
    for thread in unsafe threads { thread.join() }
    unsafe threads = []
  }

  private func work() {
    while let job = next() {
      lastBegun.store(Deadline.now(), ordering: .relaxed)
      job()
    }
  }

  private func next() -> Job? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let job = unsafe queue.pointee.pop() { return job }
      if unsafe queue.pointee.stopped { return nil }
      unsafe pthread_cond_wait(wakeUp, mutex)
    }
  }
}

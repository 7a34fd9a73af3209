import Glibc

/// Work that several threads do side by side.
class Crew: @unchecked Sendable {
  /// One thread's share: begins with what is to be done next, and ends when there is no more.
  func work() { preconditionFailure("every crew has work") }

  /// Works on `count` threads, one of them the caller's, until all are done. Where the system has no more threads, fewer
  /// do it all.
  final func run(threads count: Int) {
    var threads: [pthread_t] = []
    for _ in 1..<max(count, 1) {
      var thread = pthread_t()
      let started = unsafe pthread_create(
        &thread, nil,
        { raw in
          guard let raw = unsafe raw else { return nil }
          unsafe Unmanaged<Crew>.fromOpaque(raw).takeRetainedValue().work()
          return nil
        }, Unmanaged.passRetained(self).toOpaque())
      if started == 0 {
        threads.append(thread)
      } else {
        unsafe Unmanaged.passUnretained(self).release()
      }
    }
    work()
    for thread in threads { pthread_join(thread, nil) }
  }
}

import Glibc

/// Tells when something in a set of directories has changed, by inotify.
///
/// It may tell too often and, on file systems whose changes the kernel does not see (network mounts), not at
/// all: the caller looks once a second as well. Without inotify (no more instances) it only waits. Used by
/// one thread, but for `wake`.
final class DirectoryWatch: Sendable {
  /// -1: not to be had.
  private let notify: Int32
  private let waker: Waker

  init() throws(StartError) {
    waker = try Waker()
    notify = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
  }

  deinit { if notify >= 0 { close(notify) } }

  /// Watches the names in a directory. To do it again costs one system call; the watch ends with the directory.
  func watch(_ path: String) {
    guard notify >= 0 else { return }
    let events = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF
    _ = unsafe inotify_add_watch(
      notify, path, UInt32(events) | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW))
  }

  /// Ends a `wait`, from any thread.
  func wake() { waker.wake() }

  /// Waits for a change, a `wake`, or the end of the time. What exactly has changed does not matter: the caller compares
  /// manifests.
  func wait(milliseconds: Int32) { waker.wait(milliseconds: milliseconds, or: notify) }
}

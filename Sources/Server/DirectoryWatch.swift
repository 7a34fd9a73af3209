import Glibc

/// Tells when something in a set of directories has changed, by inotify.
///
/// It may tell too often and, on file systems whose changes the kernel does not see (network mounts), not at
/// all: the caller looks once a second as well. Without inotify (no more instances) it only waits. Used by
/// one thread, but for `wake`.
final class DirectoryWatch: Sendable {
  /// -1: not to be had.
  private let notify: Int32
  private let wakeOutput: Int32
  private let wakeInput: Int32

  init() throws(StartError) {
    notify = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw StartError(.system, "pipe: \(unsafe String(cString: strerror(errno)))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    wakeOutput = ends[0]
    wakeInput = ends[1]
  }

  deinit {
    if notify >= 0 { close(notify) }
    close(wakeOutput)
    close(wakeInput)
  }

  /// Watches the names in a directory. To do it again costs one system call; the watch ends with the directory.
  func watch(_ path: String) {
    guard notify >= 0 else { return }
    let events = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF
    _ = unsafe inotify_add_watch(
      notify, path, UInt32(events) | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW))
  }

  /// Ends a `wait`, from any thread.
  func wake() {
    var byte: UInt8 = 0
    _ = unsafe write(wakeInput, &byte, 1)
  }

  /// Waits for a change, a `wake`, or the end of the time.
  func wait(milliseconds: Int32) {
    var sources = [
      pollfd(fd: wakeOutput, events: Int16(POLLIN), revents: 0),
      pollfd(fd: notify, events: Int16(POLLIN), revents: 0),
    ]
    guard unsafe poll(&sources, 2, milliseconds) > 0 else { return }
    // What exactly has changed does not matter: the caller compares manifests.
    var buffer = [UInt8](repeating: 0, count: 4_096)
    for source in sources where source.revents != 0 {
      while unsafe read(source.fd, &buffer, buffer.count) == buffer.count {}
    }
  }
}

// A writer's name, the lock that shows it alive, and which of its files are still being made.
//
// Whoever cleans up asks the lock: while it is held, files of this name that no manifest knows are work in
// progress. Once it is free, they are rubbish.

import Synchronization

package final class WriterIdentity: Sendable {
  package let name: String
  private let directory: any Directory
  private let lock: any LockFile

  private struct State {
    var nextNumber = 1
    /// Files that are being made, or made and not yet committed.
    var inProgress: Set<String> = []
    var isClosed = false
  }
  private let state = Mutex(State())

  package convenience init(directory: any Directory) throws(IndexError) {
    try self.init(directory: directory, name: FileName.randomWriter())
  }

  package init(directory: any Directory, name: String) throws(IndexError) {
    self.directory = directory
    self.name = name
    guard let lock = try directory.lock(FileName.lock(ofWriter: name), wait: true) else {
      throw .invalid("\(directory.path): the writer name \(name) is taken")
    }
    self.lock = lock
  }

  package var lockName: String { FileName.lock(ofWriter: name) }

  /// A file name never used before. The file counts as in progress until it is settled.
  package func newName(suffix: String) -> String {
    state.withLock { state in
      let fresh = "\(name)-\(state.nextNumber).\(suffix)"
      state.nextNumber += 1
      state.inProgress.insert(fresh)
      return fresh
    }
  }

  /// The files are committed or given up: from now on only the manifest keeps them.
  package func settle(_ names: some Sequence<String>) {
    state.withLock { state in
      for name in names { state.inProgress.remove(name) }
    }
  }

  package func isInProgress(_ name: String) -> Bool {
    state.withLock { $0.inProgress.contains(name) }
  }

  /// Settles the files and removes those that can be removed now. What fails is left for the next cleaning.
  package func giveUp(_ names: some Sequence<String>) {
    settle(names)
    for name in names {
      do throws(IndexError) { try directory.remove(name) } catch { continue }
    }
  }

  /// Ends the writer: everything that it has not committed is rubbish.
  package func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    guard isFirst else { return }
    let unfinished = state.withLock { $0.inProgress }
    giveUp(unfinished)
    // While the lock is held: nobody else can come by this name. A failure leaves an empty file for the
    // next cleaning.
    do throws(IndexError) { try directory.remove(lockName) } catch {}
    lock.release()
  }

  deinit { close() }
}

// The moments of a commit: everything between taking LOCK and letting it go.
//
// Before: segments and live documents are written, synced and closed, without the lock. Then
//   1. LOCK taken, the newest manifest read; what is newer than the preparation is resolved again
//   2. fsync of the directory: the new files have their names for good
//   3. MANIFEST.tmp written, fsync, close
//   4. rename: visible
//   5. fsync of the directory: durable; only now acknowledged
//   6. cleaning, still under the lock
// Between 4 and 5 a power cut may bring the old manifest back, so its files must not go before 6.

import Glibc

package enum Commit {
  /// What a commit does to the index.
  package enum Change: Sendable {
    case nothing
    /// Fields, fence, merges: the same documents.
    case arrangement
    /// Other documents, or other settings: the state before is kept as the previous point.
    case documents
  }

  package struct Outcome<Value> {
    package var value: Value
    package var generation: UInt64
  }

  /// Reads the manifest.
  /// - Returns: nil when there is no index in the directory.
  package static func readManifest(_ directory: any Directory) throws(IndexError) -> Manifest? {
    do throws(IndexError) {
      let bytes = try directory.open(FileName.manifest)
      return try Manifest(decoding: bytes, file: "\(directory.path)/\(FileName.manifest)")
    } catch {
      if case .notFound = error { return nil }
      throw error
    }
  }

  /// Makes the first generation, unless there is one.
  /// - Returns: the manifest that is there now.
  package static func create(
    _ directory: any Directory, content: Manifest.Content
  ) throws(IndexError) -> Manifest {
    let lock = try takeLock(directory)
    defer { lock.release() }
    if let existing = try readManifest(directory) { return existing }
    let first = Manifest(generation: 1, uuid: .random(), time: now(), content: content)
    try publish(first, in: directory)
    return first
  }

  /// Changes the newest manifest by `body` and commits it. `body` runs under the lock; the files that it
  /// makes must be synced and closed when it returns. It may run the old fence's end: a fence whose lock is
  /// free is gone before `body` sees the manifest.
  /// - Throws: `superseded` when the index is not `uuid` any more, `unknownDurability` when the commit is
  ///   visible and perhaps not durable; anything else: nothing happened.
  package static func perform<Value>(
    _ directory: any Directory, _ identity: WriterIdentity, uuid: UUIDBytes,
    _ body: (inout Manifest) throws(IndexError) -> (Value, Change)
  ) throws(IndexError) -> Outcome<Value> {
    let lock = try takeLock(directory)
    defer { lock.release() }
    guard let newest = try readManifest(directory), newest.uuid == uuid else {
      throw .superseded("\(directory.path): the index was dropped meanwhile")
    }
    var next = newest
    if let fence = newest.fence, try isFree(fence.lock, in: directory) { next.fence = nil }
    let (value, change) = try body(&next)
    if case .nothing = change { return Outcome(value: value, generation: newest.generation) }
    guard newest.generation < UInt64.max else {
      throw .invalid("\(directory.path): no more generations")
    }
    next.generation = newest.generation + 1
    next.time = now()
    if case .documents = change {
      next.retain(
        .init(kind: .previous, generation: newest.generation, content: newest.content))
    }
    do throws(IndexError) {
      try publish(next, in: directory)
    } catch {
      // Visible: the files are the manifest's, durable or not.
      if case .unknownDurability = error { identity.settle(next.fileNames) }
      throw error
    }
    identity.settle(next.fileNames)
    // The commit is durable: what cannot be removed now is removed by a later one.
    do throws(IndexError) { try clean(directory, keeping: next, by: identity) } catch {}
    return Outcome(value: value, generation: next.generation)
  }

  /// Removes what dead writers left.
  package static func recover(
    _ directory: any Directory, by identity: WriterIdentity
  ) throws(IndexError) {
    let lock = try takeLock(directory)
    defer { lock.release() }
    guard let newest = try readManifest(directory) else { return }
    try clean(directory, keeping: newest, by: identity)
  }

  package static func takeLock(_ directory: any Directory) throws(IndexError) -> any LockFile {
    guard let lock = try directory.lock(FileName.commitLock, wait: true) else {
      throw .system(call: "flock", path: "\(directory.path)/\(FileName.commitLock)", code: EAGAIN)
    }
    return lock
  }

  private static func publish(
    _ manifest: Manifest, in directory: any Directory
  ) throws(IndexError) {
    try directory.sync()
    try directory.replace(
      FileName.manifest, by: manifest.encoded(), through: FileName.nextManifest)
    do throws(IndexError) {
      try directory.sync()
    } catch {
      let code: Int32 = if case .system(_, _, let code) = error { code } else { EIO }
      throw .unknownDurability(generation: manifest.generation, code: code)
    }
  }

  /// Whether a writer's lock is held by nobody.
  package static func isFree(
    _ name: String, in directory: any Directory
  ) throws(IndexError) -> Bool {
    if try directory.length(of: name) == nil { return true }
    guard let lock = try directory.lock(name, wait: false) else { return false }
    lock.release()
    return true
  }

  /// Removes the files that no manifest names and no living writer works on. Under LOCK.
  private static func clean(
    _ directory: any Directory, keeping manifest: Manifest, by identity: WriterIdentity
  ) throws(IndexError) {
    let keep = manifest.fileNames
    var filesByWriter: [String: [String]] = [:]
    for name in try directory.list() {
      guard let writer = FileName.writer(of: name), !keep.contains(name) else { continue }
      filesByWriter[writer, default: []].append(name)
    }
    for writer in filesByWriter.keys.sorted() {
      guard let files = filesByWriter[writer] else { continue }
      let lockName = FileName.lock(ofWriter: writer)
      let rubbish = files.filter { $0 != lockName }.sorted()
      if writer == identity.name {
        for name in rubbish where !identity.isInProgress(name) { try directory.remove(name) }
        continue
      }
      // The lock is made before the files, so a lock that is missing now is gone for good, even when the
      // listing was made while its writer began.
      if try directory.length(of: lockName) == nil {
        for name in rubbish { try directory.remove(name) }
        continue
      }
      guard let lock = try directory.lock(lockName, wait: false) else { continue }
      defer { lock.release() }
      for name in rubbish { try directory.remove(name) }
      try directory.remove(lockName)
    }
  }

  /// Milliseconds since 1970 UTC.
  private static func now() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

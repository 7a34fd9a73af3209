// The indexes below the data directory, each at its newest generation that opens.
//
// One thread follows the commits of other processes: it compares each manifest's place and time (inode, length, mtime)
// with what was opened last, at every change that inotify tells and once a second. A new generation is opened beside
// the old one and takes its place by one assignment; requests hold the reader that they began with, and the
// last of them frees it. What does not open changes nothing but `fault`. Nothing is ever written here.

import Glibc
import InvertedIndex
import Logging
import Synchronization
import WireAPI

final class IndexRegistry: Sendable {
  /// A generation held open.
  struct Opened: Sendable {
    let reader: IndexReader
    let searcher: Searcher
  }

  struct Entry: Sendable {
    let name: String
    var opened: Opened?
    /// Why the newest generation is not the one that answers.
    var fault: String?
    fileprivate var manifest: Stamp
    /// Seconds to wait before a fault is tried again, and when that is.
    fileprivate var patience: UInt64 = 1
    fileprivate var retry: UInt64 = 0

    var description: IndexDescription {
      IndexDescription(
        name: name, status: fault == nil ? .ready : opened == nil ? .unavailable : .degraded,
        fault: fault, reader: opened?.reader)
    }
  }

  /// Which manifest it is: it is replaced by rename, never changed.
  fileprivate struct Stamp: Equatable {
    var device: UInt
    var inode: UInt
    var length: Int
    var seconds: Int
    var nanoseconds: Int
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var isScanned = false
    /// Why the data directory cannot be read.
    var fault: String?
    var isStopped = false
  }

  let path: String
  private let state = Mutex(State())
  private let watch: DirectoryWatch
  private let logger: Logger
  private let thread = Mutex<Thread?>(nil)

  /// - Parameter path: the data directory. It need not exist yet.
  init(path: String, logger: Logger) throws(StartError) {
    self.path = path
    self.logger = logger
    watch = try DirectoryWatch()
  }

  /// Begins to follow the data directory.
  func start() throws(StartError) {
    let following = try Thread(name: "follow") { [self] in follow() }
    thread.withLock { $0 = following }
  }

  /// Ends the following. What is open stays open.
  func stop() {
    state.withLock { $0.isStopped = true }
    watch.wake()
    thread.withLock { $0.take() }?.join()
  }

  /// Looks at once rather than within a second.
  func lookNow() { watch.wake() }

  // MARK: For requests

  /// All indexes by name.
  var entries: [Entry] {
    state.withLock { Array($0.entries.values) }.sorted { $0.name < $1.name }
  }

  /// Not until the data directory has been looked through once can it be said what there is.
  var isScanned: Bool { state.withLock { $0.isScanned } }

  var fault: String? { state.withLock { $0.fault } }

  /// The newest good generation of an index.
  func open(_ name: String) throws(Problem) -> Opened {
    let (entry, isScanned) = state.withLock { ($0.entries[name], $0.isScanned) }
    if let opened = entry?.opened { return opened }
    if let entry {
      throw Problem(.indexUnavailable, "\(name): \(entry.fault ?? "not open")", retryAfter: 1)
    }
    guard isScanned else {
      throw Problem(.starting, "the indexes are being opened", retryAfter: 1)
    }
    let hint = Nearest.find(name, among: entries.map(\.name)).map { "; did you mean \"\($0)\"?" }
    throw Problem(.noSuchIndex, "there is no index \"\(name)\"\(hint ?? "")")
  }

  /// A request found `reader`'s files damaged: told until a new generation comes.
  func report(_ name: String, _ reader: IndexReader, _ error: IndexError) {
    let isNews = state.withLock { state in
      guard state.entries[name]?.opened?.reader === reader, state.entries[name]?.fault == nil else {
        return false
      }
      state.entries[name]?.fault = error.description
      state.entries[name]?.retry = .max
      return true
    }
    if isNews {
      logger.error("index damaged", metadata: ["index": "\(name)", "error": "\(error)"])
    }
  }

  // MARK: Following

  private func follow() {
    while !state.withLock({ $0.isStopped }) {
      scan()
      watch.wait(milliseconds: 1_000)
      // A commit renames, then removes: together they are one change. It also bounds how often a busy
      // writer makes us open.
      usleep(10_000)
    }
  }

  /// Looks at every index once. By the following thread alone.
  func scan() {
    watch.watch(path)
    var seen: Set<String> = []
    do throws(StartError) {
      for name in try names() {
        guard let manifest = stamp(name) else { continue }
        seen.insert(name)
        follow(name, manifest)
      }
      setFault(nil)
    } catch {
      // Unreadable now is not gone: what is open goes on.
      setFault(error.description)
      return
    }
    let gone = state.withLock { state in
      let gone = state.entries.keys.filter { !seen.contains($0) }
      for name in gone { state.entries[name] = nil }
      state.isScanned = true
      return gone
    }
    for name in gone { logger.notice("index gone", metadata: ["index": "\(name)"]) }
  }

  private func follow(_ name: String, _ manifest: Stamp) {
    let old = state.withLock { $0.entries[name] }
    let now = Deadline.now()
    if let old, old.manifest == manifest, old.fault == nil || now < old.retry { return }
    watch.watch("\(path)/\(name)")
    do throws(IndexError) {
      let directory = try IndexStore(path: path).open(name)
      // Segments that are open are kept: only what is new is read.
      let reader =
        if let before = old?.opened?.reader, old?.fault == nil {
          try before.newest(directory)
        } else {
          try IndexReader.open(directory)
        }
      let opened = Opened(reader: reader, searcher: Searcher(reader))
      state.withLock { $0.entries[name] = Entry(name: name, opened: opened, manifest: manifest) }
      logger.info(
        old == nil ? "index opened" : "index reloaded",
        metadata: [
          "index": "\(name)", "generation": "\(reader.generation)",
          "documents": "\(reader.documentCount)", "us": "\((Deadline.now() - now) / 1_000)",
        ])
    } catch {
      let patience = old?.manifest == manifest ? min((old?.patience ?? 1) * 2, 32) : 1
      let entry = Entry(
        name: name, opened: old?.opened, fault: error.description, manifest: manifest,
        patience: patience, retry: now + patience * 1_000_000_000)
      state.withLock { $0.entries[name] = entry }
      if old?.fault != entry.fault {
        logger.error(
          old?.opened == nil
            ? "index cannot be opened" : "new generation cannot be opened; the old one goes on",
          metadata: ["index": "\(name)", "error": "\(error)"])
      }
    }
  }

  private func setFault(_ fault: String?) {
    let before = state.withLock { state in
      defer {
        state.fault = fault
        state.isScanned = true
      }
      return state.fault
    }
    if let fault, before != fault {
      logger.error("data directory cannot be read", metadata: ["error": "\(fault)"])
    }
  }

  /// Names in the data directory that an index can have. None while there is no such directory.
  private func names() throws(StartError) -> [String] {
    guard let directory = unsafe opendir(path) else {
      if errno == ENOENT { return [] }
      throw StartError(.system, "\(path): \(unsafe String(cString: strerror(errno)))")
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if IndexName.isValid(name) { names.append(name) }
    }
    return names
  }

  /// nil: no index, or one that is being made or dropped. Links are not followed.
  private func stamp(_ name: String) -> Stamp? {
    var status = stat()
    guard unsafe lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      unsafe lstat("\(path)/\(name)/\(FileName.manifest)", &status) == 0,
      status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return Stamp(
      device: status.st_dev, inode: status.st_ino, length: status.st_size,
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
  }
}

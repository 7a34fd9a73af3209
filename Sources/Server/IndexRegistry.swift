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
    /// It was not the newest one when it was asked for: that could not be opened.
    var isDegraded = false
  }

  struct Entry: Sendable {
    let name: String
    var opened: Opened?
    /// Why the newest generation is not the one that answers.
    var fault: String?
    fileprivate var manifest: DataDirectory.Stamp
    /// Seconds to wait before a fault is tried again, and when that is.
    fileprivate var patience: UInt64 = 1
    fileprivate var retry: UInt64 = 0

    var status: IndexDescription.Status {
      fault == nil ? .ready : opened == nil ? .unavailable : .degraded
    }

    var description: IndexDescription {
      IndexDescription(name: name, status: status, fault: fault, reader: opened?.reader)
    }
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var aliases = AliasesOnDisk()
    var isScanned = false
    /// Why the data directory cannot be read.
    var fault: String?
    /// Nobody waits for a generation any more.
    var isDraining = false
    var isStopped = false
  }

  /// Generations that cursors go on in.
  let pinned = PinnedGenerations()
  private let directory: DataDirectory
  private let state = Mutex(State())
  /// Held while generations are opened, by the following thread or for a `reload`.
  private let opening = Mutex(())
  private let waiters = GenerationWaiters()
  private let watch: DirectoryWatch
  private let logger: Logger
  private let thread = Mutex<Thread?>(nil)

  /// - Parameter path: the data directory. It need not exist yet.
  init(path: String, logger: Logger) throws(StartError) {
    directory = DataDirectory(path: path)
    self.logger = logger
    watch = try DirectoryWatch()
  }

  /// Begins to follow the data directory.
  func start() throws(StartError) {
    let following = try Thread(name: "follow") { [self] in follow() }
    thread.withLock { $0 = following }
  }

  /// From now on nobody waits for a generation.
  func beginDraining() {
    state.withLock { $0.isDraining = true }
    waiters.settleAll()
  }

  /// Ends the following. What is open stays open.
  func stop() {
    state.withLock { $0.isStopped = true }
    watch.wake()
    thread.withLock { $0.take() }?.join()
  }

  var path: String { directory.path }

  // MARK: For requests

  /// All indexes by name.
  var entries: [Entry] {
    state.withLock { Array($0.entries.values) }.sorted { $0.name < $1.name }
  }

  /// Not until the data directory has been looked through once can it be said what there is.
  var isScanned: Bool { state.withLock { $0.isScanned } }

  func mustBeScanned() throws(Problem) {
    guard isScanned else {
      throw Problem(.starting, "the indexes are being opened", retryAfter: 1)
    }
  }

  /// Why the data directory cannot be read.
  var fault: String? { state.withLock { $0.fault } }

  func entry(_ name: String) -> Entry? { state.withLock { $0.entries[name] } }

  /// The newest good generation of an index.
  func open(_ name: String) throws(Problem) -> Opened {
    let entry = entry(name)
    if var opened = entry?.opened {
      opened.isDegraded = entry?.fault != nil
      return opened
    }
    if let entry {
      throw Problem(.indexUnavailable, "\(name): \(entry.fault ?? "not open")", retryAfter: 1)
    }
    try mustBeScanned()
    throw IndexNames.noSuchIndex(name, among: entries.map(\.name) + aliases.aliases.names)
  }

  /// Runs the engine for a request; damage that it meets is told to whoever looks after the daemon.
  func guarding<Result>(
    _ name: String, _ opened: Opened, _ body: () throws(IndexError) -> Result
  ) throws(Problem) -> Result {
    do throws(IndexError) {
      return try body()
    } catch {
      if case .corrupt = error { report(name, opened.reader, error) }
      throw Problem(error)
    }
  }

  /// A request found `reader`'s files damaged: told until a new generation comes.
  private func report(_ name: String, _ reader: IndexReader, _ error: IndexError) {
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

  /// A generation that a cursor names, and what its index is called.
  /// - Parameter name: of the index, where it was asked for by its own name: no other one will do.
  /// - Throws: `generation_gone`.
  func open(
    _ wanted: IndexGeneration, of name: String? = nil
  ) throws(Problem) -> (name: String, opened: Opened) {
    let newest = entries.first { entry in
      entry.opened.map { IndexGeneration($0.reader).index == wanted.index } ?? false
    }
    var found = pinned.find(wanted)
    if let newest, let reader = newest.opened?.reader, reader.generation == wanted.generation {
      found = (newest.name, try open(newest.name))
    }
    if let found, name == nil || name == found.name { return found }
    if let name { _ = try open(name) }
    let known = newest?.name ?? name
    let now = known.flatMap { entry($0)?.opened?.reader.generation }
    throw Problem(
      .generationGone,
      "generation \(wanted.generation) of \(known.map { "\"\($0)\"" } ?? "an index") is no longer there"
        + "\(now.map { "; now it is \($0)" } ?? ""): begin again",
      errors: [
        .init(
          pointer: "/cursor", code: Problem.Code.generationGone.rawValue,
          hint: "begin again with \"cursor\": \"*\"")
      ])
  }

  /// Whether it is worth waiting for a generation: not at a stop.
  /// - Throws: 429 when too many wait already.
  func mayWait() throws(Problem) -> Bool {
    if state.withLock({ $0.isDraining }) { return false }
    guard waiters.hasRoom else { throw .busy }
    return true
  }

  /// Calls `resume` when the index is at `generation`, or when the deadline has passed, raised flags within a second.
  func wait(
    for generation: UInt64, of name: String, deadline: Deadline,
    resume: @escaping @Sendable () -> Void
  ) {
    waiters.add(name, generation: generation, deadline: deadline, resume: resume)
    if state.withLock({ $0.isDraining }) { waiters.settleAll() }
    // It may be there already, and the follower may sleep for longer than the deadline.
    watch.wake()
  }

  /// Looks at every index now; faults are tried again before their time.
  func reload() { scan(again: true) }

  /// Opens the newest generation of an index now.
  /// - Throws: `reload_failed`; an older generation goes on if there is one.
  func reload(_ name: String) throws(Problem) -> Entry {
    let entry = opening.withLock { _ in
      // After a fault the same manifest is read again, too.
      if let manifest = directory.stamp(name), IndexName.isValid(name) {
        follow(name, manifest, again: true)
      }
      return self.entry(name)
    }
    settle()
    guard let entry else {
      _ = try open(name)
      throw Problem(.noSuchIndex, "there is no index \"\(name)\"")
    }
    if let fault = entry.fault {
      let rest = entry.opened.map { "generation \($0.reader.generation) goes on" }
      throw Problem(.reloadFailed, "\(name): \(fault)\(rest.map { "; " + $0 } ?? "")")
    }
    return entry
  }

  // MARK: Following

  private func follow() {
    while !state.withLock({ $0.isStopped }) {
      scan()
      watch.wait(milliseconds: waiters.patience(now: Deadline.now(), most: 1_000))
      // A commit renames, then removes: together they are one change. It also bounds how often a busy
      // writer makes us open.
      usleep(10_000)
    }
  }

  /// Looks at every index once.
  private func scan(again: Bool = false) {
    opening.withLock { _ in look(again: again) }
    settle()
    let there = Set(entries.map(\.name))
    pinned.expire(now: Deadline.now()) { there.contains($0) }
  }

  /// Those who wait hear of what has come.
  private func settle() {
    let entries = state.withLock { $0.entries }
    waiters.settle { name in entries[name]?.opened?.reader.generation }
  }

  private func look(again: Bool) {
    watch.watch(path)
    lookAtAliases()
    var seen: Set<String> = []
    do throws(StartError) {
      for name in try directory.names() {
        // Watched before it is looked at: an index that is being made gets its manifest in a moment.
        watch.watch("\(path)/\(name)")
        guard let manifest = directory.stamp(name) else { continue }
        seen.insert(name)
        follow(name, manifest, again: again)
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

  /// - Parameter again: a fault is tried again before its time.
  private func follow(_ name: String, _ manifest: DataDirectory.Stamp, again: Bool) {
    let old = entry(name)
    let now = Deadline.now()
    if let old, old.manifest == manifest, old.fault == nil || now < old.retry && !again { return }
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

  // MARK: Aliases

  /// The aliases as they were read last, and why the file that is there now could not be read.
  var aliases: AliasesOnDisk { state.withLock { $0.aliases } }

  private func lookAtAliases() {
    var aliases = aliases
    let before = aliases
    guard aliases.follow(directory) else { return }
    let now = aliases
    state.withLock { $0.aliases = now }
    if let fault = now.fault {
      if fault != before.fault {
        logger.error(
          "aliases cannot be read; the old ones go on", metadata: ["error": "\(fault)"])
      }
    } else if now.aliases != before.aliases {
      logger.info("aliases read", metadata: ["count": "\(now.aliases.names.count)"])
    }
  }
}

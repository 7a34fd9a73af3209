// A seeded schedule of writers, deletions, merges, rebuilds, rollbacks and crashes on one disk, beside the serial order of
// commits as plain dictionaries.
//
// The steps of all actors are interleaved; a commit is two steps (prepared, finished), and so is a merge. Whenever
// something is committed the index must hold what the dictionaries say; after a power cut it must
// hold what they said at the generation that is there, and no acknowledged one may be lost.

import Bytes
import Glibc
import Testing

@testable import InvertedIndex

/// Why a schedule ended wrong.
struct Violation: Error, CustomStringConvertible {
  let description: String
}

/// What a careless program would do: the schedules must notice.
struct Sabotage: OptionSet {
  let rawValue: Int
  static let noFileSync = Sabotage(rawValue: 1)
  static let noDirectorySync = Sabotage(rawValue: 2)
  /// Rebuilds carry over nothing of what was touched meanwhile.
  static let noTouchedIDs = Sabotage(rawValue: 4)
}

final class Schedule {
  /// Id → version.
  typealias Contents = [String: String]

  /// A writer's process, and what it will have done once it commits.
  private final class WriterActor {
    let directory: FaultDirectory
    let writer: IndexWriter
    var local: [String: String?] = [:]
    var predicates: [Set<String>] = []
    var clears = false
    var prepared: PreparedCommit?

    init(_ directory: FaultDirectory, _ writer: IndexWriter) {
      self.directory = directory
      self.writer = writer
    }

    func forget() {
      local = [:]
      predicates = []
      clears = false
      prepared = nil
    }
  }

  private final class RebuildActor {
    let directory: FaultDirectory
    let rebuild: Rebuild
    var documents: Contents
    init(_ directory: FaultDirectory, _ rebuild: Rebuild, _ documents: Contents) {
      self.directory = directory
      self.rebuild = rebuild
      self.documents = documents
    }
  }

  private final class MergeActor {
    let directory: FaultDirectory
    let identity: WriterIdentity
    let merge: PreparedMerge
    init(_ directory: FaultDirectory, _ identity: WriterIdentity, _ merge: PreparedMerge) {
      self.directory = directory
      self.identity = identity
      self.merge = merge
    }
  }

  private let disk: FaultDisk
  private var random: SplitMix
  private let sabotage: Sabotage
  private var writers: [WriterActor] = []
  private var rebuild: RebuildActor?
  private var merge: MergeActor?

  /// What the newest visible generation holds.
  private var truth: Contents = [:]
  private var visible: UInt64 = 0
  /// The newest generation that was acknowledged.
  private var acknowledged: UInt64 = 0
  private var history: [UInt64: Contents] = [:]
  /// Since the base of the rebuild at work: ids touched, or all of them.
  private var touched: Set<String> = []
  private var touchedAll = false
  /// What the present step makes of the index if it gets through, and what it touches.
  private var intended: Contents?
  private var intendedTouched: Set<String> = []
  private var intendedTouchedAll = false
  private var intendedVoid = false
  private var version = 0
  private(set) var crashCount = 0

  private static let idCount = 7

  init(seed: UInt64, sabotage: Sabotage = []) {
    random = SplitMix(seed)
    disk = FaultDisk(seed: seed ^ 0xD15C)
    disk.ignoresFileSync = sabotage.contains(.noFileSync)
    disk.ignoresDirectorySync = sabotage.contains(.noDirectorySync)
    disk.hidesTouchedIDs = sabotage.contains(.noTouchedIDs)
    self.sabotage = sabotage
  }

  static func run(seed: UInt64, steps: Int = 24, sabotage: Sabotage = []) throws -> Int {
    let schedule = Schedule(seed: seed, sabotage: sabotage)
    try schedule.begin()
    for _ in 0..<steps { try schedule.step() }
    try schedule.end()
    return schedule.crashCount
  }

  private func begin() throws {
    let directory = FaultDirectory(disk)
    let writer = try open(directory)
    writers.append(writer)
    try observe()
    acknowledged = visible
    history[visible] = [:]
  }

  private func open(_ directory: FaultDirectory) throws -> WriterActor {
    var options = IndexWriter.Options()
    options.merges = false
    return WriterActor(
      directory,
      try IndexWriter.open(directory, create: Schedule.schema, options: options))
  }

  private static let schema: Schema = {
    do { return try versionSchema() } catch { preconditionFailure("\(error)") }
  }()

  // MARK: Steps

  private func step() throws {
    intended = nil
    intendedTouched = []
    intendedTouchedAll = false
    intendedVoid = false
    if random.chance(12) {
      disk.fuse = random.below(14)
      let kind = random.below(10)
      disk.fault = kind < 5 ? .powerCut : kind < 8 ? .kill : .error(random.chance(50) ? 28 : 5)
    }
    var process: FaultDirectory?
    do {
      try act(&process)
    } catch let error as Violation {
      throw error
    } catch {
      try recover(from: error, process)
    }
    disk.fuse = nil
  }

  private func act(_ process: inout FaultDirectory?) throws {
    switch random.below(100) {
    case 0..<45:
      if writers.isEmpty || (writers.count < 3 && random.chance(15)) {
        let directory = FaultDirectory(disk)
        process = directory
        writers.append(try open(directory))
        return
      }
      let actor = writers[random.below(writers.count)]
      process = actor.directory
      try change(actor)
    case 45..<68:
      guard !writers.isEmpty else { return }
      let actor = writers[random.below(writers.count)]
      process = actor.directory
      try commit(actor)
    case 68..<80: try mergeStep(&process)
    case 80..<96: try rebuildStep(&process)
    case 96..<98:
      guard !writers.isEmpty else { return }
      let actor = writers.remove(at: random.below(writers.count))
      process = actor.directory
      actor.writer.close()
    default:
      let directory = FaultDirectory(disk)
      process = directory
      try rollBack(directory)
    }
  }

  /// Adds or deletes in a writer, without committing.
  private func change(_ actor: WriterActor) throws {
    guard actor.prepared == nil else { return try commit(actor) }
    for _ in 0...random.below(3) {
      version += 1
      let id = "i\(random.below(Schedule.idCount))"
      switch random.below(20) {
      case 0..<12:
        try actor.writer.add(makeDocument(id, [("v", "\(version)")]))
        actor.local[id] = .some("\(version)")
      case 12..<17:
        try actor.writer.delete(id: id)
        actor.local[id] = .some(nil)
      case 17..<19:
        // All documents whose version is one of those seen: judged anew at the commit.
        var wanted: Set<String> = []
        for _ in 0..<4 { wanted.insert("\(random.below(version) + 1)") }
        try actor.writer.delete(where: Schedule.predicate(wanted))
        for (id, version) in actor.local {
          if let version, wanted.contains(version) { actor.local[id] = .some(nil) }
        }
        actor.predicates.append(wanted)
      default:
        guard random.chance(30) else { break }
        try actor.writer.deleteAll()
        actor.forget()
        actor.clears = true
      }
    }
  }

  private func commit(_ actor: WriterActor) throws {
    if actor.prepared == nil {
      guard let prepared = try actor.writer.prepare() else { return }
      actor.prepared = prepared
      if random.chance(50) { return }
    }
    guard let prepared = actor.prepared else { return }
    var next = actor.clears ? [:] : truth
    intendedTouchedAll = actor.clears
    for wanted in actor.predicates {
      for (id, version) in next where wanted.contains(version) {
        next[id] = nil
        intendedTouched.insert(id)
      }
    }
    for (id, version) in actor.local {
      next[id] = version
      intendedTouched.insert(id)
    }
    intended = next
    // What `deleteAll` deletes counts as deleted even when it is added again.
    let before = actor.clears ? [:] : truth
    let cleared = actor.clears ? truth.count : 0
    let result = try actor.writer.finish(prepared)
    actor.forget()
    try accept(result.generation)
    let replaced = before.keys.filter { truth[$0] != nil && truth[$0] != before[$0] }.count
    let deleted = before.keys.filter { truth[$0] == nil }.count + cleared
    let added = truth.keys.filter { before[$0] == nil }.count
    guard result.replaced == replaced, result.deleted == deleted, result.added == added else {
      throw Violation(
        description: "counts \(result), expected +\(added) ~\(replaced) -\(deleted)")
    }
  }

  private func mergeStep(_ process: inout FaultDirectory?) throws {
    if let merge {
      self.merge = nil
      process = merge.directory
      intended = truth
      if try merge.merge.commit() {
        try acceptNewest()
      }
      merge.identity.close()
      return
    }
    let directory = FaultDirectory(disk)
    process = directory
    guard let manifest = try Commit.readManifest(directory) else { return }
    let fenced = Set(manifest.fence?.segments ?? [])
    let free = manifest.segments.indices.filter { !fenced.contains(manifest.segments[$0].name) }
    guard free.count >= 2 else { return }
    let chosen = free.shuffled(using: &random).prefix(2 + random.below(2)).sorted()
    let identity = try WriterIdentity(directory: directory, name: newName())
    let merge = try PreparedMerge(
      directory, manifest, chosen: chosen, identity: identity, memory: 16 << 20, threads: 2,
      isReordered: random.chance(30))
    self.merge = MergeActor(directory, identity, merge)
  }

  private func rebuildStep(_ process: inout FaultDirectory?) throws {
    if let actor = rebuild {
      process = actor.directory
      if random.chance(10) {
        rebuild = nil
        actor.rebuild.cancel()
        return
      }
      guard random.chance(60) else { return }
      rebuild = nil
      var next: Contents = touchedAll ? truth : [:]
      if !touchedAll {
        for (id, version) in actor.documents where !touched.contains(id) { next[id] = version }
        for id in touched { next[id] = truth[id] }
      }
      intended = next
      let isVoid = intendedVoidedRebuild
      do {
        let result = try actor.rebuild.commit()
        if isVoid { throw Violation(description: "a rebuild that was made void committed") }
        try accept(result.generation)
      } catch IndexError.superseded(let reason) {
        guard isVoid else { throw Violation(description: "superseded: \(reason)") }
        intended = nil
        actor.rebuild.cancel()
      }
      return
    }
    let directory = FaultDirectory(disk)
    process = directory
    intended = truth
    var options = IndexWriter.Options()
    options.merges = false
    let started = try Rebuild.begin(directory, options: options)
    try acceptNewest()
    touched = []
    touchedAll = false
    intendedVoidedRebuild = false
    intended = nil
    if random.chance(50) {
      try started.addStoredDocuments()
      rebuild = RebuildActor(directory, started, truth)
    } else {
      version += 1
      var documents: Contents = [:]
      for id in 0..<Schedule.idCount where random.chance(70) {
        documents["i\(id)"] = "r\(version)"
        try started.add(makeDocument("i\(id)", [("v", "r\(version)")]))
      }
      rebuild = RebuildActor(directory, started, documents)
    }
  }
  /// The fence of the rebuild at work was removed.
  private var intendedVoidedRebuild = false

  private func rollBack(_ directory: FaultDirectory) throws {
    guard let manifest = try Commit.readManifest(directory),
      let point = manifest.retained.randomElement(using: &random)
    else { return }
    guard let then = history[point.generation] else {
      throw Violation(description: "generation \(point.generation) is retained and unknown")
    }
    intended = then
    intendedVoid = true
    let kind: IndexHistory.Kind = point.kind == .previous ? .previous : .beforeRebuild
    try accept(try IndexHistory(directory).rollBack(to: kind))
  }

  // MARK: Comparing

  /// The step was acknowledged with this generation.
  private func accept(_ generation: UInt64) throws {
    try acceptNewest()
    guard generation <= visible else {
      throw Violation(description: "generation \(generation) acknowledged, \(visible) visible")
    }
  }

  private func acceptNewest() throws {
    take()
    try observe()
    acknowledged = visible
    history[visible] = truth
  }

  /// What was intended is so.
  private func take() {
    guard let intended else { return }
    truth = intended
    touched.formUnion(intendedTouched)
    touchedAll = touchedAll || intendedTouchedAll
    if intendedVoid { intendedVoidedRebuild = true }
    self.intended = nil
  }

  /// Compares the newest generation with the truth.
  private func observe() throws {
    let snapshot = try Snapshot.open(FaultDirectory(disk))
    visible = snapshot.generation
    let found = try Schedule.contents(of: snapshot)
    guard found == truth else {
      throw Violation(
        description: "generation \(visible) holds \(found.sorted { $0.key < $1.key }), "
          + "expected \(truth.sorted { $0.key < $1.key })")
    }
  }

  /// A call failed: by a crash or an injected error. What was intended has happened or not.
  private func recover(from error: any Error, _ process: FaultDirectory?) throws {
    guard let error = error as? IndexError else { throw error }
    let isCut = process?.boot != disk.boot
    switch error {
    case .system(_, _, ESHUTDOWN), .system(_, _, 28), .system(_, _, 5), .unknownDurability,
      .notFound, .corrupt:
      break
    case .superseded where rebuild == nil: break
    default:
      throw Violation(description: "unexpected error: \(error)")
    }
    crashCount += 1
    disk.fuse = nil
    if isCut {
      writers = []
      rebuild = nil
      merge = nil
    } else {
      // One process has failed or was killed; it is gone with what it had not committed.
      process?.die()
      writers.removeAll { $0.directory === process }
      if rebuild?.directory === process { rebuild = nil }
      if merge?.directory === process { merge = nil }
    }
    let snapshot: Snapshot
    do {
      snapshot = try Snapshot.open(FaultDirectory(disk))
    } catch {
      throw Violation(description: "after a crash the index is unreadable: \(error)")
    }
    if snapshot.generation == visible + 1, intended != nil {
      take()
    } else if snapshot.generation < visible, isCut {
      // Visible and never acknowledged: it may be lost.
      truth = history[snapshot.generation] ?? [:]
    }
    guard snapshot.generation >= acknowledged, snapshot.generation <= visible + 1 else {
      throw Violation(
        description: "generation \(acknowledged) was acknowledged, \(snapshot.generation) is there")
    }
    history[snapshot.generation] = truth
    try observe()
    // After a restart what is there is what is durable.
    if isCut { acknowledged = visible }
  }

  private func newName() -> String { FileName.writer(high: random.next(), low: random.next()) }

  /// Everybody ends; the next run succeeds, and nothing is left that no manifest names.
  private func end() throws {
    disk.fuse = nil
    for actor in writers { actor.writer.close() }
    rebuild?.rebuild.cancel()
    merge?.identity.close()
    writers = []
    let directory = FaultDirectory(disk)
    let writer = try open(directory).writer
    try writer.add(makeDocument("last", [("v", "end")]))
    try writer.commit()
    truth["last"] = "end"
    writer.close()
    try observe()
    guard let manifest = try Commit.readManifest(directory) else { return }
    let known = manifest.fileNames.union([
      FileName.commitLock, FileName.manifest, FileName.mergeLock, FileName.rebuildLock,
    ])
    let left = Set(disk.names.keys).subtracting(known)
    guard left.isEmpty else { throw Violation(description: "left over: \(left.sorted())") }
    let missing = manifest.fileNames.subtracting(disk.names.keys)
    guard missing.isEmpty else { throw Violation(description: "missing: \(missing.sorted())") }
  }
}

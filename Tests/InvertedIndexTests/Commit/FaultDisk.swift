// A disk in memory that can die at every step.
//
// Invariant: `durable…` is what a power cut certainly leaves; `pending…` is what it may leave, in any subset. A
// process (`FaultDirectory`) sees all of it at once, as with a real page cache.

import Bytes
import Glibc
import Synchronization

@testable import InvertedIndex

struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}

/// What fails when the fuse burns down.
enum Fault: Equatable {
  /// Power is cut: every process dies.
  case powerCut
  /// The process that was at it is killed.
  case kill
  /// The call fails with this errno; everybody lives on.
  case error(Int32)
}

final class FaultDisk: @unchecked Sendable {
  final class Inode {
    var durable: [UInt8] = []
    var pending: [UInt8] = []
    var cached: FileBytes?
    weak var holder: FaultDirectory?
    var isLocked = false
  }

  enum NameChange {
    case create(String, Inode)
    case rename(String, String, Inode)
    case remove(String, Inode)
  }

  var names: [String: Inode] = [:]
  var durableNames: [String: Inode] = [:]
  var pendingNames: [NameChange] = []
  /// Bumped by a power cut: directories of an earlier boot are dead.
  var boot = 0
  /// Operations until the fault; nil: none comes.
  var fuse: Int?
  var fault = Fault.powerCut
  var random: SplitMix
  /// Leaves out what a careless program leaves out.
  var ignoresFileSync = false
  var ignoresDirectorySync = false
  var hidesTouchedIDs = false
  /// Held by each operation: indexing threads write at the same time.
  let monitor = Monitor()
  private(set) var operationCount = 0

  init(seed: UInt64) { random = SplitMix(seed) }

  /// Counts an operation that changes the disk. True: the fault happens now.
  func burn() -> Bool {
    operationCount += 1
    guard let left = fuse else { return false }
    if left > 0 {
      fuse = left - 1
      return false
    }
    fuse = nil
    return true
  }

  /// What is left after the power was cut, by `random`.
  func reboot() {
    boot += 1
    fuse = nil
    var kept = durableNames
    let style = random.below(4)
    let cut = random.below(pendingNames.count + 1)
    for (index, change) in pendingNames.enumerated() {
      let stays =
        switch style {
        case 0: false
        case 1: true
        case 2: index < cut
        default: random.chance(50)
        }
      if stays { FaultDisk.apply(change, to: &kept) }
    }
    var seen: Set<ObjectIdentifier> = []
    for inode in kept.values where seen.insert(ObjectIdentifier(inode)).inserted {
      let pending = inode.pending
      switch random.below(4) {
      case 0: break
      case 1: inode.durable += pending
      case 2: inode.durable += pending.prefix(random.below(pending.count + 1))
      default: inode.durable += [UInt8](repeating: 0, count: pending.count)
      }
      inode.pending = []
      inode.cached = nil
      inode.isLocked = false
      inode.holder = nil
    }
    names = kept
    durableNames = kept
    pendingNames = []
  }

  static func apply(_ change: NameChange, to names: inout [String: Inode]) {
    switch change {
    case .create(let name, let inode): names[name] = inode
    case .rename(let from, let to, let inode):
      if names[from] === inode { names[from] = nil }
      names[to] = inode
    case .remove(let name, let inode): if names[name] === inode { names[name] = nil }
    }
  }

  func change(_ change: NameChange) {
    FaultDisk.apply(change, to: &names)
    pendingNames.append(change)
  }
}

/// The disk as one process sees it.
final class FaultDirectory: Directory, @unchecked Sendable {
  let disk: FaultDisk
  let path = "disk"
  let boot: Int
  private(set) var isDead = false

  init(_ disk: FaultDisk) {
    self.disk = disk
    boot = disk.boot
  }

  /// The process ends: its locks are free.
  func die() { disk.monitor.withLock { end() } }

  private func end() {
    isDead = true
    for inode in disk.names.values where inode.holder === self { inode.isLocked = false }
  }

  fileprivate func locked<Value>(
    _ body: () throws(IndexError) -> Value
  ) throws(IndexError) -> Value {
    try disk.monitor.withLock(body)
  }

  private func alive(_ call: String) throws(IndexError) {
    if isDead || boot != disk.boot { throw .system(call: call, path: path, code: ESHUTDOWN) }
  }

  /// One operation that changes the disk. `torn` is done instead when the process dies in its midst.
  private func step(_ call: String, torn: () -> Void = {}) throws(IndexError) {
    try alive(call)
    guard disk.burn() else { return }
    switch disk.fault {
    case .powerCut:
      if disk.random.chance(50) { torn() }
      disk.reboot()
      isDead = true
      throw .system(call: call, path: path, code: ESHUTDOWN)
    case .kill:
      if disk.random.chance(50) { torn() }
      end()
      throw .system(call: call, path: path, code: ESHUTDOWN)
    case .error(let code):
      throw .system(call: call, path: path, code: code)
    }
  }

  func list() throws(IndexError) -> [String] {
    try locked { () throws(IndexError) in
      try alive("readdir")
      return Array(disk.names.keys)
    }
  }

  func open(_ name: String) throws(IndexError) -> FileBytes {
    try locked { () throws(IndexError) in
      try alive("open")
      guard let inode = disk.names[name] else { throw .notFound("\(path)/\(name)") }
      if disk.hidesTouchedIDs, name.hasSuffix(".ids") {
        return FileBytes(copying: TouchedIDs().encoded())
      }
      if let cached = inode.cached { return cached }
      let bytes = FileBytes(copying: inode.durable + inode.pending)
      inode.cached = bytes
      return bytes
    }
  }

  func length(of name: String) throws(IndexError) -> Int? {
    try locked { () throws(IndexError) in
      try alive("stat")
      return disk.names[name].map { $0.durable.count + $0.pending.count }
    }
  }

  func create(_ name: String) throws(IndexError) -> any OutputFile {
    try locked { () throws(IndexError) in
      let inode = FaultDisk.Inode()
      try step("open") {
        if self.disk.names[name] == nil { self.disk.change(.create(name, inode)) }
      }
      guard disk.names[name] == nil else { throw .system(call: "open", path: name, code: EEXIST) }
      disk.change(.create(name, inode))
      return Output(self, inode)
    }
  }

  func rename(_ from: String, to: String) throws(IndexError) {
    try locked { () throws(IndexError) in
      guard let inode = disk.names[from] else { throw .notFound(from) }
      try step("rename") { self.disk.change(.rename(from, to, inode)) }
      disk.change(.rename(from, to, inode))
    }
  }

  func remove(_ name: String) throws(IndexError) {
    try locked { () throws(IndexError) in
      guard let inode = disk.names[name] else { throw .notFound(name) }
      try step("unlink") { self.disk.change(.remove(name, inode)) }
      disk.change(.remove(name, inode))
    }
  }

  func sync() throws(IndexError) {
    try locked { () throws(IndexError) in
      try step("fsync")
      if disk.ignoresDirectorySync { return }
      for change in disk.pendingNames { FaultDisk.apply(change, to: &disk.durableNames) }
      disk.pendingNames = []
    }
  }

  func lock(_ name: String, wait: Bool) throws(IndexError) -> (any LockFile)? {
    try locked { () throws(IndexError) in
      try alive("open")
      if disk.names[name] == nil {
        let inode = FaultDisk.Inode()
        try step("open") { self.disk.change(.create(name, inode)) }
        disk.change(.create(name, inode))
      }
      guard let inode = disk.names[name] else { throw .notFound(name) }
      if inode.isLocked {
        // One thread plays all processes: waiting would be for ever.
        if wait { throw .system(call: "flock", path: name, code: EDEADLK) }
        return nil
      }
      inode.isLocked = true
      inode.holder = self
      return Lock(self, inode)
    }
  }

  private final class Output: OutputFile {
    let directory: FaultDirectory
    let inode: FaultDisk.Inode

    init(_ directory: FaultDirectory, _ inode: FaultDisk.Inode) {
      self.directory = directory
      self.inode = inode
    }

    func append(_ bytes: RawSpan) throws(IndexError) {
      let copy = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
      try directory.locked { () throws(IndexError) in
        try directory.step("write") {
          self.inode.pending += copy.prefix(self.directory.disk.random.below(copy.count + 1))
        }
        inode.pending += copy
        inode.cached = nil
      }
    }

    func sync() throws(IndexError) {
      try directory.locked { () throws(IndexError) in
        try directory.step("fsync")
        if directory.disk.ignoresFileSync { return }
        inode.durable += inode.pending
        inode.pending = []
      }
    }

    func close() throws(IndexError) {
      try directory.locked { () throws(IndexError) in try directory.step("close") }
    }
  }

  private final class Lock: LockFile, @unchecked Sendable {
    let directory: FaultDirectory
    let inode: FaultDisk.Inode

    init(_ directory: FaultDirectory, _ inode: FaultDisk.Inode) {
      self.directory = directory
      self.inode = inode
    }

    func release() {
      directory.disk.monitor.withLock {
        if inode.holder === directory { inode.isLocked = false }
      }
    }
  }
}

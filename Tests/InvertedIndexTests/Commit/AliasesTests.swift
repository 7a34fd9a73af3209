// Aliases: what they may be, their file, and what a crash leaves of it.

import Bytes
import Glibc
import Testing

@testable import InvertedIndex

@Suite("Aliases")
struct AliasesTests {
  private static let indexes = ["news-1", "news-2", "wire"]

  private static func set(
    _ directory: any Directory, _ changes: [(alias: String, indexes: [String])],
    removing removed: [String] = []
  ) throws(IndexError) -> IndexAliases {
    try IndexAliases.change(in: directory) { (aliases) throws(IndexError) in
      try aliases.change(setting: changes, removing: removed, indexes: indexes)
    }
  }

  @Test("set, switched, removed: read back as they are")
  func changes() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    #expect(try IndexAliases.read(directory).isEmpty)
    var aliases = try Self.set(
      directory, [("current", ["news-1"]), ("all", ["wire", "news-1", "wire"])])
    #expect(try IndexAliases.read(directory) == aliases)
    #expect(aliases.names == ["all", "current"])
    #expect(aliases["all"] == ["news-1", "wire"])
    #expect(aliases["news-1"] == nil)
    #expect(aliases.names(of: "news-1") == ["all", "current"])
    #expect(aliases.names(of: "news-2").isEmpty)
    aliases = try Self.set(directory, [("current", ["news-2"])], removing: ["all"])
    #expect(try IndexAliases.read(directory) == aliases)
    #expect(aliases.names == ["current"] && aliases["current"] == ["news-2"])
  }

  @Test("what cannot be an alias is refused, and with it all changes of the call")
  func refused() throws {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let before = try Self.set(directory, [("current", ["news-1"])])
    for bad in [
      [("wire", ["news-1"])], [("Upper", ["wire"])], [("-x", ["wire"])], [("a,b", ["wire"])],
      [("x", [])], [("x", ["none"])], [("x", ["current"])], [("x", ["wire"]), ("x", ["news-1"])],
      [("", ["wire"])],
    ] as [[(alias: String, indexes: [String])]] {
      #expect(throws: IndexError.self) { try Self.set(directory, [("good", ["wire"])] + bad) }
    }
    #expect(throws: IndexError.self) {
      try Self.set(directory, [("good", ["wire"])], removing: ["good"])
    }
    #expect(throws: IndexError.self) {
      try Self.set(directory, [("current", ["wire"])], removing: ["current"])
    }
    #expect(throws: IndexError.self) {
      try Self.set(directory, (0...1_000).map { ("a\($0)", ["wire"]) })
    }
    #expect(try IndexAliases.read(directory) == before)
  }

  @Test("the file is written as ever, and read")
  func golden() throws {
    var aliases = IndexAliases()
    try aliases.change(
      setting: [("current", ["news-2"]), ("all", ["news-2", "news-1"])], removing: [],
      indexes: Self.indexes)
    #expect(GoldenTests.hex(aliases.encoded()) == Golden.aliases)
    let bytes = FileBytes(copying: GoldenTests.bytes(Golden.aliases))
    #expect(try IndexAliases(decoding: bytes, file: "ALIASES") == aliases)
  }

  @Test("any byte that is wrong is a clear error, never other aliases")
  func damage() throws {
    let golden = GoldenTests.bytes(Golden.aliases)
    for at in golden.indices {
      var bytes = golden
      bytes[at] ^= 1 << UInt8(at % 8)
      #expect(throws: IndexError.self) {
        try IndexAliases(decoding: FileBytes(copying: bytes), file: "ALIASES")
      }
      #expect(throws: IndexError.self) {
        try IndexAliases(decoding: FileBytes(copying: Array(golden[..<at])), file: "ALIASES")
      }
    }
  }

  @Test("right checksums around wrong contents are refused, too")
  func hostile() throws {
    func file(_ write: (inout ByteWriter) -> Void) -> FileBytes {
      var writer = ByteWriter()
      write(&writer)
      return FileBytes(copying: Envelope.seal(.aliases, writer.bytes))
    }
    func entry(_ writer: inout ByteWriter, _ alias: String, _ indexes: [String]) {
      writer.appendString(alias)
      writer.appendCount(indexes.count)
      for index in indexes { writer.appendString(index) }
    }
    let contents: [(inout ByteWriter) -> Void] = [
      { $0.appendCount(1) }, { $0.appendVarint(.max) }, { _ in },
      {
        $0.appendCount(1)
        entry(&$0, "a", [])
      },
      {
        $0.appendCount(1)
        entry(&$0, "../a", ["b"])
      },
      {
        $0.appendCount(1)
        entry(&$0, "a", ["b/c"])
      },
      {
        $0.appendCount(1)
        entry(&$0, "a", ["c", "b"])
      },
      {
        $0.appendCount(2)
        entry(&$0, "b", ["c"])
        entry(&$0, "a", ["c"])
      },
      {
        $0.appendCount(1)
        entry(&$0, "a", ["c"])
        $0.append(UInt8(0))
      },
      {
        $0.appendCount(1)
        $0.appendString("a")
        $0.appendVarint(1 << 40)
      },
    ]
    for content in contents {
      #expect(throws: IndexError.self) { try IndexAliases(decoding: file(content), file: "A") }
    }
  }

  @Test(
    "a crash at any step leaves all changes or none; what was answered stays",
    arguments: [Fault.powerCut, .kill, .error(ENOSPC)])
  func crashes(fault: Fault) throws {
    for fuse in 0..<40 {
      let disk = FaultDisk(seed: UInt64(fuse))
      let before = try Self.set(
        FaultDirectory(disk), [("current", ["news-1"]), ("all", ["news-1", "wire"])])
      disk.fault = fault
      disk.fuse = fuse
      var after = before
      try after.change(
        setting: [("current", ["news-2"]), ("all", ["news-2", "wire"])], removing: [],
        indexes: Self.indexes)
      var isDone = false
      do throws(IndexError) {
        let now = try Self.set(
          FaultDirectory(disk), [("current", ["news-2"]), ("all", ["news-2", "wire"])])
        #expect(now == after)
        isDone = true
      } catch {}
      let wasReached = disk.fuse == nil
      // Whatever happened, a power cut comes behind it.
      disk.fuse = nil
      disk.reboot()
      let found = try IndexAliases.read(FaultDirectory(disk))
      #expect(found == after || (found == before && !isDone), "fuse \(fuse)")
      // It can be changed again.
      #expect(try Self.set(FaultDirectory(disk), [], removing: ["all"])["all"] == nil)
      if !wasReached { break }
    }
  }

  @Test("in a data directory: names, drops, and indexes that would be hidden")
  func store() throws {
    var template = Array("/tmp/martlet-aliases-XXXXXX".utf8CString)
    _ = unsafe mkdtemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let store = IndexStore(path: path)
    defer {
      for name in ["ALIASES", "ALIASES.lock"] { _ = unsafe unlink("\(path)/\(name)") }
      for name in Self.indexes { do { try store.drop(name) } catch {} }
      _ = unsafe rmdir(path)
    }
    for name in Self.indexes {
      let writer = try IndexWriter.open(try store.create(name), create: Schema())
      _ = try writer.commit()
      writer.close()
    }
    #expect(try store.aliases().isEmpty)
    _ = try store.changeAliases(setting: [("current", ["news-1"]), ("all", ["news-1", "wire"])])
    #expect(try store.list() == Self.indexes)
    #expect(try store.index(named: "current") == "news-1")
    #expect(try store.index(named: "wire") == "wire")
    #expect(try store.index(named: "none") == "none")
    #expect(throws: IndexError.self) { try store.index(named: "all") }
    #expect(throws: IndexError.self) { try store.create("current") }
    #expect(throws: IndexError.self) { try store.drop("news-1", force: false) }
    #expect(throws: IndexError.self) { try store.drop("none", force: true) }
    try store.drop("news-1", force: true)
    #expect(try store.aliases()["current"] == nil)
    #expect(try store.aliases()["all"] == ["wire"])
    #expect(try store.list() == ["news-2", "wire"])
    try store.drop("news-2", force: false)
  }
}

import Bytes
import Glibc
import Testing

@testable import InvertedIndex

/// A directory below /tmp that goes with its owner.
final class TemporaryDirectory {
  let path: String

  init() {
    path = "/tmp/martlet-test-" + FileName.randomWriter()
    let made = unsafe mkdir(path, 0o750)
    precondition(made == 0, "a temporary directory")
  }

  deinit { _ = unsafe system("rm -rf '\(path)'") }
}

private func mode(_ path: String) -> mode_t {
  var status = stat()
  return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
}

@Suite struct FileSystemTests {
  @Test func filesAreMadeOnceWithTheirMode() throws {
    let temporary = TemporaryDirectory()
    let old = umask(0o077)
    defer { umask(old) }
    let directory = try FileSystemDirectory(path: temporary.path)
    let file = try directory.create("one")
    try file.append(unsafe Array("abc".utf8).span.bytes)
    try file.sync()
    try file.close()
    #expect(mode("\(temporary.path)/one") == 0o640)
    #expect(throws: IndexError.system(call: "open", path: "\(temporary.path)/one", code: EEXIST)) {
      try directory.create("one")
    }
    #expect(try directory.length(of: "one") == 3)
    #expect(try directory.length(of: "two") == nil)
    try directory.rename("one", to: "two")
    try directory.sync()
    #expect(try directory.list() == ["two"])
    #expect(try directory.open("two").count == 3)
    try directory.remove("two")
    #expect(throws: IndexError.notFound("\(temporary.path)/two")) { try directory.open("two") }
  }

  @Test func linksAndStrangeNamesAreRefused() throws {
    let temporary = TemporaryDirectory()
    let directory = try FileSystemDirectory(path: temporary.path)
    #expect(unsafe symlink("/etc/passwd", "\(temporary.path)/link") == 0)
    #expect(throws: IndexError.self) { try directory.open("link") }
    #expect(throws: IndexError.self) { try directory.lock("link", wait: false) }
    for name in ["../x", "a/b", "", ".", "..", ".hidden", "a\0b", "ä"] {
      #expect(throws: IndexError.self, "\(name)") { try directory.open(name) }
    }
    let store = IndexStore(path: temporary.path)
    #expect(unsafe symlink("/tmp", "\(temporary.path)/linked") == 0)
    #expect(throws: IndexError.self) { try store.open("linked") }
  }

  @Test func aLockIsHeldOnce() throws {
    let temporary = TemporaryDirectory()
    let one = try FileSystemDirectory(path: temporary.path)
    let other = try FileSystemDirectory(path: temporary.path)
    let held = try #require(try one.lock("LOCK", wait: false))
    #expect(try other.lock("LOCK", wait: false) == nil)
    #expect(try one.lock("LOCK", wait: false) == nil)
    held.release()
    #expect(try other.lock("LOCK", wait: true) != nil)
  }

  /// A writer's lock file may be removed by its owner while others wait: what they get must bear the name.
  @Test func aRemovedLockIsMadeAnew() throws {
    let temporary = TemporaryDirectory()
    let directory = try FileSystemDirectory(path: temporary.path)
    let first = try #require(try directory.lock("a.lock", wait: false))
    try directory.remove("a.lock")
    let second = try #require(try directory.lock("a.lock", wait: false))
    first.release()
    #expect(try directory.lock("a.lock", wait: false) == nil)
    second.release()
  }

  @Test func indexesAreMadeListedAndDropped() throws {
    let temporary = TemporaryDirectory()
    let store = IndexStore(path: "\(temporary.path)/a/b")
    #expect(try store.list() == [])
    let directory = try store.create("news")
    #expect(try store.list() == [], "a directory without a manifest is no index")
    let writer = try IndexWriter.open(directory, create: versionSchema())
    try writer.add(makeDocument("a", [("v", "1")]))
    try writer.commit()
    #expect(try store.list() == ["news"])
    let reader = try Snapshot.open(directory)
    try writer.add(makeDocument("b", [("v", "1")]))
    try store.drop("news")
    #expect(try store.list() == [])
    #expect(try contents(reader) == ["a": "1"], "what is open stays")
    #expect(throws: IndexError.self) { try writer.commit() }
    #expect(throws: IndexError.notFound("index news")) { try store.open("news") }
    #expect(throws: IndexError.notFound("index news")) { try store.drop("news") }
    for name in ["News", "", "-a", "a.b", "../a", String(repeating: "a", count: 65)] {
      #expect(throws: IndexError.self, "\(name)") { try store.create(name) }
    }
    let again = try IndexWriter.open(try store.create("news"), create: versionSchema())
    #expect(try again.commit().generation == 1)
  }

  @Test func writersOnThreadsLoseNothing() throws {
    let temporary = TemporaryDirectory()
    let store = IndexStore(path: temporary.path)
    try IndexWriter.open(try store.create("many"), create: versionSchema()).close()
    let failures = Failures()
    let path = temporary.path
    let threads = (0..<4).map { number in
      TestThread {
        do {
          let directory = try IndexStore(path: path).open("many")
          if number == 3 {
            for _ in 0..<3 {
              let rebuild = try Rebuild.begin(directory)
              try rebuild.addStoredDocuments()
              try rebuild.commit()
            }
            return
          }
          let writer = try IndexWriter.open(directory)
          for step in 0..<12 {
            try writer.add(makeDocument("\(number)-\(step)", [("v", "\(step)")]))
            try writer.add(makeDocument("shared", [("v", "\(number)")]))
            if step > 2 { try writer.delete(id: "\(number)-\(step - 3)") }
            try writer.commit()
          }
          writer.close()
        } catch {
          failures.add("\(number): \(error)")
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(failures.all == [])
    let directory = try store.open("many")
    let found = try contents(Snapshot.open(directory))
    var expected = Set((0..<3).flatMap { number in (9..<12).map { "\(number)-\($0)" } })
    expected.insert("shared")
    #expect(Set(found.keys) == expected)
    #expect(try IndexCheck.run(directory).findings == [])
    // One more commit sweeps up; then only what the manifest names is left.
    let last = try IndexWriter.open(directory)
    try last.add(makeDocument("last", [("v", "1")]))
    try last.commit()
    last.close()
    #expect(try IndexCheck.run(directory).orphans == [])
  }
}

/// What went wrong on other threads.
final class Failures: @unchecked Sendable {
  private let monitor = Monitor()
  private var list: [String] = []
  func add(_ text: String) { monitor.withLock { list.append(text) } }
  var all: [String] { monitor.withLock { list } }
}

/// A thread that runs a closure.
final class TestThread {
  private var thread: pthread_t = 0

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    let body = unsafe Unmanaged.passRetained(Body(run))
    let result = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
        return nil
      }, unsafe body.toOpaque())
    precondition(result == 0, "a thread")
  }

  func join() { pthread_join(thread, nil) }
}

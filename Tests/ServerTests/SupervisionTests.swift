import Glibc
import InvertedIndex
import Logging
import Synchronization
import Testing

@testable import Server

@Suite("Signs of life")
struct SupervisionTests {
  /// A daemon that does what the test says.
  private final class Subject: Sendable {
    let answersLoop = Atomic<Bool>(true)
    let answersWorker = Atomic<Bool>(true)
    let lastBegun = Atomic<UInt64>(0)
    let isComplete = Atomic<Bool>(true)
    let status = Mutex("fine")

    var subject: Supervision.Subject {
      Supervision.Subject(
        probe: { [self] loop, worker in
          if answersLoop.load(ordering: .relaxed) { loop() }
          if answersWorker.load(ordering: .relaxed) { worker() }
        },
        lastBegun: { [self] in lastBegun.load(ordering: .relaxed) },
        status: { [self] in (isComplete.load(ordering: .relaxed), status.withLock { $0 }) })
    }
  }

  /// A manager that asks for a sign every 40 ms, and what it has been told.
  private final class Manager {
    let path: String
    private let descriptor: Int32
    private(set) var lines: [String] = []

    init() {
      var template = Array("/tmp/martlet-manager-XXXXXX".utf8CString)
      _ = unsafe mkdtemp(&template)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &name.sun_path) {
        unsafe $0.copyBytes(from: "\(path)/n".utf8)
      }
      _ = unsafe withUnsafePointer(to: &name) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }

    deinit {
      close(descriptor)
      IndexBench.remove(path)
    }

    var manager: ServiceManager {
      get throws { try ServiceManager(address: "\(path)/n", watchdogInterval: 40_000_000) }
    }

    func count(_ line: String) -> Int {
      var buffer = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { break }
        lines += String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n")
          .map(String.init)
      }
      return lines.count { $0 == line }
    }
  }

  /// 1 while it has been logged that the daemon does not answer, and not yet that it does again.
  private final class Alarms: Sendable {
    let count = Atomic<Int>(0)

    struct Handler: LogHandler {
      let alarms: Alarms
      var logLevel = Logger.Level.warning
      var metadata: Logger.Metadata = [:]

      subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
      }

      func log(event: LogEvent) {
        alarms.count.add(event.level == .critical ? 1 : -1, ordering: .relaxed)
      }
    }
  }

  private static func start(
    _ subject: Subject, _ manager: Manager, patience: UInt64 = 0, alarms: Alarms = Alarms()
  ) throws -> Supervision {
    try Supervision(
      manager: try manager.manager, subject: subject.subject, workerPatience: patience,
      logger: Logger(label: "test") { _ in Alarms.Handler(alarms: alarms) })
  }

  /// Waits until the missing answer is noticed, and expects that no sign is sent from then on.
  private static func expectSilence(
    _ supervision: Supervision, _ manager: Manager, _ alarms: Alarms
  ) throws {
    try until { alarms.count.load(ordering: .relaxed) == 1 }
    let before = manager.count("WATCHDOG=1")
    usleep(100_000)
    supervision.stop()
    #expect(manager.count("WATCHDOG=1") == before)
  }

  @Test("signs go on while both answer, and cease when the event loop does not")
  func loop() throws {
    let (subject, manager) = (Subject(), Manager())
    let alarms = Alarms()
    let supervision = try Self.start(subject, manager, alarms: alarms)
    try until { manager.count("WATCHDOG=1") >= 3 }
    subject.answersLoop.store(false, ordering: .relaxed)
    try Self.expectSilence(supervision, manager, alarms)
  }

  @Test(
    "signs cease when no worker answers; workers that are busy no longer than allowed count as alive"
  )
  func workers() throws {
    let (subject, manager) = (Subject(), Manager())
    let alarms = Alarms()
    let patience: UInt64 = 1_000_000_000
    let supervision = try Self.start(subject, manager, patience: patience, alarms: alarms)
    try until { manager.count("WATCHDOG=1") >= 1 }
    subject.lastBegun.store(Deadline.now(), ordering: .relaxed)
    subject.answersWorker.store(false, ordering: .relaxed)
    let before = manager.count("WATCHDOG=1")
    try until {
      subject.lastBegun.store(Deadline.now(), ordering: .relaxed)
      return manager.count("WATCHDOG=1") >= before + 3
    }
    try Self.expectSilence(supervision, manager, alarms)
  }

  @Test("ready is told once, when all indexes have been looked at; then each change of the status")
  func ready() throws {
    let (subject, manager) = (Subject(), Manager())
    subject.isComplete.store(false, ordering: .relaxed)
    let supervision = try Self.start(subject, manager)
    defer { supervision.stop() }
    try until { manager.count("WATCHDOG=1") >= 2 }
    #expect(manager.count("READY=1") == 0)
    subject.isComplete.store(true, ordering: .relaxed)
    try until { manager.count("READY=1") == 1 && manager.count("STATUS=fine") == 1 }
    subject.status.withLock { $0 = "better\nREADY=1\u{7}" }
    try until { manager.count("STATUS=better READY=1 ") == 1 }
    #expect(manager.count("READY=1") == 1)
  }

  @Test("a reload is told from its beginning to its end, with what went wrong")
  func reload() throws {
    let (subject, manager) = (Subject(), Manager())
    let supervision = try Self.start(subject, manager)
    try until { manager.count("READY=1") == 1 }
    supervision.reload {
      #expect(manager.count("RELOADING=1") == 1)
      #expect(manager.lines.contains { $0.hasPrefix("MONOTONIC_USEC=") })
      #expect(manager.count("READY=1") == 1)
      return "oh"
    }
    #expect(manager.count("READY=1") == 2)
    #expect(manager.count("STATUS=fine; oh") == 1)
    supervision.beginStopping()
    subject.status.withLock { $0 = "another" }
    let beats = manager.count("WATCHDOG=1")
    try until { manager.count("WATCHDOG=1") >= beats + 2 }
    supervision.stop()
    #expect(manager.count("STOPPING=1") == 1)
    #expect(manager.count("STATUS=another") == 0)
  }

  @Test("addresses that cannot be are refused", arguments: ["", "@", "relative", "vsock:2:1", "/"])
  func addresses(address: String) {
    #expect(throws: StartError.self) {
      try ServiceManager(address: address, watchdogInterval: nil)
    }
    #expect(throws: StartError.self) {
      try ServiceManager(address: "/" + String(repeating: "x", count: 107), watchdogInterval: nil)
    }
  }
}

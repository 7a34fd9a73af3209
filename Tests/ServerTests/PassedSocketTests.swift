import Glibc
import Testing

@testable import Server

@Suite("Sockets from the service manager")
struct PassedSocketTests {
  private static func reason(_ descriptor: Int32) -> String {
    do throws(StartError) {
      return try ListeningSocket.checkedPath(descriptor)
    } catch {
      #expect(error.code == .usage)
      return error.description
    }
  }

  @Test("one that listens is taken: not inherited further, without waiting, its path known")
  func taken() throws {
    let bench = HTTPFolder()
    let socket = try ListeningSocket.bind(path: bench.path + "/s", mode: 0o600)
    defer {
      socket.remove()
      close(socket.descriptor)
    }
    _ = fcntl(socket.descriptor, F_SETFD, 0)
    _ = fcntl(socket.descriptor, F_SETFL, 0)
    #expect(Self.reason(socket.descriptor) == bench.path + "/s")
    #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    #expect(fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0)
    // Its place is not ours.
    let passed = ListeningSocket(passed: socket.descriptor, path: bench.path + "/s")
    passed.remove()
    #expect(unsafe access(bench.path + "/s", F_OK) == 0)
  }

  @Test("anything else is refused with the reason")
  func refused() throws {
    let file = unsafe open("/dev/null", O_RDONLY)
    defer { close(file) }
    #expect(Self.reason(file).contains("is not a socket"))
    #expect(Self.reason(999_999).contains("is not open"))
    let kinds = [
      (AF_INET, SOCK_STREAM, "of another family"), (AF_UNIX, SOCK_DGRAM, "is not a stream socket"),
      (AF_UNIX, SOCK_SEQPACKET, "is not a stream socket"),
      (AF_UNIX, SOCK_STREAM, "does not listen"),
    ]
    for (domain, type, message) in kinds {
      let descriptor = socket(domain, Int32(type.rawValue), 0)
      defer { close(descriptor) }
      let reason = Self.reason(descriptor)
      #expect(reason.contains(message) && reason.contains("descriptor \(descriptor)"), "\(reason)")
    }
  }

  /// A folder for one test.
  private final class HTTPFolder {
    let path: String

    init() {
      var template = Array("/tmp/martlet-passed-XXXXXX".utf8CString)
      _ = unsafe mkdtemp(&template)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { IndexBench.remove(path) }
  }
}

import Glibc
import SocketClient
import Testing

@testable import Server

@Suite("The socket's place")
struct ListeningSocketTests {
  private final class Folder {
    let path: String

    init() {
      var template = Array("/tmp/martlet-socket-XXXXXX".utf8CString)
      _ = unsafe mkdtemp(&template)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
      for name in ["s", "s.lock", "file", "link"] { unsafe unlink("\(path)/\(name)") }
      unsafe rmdir(path)
    }
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  @Test(
    "the socket has exactly the mode, and leaves nothing behind", arguments: [0o600, 0o660, 0o666])
  func mode(mode: Int) throws {
    let folder = Folder()
    let socket = try ListeningSocket.bind(path: folder.path + "/s", mode: mode_t(mode))
    #expect(Self.status(folder.path + "/s")?.st_mode == S_IFSOCK | mode_t(mode))
    #expect(Self.status(folder.path + "/s.lock")?.st_mode == S_IFREG | 0o600)
    socket.remove()
    close(socket.descriptor)
    #expect(Self.status(folder.path + "/s") == nil)
    #expect(Self.status(folder.path + "/s.lock") == nil)
  }

  @Test("a second daemon is refused, whose path lives on; after the first it may")
  func second() throws {
    let folder = Folder()
    let path = folder.path + "/s"
    let first = try ListeningSocket.bind(path: path, mode: 0o600)
    let error = #expect(throws: StartError.self) {
      try ListeningSocket.bind(path: path, mode: 0o600)
    }
    #expect(error?.code == .temporary)
    #expect(error?.description.contains("process \(getpid())") == true)
    _ = try SocketClient(path)
    first.remove()
    close(first.descriptor)
    let second = try ListeningSocket.bind(path: path, mode: 0o600)
    second.remove()
    close(second.descriptor)
  }

  @Test("what a dead daemon left is taken over")
  func stale() throws {
    let folder = Folder()
    let path = folder.path + "/s"
    let dead = try ListeningSocket.bind(path: path, mode: 0o600)
    close(dead.descriptor)
    // As after a kill: both names are still there, but nobody holds them.
    dead.forget()
    #expect(Self.status(path) != nil)
    let next = try ListeningSocket.bind(path: path, mode: 0o600)
    next.remove()
    close(next.descriptor)
  }

  @Test("a file, a folder or a link is left alone")
  func notASocket() throws {
    let folder = Folder()
    let file = unsafe open(folder.path + "/file", O_CREAT | O_WRONLY, 0o600)
    close(file)
    unsafe symlink(folder.path + "/elsewhere", folder.path + "/link")
    for name in ["file", "link"] {
      let path = "\(folder.path)/\(name)"
      let error = #expect(throws: StartError.self) {
        try ListeningSocket.bind(path: path, mode: 0o600)
      }
      #expect(error?.code == .cannotCreate)
      #expect(Self.status(path) != nil)
      #expect(Self.status(path + ".lock") == nil)
    }
  }

  @Test("a socket that another program serves is left alone")
  func foreign() throws {
    let folder = Folder()
    let path = folder.path + "/s"
    let other = try ListeningSocket.bind(path: path, mode: 0o600)
    other.forget()
    let error = #expect(throws: StartError.self) {
      try ListeningSocket.bind(path: path, mode: 0o600)
    }
    #expect(error?.code == .temporary)
    #expect(error?.description.contains("another program") == true)
    close(other.descriptor)
  }

  @Test("a path of 107 bytes is the longest")
  func length() throws {
    let folder = Folder()
    let prefix = folder.path + "/"
    let longest = prefix + String(repeating: "x", count: 107 - prefix.utf8.count)
    let socket = try ListeningSocket.bind(path: longest, mode: 0o600)
    socket.remove()
    close(socket.descriptor)
    let error = #expect(throws: StartError.self) {
      try ListeningSocket.bind(path: longest + "x", mode: 0o600)
    }
    #expect(error?.code == .usage)
    #expect(error?.description.contains("107") == true)
    #expect(error?.description.contains("108") == true)
    #expect(throws: StartError.self) { try ListeningSocket.bind(path: "", mode: 0o600) }
  }
}

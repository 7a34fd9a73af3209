import Glibc
import Server

/// Where things are when nothing says it.
enum DefaultPath {
  /// The file of settings, which may be missing there.
  static func settings() -> String { variable("MARTLET_CONFIG") ?? "/etc/martlet/martletd.conf" }

  static func socket() throws(StartError) -> String {
    if geteuid() == 0 { return "/run/martlet/martlet.sock" }
    guard let directory = variable("XDG_RUNTIME_DIR") else {
      throw StartError(.usage, "XDG_RUNTIME_DIR is not set: say --socket PATH")
    }
    return directory + "/martlet/martlet.sock"
  }

  static func data() throws(StartError) -> String {
    if let directory = variable("MARTLET_DATA") { return directory }
    if geteuid() == 0 { return "/var/lib/martlet" }
    // The specification says that a relative path there is to be ignored.
    if let directory = variable("XDG_DATA_HOME"), directory.hasPrefix("/") {
      return directory + "/martlet"
    }
    guard let home = variable("HOME") else {
      throw StartError(.usage, "neither XDG_DATA_HOME nor HOME is set: say --data DIRECTORY")
    }
    return home + "/.local/share/martlet"
  }

  static func workers() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The default socket has a directory of its own, open to others only if it is root's.
  static func makeParent(of path: String) throws(StartError) {
    let parent = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
    guard unsafe mkdir(parent, geteuid() == 0 ? 0o755 : 0o700) != 0, errno != EEXIST else { return }
    throw StartError(.cannotCreate, "\(parent): \(unsafe String(cString: strerror(errno)))")
  }

  /// An environment variable that is set and not empty.
  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}

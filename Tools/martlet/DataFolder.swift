import Glibc
import InvertedIndex

/// Where the indexes lie: a folder with one folder an index.
struct DataFolder {
  let path: String

  /// `--data`, else `$MARTLET_DATA`, else `/var/lib/martlet` for root, else `$XDG_DATA_HOME/martlet`, else
  /// `~/.local/share/martlet`.
  init(option: String?) throws(Failure) {
    if let option {
      path = option
    } else if let variable = environment("MARTLET_DATA"), !variable.isEmpty {
      path = variable
    } else if geteuid() == 0 {
      path = "/var/lib/martlet"
    } else if let folder = environment("XDG_DATA_HOME"), folder.hasPrefix("/") {
      path = "\(folder)/martlet"
    } else if let home = environment("HOME"), !home.isEmpty {
      path = "\(home)/.local/share/martlet"
    } else {
      throw Failure(.usage, "no folder for the indexes: say --data DIR, or set MARTLET_DATA")
    }
    guard !path.isEmpty else { throw Failure(.usage, "--data: the path is empty") }
  }

  /// The folder of an index; the name is checked first, so that no name leads out of the data folder.
  func path(of index: String) throws(Failure) -> String {
    guard isValidIndexName(index) else {
      throw Failure(
        .usage, "\"\(printable(index))\" is not allowed as the name of an index",
        hint: "small letters, digits, - and _, at most 64, beginning with a letter or digit")
    }
    return "\(path)/\(index)"
  }

  /// The names of all indexes, sorted.
  func indexes() throws(Failure) -> [String] {
    guard let folder = unsafe opendir(path) else {
      if errno == ENOENT { return [] }
      throw Failure("opendir", path: path, errno: errno)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard isValidIndexName(name) else { continue }
      var status = stat()
      if unsafe stat("\(path)/\(name)/MANIFEST", &status) == 0 { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes the folder of an index and those above it that are missing (0750: the owner writes, the group reads).
  func create(index: String) throws(Failure) -> String {
    let folder = try path(of: index)
    var end = folder.startIndex
    while end < folder.endIndex {
      end = folder[folder.index(after: end)...].firstIndex(of: "/") ?? folder.endIndex
      let part = String(folder[..<end])
      if unsafe mkdir(part, 0o750) != 0, errno != EEXIST {
        let code = errno
        // A part of the way that is there but may not be written to says so at the last step.
        var status = stat()
        if unsafe stat(part, &status) != 0 { throw Failure("mkdir", path: part, errno: code) }
      }
    }
    return folder
  }
}

/// `[a-z0-9][a-z0-9_-]{0,63}`.
func isValidIndexName(_ name: String) -> Bool {
  let bytes = Array(name.utf8)
  guard (1...64).contains(bytes.count) else { return false }
  for (i, byte) in bytes.enumerated() {
    switch byte {
    case 0x61...0x7A, 0x30...0x39: continue
    case 0x2D, 0x5F: if i == 0 { return false }
    default: return false
    }
  }
  return true
}

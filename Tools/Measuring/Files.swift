import Glibc

/// Why a measurement could not be made, said for the person who started it.
package struct Fault: Error, CustomStringConvertible {
  package let description: String
  /// errno, when it was a system call that failed.
  package let code: Int32?

  package init(_ description: String) {
    self.description = description
    code = nil
  }

  /// A system call that failed on a path.
  package init(path: String, errno code: Int32) {
    self.code = code
    description = "\(path): \(unsafe String(cString: strerror(code)))"
  }
}

/// The bytes of a file that fits in memory; files of /proc, whose size nobody knows, too.
package func readFile(_ path: String) throws(Fault) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw Fault(path: path, errno: errno) }
  defer { close(descriptor) }
  guard let bytes = readAll(descriptor) else { throw Fault(path: path, errno: errno) }
  return bytes
}

/// Everything up to the end; nil after an error, which `errno` names.
package func readAll(_ descriptor: Int32) -> [UInt8]? {
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe read(descriptor, &part, part.count)
    if count < 0, errno == EINTR { continue }
    if count < 0 { return nil }
    if count == 0 { return bytes }
    bytes += part[..<count]
  }
}

/// Makes a file, or replaces what it holds.
package func writeFile(_ path: String, _ bytes: [UInt8]) throws(Fault) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw Fault(path: path, errno: errno) }
  defer { close(descriptor) }
  try writeAll(bytes, to: descriptor, path)
}

/// - Parameter path: what to call the file in an error.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(Fault) {
  var done = 0
  while done < bytes.count {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe write(descriptor, $0.baseAddress! + done, bytes.count - done)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw Fault(path: path, errno: errno) }
    done += count
  }
}

/// A directory of its own for as long as a benchmark runs.
package final class TemporaryDirectory {
  package let path: String

  package init() throws(Fault) {
    let root = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(root)/martlet-bench-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw Fault(path: root, errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// With all that lies in it; links are not followed.
  private static func remove(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    if let stream = unsafe opendir(path) {
      while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { unsafe text(at: $0) }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      unsafe closedir(stream)
    }
    unsafe rmdir(path)
  }

  private static func text<Bytes>(at place: UnsafePointer<Bytes>) -> String {
    unsafe String(cString: UnsafeRawPointer(place).assumingMemoryBound(to: CChar.self))
  }
}

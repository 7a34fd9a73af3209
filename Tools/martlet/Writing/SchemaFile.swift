import Glibc
import InvertedIndex
import JSON

/// The file of `--schema`.
enum SchemaFile {
  /// No schema of a thousand fields comes near this.
  private static let largest = 4 << 20

  static func read(_ path: String) throws(Failure) -> Schema {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("open", path: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: 64 << 10))
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress! + start, 64 << 10)
      }
      let code = errno
      bytes.removeLast((64 << 10) - max(count, 0))
      if count < 0, code == EINTR { continue }
      guard count >= 0 else { throw Failure("read", path: path, errno: code) }
      guard bytes.count <= largest else {
        throw Failure(.configuration, "\(path): no schema is so large")
      }
      if count == 0 { break }
    }
    do {
      return try Schema(json: try JSONValue.parse(bytes))
    } catch let error as JSONError {
      throw Failure(.configuration, "\(path):\(error.line):\(error.column): \(error.message)")
    } catch {
      throw Failure(.configuration, "\(path): \(error)")
    }
  }
}

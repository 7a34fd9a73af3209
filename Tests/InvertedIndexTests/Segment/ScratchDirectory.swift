import Bytes
import Synchronization

@testable import InvertedIndex

/// Files in memory, for tests of formats. It never fails.
final class ScratchDirectory: Directory {
  let path = "memory"
  private let files = Mutex<[String: [UInt8]]>([:])

  subscript(_ name: String) -> [UInt8]? {
    get { files.withLock { $0[name] } }
    set { files.withLock { $0[name] = newValue } }
  }

  func list() -> [String] { files.withLock { Array($0.keys) } }
  func open(_ name: String) throws(IndexError) -> FileBytes {
    guard let bytes = self[name] else { throw .notFound(name) }
    return FileBytes(copying: bytes)
  }
  func length(of name: String) -> Int? { self[name]?.count }
  func create(_ name: String) throws(IndexError) -> any OutputFile {
    guard self[name] == nil else { throw .invalid("\(name) exists") }
    self[name] = []
    return Output(self, name)
  }
  func rename(_ from: String, to: String) {
    files.withLock { $0[to] = $0.removeValue(forKey: from) }
  }
  func remove(_ name: String) { self[name] = nil }
  func sync() {}
  func lock(_ name: String, wait: Bool) -> (any LockFile)? { nil }

  private final class Output: OutputFile {
    let directory: ScratchDirectory
    let name: String
    var bytes: [UInt8] = []
    init(_ directory: ScratchDirectory, _ name: String) {
      self.directory = directory
      self.name = name
    }
    func append(_ span: RawSpan) {
      unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    func sync() {}
    func close() { directory[name] = bytes }
  }
}

import Glibc
import InvertedIndex
import JSON
import Logging
import SocketClient

@testable import Server

/// A data directory with a daemon over it, in this process.
final class IndexBench {
  let folder: String
  private var daemon: Daemon?

  var data: String { folder + "/data" }
  var path: String { folder + "/s" }

  init() {
    var template = Array("/tmp/martlet-daemon-XXXXXX".utf8CString)
    _ = unsafe mkdtemp(&template)
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    daemon?.stop()
    Self.remove(folder)
  }

  func start(_ change: (inout Limits) -> Void = { _ in }) throws {
    var limits = Limits()
    change(&limits)
    let socket = try ListeningSocket.bind(path: path, mode: 0o600)
    daemon = try Daemon.start(
      socket: socket, data: data, workers: 2, limits: limits,
      logger: Logger(label: "test") { _ in StandardErrorLog(level: .critical) })
  }

  func stop() {
    daemon?.stop()
    daemon = nil
  }

  /// Adds documents, each a JSON object, and commits.
  /// - Returns: the generation.
  @discardableResult
  func commit(_ index: String, _ documents: [String], deleting: [String] = []) throws -> UInt64 {
    try Self.commit(data, index, documents, deleting: deleting)
  }

  @discardableResult
  static func commit(
    _ data: String, _ index: String, _ documents: [String], deleting: [String] = []
  ) throws -> UInt64 {
    let writer = try IndexWriter.open(
      try IndexStore(path: data).create(index), create: try schema())
    defer { writer.close() }
    for text in documents {
      var document = Document()
      try document.read(json: unsafe Array(text.utf8).span.bytes)
      try writer.add(document)
    }
    for id in deleting { try writer.delete(id: id) }
    return try writer.commit().generation
  }

  private static func schema() throws -> Schema {
    try Schema(
      json: try JSONValue.parse(
        """
        {"fields": [{"name": "title", "type": "text"}, {"name": "body", "type": "text"},
          {"name": "tags", "type": "keyword"}, {"name": "date", "type": "date"}, {"name": "n", "type": "integer"}]}
        """))
  }

  /// One request on a connection of its own.
  func ask(_ method: String, _ target: String, _ body: String? = nil) throws -> SocketClient.Answer
  {
    try SocketClient(path).request(method, target, body: body)
  }

  func json(_ method: String, _ target: String, _ body: String? = nil) throws -> JSONValue {
    try JSONValue.parse(try ask(method, target, body).body)
  }

  func search(_ index: String, _ query: String) throws -> [String] {
    let answer = try json("POST", "/v1/indexes/\(index)/search", "{\"query\": \"\(query)\"}")
    return answer["hits"]?.array?.compactMap { $0["id"]?.string } ?? []
  }

  /// A registry of its own over the same directory.
  func registry() throws -> IndexRegistry {
    let registry = try IndexRegistry(
      path: data, logger: Logger(label: "test") { _ in StandardErrorLog(level: .critical) })
    registry.reload()
    return registry
  }

  func status() throws -> String? { try json("GET", "/v1/ready")["status"]?.string }

  /// Replaces the manifest of an index, as a commit would, by other bytes.
  /// - Returns: those that it had.
  func replaceManifest(_ index: String, by bytes: [UInt8]) throws -> [UInt8] {
    let manifest = "\(data)/\(index)/MANIFEST"
    let old = try Self.read(manifest)
    Self.write(bytes, to: manifest + ".x")
    _ = unsafe rename(manifest + ".x", manifest)
    return old
  }

  static func write(_ bytes: [UInt8], to path: String) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = unsafe Glibc.write(file, bytes, bytes.count)
    close(file)
  }

  static func read(_ path: String) throws -> [UInt8] {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else { throw TookTooLong() }
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(file, &part, part.count)
      if count <= 0 { return bytes }
      bytes += part.prefix(count)
    }
  }

  static func names(_ folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func remove(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    for name in names(path) { remove("\(path)/\(name)") }
    unsafe rmdir(path)
  }
}

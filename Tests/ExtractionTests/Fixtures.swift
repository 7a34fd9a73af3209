import CZlib
import Glibc
import InvertedIndex
import Testing

@testable import Extraction

/// A directory of its own for one test, removed with it.
final class Folder {
  let path: String

  init() {
    var template = Array("/tmp/martlet-extraction-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe mkdtemp(buffer.baseAddress!) != nil
    }
    precondition(made)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      unsafe chmod(path, 0o700)
      if let directory = unsafe opendir(path) {
        while let entry = unsafe readdir(directory) {
          let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
            unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
              unsafe String(cString: $0)
            }
          }
          if name != ".", name != ".." { remove(path + "/" + name) }
        }
        unsafe closedir(directory)
      }
      unsafe rmdir(path)
    } else {
      unsafe unlink(path)
    }
  }

  func makeDirectory(_ name: String) { unsafe mkdir(path + "/" + name, 0o755) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) -> String {
    let file = path + "/" + name
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    precondition(descriptor >= 0)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress!, $0.count)
      }
      precondition(count > 0)
      rest = rest.dropFirst(count)
    }
    close(descriptor)
    return file
  }

  @discardableResult
  func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }
}

/// One gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = unsafe z_stream()
  precondition(unsafe martlet_deflateInit2(&stream, 6, 31, 8) == Z_OK)
  var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 100)
  var input = bytes
  let count = unsafe input.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe stream.next_in = source.baseAddress
      unsafe stream.avail_in = UInt32(source.count)
      unsafe stream.next_out = target.baseAddress
      unsafe stream.avail_out = UInt32(target.count)
      precondition(unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return Int(unsafe stream.total_out)
    }
  }
  unsafe deflateEnd(&stream)
  return Array(output[..<count])
}

func gzip(_ text: String) -> [UInt8] { gzip(Array(text.utf8)) }

/// What a source yields, a line each: `id`, `id !warning`, `skip name: reason`, `reject line:column reason`, `n rows` at the end
/// of a table whose rows are numbered.
func outcomes(
  _ paths: [String], options: DocumentSource.Options = .init(),
  isUnchanged: @escaping (SourceFile) -> Bool = { _ in false }
) -> [String] {
  let source = DocumentSource(paths: paths, options: options, isUnchanged: isUnchanged)
  var document = Document()
  var all: [String] = []
  while let outcome = source.next(into: &document) {
    switch outcome {
    case .document(let warning):
      let id = (try? document.id()).map { document.string($0) } ?? "?"
      all.append(name(id) + (warning.map { " !\($0)" } ?? ""))
    case .unchanged(let file): all.append("same \(name(file.path))")
    case .skipped(let skipped): all.append("skip \(name(skipped.path)): \(skipped.reason)")
    case .rejected(let rejected):
      let column = rejected.column > 0 ? ":\(rejected.column)" : ""
      all.append("reject \(rejected.line)\(column) \(rejected.reason)")
    case .end(let rows): if let rows { all.append("\(rows) rows") }
    }
  }
  return all
}

/// The last part of a path.
func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

/// The first document of a file.
func fields(
  _ path: String, options: DocumentSource.Options = .init()
) -> [String: [String]] {
  documents(path, options: options).first ?? [:]
}

/// All documents of a file.
func documents(
  _ path: String, options: DocumentSource.Options = .init()
) -> [[String: [String]]] {
  let source = DocumentSource(paths: [path], options: options)
  var document = Document()
  var all: [[String: [String]]] = []
  while let outcome = source.next(into: &document) {
    guard case .document = outcome else { continue }
    all.append(
      Dictionary(
        document.values.map { (document.string($0.path), [document.string($0.text)]) },
        uniquingKeysWith: +))
  }
  return all
}

/// Where the development data lies, if it is there: beside the checkout, or `$MARTLET_SHARED`.
let shared: String? = {
  let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let named = unsafe getenv("MARTLET_SHARED").map { unsafe String(cString: $0) }
  for path in [named, "/\(package)/../shared"].compactMap({ $0 }) {
    if unsafe access(path + "/data/news/sample-article.txt", R_OK) == 0 { return path }
  }
  return nil
}()

import Glibc
import JSON
import Measuring

/// A corpus of another size: a part of the documents, or all of them several times under ids of their own.
struct ScaledCorpus: Equatable {
  let path: String
  /// One document in so many, from the first on.
  var divisor = 1
  /// How often all of them come.
  var copies = 1

  /// Gives each line, with its newline.
  func forEachLine(_ body: (borrowing [UInt8]) throws -> Void) throws {
    var line: [UInt8] = []
    for copy in 0..<copies {
      guard var lines = CorpusReader(path: path) else { throw Fault(path: path, errno: errno) }
      let suffix = copy == 0 ? [] : Array("-\(copy)".utf8)
      var number = 0
      while try lines.next({ span in
        defer { number += 1 }
        guard number % divisor == 0 else { return }
        line.removeAll(keepingCapacity: true)
        unsafe span.withUnsafeBytes { unsafe line.append(contentsOf: $0) }
        if !suffix.isEmpty {
          guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else {
            throw Fault("\(path):\(number + 1): a line without a tab")
          }
          line.insert(contentsOf: suffix, at: tab)
        }
        line.append(UInt8(ascii: "\n"))
        try body(line)
      }) {}
      if let code = lines.failure { throw Fault(path: path, errno: code) }
    }
  }

  /// Writes it for a reader at the other end of a pipe, or to a file.
  func write(to descriptor: Int32, as convert: (borrowing [UInt8]) -> [UInt8]) throws {
    var block: [UInt8] = []
    try forEachLine { line in
      block += convert(line)
      guard block.count >= 1 << 18 else { return }
      try writeAll(block, to: descriptor, "the corpus")
      block.removeAll(keepingCapacity: true)
    }
    try writeAll(block, to: descriptor, "the corpus")
  }

  /// As JSON lines with the members `id` and `text`.
  func writeJSONLines(_ target: String) throws {
    let descriptor = unsafe open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Fault(path: target, errno: errno) }
    defer { close(descriptor) }
    try write(to: descriptor) { line in
      let tab = line.firstIndex(of: UInt8(ascii: "\t")) ?? 0
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("id", String(decoding: line[..<tab], as: UTF8.self))
        writer.field("text", String(decoding: line[(tab + 1)...].dropLast(), as: UTF8.self))
      }
      writer.newline()
      return writer.bytes
    }
  }
}

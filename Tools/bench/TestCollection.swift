import Glibc
import JSON
import Measuring

/// A collection to measure rankings with: a folder with docs.jsonl, queries.jsonl and qrels.txt.
///
///     docs.jsonl      {"id": …, "title": …, "body": …}      title and body may be missing or empty
///     queries.jsonl   {"qid": …, "text": …}
///     qrels.txt       qid 0 id judgement                    as TREC has it; further members and columns are ignored
struct TestCollection {
  struct Document {
    var id: String
    var title: String
    var body: String
  }

  struct Query {
    var number: String
    var text: String
  }

  let name: String
  let documents: [Document]
  let queries: [Query]
  /// By query's number, then document's id.
  let judgements: [String: [String: Int]]

  /// - Throws: `Fault` that names file and line.
  init(folder: String) throws {
    name = IndexPath.split(folder).name
    documents = try Self.objects("\(folder)/docs.jsonl") { object in
      guard let id = Self.text(object["id"]) else { throw Fault("a document without an id") }
      let title = Self.text(object["title"]) ?? ""
      let body = Self.text(object["body"]) ?? ""
      return Document(id: id, title: title, body: body)
    }
    queries = try Self.objects("\(folder)/queries.jsonl") { object in
      guard let number = Self.text(object["qid"]), let text = Self.text(object["text"]) else {
        throw Fault("a query has a qid and a text")
      }
      return Query(number: number, text: text)
    }
    var judgements: [String: [String: Int]] = [:]
    try Self.lines("\(folder)/qrels.txt") { line in
      let parts = line.split(whereSeparator: \.isWhitespace)
      guard parts.count >= 4, let judgement = Int(parts[3]) else {
        throw Fault("expected `query 0 document judgement`")
      }
      judgements[String(parts[0]), default: [:]][String(parts[2])] = judgement
    }
    self.judgements = judgements
  }

  /// A string, or a number as it is written: ids come as both.
  private static func text(_ value: JSONValue?) -> String? {
    if case .integer(let number)? = value { return String(number) }
    return value?.string
  }

  private static func objects<Item>(
    _ path: String, _ body: (JSONValue) throws -> Item
  ) throws -> [Item] {
    var items: [Item] = []
    try lines(path) { line in items.append(try body(try JSONValue.parse(line))) }
    return items
  }

  /// Lines that are not blank.
  private static func lines(_ path: String, _ body: (String) throws -> Void) throws {
    guard var lines = CorpusReader(path: path) else { throw Fault(path: path, errno: errno) }
    var number = 0
    while try lines.next({ line in
      number += 1
      let text = unsafe line.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
      if text.allSatisfy(\.isWhitespace) { return }
      do { try body(text) } catch { throw Fault("\(path):\(number): \(error)") }
    }) {}
    if let code = lines.failure { throw Fault(path: path, errno: code) }
  }
}

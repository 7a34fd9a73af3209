// What an analyzer makes of a text: POST /v1/indexes/{i}/analyze.

import Analysis
import InvertedIndex
import JSON

/// A text and the analyzer that reads it: the one that is named, or that of a field.
public struct AnalyzeCall: Sendable {
  /// Bytes of text: its tokens as JSON take some hundred times as many.
  public static let maximumText = 64 << 10

  public var text: String
  public var analyzer: Analyzer
  /// The answer is indented.
  public var pretty: Bool

  /// - Parameter schema: of the index, where one is named. Without one, only `analyzer` says which.
  public init(json: [UInt8], schema: Schema?) throws(Problem) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(json)
    } catch {
      throw Problem(error)
    }
    guard let object = value.object else {
      throw Problem(.badJSON, "the body must be a JSON object, not \(value.kind)")
    }
    let members = try Members(object, known: ["text", "analyzer", "field", "pretty"])
    text = try members.string("text") ?? ""
    guard text.utf8.count <= Self.maximumText else {
      throw Members.invalid(
        at: "/text", "has \(text.utf8.count) bytes; \(Self.maximumText) are allowed")
    }
    pretty = try members.bool("pretty") ?? false
    var name = try members.string("analyzer")
    if let field = try members.string("field") {
      guard name == nil else {
        throw Members.invalid(at: "/analyzer", "either a field or an analyzer")
      }
      guard let number = schema?.number(of: field), let found = schema?.fields[number] else {
        let hint = Nearest.hint(field, among: schema?.fields.map(\.name) ?? [])
        throw Problem(
          .invalidValue, "/field: there is no field \"\(field)\"; \(hint)",
          errors: [
            .init(pointer: "/field", code: Problem.Code.invalidValue.rawValue, hint: hint)
          ])
      }
      name = found.analyzer ?? (found.type == .keyword ? "keyword" : nil)
      guard name != nil else {
        throw Members.invalid(at: "/field", "a \(found.type.name) field is not analyzed")
      }
    }
    let analyzer =
      name?.lowercased() == "auto"
      ? Analyzer.ofLanguage(of: text) : Analyzer.named(name ?? "standard")
    guard let analyzer else {
      throw Members.invalid(at: "/analyzer", Analyzer.unknown(name ?? ""))
    }
    self.analyzer = analyzer
  }

  /// - Parameter reader: of the index that was named: what its synonyms make of the text is told, too.
  public func answer(_ reader: IndexReader? = nil) -> [UInt8] {
    Wire.document(pretty) { writer in
      writer.field("analyzer", analyzer.name)
      writer.name("tokens")
      writer.array { writer in
        for token in analyzer.explain(text) {
          writer.object { writer in
            writer.field("text", token.text)
            writer.field("exact", token.exact)
            if let folded = token.folded { writer.field("folded", folded) }
            writer.field("index", token.index)
            writer.field("position", token.position)
            writer.field("start", token.start)
            writer.field("end", token.end)
            if token.isJoined { writer.field("joined", true) }
            if token.isBigram { writer.field("bigram", true) }
            if token.isLastOfRun { writer.field("last_of_run", true) }
            if token.isStopWord { writer.field("stop", true) }
          }
        }
      }
      guard let synonyms = reader?.synonyms(of: text, by: analyzer) else { return }
      let bytes = Array(text.utf8)
      writer.name("synonyms")
      writer.array { writer in
        for found in synonyms {
          writer.object { writer in
            writer.field("text", String(decoding: bytes[found.start..<found.end], as: UTF8.self))
            writer.field("start", found.start)
            writer.field("end", found.end)
            writer.name(found.keepsWords ? "also" : "instead")
            writer.array { writer in
              for text in found.alternatives { writer.string(text) }
            }
          }
        }
      }
    }
  }
}

// Statistics of a collection as JSON: what a shard answers, and what a request brings back as their sum.
//
//   {"documents": 21578,
//    "fields": {"body": {"documents": 19043, "tokens": 2468123,
//                        "terms": [{"term": "nuclear", "documents": 812},
//                                  {"term": "niinistö", "form": "exact", "documents": 3}]},
//               "tags": {"terms": [{"term": "NATO", "form": "value", "documents": 41}]}}}
//
// A field without `documents` and `tokens` leaves the lengths to the index, a term that is not named its frequency.

import InvertedIndex
import JSON

enum StatisticsJSON {
  private static let counts = 0...CollectionStatistics.maximumCount

  static func read(
    _ value: JSONValue, at pointer: String
  ) throws(Problem) -> CollectionStatistics {
    let members = try Members(value, at: pointer, known: ["documents", "fields"])
    var result = CollectionStatistics(documents: try count("documents", of: members))
    guard let fields = members.value("fields") else { return result }
    guard let object = fields.object else {
      throw Members.wrongKind(fields, wanted: "an object", at: members.pointer("fields"))
    }
    for field in object.members {
      let place = "\(members.pointer("fields"))/\(Members.escaped(field.name))"
      try read(field, at: place, documents: result.documents, into: &result)
    }
    return result
  }

  private static func read(
    _ field: JSONObject.Member, at pointer: String, documents: Int,
    into statistics: inout CollectionStatistics
  ) throws(Problem) {
    let members = try Members(
      field.value, at: pointer, known: ["documents", "tokens", "terms"])
    if members.value("documents") != nil || members.value("tokens") != nil {
      let lengths = CollectionStatistics.FieldLengths(
        documents: try count("documents", of: members, atMost: documents),
        tokens: try count("tokens", of: members))
      guard lengths.documents > 0 || lengths.tokens == 0 else {
        throw members.invalid("tokens", "\(lengths.tokens) tokens in no document")
      }
      statistics.fields[field.name] = lengths
    }
    for (number, value) in (try members.array("terms") ?? []).enumerated() {
      let term = try Members(
        value, at: "\(members.pointer("terms"))/\(number)", known: ["term", "form", "documents"])
      guard let text = try term.string("term") else { throw missing("term", of: term) }
      let form = try term.choice("form", CollectionStatistics.Form.allCases) ?? .index
      let key = CollectionStatistics.Term(field: field.name, form: form, bytes: Array(text.utf8))
      guard statistics.frequencies[key] == nil else {
        throw term.invalid("term", "\"\(text)\" is given twice")
      }
      statistics.frequencies[key] = try count("documents", of: term, atMost: documents)
    }
  }

  private static func count(
    _ name: String, of members: Members, atMost limit: Int = counts.upperBound
  ) throws(Problem) -> Int {
    guard let count = try members.integer(name, in: 0...limit) else {
      throw missing(name, of: members)
    }
    return count
  }

  private static func missing(_ name: String, of members: Members) -> Problem {
    let pointer = members.pointer(name)
    return Problem(
      .invalidValue, "\(pointer) is missing",
      errors: [.init(pointer: pointer, code: Problem.Code.missingMember.rawValue)])
  }

  /// In the order of names and terms.
  static func write(_ statistics: CollectionStatistics, into writer: inout JSONWriter) {
    var terms: [String: [(term: CollectionStatistics.Term, documents: Int)]] = [:]
    for (term, documents) in statistics.frequencies {
      terms[term.field, default: []].append((term, documents))
    }
    let names = Set(terms.keys).union(statistics.fields.keys).sorted()
    writer.object { writer in
      writer.field("documents", statistics.documents)
      writer.name("fields")
      writer.object { writer in
        for name in names {
          writer.name(name)
          writer.object { writer in
            if let lengths = statistics.fields[name] {
              writer.field("documents", lengths.documents)
              writer.field("tokens", lengths.tokens)
            }
            if let terms = terms[name] { write(terms, into: &writer) }
          }
        }
      }
    }
  }

  private static func write(
    _ terms: [(term: CollectionStatistics.Term, documents: Int)], into writer: inout JSONWriter
  ) {
    let sorted = terms.sorted { a, b in
      a.term.form != b.term.form
        ? a.term.form.rawValue < b.term.form.rawValue
        : a.term.bytes.lexicographicallyPrecedes(b.term.bytes)
    }
    writer.name("terms")
    writer.array { writer in
      for (term, documents) in sorted {
        writer.object { writer in
          writer.field("term", String(decoding: term.bytes, as: UTF8.self))
          if term.form != .index { writer.field("form", term.form.rawValue) }
          writer.field("documents", documents)
        }
      }
    }
  }
}

// Answers as JSON. The daemon and the tool's `--json` both write them here, so they are the same byte for byte.
// Each ends with a line end: it is what terminals and logs want, and JSON does not mind.

import InvertedIndex
import JSON
import QueryLanguage

public enum Wire {
  /// - Parameters:
  ///   - degraded: a newer generation is there and cannot be opened.
  ///   - cursor: where the search goes on; nil when it was not asked for in parts, nil within when this was the last.
  public static func answer(
    _ response: SearchResponse, degraded: Bool = false, cursor: String?? = nil,
    pretty: Bool = false
  ) -> [UInt8] {
    document(pretty, capacity: 256 + 128 * response.hits.count) { writer in
      writer.field("took_us", response.tookMicroseconds)
      writer.field("timed_out", response.timedOut)
      write(response.generation, response.indexes, into: &writer)
      if degraded { writer.field("degraded", true) }
      write(response.total, into: &writer)
      writer.field("interpreted", response.interpreted)
      write(response.warnings, into: &writer)
      write(response.hits, into: &writer)
      if let relaxed = response.relaxed {
        writer.name("relaxed")
        writer.object { writer in
          writer.field("interpreted", relaxed.interpreted)
          write(relaxed.hits, into: &writer)
        }
      }
      if !response.facets.isEmpty { write(response.facets, into: &writer) }
      writer.name("did_you_mean")
      if let text = response.didYouMean { writer.string(text) } else { writer.null() }
      if let cursor {
        writer.name("cursor")
        if let cursor { writer.string(cursor) } else { writer.null() }
      }
    }
  }

  public static func answer(
    _ response: CountResponse, degraded: Bool = false, pretty: Bool = false
  ) -> [UInt8] {
    document(pretty) { writer in
      writer.field("took_us", response.tookMicroseconds)
      writer.field("timed_out", response.timedOut)
      write(response.generation, response.indexes, into: &writer)
      if degraded { writer.field("degraded", true) }
      write(response.total, into: &writer)
      writer.field("interpreted", response.interpreted)
      write(response.warnings, into: &writer)
    }
  }

  public static func answer(_ response: ExplainResponse, pretty: Bool = false) -> [UInt8] {
    document(pretty) { writer in
      writer.field("took_us", response.tookMicroseconds)
      writer.field("generation", response.generation)
      writer.field("id", response.id)
      writer.field("matches", response.explanation.matches)
      writer.field("interpreted", response.interpreted)
      write(response.warnings, into: &writer)
      writer.name("explanation")
      write(response.explanation, into: &writer)
    }
  }

  /// A whole document as it is stored.
  public static func answer(
    id: String, _ fields: [StoredField], generation: UInt64, pretty: Bool = false
  ) -> [UInt8] {
    document(pretty) { writer in
      writer.field("id", id)
      writer.field("generation", generation)
      write(fields, into: &writer)
    }
  }

  /// - Parameter capacity: bytes that are likely to be written.
  static func document(
    _ pretty: Bool, capacity: Int = 0, _ body: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty, capacity: capacity)
    writer.object(body)
    writer.newline()
    return writer.bytes
  }

  /// Generations belong to their indexes: of several there is no single one.
  private static func write(
    _ generation: UInt64, _ indexes: [SearchedIndex], into writer: inout JSONWriter
  ) {
    if indexes.count < 2 { writer.field("generation", generation) }
    guard !indexes.isEmpty else { return }
    writer.name("indexes")
    writer.array { writer in
      for index in indexes {
        writer.object { writer in
          writer.field("name", index.name)
          writer.field("generation", index.generation)
        }
      }
    }
  }

  private static func write(_ total: Total, into writer: inout JSONWriter) {
    writer.name("total")
    writer.object { writer in
      writer.field("value", total.value)
      writer.field("exact", total.exact)
    }
  }

  private static func write(_ warnings: [QueryWarning], into writer: inout JSONWriter) {
    writer.name("warnings")
    writer.array { writer in
      for warning in warnings {
        writer.object { writer in
          writer.field("code", warning.code.rawValue)
          writer.field("at", warning.at)
          writer.field("len", warning.length)
          writer.field("detail", warning.detail)
          if let hint = warning.hint { writer.field("hint", hint) }
        }
      }
    }
  }

  private static func write(_ hits: [Hit], into writer: inout JSONWriter) {
    writer.name("hits")
    writer.array { writer in
      for hit in hits { write(hit, into: &writer) }
    }
  }

  private static func write(_ hit: Hit, into writer: inout JSONWriter) {
    writer.object { writer in
      if let index = hit.index { writer.field("index", index) }
      writer.field("id", hit.id)
      writer.name("score")
      if let score = hit.score { writer.float(score) } else { writer.null() }
      write(hit.fields, into: &writer)
      if !hit.omitted.isEmpty {
        writer.name("omitted")
        writer.array { writer in
          for name in hit.omitted { writer.string(name) }
        }
      }
      if !hit.passages.isEmpty {
        writer.name("passages")
        writer.array { writer in
          for passage in hit.passages { write(passage, into: &writer) }
        }
      }
      if let similar = hit.similar { writer.field("similar", similar) }
      if let explanation = hit.explanation {
        writer.name("explanation")
        write(explanation, into: &writer)
      }
    }
  }

  private static func write(_ fields: [StoredField], into writer: inout JSONWriter) {
    writer.name("fields")
    writer.object { writer in
      for field in fields { write(field, into: &writer) }
    }
  }

  /// A member: its value, or its values as an array.
  static func write(_ field: StoredField, into writer: inout JSONWriter) {
    writer.name(field.name)
    if !field.isArray, field.values.count == 1 {
      write(field.values[0], into: &writer)
    } else {
      writer.array { writer in
        for value in field.values { write(value, into: &writer) }
      }
    }
  }

  static func write(_ value: FieldValue, into writer: inout JSONWriter) {
    switch value {
    case .text(let text), .keyword(let text), .date(_, let text): writer.string(text)
    case .integer(let value): writer.integer(value)
    case .double(let value): writer.double(value)
    case .boolean(let value): writer.bool(value)
    }
  }

  private static func write(_ passage: Passage, into writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("field", passage.field)
      if passage.value > 0 { writer.field("value", passage.value) }
      writer.field("start", passage.start)
      writer.field("text", passage.text)
      writer.name("ranges")
      writer.array { writer in
        for range in passage.ranges {
          writer.array { writer in
            writer.integer(range.lowerBound)
            writer.integer(range.upperBound)
          }
        }
      }
    }
  }

  /// Recursion is bounded by the depth of the query.
  private static func write(_ explanation: Explanation, into writer: inout JSONWriter) {
    writer.object { writer in
      writer.name("value")
      writer.float(explanation.value)
      if !explanation.matches { writer.field("matches", false) }
      writer.field("what", explanation.what)
      if !explanation.details.isEmpty {
        writer.name("details")
        writer.object { writer in
          for detail in explanation.details { writer.field(detail.name, detail.value) }
        }
      }
      if !explanation.parts.isEmpty {
        writer.name("parts")
        writer.array { writer in
          for part in explanation.parts { write(part, into: &writer) }
        }
      }
    }
  }
}

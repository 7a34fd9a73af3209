import InvertedIndex
import JSON

/// What `/v1/indexes/{i}/statistics` answers.
extension Wire {
  /// What the terms of a query are ranked by.
  public static func answer(
    _ statistics: CollectionStatistics, generation: UInt64, pretty: Bool = false
  ) -> [UInt8] {
    document(pretty) { writer in
      writer.field("generation", generation)
      writer.name("statistics")
      StatisticsJSON.write(statistics, into: &writer)
    }
  }

  /// What the fields of an index hold.
  public static func answer(
    _ fields: [FieldSummary], of reader: IndexReader, pretty: Bool = false
  ) -> [UInt8] {
    document(pretty) { writer in
      writer.field("generation", reader.generation)
      writer.field("documents", reader.documentCount)
      writer.field("deleted", reader.deletedCount)
      writer.field("size_bytes", reader.sizeInBytes)
      writer.field("stored_bytes", reader.storedBytes)
      writer.name("fields")
      writer.array { writer in
        for field in fields {
          writer.object { writer in
            writer.field("name", field.name)
            writer.field("type", field.type.name)
            if let documents = field.documents { writer.field("documents", documents) }
            if let tokens = field.tokens { writer.field("tokens", tokens) }
            writer.field("terms", field.terms)
            writer.field("postings", field.postings)
            writer.field("term_bytes", field.termBytes)
            writer.field("norm_bytes", field.normBytes)
            writer.field("column_bytes", field.columnBytes)
          }
        }
      }
    }
  }
}

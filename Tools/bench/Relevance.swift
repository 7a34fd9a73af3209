import Analysis
import ArgumentParser
import InvertedIndex
import JSON
import Measuring

/// Measures rankings against judgements.
struct Relevance: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relevance", abstract: "Measure rankings against human judgements.",
    discussion: """
      Each folder holds docs.jsonl (`id`, `title`, `body`), queries.jsonl (`qid`, `text`) and qrels.txt (TREC: `query 0 \
      document judgement`). A query's text is taken as plain text (mode simple), any of its words may match, and a word \
      that stands in it twice counts twice.

      Each collection is ranked in two ways: plain, where title and body are one field and the score is BM25; and usual, \
      with the fields, weights and all else that an index has when nobody says otherwise.

      nDCG@10 with linear gains, MAP over 1,000 documents and recall@100 are those of trec_eval. Queries without a \
      relevant document are left out; of equal scores the earlier document comes first.

      EXAMPLES
        martlet-bench relevance ir/cranfield ir/cacm
        martlet-bench relevance ir/* --analyzer english --json
      """)

  @Argument(help: "Folders with a collection each.") var folders: [String]
  @Option(
    help: ArgumentHelp(
      "An analyzer; may be given several times. Default: standard and english.", valueName: "name"))
  var analyzer: [String] = []
  @OptionGroup var report: ReportOptions

  func validate() throws {
    for name in analyzer where Analyzer.named(name) == nil {
      let known = Analyzer.names.joined(separator: ", ")
      throw ValidationError("--analyzer: there is no \(name); there are \(known).")
    }
  }

  func run() throws {
    let record = RunRecord()
    var results: [Result] = []
    for folder in folders {
      let collection = try TestCollection(folder: folder)
      for name in analyzer.isEmpty ? ["standard", "english"] : analyzer {
        for ranking in Ranking.allCases {
          results.append(try Self.measure(collection, analyzer: name, ranking))
        }
      }
    }
    try report.publish(Self.table(results, record), json: Self.json(results, record))
  }

  enum Ranking: String, CaseIterable {
    /// Title and body are one field, the score is BM25.
    case plain
    /// What an index does when nobody says otherwise.
    case usual

    func schema(analyzer: String) throws -> Schema {
      let fields =
        switch self {
        case .plain: [try Field(name: "text", type: .text, analyzer: analyzer, stored: false)]
        case .usual:
          [
            try Field(
              name: "title", type: .text, analyzer: analyzer, stored: false,
              weight: Field.titleWeight),
            try Field(name: "body", type: .text, analyzer: analyzer, stored: false),
          ]
        }
      return try Schema(fields: fields, dynamic: .reject)
    }
  }

  struct Result {
    var collection: String
    var analyzer: String
    var ranking: Ranking
    var documents: Int
    /// Queries with a relevant document.
    var queries: Int
    var mean: Measures
  }

  static func measure(
    _ collection: TestCollection, analyzer: String, _ ranking: Ranking
  ) throws -> Result {
    let temporary = try TemporaryDirectory()
    let index = try IndexStore(path: temporary.path).create("collection")
    let writer = try IndexWriter.open(index, create: try ranking.schema(analyzer: analyzer))
    var document = Document()
    for item in collection.documents {
      document.removeAll()
      document.append("id", item.id)
      switch ranking {
      case .plain: document.append("text", item.title + " " + item.body)
      case .usual:
        if !item.title.isEmpty { document.append("title", item.title) }
        if !item.body.isEmpty { document.append("body", item.body) }
      }
      try writer.add(document)
    }
    try writer.commit()
    writer.close()
    let reader = try IndexReader.open(index)
    guard reader.documentCount == collection.documents.count else {
      throw Fault("\(collection.name): documents of the same id")
    }
    let searcher = Searcher(reader)
    var ids: [UInt32: String] = [:]
    var all: [Measures] = []
    for query in collection.queries {
      guard let judgements = collection.judgements[query.number] else { continue }
      var request = SearchRequest(query: query.text)
      request.mode = .simple
      request.defaultOperator = .or
      request.limit = Measures.depth
      request.total = .atLeast
      if ranking == .plain { request.proximity = 0 }
      var found: [String] = []
      for hit in try searcher.rank(request).hits {
        if ids[hit.document] == nil { ids[hit.document] = try searcher.id(of: hit.document) }
        found.append(ids[hit.document] ?? "")
      }
      if let measures = Measures(ranking: found, judgements: judgements) {
        all.append(measures)
      }
    }
    return Result(
      collection: collection.name, analyzer: analyzer, ranking: ranking,
      documents: reader.documentCount,
      queries: all.count, mean: Measures.mean(all))
  }

  static func table(_ results: [Result], _ record: RunRecord) -> String {
    var table = Table(
      head: [
        "collection", "analyzer", "ranking", "documents", "queries", "nDCG@10", "MAP", "recall@100",
      ],
      left: 3)
    for result in results {
      table.add([
        result.collection, result.analyzer, result.ranking.rawValue,
        "\(result.documents)", "\(result.queries)",
        decimal(result.mean.ndcg, 4), decimal(result.mean.averagePrecision, 4),
        decimal(result.mean.recall, 4),
      ])
    }
    return table.text + "\n\(record.summary)\n"
  }

  /// A list, so that each result stands for itself: the run is a member of each.
  static func json(_ results: [Result], _ record: RunRecord) -> [UInt8] {
    var writer = JSONWriter(pretty: true)
    writer.array { writer in
      for result in results {
        writer.object { writer in
          writer.field("collection", result.collection)
          writer.field("analyzer", result.analyzer)
          writer.field("ranking", result.ranking.rawValue)
          writer.field("nDCG@10", result.mean.ndcg)
          writer.field("MAP", result.mean.averagePrecision)
          writer.field("recall@100", result.mean.recall)
          writer.field("documents", result.documents)
          writer.field("queries", result.queries)
          writer.name("run")
          writer.object { record.writeMembers(to: &$0) }
        }
      }
    }
    return writer.bytes
  }
}

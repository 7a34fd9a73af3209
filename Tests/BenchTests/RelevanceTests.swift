import JSON
import Measuring
import Testing

@testable import martlet_bench

@Suite("Relevance of a collection")
struct RelevanceTests {
  /// A folder with a collection.
  private func collection(
    documents: String, queries: String, judgements: String
  ) throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    try writeFile("\(folder.path)/docs.jsonl", Array(documents.utf8))
    try writeFile("\(folder.path)/queries.jsonl", Array(queries.utf8))
    try writeFile("\(folder.path)/qrels.txt", Array(judgements.utf8))
    return folder
  }

  private static let documents = """
    {"id": "1", "title": "Cats", "body": "cats sleep"}
    {"id": "2", "title": "", "body": "dogs bark at cats"}
    {"id": "3", "body": "nothing of note"}
    {"id": 4, "title": "", "body": ""}
    {"id": "5", "title": "Birds", "body": "birds sing"}

    """

  @Test(
    "Any word matches, and a repeated word weighs twice", arguments: Relevance.Ranking.allCases)
  func measures(_ ranking: Relevance.Ranking) throws {
    let folder = try collection(
      documents: Self.documents,
      queries: """
        {"qid": "1", "text": "cats AND -dogs \\"bark"}
        {"qid": 2, "text": "birds cats birds"}
        {"qid": "3", "text": "unjudged"}
        {"qid": "4", "text": "cats"}

        """,
      judgements: "1 0 2 1\n2 0 5 1\n4 0 1 0\n9 0 1 1\n")
    let collection = try TestCollection(folder: folder.path)
    #expect(collection.documents.count == 5)
    #expect(collection.documents[3].id == "4")
    let result = try Relevance.measure(collection, analyzer: "standard", ranking)
    // Queries 3 and 4 have no relevant document.
    #expect(result.queries == 2)
    #expect(result.mean.recall == 1)
    // Of both queries the relevant document is first: AND, - and " are no operators.
    #expect(result.mean.ndcg == 1)
    let json = try JSONValue.parse(Relevance.json([result], RunRecord()))
    let row = try #require(json.array?.first)
    #expect(row["collection"]?.string == collection.name)
    #expect(row["analyzer"] == "standard")
    #expect(row["ranking"]?.string == ranking.rawValue)
    #expect(row["nDCG@10"]?.number == 1)
    #expect(row["MAP"]?.number == 1)
    #expect(row["recall@100"]?.number == 1)
    #expect(row["run"]?["commit"] != nil)
  }

  @Test("What is wrong with a collection is said by file and line")
  func faults() throws {
    func fault(_ documents: String, _ queries: String, _ judgements: String) throws -> String {
      let folder = try collection(documents: documents, queries: queries, judgements: judgements)
      do {
        _ = try TestCollection(folder: folder.path)
        return ""
      } catch {
        return "\(error)".replacing(folder.path, with: "")
      }
    }
    let query = #"{"qid": "1", "text": "x"}"#
    #expect(try fault(Self.documents, query, "1 0 2 1").isEmpty)
    #expect(try fault("{\"id\": \"1\"}\n\nnope\n", query, "").hasPrefix("/docs.jsonl:3: "))
    #expect(try fault("{\"title\": \"x\"}", query, "").hasPrefix("/docs.jsonl:1: "))
    #expect(try fault(Self.documents, #"{"text": "x"}"#, "").hasPrefix("/queries.jsonl:1: "))
    #expect(try fault(Self.documents, query, "1 0 2\n").hasPrefix("/qrels.txt:1: "))
    #expect(try fault(Self.documents, query, "1 0 2 many\n").hasPrefix("/qrels.txt:1: "))
    #expect(throws: Fault.self) { try TestCollection(folder: "/nonexistent") }
  }
}

// An index that was written with other tables, rules or stemmers than this program's.

import Testing

@testable import InvertedIndex

@Suite("An index of another version's analyzers")
struct AnalyzerMismatchTests {
  /// An index of one document whose analyzer, the manifest says, was another one.
  func directory() throws -> FaultDirectory {
    let directory = FaultDirectory(FaultDisk(seed: 1))
    let schema = try Schema(fields: [Field(name: "body", type: .text, analyzer: "fi")])
    let writer = try IndexWriter.open(directory, create: schema)
    try SearcherTests.add([#"{"id":"a","body":"Niinistö taloissamme"}"#], to: writer)
    writer.close()
    let identity = try WriterIdentity(directory: directory)
    let uuid = try #require(try Commit.readManifest(directory)).uuid
    _ = try Commit.perform(directory, identity, uuid: uuid) { (manifest) throws(IndexError) in
      manifest.content.analyzers = manifest.content.analyzers.map {
        .init(name: $0.name, value: $0.value ^ 1)
      }
      return ((), .arrangement)
    }
    identity.close()
    return directory
  }

  func isMismatch(_ error: any Error) -> Bool {
    guard let error = error as? IndexError, case .analyzer = error else { return false }
    let text = "\(error)"
    return text.contains("another version of the analyzer finnish")
      && text.contains("`martlet rebuild ")
  }

  @Test("is neither searched, counted nor written to, and the error names the command that helps")
  func refused() throws {
    let directory = try directory()
    let searcher = Searcher(try IndexReader.open(directory))
    #expect { try searcher.search(SearchRequest(query: "talo")) } throws: { isMismatch($0) }
    #expect { try searcher.count(SearchRequest(query: "talo")) } throws: { isMismatch($0) }
    #expect { try IndexWriter.open(directory) } throws: { isMismatch($0) }
  }

  @Test("its documents can be read all the same, and a rebuild makes it whole")
  func rebuilt() throws {
    let directory = try directory()
    #expect(try IndexReader.open(directory).snapshot.documentCount == 1)
    let rebuild = try Rebuild.begin(directory)
    try rebuild.addStoredDocuments()
    _ = try rebuild.commit()
    let searcher = Searcher(try IndexReader.open(directory))
    #expect(try searcher.search(SearchRequest(query: "talo niinisto")).hits.map(\.id) == ["a"])
  }
}

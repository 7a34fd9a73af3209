import Glibc
import InvertedIndex
import JSON

@testable import martlet_compare

/// A folder of its own for one test, removed with it.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/martlet-compare-test-XXXXXX".utf8CString)
    let made = unsafe mkdtemp(&template)
    precondition(unsafe made != nil, "no temporary folder")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Work.remove(path) }

  /// Writes documents as JSON lines and returns the file's path.
  func documents(_ documents: [JSONValue], name: String = "documents.jsonl") throws -> String {
    let file = "\(path)/\(name)"
    let lines = documents.map { "\($0)\n" }.joined()
    try writeFile(file, Array(lines.utf8))
    return file
  }

  func folder(_ name: String) throws -> String {
    let folder = "\(path)/\(name)"
    guard unsafe mkdir(folder, 0o755) == 0 else { throw Failure("mkdir", folder, errno: errno) }
    return folder
  }
}

/// Both engines over the same documents, built in this process.
struct BothIndexes {
  let scan: DocumentScan
  let martlet: MartletIndex
  let fts5: FTS5Index

  /// - Parameter theirs: what FTS5 gets, if not the same documents.
  init(
    _ documents: [JSONValue], theirs: [JSONValue]? = nil, analyzer: String = "standard",
    in scratch: Scratch
  ) throws {
    let file = try scratch.documents(documents)
    scan = try DocumentScan(paths: [file], analyzer: analyzer, fields: [], seed: 1)
    _ = try MartletIndex.build(scan.plan, folder: try scratch.folder("martlet"), threads: 1)
    var plan = scan.plan
    if let theirs { plan.paths = [try scratch.documents(theirs, name: "theirs.jsonl")] }
    _ = try FTS5Index.build(plan, folder: try scratch.folder("fts5"))
    martlet = try MartletIndex(folder: "\(scratch.path)/martlet")
    fts5 = try FTS5Index(folder: "\(scratch.path)/fts5")
  }

  func agreement(_ queries: [ComparedQuery]) throws -> (Agreement, PairedQueries) {
    let paired = try PairedQueries(queries, scan.plan)
    let agreement = try Agreement.of(paired.all, scan, martlet, fts5)
    return (agreement, paired)
  }
}

/// Documents with what is hard about words: compounds, apostrophes, scripts, empty fields, arrays, long and no text.
enum TrickyDocuments {
  private static let words = [
    "COVID-19", "covid19", "covid", "19", "U.S.", "us", "co-operate", "cooperate", "operate",
    "don't",
    "dont", "Finland’s", "finland", "finland's", "rock'n'roll", "O'Brien", "C++", "a/b", "a",
    "b", "1,234", "1234", "3.5", "35", "555-1234", "AT&T", "user@example.com", "e.g.",
    "foo_bar", "foobar", "Niinistö", "niinisto", "NIINISTO\u{308}", "straße", "strasse",
    "Søren", "Łódź", "lodz", "İstanbul", "ISTANBUL", "дом", "дома", "東京都", "京都", "東京",
    "ประเทศไทย", "한국어", "naïve", "cafe\u{301}", "ﬁne", "fine", "①", "1", "½", "😀", "👍🏽",
    "x\u{AD}y", "xy", "e\u{301}\u{323}", "the", "of", "and", "running", "runs", "run",
    "deterrent", "deterrence", "deter", "house", "houses", "housing", "—", "...", "״", "צה״ל",
    "a-b-c-d-e-f-g-h-i-j", "linux-source-6.1", "fs/inode.c", "well-known/x-y",
    String(repeating: "long", count: 80), "\"", "(", "NOT", "OR", "AND", "NEAR", "nul\u{0}nul",
    "\u{1E}", "\u{1F}",
    "\u{1D}",
  ]

  static func make(_ count: Int, seed: UInt64) -> [JSONValue] {
    var random = SeededGenerator(seed: seed)
    func text(_ words: Int, _ random: inout SeededGenerator) -> String {
      (0..<words).map { _ in random.pick(self.words) }.joined(
        separator: random.pick([" ", " ", ", ", "\n"]))
    }
    return (0..<count).map { number in
      var document: JSONObject = ["id": .string(number == 7 ? "d\u{0}7" : "d\(number)")]
      if random.next(below: 8) > 0 {
        document["title"] = .string(text(random.next(below: 5), &random))
      }
      switch random.next(below: 6) {
      case 0: document["body"] = ""
      case 1:
        // Values lie apart: no phrase spans them.
        document["body"] = .array(
          (0..<random.next(below: 4)).map { _ in
            .string(text(random.next(below: 6), &random) + String(repeating: " pad", count: 70))
          })
      case 2: document["body"] = .integer(Int64(random.next(below: 100)))
      case 3: break
      default: document["body"] = .string(text(random.next(below: 30), &random))
      }
      if random.next(below: 4) == 0 { document["rank"] = .string(text(3, &random)) }
      if random.next(below: 4) == 0 { document["Title"] = .string(text(2, &random)) }
      if random.next(below: 3) == 0 { document["tags"] = ["x", "y"] }
      return .object(document)
    }
  }
}

import JSON
import Measuring

/// What the parts of a race found out, each with its own run: parts may be measured at different times.
///
/// As a file: `{"corpus": {…}, "parts": {NAME: {"run": {…}, "result": {…}}}}`, with all raw times in it.
struct RaceResults {
  static let parts = ["indexing", "queries", "serving", "growth", "fts5"]

  struct Corpus: Equatable {
    /// The file's name.
    var name: String
    var documents: Int
    var bytes: Int
  }

  var corpus: Corpus
  private(set) var runs: [String: JSONValue] = [:]
  /// As they came, so that nothing of a file is lost that this program does not know.
  private var raw: [String: JSONValue] = [:]

  init(corpus: Corpus) { self.corpus = corpus }

  mutating func set(_ part: String, _ result: JSONValue, run: RunRecord) {
    var writer = JSONWriter()
    writer.object { run.writeMembers(to: &$0) }
    runs[part] = (try? JSONValue.parse(writer.bytes)) ?? [:]
    raw[part] = result
  }

  var indexing: IndexingRace? { raw["indexing"].flatMap(IndexingRace.init(json:)) }
  var queries: QueryRace? { raw["queries"].flatMap(QueryRace.init(json:)) }
  var serving: Serving? { raw["serving"].flatMap(Serving.init(json:)) }
  var growth: Growth? { raw["growth"].flatMap(Growth.init(json:)) }
  var fts5: FTS5Figures? { raw["fts5"].flatMap(FTS5Figures.init(json:)) }

  /// The parts that there are, in the order of the report.
  var names: [String] { Self.parts.filter { raw[$0] != nil } }

  var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.name("corpus")
      writer.object { writer in
        writer.field("name", corpus.name)
        writer.field("documents", corpus.documents)
        writer.field("bytes", corpus.bytes)
      }
      writer.name("parts")
      writer.object { writer in
        for name in names {
          writer.name(name)
          writer.value(["run": runs[name] ?? .null, "result": raw[name] ?? .null])
        }
      }
    }
    return writer.bytes + [0x0A]
  }

  init(path: String) throws {
    let bytes = try readFile(path)
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue.parse(bytes)
    } catch {
      throw Fault("\(path): \(error)")
    }
    guard let name = json["corpus"]?["name"]?.string,
      let documents = json["corpus"]?["documents"]?.int, let size = json["corpus"]?["bytes"]?.int,
      let parts = json["parts"]?.object
    else { throw Fault("\(path): not the results of a race") }
    corpus = Corpus(name: name, documents: documents, bytes: size)
    for part in parts.members {
      runs[part.name] = part.value["run"]
      raw[part.name] = part.value["result"]
    }
    for name in names {
      let isKnown =
        switch name {
        case "indexing": indexing != nil
        case "queries": queries != nil
        case "serving": serving != nil
        case "growth": growth != nil
        default: fts5 != nil
        }
      guard isKnown else { throw Fault("\(path): its part \(name) cannot be read") }
    }
  }
}

/// Of the report of `martlet-compare` what the race's own report tells.
struct FTS5Figures: Equatable {
  struct Row: Equatable {
    /// As that program calls it.
    var type: String
    var queries: Int
    /// How many times longer FTS5 takes, by the mean.
    var count: Double
    var top10: Double
    /// Microseconds, the means of TOP_10.
    var ours: Double
    var theirs: Double
  }

  var sqlite: String
  var documents: Int
  var rows: [Row] = []
  /// FTS5's time of building by ours, on so many threads: by the clock, and of all processors.
  struct Build: Equatable {
    var threads: Int
    var wall: Double
    var processor: Double
  }

  var builds: [Build] = []
  /// FTS5's size by ours.
  var size: Double
  /// Queries with other matches.
  var differing: Int

  init?(json: JSONValue) {
    guard let sqlite = json["sqlite"]?.string, let documents = json["documents"]?["count"]?.int,
      let build = json["build"]?.object, let theirs = build["fts5"],
      let wall = theirs["wall"]?.number,
      let size = json["size"]?["ratio"]?.number
    else { return nil }
    self.sqlite = sqlite
    self.documents = documents
    self.size = size
    differing = json["disagreements"]?.array?.count ?? 0
    for (name, _) in BesideFTS5.types {
      guard let figures = json["queries"]?[name] else { continue }
      rows.append(
        Row(
          type: name, queries: figures["queries"]?.int ?? 0,
          count: figures["count"]?["ratio"]?["mean"]?.number ?? 0,
          top10: figures["top_10"]?["ratio"]?["mean"]?.number ?? 0,
          ours: figures["top_10"]?["martlet"]?["mean"]?.number ?? 0,
          theirs: figures["top_10"]?["fts5"]?["mean"]?.number ?? 0))
    }
    for (name, value) in build.members.map({ ($0.name, $0.value) })
    where name.hasPrefix("martlet") {
      guard let threads = value["threads"]?.int, let own = value["wall"]?.number, own > 0 else {
        return nil
      }
      let processor =
        (theirs["processor"]?.number ?? 0) / max(value["processor"]?.number ?? 0, 1e-9)
      builds.append(Build(threads: threads, wall: wall / own, processor: processor))
    }
  }
}

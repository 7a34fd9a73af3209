import JSON
import Measuring

/// What a build took, as the child that ran it tells.
struct Build: Equatable {
  /// Documents read, analyzed, written and committed.
  var documents = 0
  var elapsed = Elapsed(wall: 0, processor: 0)
  /// Made one: merged to one segment, or FTS5's `optimize`. Not part of `elapsed`.
  var optimizing = Elapsed(wall: 0, processor: 0)
  /// Bytes of its files.
  var size = 0
  /// Of `size`, what is not the stored documents, where it can be told.
  var indexSize: Int?
  var memory = ProcessMemory()
  /// Ordinals of documents that it refused.
  var refused: [Int] = []
}

extension Build {
  init(json: JSONValue) throws(Failure) {
    guard let documents = json["documents"]?.int, let size = json["size"]?.int,
      let peak = json["peak"]?.int, let refused = json["refused"]?.array
    else { throw Failure(.software, "a build that says nothing of itself") }
    func seconds(_ name: String) -> Double { json[name]?.number ?? 0 }
    self.documents = documents
    self.size = size
    indexSize = json["index_size"]?.int
    memory = ProcessMemory(peak: peak, anonymous: json["anonymous"]?.int ?? 0)
    elapsed = Elapsed(wall: seconds("wall"), processor: seconds("processor"))
    optimizing = Elapsed(
      wall: seconds("optimizing_wall"), processor: seconds("optimizing_processor"))
    self.refused = refused.compactMap(\.int)
  }

  var json: JSONValue {
    [
      "documents": .integer(Int64(documents)), "size": .integer(Int64(size)),
      "index_size": indexSize.map { .integer(Int64($0)) } ?? .null,
      "peak": .integer(Int64(memory.peak)), "anonymous": .integer(Int64(memory.anonymous)),
      "wall": .double(elapsed.wall), "processor": .double(elapsed.processor),
      "optimizing_wall": .double(optimizing.wall),
      "optimizing_processor": .double(optimizing.processor),
      "refused": .array(refused.map { .integer(Int64($0)) }),
    ]
  }
}

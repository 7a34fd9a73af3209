import Extraction
import Glibc
import InvertedIndex

/// A first reading of the documents: their fields, their ids, and a sample of their text to draw queries from.
struct DocumentScan {
  /// Documents read, those that are left out included.
  private(set) var count = 0
  /// Bytes of the files, as they lie on disk.
  private(set) var bytes = 0
  var plan: Plan
  /// The ordinal of the document that has an id in both indexes.
  private(set) var ordinals: [String: Int] = [:]
  /// Lines and files that are no documents.
  private(set) var rejected = 0
  private(set) var replaced = 0
  /// Text values of documents chosen at random, for each document the searched ones.
  private(set) var sample: [[String]] = []

  /// Documents in the sample, and bytes of each value kept.
  static let sampleCount = 4_096
  private static let sampleBytes = 32 << 10

  /// - Parameter fields: searched ones; empty: all fields that hold text.
  init(
    paths: [String], analyzer: String, fields: [String], seed: UInt64,
    note: (_ message: String) -> Void = { _ in }
  ) throws(Failure) {
    plan = Plan(paths: paths, analyzer: analyzer, columns: [])
    var inference = SchemaInference()
    let source = DocumentSource(paths: paths)
    var document = Document()
    var skipped: Set<Int> = []
    var random = SeededGenerator(seed: seed)
    var chosen: [Document] = []
    while let outcome = source.next(into: &document) {
      switch outcome {
      case .document: break
      case .skipped(let skipped):
        if case .unreadable(let code) = skipped.kind, code == ENOENT || code == EACCES {
          throw Failure("open", skipped.path, errno: code)
        }
        note("\(skipped.path): \(skipped.reason)")
        rejected += 1
        continue
      case .rejected(let line):
        if rejected < 10 { note("\(line.path):\(line.line): \(line.reason)") }
        rejected += 1
        continue
      default: continue
      }
      if count & 1_023 == 0 { try Interruption.check() }
      defer { count += 1 }
      guard let id = try? document.id() else {
        skipped.insert(count)
        rejected += 1
        continue
      }
      if let earlier = ordinals.updateValue(count, forKey: document.string(id)) {
        skipped.insert(earlier)
        replaced += 1
      }
      inference.observe(document)
      // Reservoir sampling (Vitter's algorithm R).
      if chosen.count < Self.sampleCount {
        chosen.append(document)
      } else {
        let place = random.next(below: count + 1)
        if place < chosen.count { chosen[place] = document }
      }
    }
    bytes = Int(source.bytesRead)
    guard !ordinals.isEmpty else { throw Failure(.data, "there are no documents") }
    let found = inference.schema().fields.filter { $0.name != "id" }
    for name in fields where !found.contains(where: { $0.name == name }) {
      let known = found.map(\.name).joined(separator: ", ")
      throw Failure(.usage, "--fields: no document has a field \(name); there are \(known)")
    }
    // Tags and names are searched where there is nothing else.
    let type = found.contains { $0.type == .text } ? FieldType.text : .keyword
    plan = Plan(
      paths: paths, analyzer: analyzer,
      columns: found.map { field in
        let isSearched = fields.isEmpty ? field.type == type : fields.contains(field.name)
        return (field.name, isSearched)
      })
    guard plan.columns.contains(where: \.isSearched) else {
      throw Failure(.data, "no field of the documents holds text")
    }
    plan.skipped = skipped.sorted()
    sample = chosen.map { Self.texts(of: $0, plan) }.filter { !$0.isEmpty }
  }

  /// Leaves out documents that an engine refused.
  mutating func skip(_ refused: [Int]) {
    plan.skipped = Set(plan.skipped).union(refused).sorted()
    rejected += refused.count
  }

  private static func texts(of document: Document, _ plan: Plan) -> [String] {
    document.values.compactMap { value in
      guard value.kind != .null else { return nil }
      let path = document.string(value.path)
      guard plan.columns.contains(where: { $0.isSearched && $0.name == path }) else { return nil }
      return document.string(value.text.prefix(sampleBytes))
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// - Precondition: `bound > 0`.
  mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[next(below: elements.count)]
  }
}

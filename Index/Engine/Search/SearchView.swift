// What searches see of one generation: its segments, and what was computed from them before. Shared by all requests
// until the generation is let go.

import Analysis
import QueryLanguage
import Synchronization

final class SearchView: Sendable {
  let segments: [SearchSegment]
  let schema: Schema
  let generation: UInt64
  let filters: FilterCache
  let memory: SearchMemory
  /// What the parser knows of the schema.
  let fieldKinds: [String: FieldKind]
  /// What words without a field search.
  let defaultScope: [ScopeField]
  /// By field, where it has one.
  let analyzers: [Analyzer?]
  let variants: FieldVariants
  /// Documents of all segments, deleted ones included.
  let documentCount: Int
  let synonyms: Synonyms?
  private let analyses = Mutex<[QueryAnalysis]>([])
  /// Norm factors of fields by the snapshot's own statistics.
  private let factors = Mutex<[FieldFactors.Key: FieldFactors]>([:])
  /// Those under weight 1, by field, as they were asked for.
  private let plainFactors: Mutex<[FieldFactors?]>

  convenience init(
    segments: [SearchSegment], schema: Schema, generation: UInt64, synonyms: Synonyms? = nil
  ) {
    self.init(
      segments: segments, schema: schema, generation: generation, defaultScope: schema.defaultScope,
      variants: schema.fields.contains(where: \.isAuto)
        ? FieldVariants(segments.flatMap { $0.reader.fields.map(\.number) }) : FieldVariants(),
      filters: FilterCache(capacity: 32 << 20), memory: SearchMemory(), synonyms: synonyms)
  }

  /// The same segments under a schema that has further fields behind its own: no document has a value there.
  /// - Parameter variants: of its fields, those of others included.
  convenience init(
    _ view: SearchView, extended schema: Schema, defaultScope: [ScopeField],
    variants: FieldVariants? = nil
  ) {
    self.init(
      segments: view.segments, schema: schema, generation: view.generation,
      defaultScope: defaultScope, variants: variants ?? view.variants, filters: view.filters,
      memory: view.memory, synonyms: view.synonyms)
  }

  private init(
    segments: [SearchSegment], schema: Schema, generation: UInt64, defaultScope: [ScopeField],
    variants: FieldVariants, filters: FilterCache, memory: SearchMemory, synonyms: Synonyms?
  ) {
    self.segments = segments
    self.schema = schema
    self.generation = generation
    self.defaultScope = defaultScope
    self.synonyms = synonyms
    self.variants = variants
    analyzers = schema.fields.map(QueryAnalysis.analyzer)
    self.filters = filters
    self.memory = memory
    plainFactors = Mutex(Array(repeating: nil, count: schema.fields.count))
    documentCount = segments.reduce(0) { $0 + $1.documentCount }
    fieldKinds = Dictionary(
      schema.fields.lazy.filter { !$0.isHidden }.map { ($0.name, FieldKind($0.type)) }
    ) { $1 }
  }

  /// Of a field or a variant; nil where it has no words.
  func analyzer(of number: Int) -> Analyzer? {
    number < analyzers.count ? analyzers[number] : variants.analyzer(of: number)
  }

  /// For one query; to be given back.
  func takeAnalysis() -> QueryAnalysis {
    analyses.withLock { $0.popLast() }
      ?? QueryAnalysis(schema: schema, analyzers: analyzers, variants: variants)
  }

  func giveBack(_ analysis: QueryAnalysis) {
    analysis.forget()
    analyses.withLock { analyses in
      if analyses.count < 16 { analyses.append(analysis) }
    }
  }

  /// The norm factors of a field under a field weight, by the lengths of this snapshot.
  func factors(_ key: FieldFactors.Key) throws(IndexError) -> FieldFactors {
    let isPlain = key.weight == 1 && key.field < schema.fields.count
    if isPlain, let known = plainFactors.withLock({ $0[key.field] }) { return known }
    if let known = factors.withLock({ $0[key] }) { return known }
    let made = FieldFactors(key, try lengths(of: key.field))
    factors.withLock { known in
      // Weights come from requests: there may be any number of them.
      if known.count >= 256 { known.removeAll() }
      known[key] = made
    }
    if isPlain { plainFactors.withLock { $0[key.field] = made } }
    return made
  }

  /// The segment of a document by its number within the snapshot.
  func segment(of document: UInt32) -> SearchSegment {
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].first <= document { low = middle } else { high = middle }
    }
    return segments[low]
  }
}

/// Sets of documents by filter and segment, the least recently used dropped first.
final class FilterCache: Sendable {
  private struct Key: Hashable {
    var filter: Query
    var segment: Int
  }

  private struct Entry {
    var set: BitSet
    var lastUse: UInt64
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var bytes = 0
    var clock: UInt64 = 0
  }

  /// Bytes of sets kept at most.
  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) { self.capacity = capacity }

  func set(_ filter: Query, segment: Int) -> BitSet? {
    state.withLock { state in
      state.clock += 1
      let key = Key(filter: filter, segment: segment)
      guard let entry = state.entries[key] else { return nil }
      state.entries[key]?.lastUse = state.clock
      return entry.set
    }
  }

  func insert(_ set: BitSet, _ filter: Query, segment: Int) {
    let size = set.words.count * 8 + 256
    guard size <= capacity / 4 else { return }
    state.withLock { state in
      state.clock += 1
      let key = Key(filter: filter, segment: segment)
      guard state.entries[key] == nil else { return }
      state.entries[key] = Entry(set: set, lastUse: state.clock)
      state.bytes += size
      while state.bytes > capacity,
        let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.entries.removeValue(forKey: oldest.key)
        state.bytes -= oldest.value.set.words.count * 8 + 256
      }
    }
  }
}

extension FieldKind {
  init(_ type: FieldType) {
    switch type {
    case .text: self = .text
    case .keyword: self = .keyword
    case .integer, .double: self = .number
    case .date: self = .date
    case .boolean: self = .boolean
    }
  }
}

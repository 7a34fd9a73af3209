// Expansions become the terms that a snapshot has. At most 1,024 terms an expansion: the most frequent are
// kept, and a warning says that others were left out.
//
// The shape of the query stays, also where nothing fits: the grid of its scores is made of the shape, and must be the
// same in every shard of a collection, whichever words it has.

import QueryLanguage

struct QueryRewriter {
  static let expansionLimit = 1_024
  /// Terms looked at between two looks at the clock.
  private static let termsPerLook = 256

  private let segments: [SegmentReader]
  private let deadline: Deadline
  private(set) var warnings: [QueryWarning] = []
  /// The deadline passed: the expansion at hand was cut short.
  private(set) var timedOut = false

  init(segments: [SegmentReader], deadline: Deadline) {
    self.segments = segments
    self.deadline = deadline
  }

  mutating func rewrite(_ query: Query) throws(IndexError) -> Query {
    switch query {
    case .expansion(let expansion):
      return .terms(
        try terms(of: expansion.patterns, text: expansion.text), boost: expansion.boost)
    case .phrase(var phrase):
      for part in phrase.parts.indices {
        for slot in phrase.parts[part].slots.indices {
          let patterns = phrase.parts[part].slots[slot].patterns
          if patterns.isEmpty { continue }
          phrase.parts[part].slots[slot].terms = FieldTerms(
            try terms(of: patterns, text: "a phrase's last word"))
        }
      }
      return .phrase(phrase)
    case .near(let near): return .near(try rewrite(near))
    case .atLeast(let count, let queries):
      return Query.atLeast(count, of: try rewrite(queries).filter { $0 != .none })
    case .and(let all, let optional, let none):
      let all = try rewrite(all)
      if all.contains(.none) { return .none }
      return .and(
        all: all, optional: try rewrite(optional).filter { $0 != .none },
        none: try rewrite(none).filter { $0 != .none })
    case .or(let queries):
      return Query.disjunction(try rewrite(queries).filter { $0 != .none }) ?? .none
    case .best(let queries):
      return Query.best(of: try rewrite(queries).filter { $0 != .none }) ?? .none
    case .none, .all, .term, .terms, .range, .exists:
      return query
    }
  }

  private mutating func rewrite(_ near: NearQuery) throws(IndexError) -> NearQuery {
    var near = near
    for part in near.parts.indices {
      let spans = try near.parts[part].spans.map { (word) throws(IndexError) -> NearQuery.Word? in
        guard !word.patterns.isEmpty else { return word }
        var word = word
        word.terms = FieldTerms(try terms(of: word.patterns, text: word.text))
        return word
      }
      if let spans { near.parts[part].spans = spans }
    }
    return near
  }

  private mutating func rewrite(_ queries: [Query]) throws(IndexError) -> [Query] {
    var result: [Query] = []
    for query in queries { result.append(try rewrite(query)) }
    return result
  }

  /// The terms that fit any of the patterns, the most frequent of the whole snapshot first.
  private mutating func terms(
    of patterns: [TermPattern], text: String
  ) throws(IndexError) -> [FieldTerm] {
    var found = FrequentTerms(limit: Self.expansionLimit)
    var looked = 0
    for (place, pattern) in patterns.enumerated()
    where !timedOut && !patterns[..<place].contains(pattern) {
      var merged = try MergedTerms(
        segments.map { $0.terms(pattern.field, pattern.space) }, from: pattern.prefix)
      while try merged.next(), unsafe merged.term.starts(with: pattern.prefix) {
        looked += 1
        if looked % Self.termsPerLook == 0, deadline.isPassed {
          timedOut = true
          break
        }
        guard unsafe pattern.matches(merged.term) else { continue }
        var frequency = 0
        for place in merged.places {
          let entry = try merged.cursors[place].entry()
          if pattern.onlySame, entry.forms != .same { continue }
          // An alias stands for an index term, which may be in the union as well: one at least.
          frequency += max(1, entry.documentFrequency)
        }
        if frequency > 0 { unsafe found.add(merged.term, of: pattern, frequency) }
      }
    }
    if found.seen > Self.expansionLimit {
      warnings.append(
        QueryWarning(
          .tooManyExpansions,
          detail: "\(text): \(found.seen) words fit, the \(Self.expansionLimit) most frequent "
            + "are looked for"))
    }
    guard patterns.contains(where: \.onlySame) else { return found.sorted }
    // A form that equals its index term in one segment and not in another was found twice.
    var seen: Set<FieldTerm> = []
    return found.sorted.filter { seen.insert($0).inserted }
  }
}

/// The most frequent of the terms that are shown to it: a binary heap with the least one at its root, so that
/// a short prefix of a hundred thousand words copies few of them.
private struct FrequentTerms {
  private let limit: Int
  private var heap: [(frequency: Int, term: FieldTerm)] = []
  /// Terms added, those that were dropped included.
  private(set) var seen = 0

  init(limit: Int) { self.limit = limit }

  mutating func add(_ bytes: UnsafeRawBufferPointer, of pattern: TermPattern, _ frequency: Int) {
    seen += 1
    if heap.count == limit, frequency < heap[0].frequency { return }
    let term = unsafe FieldTerm(
      field: pattern.field, space: pattern.termSpace, bytes: [UInt8](bytes))
    let new = (frequency, term)
    if heap.count < limit {
      heap.append(new)
      var child = heap.count - 1
      while child > 0, Self.isLess(heap[child], heap[(child - 1) / 2]) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
      return
    }
    guard Self.isLess(heap[0], new) else { return }
    heap[0] = new
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, Self.isLess(heap[child + 1], heap[child]) { child += 1 }
      guard Self.isLess(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      parent = child
    }
  }

  /// The most frequent first; equals in the order of their bytes.
  var sorted: [FieldTerm] { heap.sorted { Self.isLess($1, $0) }.map(\.term) }

  private static func isLess(
    _ a: (frequency: Int, term: FieldTerm), _ b: (frequency: Int, term: FieldTerm)
  ) -> Bool {
    a.frequency != b.frequency ? a.frequency < b.frequency : b.term.precedes(a.term)
  }
}

extension FieldTerm {
  func precedes(_ other: FieldTerm) -> Bool {
    if field != other.field { return field < other.field }
    if space != other.space { return space.rawValue < other.space.rawValue }
    return bytes.lexicographicallyPrecedes(other.bytes)
  }
}

extension TermPattern {
  /// Whether a term that begins with `prefix` fits.
  func matches(_ term: UnsafeRawBufferPointer) -> Bool {
    guard case .wildcard(let pieces) = shape else { return true }
    return unsafe TermPattern.matches(pieces, term)
  }

  /// Greedy matching with one point to return to: quadratic at worst, in a term of at most 255 bytes or so, and
  /// never recursive.
  static func matches(_ pieces: [Piece], _ term: UnsafeRawBufferPointer) -> Bool {
    var piece = 0
    var at = 0
    var retry: (piece: Int, at: Int)?
    while true {
      var fits = false
      if piece == pieces.count {
        fits = at == term.count
        if fits { return true }
      } else {
        switch pieces[piece] {
        case .any:
          retry = (piece + 1, at)
          piece += 1
          continue
        case .one:
          if at < term.count {
            at += 1
            while at < term.count, unsafe term[at] & 0xC0 == 0x80 { at += 1 }
            fits = true
          }
        case .bytes(let bytes):
          fits = at + bytes.count <= term.count
          var i = 0
          while fits, i < bytes.count {
            fits = unsafe term[at + i] == bytes[i]
            i += 1
          }
          if fits { at += bytes.count }
        }
      }
      if fits {
        piece += 1
      } else {
        guard let last = retry, last.at < term.count else { return false }
        retry = (last.piece, last.at + 1)
        piece = last.piece
        at = last.at + 1
      }
    }
  }
}

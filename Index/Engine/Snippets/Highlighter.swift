// Passages of a hit: which parts of its stored texts show what the query asked for.
//
// A text of up to 32 KiB is read whole. Of a longer one the positions of the query's terms are taken from the postings, the best
// places chosen among them, and only the windows around those unpacked and read, from the checkpoint before each.
// Either way a range is marked because the analyzer found the term there, so that what is marked is what matched.

import Analysis

/// One request's passages, hit by hit. Keeps its memory from hit to hit; not thread-safe.
final class Highlighter {
  private struct Target {
    var field: Int
    /// Where its terms are indexed: the field, or a variant of it.
    var variant: Int
    var name: String
    var matcher: FieldMatcher
    var isAuto: Bool
  }

  private struct Candidate {
    var score: Int
    var passage: Passage
  }

  /// Texts up to so many bytes are read whole.
  static let wholeLength = 32 << 10
  /// Of longer ones whose positions do not help (not the first value of an array), so many bytes are read.
  static let scanLength = 1 << 20
  /// Bytes of a window, from a checkpoint on: 256 tokens, the passage, and room.
  private static let windowLength = 16 << 10
  /// Token positions that one passage's matches span at most, in a long text.
  private static let windowPositions = 32
  /// Positions looked at before and behind these.
  private static let margin = 48
  /// A token so close to the end of a piece may go on behind it, or be another one there.
  private static let uncertainEnd = 16
  /// Passages of a field, however many are asked for.
  static let maximumPassages = 100
  /// Bytes of a document taken at first: a block.
  static let headLength = 16 << 10

  private let highlight: SearchRequest.Highlight
  private let limit: Int
  private var targets: [Target] = []
  private var head: [UInt8] = []

  /// - Parameters:
  ///   - terms: by field number; fields without are not looked at.
  ///   - highlight: its `fields`, if any, restrict these.
  /// - Throws: `request` for a field that the schema does not have, or that has no passages.
  init(
    terms: [Int: HighlightTerms], schema: Schema, highlight: SearchRequest.Highlight
  ) throws(IndexError) {
    self.highlight = highlight
    limit = max(0, min(highlight.passages, Self.maximumPassages))
    for (place, name) in (highlight.fields ?? []).enumerated() {
      let place = "/highlight/fields/\(place)"
      guard let field = schema.field(named: name) else { throw .noField(name, at: place, schema) }
      guard field.type == .text || field.type == .keyword else {
        throw .request(
          at: place,
          "\(name) is of type \(field.type.name): passages are of text and keyword fields")
      }
      guard field.stored else {
        throw .request(at: place, "\(name) is not stored: there is nothing to show")
      }
    }
    for number in terms.keys.sorted(by: { schema.isBefore($0, $1) }) {
      let field = schema.field(at: number)
      guard field.stored, let terms = terms[number], !terms.isEmpty else { continue }
      if let asked = highlight.fields {
        guard asked.contains(field.name) else { continue }
      } else if field.type != .text {
        continue
      }
      let name =
        switch field.type {
        case .text where field.isAuto: FieldVariant.analyzerName(of: number) ?? "standard"
        case .text: field.analyzer ?? "standard"
        case .keyword: "standard"
        case .integer, .double, .date, .boolean: ""
        }
      guard let analyzer = Analyzer.named(name) else { continue }
      targets.append(
        Target(
          field: FieldVariant.field(of: number), variant: number, name: field.name,
          matcher: FieldMatcher(terms: terms, analyzer: analyzer), isAuto: field.isAuto))
    }
  }

  /// At most `highlight.passages` of each field, best first; fields in the schema's order. When the deadline passes, those
  /// found so far.
  /// - Parameters:
  ///   - document: of the segment.
  ///   - beginning: the stored document, whole or its first `headLength` bytes at least, if the caller has them.
  func passages(
    document: Int, in segment: SegmentReader, beginning: [UInt8] = [], deadline: Deadline
  ) throws(IndexError) -> [Passage] {
    guard !targets.isEmpty, limit > 0 else { return [] }
    head = beginning
    // Else the caller's next change of its buffer would copy it.
    defer { if !beginning.isEmpty { head = [] } }
    let values = try values(document, segment)
    var result: [Passage] = []
    for target in targets {
      // Of the languages that a document could be in, the one that it is in.
      if target.isAuto, try (segment.norms(target.variant)?[document] ?? 0) == 0 { continue }
      var found: [Candidate] = []
      for (ordinal, value) in values.filter({ $0.field == target.field }).enumerated() {
        if deadline.isPassed { break }
        let text = StoredText(
          document: document, stored: segment.stored, value: value, ordinal: ordinal)
        found += try candidates(target, text, segment, deadline)
      }
      // Stable: of equals the first in the text.
      let best = found.enumerated().sorted { ($1.1.score, $0.0) < ($0.1.score, $1.0) }
      result += best.prefix(limit).map(\.1.passage)
    }
    return result
  }

  /// The values of a document; `head` holds its first bytes.
  private func values(
    _ document: Int, _ segment: SegmentReader
  ) throws(IndexError) -> [StoredDocument.Value] {
    if head.isEmpty { try segment.stored.window(document, 0..<Self.headLength, into: &head) }
    var length = head.count
    if length >= Self.headLength { length = try segment.stored.length(document) }
    let prefix = head
    let end = try StoredDocumentReader.headEnd(unsafe prefix.span.bytes, file: segment.name)
    if end > head.count, end <= length {
      try segment.stored.window(document, 0..<end, into: &head)
    }
    let bytes = head
    var reader = try StoredDocumentReader(
      unsafe bytes.span.bytes, length: length, file: segment.name)
    var values: [StoredDocument.Value] = []
    while let value = try reader.next() {
      if value.type == .text || value.type == .keyword { values.append(value) }
    }
    return values
  }

  /// A stored value, some of it in `head`.
  private struct StoredText {
    var document: Int
    var stored: StoredReader
    var value: StoredDocument.Value
    /// Among the field's values.
    var ordinal: Int

    var length: Int { value.text.count }

    /// - Parameter range: bytes of the value.
    func load(_ range: Range<Int>, head: [UInt8]) throws(IndexError) -> [UInt8] {
      let start = value.text.lowerBound
      return try load(inDocument: start + range.lowerBound..<start + range.upperBound, head: head)
    }

    func checkpoints(head: [UInt8]) throws(IndexError) -> [UInt8] {
      try load(inDocument: value.checkpoints, head: head)
    }

    private func load(
      inDocument range: Range<Int>, head: [UInt8]
    ) throws(IndexError) -> [UInt8] {
      if range.upperBound <= head.count { return Array(head[range]) }
      var bytes: [UInt8] = []
      try stored.window(document, range, into: &bytes)
      return bytes
    }
  }

  private func candidates(
    _ target: Target, _ text: StoredText, _ segment: SegmentReader, _ deadline: Deadline
  ) throws(IndexError) -> [Candidate] {
    if text.length > Self.wholeLength, text.ordinal == 0,
      let hits = try positions(target, text.document, segment, deadline)
    {
      return try windows(target, text, hits, deadline)
    }
    let bytes = try text.load(0..<min(text.length, Self.scanLength), head: head)
    let piece = PassageText(bytes: bytes, isBeginning: true, isEnd: bytes.count == text.length)
    var occurrences = occurrences(target, piece, 0, .max, deadline)
    if text.value.type == .keyword {
      occurrences += target.matcher.terms.roles(of: bytes, .value).map {
        Occurrence(range: 0..<bytes.count, clause: $0.clause)
      }
      occurrences.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
    var found: [Candidate] = []
    for (score, extent) in piece.passages(
      occurrences, clauses: target.matcher.terms.clauses, limit: limit, deadline: deadline)
    {
      found.append(
        Candidate(
          score: score, passage: try passage(target, text, piece, 0, extent, occurrences)))
    }
    return found
  }

  /// Occurrences in a piece of a text, which begins where tokenising can begin, at that position.
  private func occurrences(
    _ target: Target, _ piece: PassageText, _ position: Int, _ last: Int,
    _ deadline: Deadline
  ) -> [Occurrence] {
    var hits = TermHits()
    _ = target.matcher.find(
      in: unsafe piece.bytes.span.bytes, position: position, through: last,
      deadline: deadline, into: &hits)
    let occurrences = hits.occurrences(target.matcher.terms, deadline: deadline)
    if piece.isEnd { return occurrences }
    let end = piece.bytes.count - Self.uncertainEnd
    return occurrences.filter { $0.range.upperBound <= end }
  }

  // MARK: Long texts

  /// Where the terms stand in a document, by the postings; nil if a term has no positions there.
  private func positions(
    _ target: Target, _ document: Int, _ segment: SegmentReader, _ deadline: Deadline
  ) throws(IndexError) -> TermHits? {
    var hits = TermHits()
    for (space, terms) in target.matcher.terms.roles where space != .value {
      for (term, roles) in terms {
        if deadline.isPassed { return hits }
        let entry =
          space == .index
          ? try segment.terms(target.variant, .index)?.lookup(term)
          : try segment.exactTerm(target.variant, unsafe term.span.bytes)
        guard let entry, !entry.isAlias else { continue }
        guard entry.detail == .positions else { return nil }
        var cursor = try segment.postings(entry)
        try cursor.seek(UInt32(document))
        guard cursor.document == UInt32(document) else { continue }
        let positions = unsafe try cursor.positions()
        for index in 0..<positions.count {
          let position = Int(unsafe positions[index])
          hits.add(roles, position: position, position..<position + 1)
        }
      }
    }
    return hits
  }

  /// Passages around the best places of a long text.
  private func windows(
    _ target: Target, _ text: StoredText, _ hits: TermHits, _ deadline: Deadline
  ) throws(IndexError) -> [Candidate] {
    let clauses = target.matcher.terms.clauses
    var choice = PassageChoice(
      hits.occurrences(target.matcher.terms, deadline: deadline), clauses: clauses)
    let checkpoints = try text.checkpoints(head: head)
    var takenPositions: [Range<Int>] = []
    var taken: [Range<Int>] = []
    var found: [Candidate] = []
    // Places behind the end of this value are those of the array's other values.
    var attempts = 2 * limit + 8
    while found.count < limit, attempts > 0, !deadline.isPassed,
      let place = choice.next(
        width: Self.windowPositions, taken: takenPositions, deadline: deadline)
    {
      attempts -= 1
      let next = takenPositions.firstIndex { $0.lowerBound > place.range.lowerBound }
      takenPositions.insert(place.range, at: next ?? takenPositions.count)
      let checkpoint = try StoredDocument.checkpoint(
        before: UInt32(clamping: max(0, place.range.lowerBound - Self.margin)),
        in: unsafe checkpoints.span.bytes)
      let start = Int(checkpoint?.offset ?? 0)
      guard start < text.length else { continue }
      let end = min(text.length, start + Self.windowLength)
      let piece = PassageText(
        bytes: try text.load(start..<end, head: head), isBeginning: start == 0,
        isEnd: end == text.length)
      let near = occurrences(
        target, piece, Int(checkpoint?.position ?? 0), place.range.upperBound + Self.margin,
        deadline)
      guard
        let (score, extent) = piece.passages(
          near, clauses: clauses, limit: 1,
          taken: taken.map { $0.lowerBound - start..<$0.upperBound - start }, deadline: deadline
        ).first
      else { continue }
      found.append(
        Candidate(score: score, passage: try passage(target, text, piece, start, extent, near)))
      let used = start + extent.lowerBound..<start + extent.upperBound
      taken.insert(used, at: taken.firstIndex { $0.lowerBound > used.lowerBound } ?? taken.count)
    }
    return found
  }

  // MARK: Passages

  /// - Parameters:
  ///   - start: of the piece in the value, in bytes.
  ///   - extent: of the passage in the piece.
  private func passage(
    _ target: Target, _ text: StoredText, _ piece: PassageText, _ start: Int,
    _ extent: Range<Int>, _ occurrences: [Occurrence]
  ) throws(IndexError) -> Passage {
    let ranges = PassageText.merged(occurrences.map(\.range), in: extent)
    let (written, marked) = PassageText.written(
      piece.bytes[extent], ranges, html: highlight.html, unit: highlight.unit)
    var offset = start + extent.lowerBound
    if highlight.unit == .utf16 {
      offset = PassageText.count(piece.bytes[..<extent.lowerBound], .utf16)
      var at = 0
      while at < start {
        let end = min(start, at + Self.scanLength)
        offset += PassageText.count(try text.load(at..<end, head: head), .utf16)
        at = end
      }
    }
    return Passage(
      field: target.name, value: text.ordinal, start: offset, text: written, ranges: marked)
  }
}

extension Schema {
  /// By field, then the field itself before its variants.
  fileprivate func isBefore(_ a: Int, _ b: Int) -> Bool {
    (FieldVariant.field(of: a), a) < (FieldVariant.field(of: b), b)
  }
}

// Words as they stand in documents, for people to choose from: exact forms, with their accents and endings.

/// The words of the text fields of a scope.
struct WordForms {
  struct Word: Hashable {
    var text: String
    var edits: Int
    /// Documents of the field that has it most, deleted ones included.
    var documents: Int

    /// Fewest edits first, then the most frequent.
    func precedes(_ other: Word) -> Bool {
      if edits != other.edits { return edits < other.edits }
      return documents != other.documents ? documents > other.documents : text < other.text
    }
  }

  private let segments: [SegmentReader]
  private let deadline: Deadline
  /// The deadline passed: there may be better ones.
  private(set) var timedOut = false

  init(_ view: SearchView, deadline: Deadline) {
    segments = view.segments.map(\.reader)
    self.deadline = deadline
  }

  /// The best words that fit.
  /// - Parameters:
  ///   - fields: each with the form that is compared.
  ///   - isValue: whole values of keyword fields are meant.
  mutating func best(
    _ limit: Int, of fields: [(number: Int, form: [UInt8])], isValue: Bool = false,
    shape: ([UInt8]) -> TermPattern.Shape
  ) throws(IndexError) -> [Word] {
    var words: [[UInt8]: Word] = [:]
    for field in fields {
      // Forms that are index terms themselves, and all others.
      for space in isValue ? [TermSpace.value] : [.exact, .index] {
        let pattern = TermPattern(
          field: field.number, space: space, shape: shape(field.form), onlySame: space == .index)
        guard pattern.isPossible else { continue }
        var best = BestTerms(limit: limit)
        var terms = try PatternTerms(pattern, in: segments, deadline: deadline)
        while try terms.next() { best.add(terms, of: pattern) }
        if terms.timedOut { timedOut = true }
        for found in best.sorted {
          let word = Word(
            text: String(decoding: found.term.bytes, as: UTF8.self), edits: found.edits,
            documents: found.frequency)
          guard let known = words[found.term.bytes] else {
            words[found.term.bytes] = word
            continue
          }
          // In one segment it is an index term, in another it is not: both counts are of parts.
          words[found.term.bytes]?.documents = max(known.documents, word.documents)
        }
      }
    }
    return Array(words.values.sorted { $0.precedes($1) }.prefix(limit))
  }

  /// Documents with the word as the fields index it, in the field that has it most.
  func documents(
    _ forms: [(field: Int, form: [UInt8])]
  ) throws(IndexError) -> Int {
    var most = 0
    for (field, form) in forms {
      var sum = 0
      for segment in segments {
        sum += try segment.terms(field, .index)?.lookup(form)?.documentFrequency ?? 0
      }
      most = max(most, sum)
    }
    return most
  }
}

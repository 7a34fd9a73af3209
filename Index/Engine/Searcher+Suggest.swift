// Completion as one types: the last word of a text goes on as words that documents have.

import QueryLanguage

public struct SuggestRequest: Sendable, Equatable {
  public var text: String
  /// nil: the text fields that words search. A keyword field: the whole text goes on as its values.
  public var field: String?
  /// Suggestions wanted, 1…`maxLimit`.
  public var limit = 10

  public static let maxLimit = 100
  /// Bytes of text.
  public static let maxText = 1_024

  public init(_ text: String) { self.text = text }
}

public struct Suggestion: Sendable, Equatable {
  /// The text with its last word completed.
  public var text: String
  public var word: String
  /// Documents that have the word, in the field that has it most; deleted ones count until a merge.
  public var documents: Int
}

public struct SuggestResponse: Sendable {
  public var tookMicroseconds: Int
  /// The deadline passed: there may be better ones.
  public var timedOut: Bool
  public var generation: UInt64
  public var suggestions: [Suggestion]
}

extension Searcher {
  /// Words that are counted together with the words before them, and for how long.
  private static let countedCandidates = 16
  private static let countingNanoseconds: UInt64 = 3_000_000
  /// Shorter beginnings are not taken to hold an error.
  private static let leastForErrors = 4

  /// The most frequent words that the last word may become. Of those, words that follow the word before come first, then
  /// words that occur together with the words before, as far as that is known in some milliseconds. Where nothing begins so, one error in it is forgiven.
  /// - Throws: `request` for a field that cannot be completed; `corrupt`.
  public func suggest(
    _ request: SuggestRequest, deadline: Deadline = .never
  ) throws(IndexError) -> SuggestResponse {
    try suggest(request, deadline: deadline, counting: Self.countingNanoseconds)
  }

  /// - Parameter counting: nanoseconds.
  func suggest(
    _ request: SuggestRequest, deadline: Deadline, counting: UInt64
  ) throws(IndexError) -> SuggestResponse {
    let start = Deadline.now()
    if let mismatch = reader.snapshot.analyzerMismatch { throw mismatch }
    let view = reader.view
    guard (1...SuggestRequest.maxLimit).contains(request.limit) else {
      throw .request(
        at: "/limit", "\(request.limit) is not within 1 and \(SuggestRequest.maxLimit)")
    }
    guard request.text.utf8.count <= SuggestRequest.maxText else {
      throw .request(
        at: "/text", "has \(request.text.utf8.count) bytes; \(SuggestRequest.maxText) are allowed")
    }
    let fields = try fields(request, view)
    var forms = WordForms(view, deadline: deadline)
    let isKeyword = fields.contains { view.schema.fields[$0].type == .keyword }
    let (before, last) =
      isKeyword ? ("", request.text) : TypedText.beforeLastWord(request.text)
    var words: [WordForms.Word] = []
    if !last.isEmpty {
      let analysis = view.takeAnalysis()
      defer { view.giveBack(analysis) }
      let variants = analysis.withVariants(fields.map { ScopeField(number: $0, weight: 1) })
      let folded = variants.map(\.number).map { field in
        (
          number: field,
          form: isKeyword
            ? Array(last.utf8) : analysis.folded(last, field: field, space: .exact)
        )
      }
      let wanted = before.isEmpty ? request.limit : max(request.limit, Self.countedCandidates)
      words = try forms.best(wanted, of: folded, isValue: isKeyword) { .prefix($0) }
      if words.isEmpty, last.unicodeScalars.count >= Self.leastForErrors {
        words = try forms.best(wanted, of: folded, isValue: isKeyword) {
          .fuzzy($0, edits: 1, isPrefix: true)
        }
      }
    }
    if !before.isEmpty, words.count > 1 {
      words = try together(
        words, before, fields.map { view.schema.fields[$0].name }, deadline, counting)
    }
    return SuggestResponse(
      tookMicroseconds: Int((Deadline.now() - start) / 1_000),
      timedOut: forms.timedOut || deadline.isPassed, generation: view.generation,
      suggestions: words.prefix(request.limit).map {
        Suggestion(text: before + $0.text, word: $0.text, documents: $0.documents)
      })
  }

  private func fields(
    _ request: SuggestRequest, _ view: SearchView
  ) throws(IndexError) -> [Int] {
    guard let name = request.field else {
      return view.defaultScope.map(\.number).filter { view.schema.fields[$0].type == .text }
    }
    guard let number = view.schema.number(of: name) else {
      throw .request(at: "/field", "there is no field \(name)")
    }
    let field = view.schema.fields[number]
    guard field.indexed, field.type == .text || field.type == .keyword else {
      throw .request(at: "/field", "\(name) is no indexed text or keyword field")
    }
    return [number]
  }

  /// Those words first that follow the last word before in some document, by the number of such documents; then those that
  /// some document has together with all words before; of both as many as can be counted in time.
  private func together(
    _ words: [WordForms.Word], _ before: String, _ fields: [String], _ deadline: Deadline,
    _ counting: UInt64
  ) throws(IndexError) -> [WordForms.Word] {
    let end = Deadline.now() + counting
    let limit = Deadline(nanoseconds: min(end, deadline.nanoseconds))
    var request = SearchRequest()
    request.fields = fields.map { SearchRequest.FieldWeight($0) }
    var rest = words
    var first: [WordForms.Word] = []
    let last = TypedText.lastWord(before)
    for asPhrase in last.isEmpty ? [false] : [true, false] {
      var counted: [(word: WordForms.Word, count: Int)] = []
      for word in rest.prefix(Self.countedCandidates) {
        if limit.isPassed || deadline.isPassed { break }
        request.mode = asPhrase ? .lenient : .simple
        request.query = asPhrase ? "\"\(last) \(word.text)\"" : before + " " + word.text
        let found = try Self.count(request, reader.view, deadline: limit)
        if found.timedOut { break }
        if found.total.value > 0 { counted.append((word, found.total.value)) }
      }
      // In their order among equals: the sort of the standard library is stable.
      first += counted.sorted { $0.count > $1.count }.map(\.word)
      let known = Set(first)
      rest.removeAll { known.contains($0) }
    }
    return first + rest
  }
}

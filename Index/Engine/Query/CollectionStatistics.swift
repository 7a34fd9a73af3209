// What ranking knows of a whole collection: so that an index which is one of several (a shard) can rank as if
// all of them were one. Each shard is asked for its statistics of a request, they are added up, and the sum goes with the
// request to every shard; scores of different shards can then be compared, and equal those of one index to the bit.

/// Document counts, field lengths and document frequencies, as far as one request needs them. Deleted documents count
/// until a merge drops them.
public struct CollectionStatistics: Sendable, Equatable {
  /// Documents with a field, and their words in all.
  public struct FieldLengths: Sendable, Equatable {
    public var documents: Int
    public var tokens: Int

    public init(documents: Int, tokens: Int) {
      self.documents = documents
      self.tokens = tokens
    }
  }

  /// Which of a field's sets of terms one belongs to.
  public enum Form: String, Sendable, CaseIterable {
    /// Words as the analyzer leaves them: folded, stemmed.
    case index
    /// Words as they stand, but for case.
    case exact
    /// Values of a keyword field.
    case value
  }

  public struct Term: Sendable, Hashable {
    public var field: String
    public var form: Form
    /// Of UTF-8: two strings that are canonically equivalent may be two terms.
    public var bytes: [UInt8]

    public init(field: String, form: Form = .index, bytes: [UInt8]) {
      self.field = field
      self.form = form
      self.bytes = bytes
    }
  }

  /// N: the number of documents.
  public var documents: Int
  /// By the name of the field.
  public var fields: [String: FieldLengths]
  /// How many documents have a term.
  public var frequencies: [Term: Int]

  /// No count is larger.
  public static let maximumCount = 1 << 53

  public init(
    documents: Int, fields: [String: FieldLengths] = [:], frequencies: [Term: Int] = [:]
  ) {
    self.documents = documents
    self.fields = fields
    self.frequencies = frequencies
  }

  /// The statistics of two collections as one. Counts stop at `maximumCount`.
  public static func + (a: CollectionStatistics, b: CollectionStatistics) -> CollectionStatistics {
    func sum(_ a: Int, _ b: Int) -> Int {
      min(maximumCount, max(0, min(a, maximumCount)) + max(0, min(b, maximumCount)))
    }
    var result = a
    result.documents = sum(a.documents, b.documents)
    result.fields.merge(b.fields) { mine, other in
      FieldLengths(
        documents: sum(mine.documents, other.documents), tokens: sum(mine.tokens, other.tokens))
    }
    result.frequencies.merge(b.frequencies, uniquingKeysWith: sum)
    return result
  }

  /// - Throws: `invalid` for counts that no collection has, naming the place.
  func check() throws(IndexError) {
    let counts = 0...Self.maximumCount
    guard counts.contains(documents) else {
      throw .invalid("statistics: \(documents) documents: 0 to \(Self.maximumCount) can be")
    }
    for (name, lengths) in fields {
      guard (0...documents).contains(lengths.documents) else {
        throw .invalid(
          "statistics: field \(name): \(lengths.documents) of \(documents) documents have it")
      }
      guard counts.contains(lengths.tokens), lengths.documents > 0 || lengths.tokens == 0 else {
        throw .invalid(
          "statistics: field \(name): \(lengths.tokens) tokens in \(lengths.documents) documents")
      }
    }
    for (term, frequency) in frequencies where !(0...documents).contains(frequency) {
      throw .invalid(
        "statistics: field \(term.field): \(frequency) of \(documents) documents have the term "
          + "\"\(String(decoding: term.bytes, as: UTF8.self))\"")
    }
  }
}

extension CollectionStatistics.Form {
  init(_ space: TermSpace) {
    switch space {
    case .index: self = .index
    case .exact: self = .exact
    case .value: self = .value
    }
  }

  var space: TermSpace {
    switch self {
    case .index: .index
    case .exact: .exact
    case .value: .value
    }
  }
}

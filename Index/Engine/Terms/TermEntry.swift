/// The three sets of terms that a field can have.
enum TermSpace: UInt8, Sendable {
  /// Folded and stemmed forms, what queries usually ask.
  case index = 0
  /// Case-folded forms with marks and endings kept, where they differ.
  case exact = 1
  /// Raw values of keywords and ids.
  case value = 2

  static let count = 3
}

/// What a list of postings knows of each document.
enum PostingsDetail: UInt8, Sendable {
  case documents = 0
  /// Frequencies, and bounds beside them.
  case frequencies = 1
  /// Frequencies, bounds and positions.
  case positions = 2
}

/// Which exact forms an index term has.
enum FormKind: UInt8, Sendable {
  /// One, and it equals the term: it has no entry in the exact space.
  case same = 0
  /// One, of another text: an alias in the exact space names this term.
  case single = 1
  /// Several, each with postings of its own in the exact space.
  case many = 2
}

/// What the dictionary says of one term. Plain; valid as long as its segment.
struct TermEntry: Sendable {
  /// Where the postings are.
  enum Location: Sendable {
    /// An alias has none: take the entry of its index term.
    case none
    /// In one document alone. Its positions lie at `positions`: as plain integers when there are at most
    /// `TermEntry.inlinePositions`, else in blocks over `length` bytes.
    case single(document: UInt32, norm: UInt8, positions: Int, length: Int)
    /// At `offset` for `length` bytes, of which the last `metadata` tell of the blocks (0: fewer than 128
    /// documents).
    case list(offset: Int, length: Int, metadata: Int)
  }

  static let inlinePositions: UInt32 = 4

  /// Number of the term in its space, in the order of bytes.
  var ordinal: Int
  var detail: PostingsDetail
  /// Of index terms.
  var forms: FormKind = .same
  /// Of exact terms: the ordinal of the index term that it belongs to; else -1.
  var indexOrdinal = -1
  /// Documents with the term; 0 for an alias.
  var documentFrequency: Int
  /// Occurrences; equals `documentFrequency` where frequencies are not kept.
  var totalFrequency: Int
  var location: Location

  /// An exact form whose postings are those of the index term `indexOrdinal`.
  var isAlias: Bool { documentFrequency == 0 }
}

// The query tree of the engine: what is to be matched, said in terms of the index (field numbers, term
// bytes, column values), independent of any snapshot. `QueryBuilder` makes it of a syntax tree;
// `QueryRewriter` replaces expansions by the terms that a snapshot has; a `Weight` is made of the result.
//
// Boosts lie in the leaves: a builder multiplies those of the groups into them.

/// A term of one field of the index.
struct FieldTerm: Sendable, Hashable {
  /// Field number of the schema.
  var field: Int
  var space: TermSpace
  var bytes: [UInt8]

  init(field: Int, space: TermSpace = .index, bytes: [UInt8]) {
    self.field = field
    self.space = space
    self.bytes = bytes
  }
}

/// Terms of which there is nearly always one: it is stored in place.
struct FieldTerms: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral {
  private var first: FieldTerm?
  private var more: [FieldTerm]

  init(_ term: FieldTerm) {
    first = term
    more = []
  }

  init(_ terms: [FieldTerm]) {
    first = terms.first
    more = Array(terms.dropFirst())
  }

  init(arrayLiteral terms: FieldTerm...) { self.init(terms) }

  var startIndex: Int { 0 }
  var endIndex: Int { first == nil ? 0 : 1 + more.count }

  subscript(place: Int) -> FieldTerm {
    if place > 0 { return more[place - 1] }
    guard let first else { preconditionFailure("a place within the terms") }
    return first
  }
}

indirect enum Query: Sendable, Hashable {
  /// Matches nothing.
  case none
  /// Matches every document, with a score of `boost`.
  case all(boost: Float)
  /// One word, over one field or several.
  case term(TermQuery)
  case phrase(PhraseQuery)
  /// Words close to each other: phrases with slop, NEAR and ADJ.
  case near(NearQuery)
  /// Words that begin alike or fit a pattern: each match scores `boost`. Words with spelling errors: see `Variants`.
  case expansion(ExpansionQuery)
  /// Any of the terms; each match scores `boost`. What an expansion becomes.
  case terms([FieldTerm], boost: Float)
  /// Documents with a value in a range of a column; each match scores `boost`.
  case range(RangeQuery, boost: Float)
  /// Documents where the field has a value; each match scores `boost`.
  case exists(field: Int, boost: Float)
  /// Documents that match all of `all` and none of `none`; `optional` ones only add to the score. Scores are
  /// summed. `all` is never empty.
  case and(all: [Query], optional: [Query] = [], none: [Query] = [])
  /// Documents that match any; the scores of those that match are summed.
  case or([Query])
  /// Documents that match any; the best score counts (readings of the same word).
  case best([Query])
  /// The same of what was asked for, which comes first, and its synonyms: none can score more than the first.
  case alternatives([Query])
  /// Documents that match so many of the queries, at least; the scores of those that match are summed. More than
  /// one, and fewer than all: `Query.atLeast(_:of:)`.
  case atLeast(Int, [Query])
}

/// One word: the same in every field, though each field's analyzer may give it another term.
///
/// It is scored as one by BM25F, and it matches where any of its terms does.
struct TermQuery: Sendable, Hashable {
  /// Why a part looks for its term.
  enum Kind: UInt8, Sendable {
    /// It is the word.
    case word
    /// It is the word as it was written, with its diacritics: documents that have it have the word, too.
    case marked
    /// A synonym of the word.
    case synonym
  }

  struct Part: Sendable, Hashable {
    var term: FieldTerm
    /// The field's weight within BM25F.
    var weight: Float
    var kind: Kind

    init(term: FieldTerm, weight: Float = 1, kind: Kind = .word) {
      self.term = term
      self.weight = weight
      self.kind = kind
    }
  }

  /// What a word with spelling errors stands for. It is as rare as the commonest of all that fit, here or in the collection
  /// whose statistics are given: no misspelling is worth more for being rare.
  struct Variants: Sendable, Hashable {
    var patterns: [TermPattern]
    /// The word itself.
    var words: [FieldTerm]
    /// The largest of the snapshot.
    var documentFrequency: Int
  }

  /// In ascending order of field. Several of one field add up their occurrences. Never empty.
  var parts: [Part]
  var boost: Float
  var variants: Variants?

  init(parts: [Part], boost: Float = 1, variants: Variants? = nil) {
    self.parts = parts
    self.boost = boost
    self.variants = variants
  }
}

/// Words at fixed distances, in one field or several (BM25F over the fields, with the phrase's frequency).
struct PhraseQuery: Sendable, Hashable {
  struct Slot: Sendable, Hashable {
    /// Distance from the first slot, in positions; ascending, may skip some.
    var offset: Int
    /// Any of these terms may stand there; where there are patterns, once rewritten: those that fit one of them.
    var terms: FieldTerms
    var patterns: [TermPattern]

    init(offset: Int, term: FieldTerm) {
      self.offset = offset
      terms = FieldTerms(term)
      patterns = []
    }

    init(offset: Int, terms: [FieldTerm], patterns: [TermPattern] = []) {
      self.offset = offset
      self.terms = FieldTerms(terms)
      self.patterns = patterns
    }
  }

  struct Part: Sendable, Hashable {
    var field: Int
    var weight: Float
    /// Two at least.
    var slots: [Slot]

    init(field: Int, weight: Float = 1, slots: [Slot]) {
      self.field = field
      self.weight = weight
      self.slots = slots
    }
  }

  /// In ascending order of field.
  var parts: [Part]
  var boost: Float

  init(parts: [Part], boost: Float = 1) {
    self.parts = parts
    self.boost = boost
  }
}

/// All terms that fit one of `patterns`.
struct ExpansionQuery: Sendable, Hashable {
  var patterns: [TermPattern]
  var boost: Float = 1
  /// As the query has it, for the warning of a cut.
  var text = ""
  /// Of a word with spelling errors, the word itself in each field: it is ranked as a word, and those near it less.
  var word: [TermQuery.Part] = []
}

/// An interval of a column's values, or of a keyword field's values in the order of their bytes.
enum RangeQuery: Sendable, Hashable {
  /// Column values in their order as `Int64`, both ends included.
  case integers(field: Int, ClosedRange<Int64>)
  /// nil does not bound.
  case keywords(field: Int, lower: KeywordBound?, upper: KeywordBound?)
}

struct KeywordBound: Sendable, Hashable {
  var bytes: [UInt8]
  var included: Bool
}

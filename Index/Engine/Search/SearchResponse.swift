// What a Searcher answers. Plain values, without references into the index: they outlive it.

import QueryLanguage

public struct SearchResponse: Sendable {
  /// Microseconds from the request to the answer, by the monotonic clock.
  public var tookMicroseconds: Int
  /// The deadline passed: the hits are those found so far.
  public var timedOut: Bool
  public var generation: UInt64
  public var total: Total
  /// The query as it was read: `QueryParser` reads it as the same tree.
  public var interpreted: String
  public var warnings: [QueryWarning]
  public var hits: [Hit]
  /// A text like the query that finds more, where little was found and a word of it is unknown.
  public var didYouMean: String?
  /// Where nothing was found: what has some of the words. It is not in the total.
  public var relaxed: RelaxedHits?
  /// Of an `IndexGroup`: the indexes that were searched, by name. Then `generation` is that of the only one, or 0.
  public var indexes: [SearchedIndex] = []
  /// In the order in which they were asked for.
  public var facets: [FacetCounts] = []
  /// The last hit, if more come behind it. Of a search whose time ran out nobody knows.
  public var next: SearchPosition?
}

/// Hits of the same query with its words joined by OR.
public struct RelaxedHits: Sendable {
  public var interpreted: String
  /// Best first.
  public var hits: [Hit]
}

/// One of several indexes that answered together.
public struct SearchedIndex: Sendable, Equatable {
  public var name: String
  public var generation: UInt64

  public init(name: String, generation: UInt64) {
    self.name = name
    self.generation = generation
  }
}

public struct CountResponse: Sendable {
  public var tookMicroseconds: Int
  public var timedOut: Bool
  public var generation: UInt64
  public var total: Total
  public var interpreted: String
  public var warnings: [QueryWarning]
  /// As of a search.
  public var indexes: [SearchedIndex] = []
}

/// How many documents match.
public struct Total: Sendable, Equatable {
  public var value: Int
  /// false: there may be more.
  public var exact: Bool
}

public struct Hit: Sendable {
  public var id: String
  /// nil where the sort does not need it.
  public var score: Float?
  /// In the order in which they were given.
  public var fields: [StoredField]
  /// Stored texts over 1 KiB that were left out since `select` did not ask for them.
  public var omitted: [String]
  public var passages: [Passage]
  public var explanation: Explanation?
  /// Which of several indexes it is from.
  public var index: String?
  /// Of a collapsed search: other matches that belong to the same group.
  public var similar: Int?
}

extension Hit {
  /// Of its texts, roughly: what bounds the memory of an answer.
  var sizeInBytes: Int {
    var size = id.utf8.count
    for field in fields {
      for value in field.values {
        switch value {
        case .text(let text), .keyword(let text), .date(_, let text): size += text.utf8.count
        case .integer, .double, .boolean: size += 8
        }
      }
    }
    for passage in passages { size += passage.text.utf8.count }
    return size
  }
}

/// A stored field of a document with its values in order.
public struct StoredField: Sendable, Equatable {
  public var name: String
  public var values: [FieldValue]
  /// It was an array, also with one value or none.
  public var isArray: Bool
}

/// A piece of a stored text with the places that match.
public struct Passage: Sendable, Equatable {
  public var field: String
  /// Which of the field's values, from 0.
  public var value = 0
  /// Where the piece begins in the value, in the unit asked for.
  public var start: Int
  public var text: String
  /// Matches within `text`, in the same unit.
  public var ranges: [Range<Int>]
}

/// How a score came about, or what a document lacks. Where the document matches, the values of the leaves sum to the
/// value of the root, exactly.
public struct Explanation: Sendable, Equatable {
  /// 0 where this part of the query does not match.
  public var value: Float
  /// Whether this part of the query matches.
  public var matches = true
  public var what: String
  /// Figures that went into `value`: document frequency, length and so on.
  public var details: [Detail]
  public var parts: [Explanation]

  public struct Detail: Sendable, Equatable {
    public var name: String
    public var value: Double
  }

  /// Of a part that does not match.
  static func missing(_ what: String, _ parts: [Explanation] = []) -> Explanation {
    Explanation(value: 0, matches: false, what: what, details: [], parts: parts)
  }
}

/// How a request judges one document.
public struct ExplainResponse: Sendable {
  public var tookMicroseconds: Int
  public var generation: UInt64
  public var id: String
  public var interpreted: String
  public var warnings: [QueryWarning]
  /// `matches` says whether the request finds the document, its filters included.
  public var explanation: Explanation
}

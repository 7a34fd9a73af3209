// Which terms of one dictionary are meant: all that begin so, fit a wildcard or a regular expression, or are within some edits of
// a word.

import QueryLanguage

struct TermPattern: Sendable, Hashable {
  enum Shape: Sendable, Hashable {
    case prefix([UInt8])
    case wildcard([Piece])
    case regex(RegexNode)
    /// At most so many edits from the word, or from a beginning of the term.
    case fuzzy([UInt8], edits: Int, isPrefix: Bool)
  }

  enum Piece: Sendable, Hashable {
    case bytes([UInt8])
    /// `*`
    case any
    /// `?`: one character of UTF-8.
    case one
  }

  var field: Int
  var space: TermSpace
  var shape: Shape
  /// Of the index space, only terms whose one exact form is the term itself, and as this exact form: what an
  /// expansion over exact forms needs beside the exact space.
  var onlySame = false

  /// The space of the terms that the pattern stands for.
  var termSpace: TermSpace { onlySame ? .exact : space }

  /// A bound of the edits that terms which fit have.
  var maxEdits: Int { if case .fuzzy(_, let edits, _) = shape { edits } else { 0 } }

  /// For people.
  var text: String {
    switch shape {
    case .prefix(let bytes): return String(decoding: bytes, as: UTF8.self) + "*"
    case .fuzzy(let word, let edits, let isPrefix):
      return String(decoding: word, as: UTF8.self) + (isPrefix ? "*" : "") + "~\(edits)"
    case .regex: return "/…/"
    case .wildcard(let pieces):
      return pieces.reduce(into: "") { text, piece in
        switch piece {
        case .bytes(let bytes): text += String(decoding: bytes, as: UTF8.self)
        case .any: text += "*"
        case .one: text += "?"
        }
      }
    }
  }

  /// What a wildcard or regular expression compiles to; nil: it is too large.
  private var program: ByteProgram? {
    switch shape {
    case .prefix(let bytes): ByteProgram([.bytes(bytes), .any])
    case .wildcard(let pieces): ByteProgram(pieces)
    case .regex(let regex): ByteProgram(regex)
    case .fuzzy: nil
    }
  }

  /// Whether there is an automaton for it.
  var isPossible: Bool {
    if case .fuzzy(let word, _, _) = shape {
      return String(decoding: word, as: UTF8.self).unicodeScalars.count <= FuzzyAutomaton.maxLength
    }
    return program != nil
  }

  /// The terms of a dictionary of the pattern's field and space that fit.
  func matches(in dictionary: TermDictionary) -> TermMatches? {
    if case .fuzzy(let word, let edits, let isPrefix) = shape {
      return FuzzyMatches(
        dictionary, FuzzyAutomaton(word, edits: edits, isPrefix: isPrefix))
    }
    return program.map { ProgramMatches(dictionary, ProgramAutomaton($0)) }
  }

  /// Says of one term after the other whether it fits, and at how many edits.
  func matcher() -> ([UInt8]) -> Int? {
    if case .fuzzy(let word, let edits, let isPrefix) = shape {
      var automaton = FuzzyAutomaton(word, edits: edits, isPrefix: isPrefix)
      return { automaton.match($0) }
    }
    guard let program else { return { _ in nil } }
    var automaton = ProgramAutomaton(program)
    return { term in
      _ = automaton.compact()
      return automaton.match(term)
    }
  }
}

/// A walk through a dictionary whose automaton is anybody's. Not thread-safe.
class TermMatches {
  enum Step { case match, end, pause }

  /// Goes to the next term that fits, in the order of bytes. A pause is a chance to look at the clock.
  func next() throws(IndexError) -> Step { .end }

  /// The current term; valid until `next`.
  var term: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: nil, count: 0) }

  func entry() throws(IndexError) -> TermEntry { preconditionFailure("a term") }

  /// Edits of the current term.
  var edits: Int { 0 }

  /// Not all terms were found: the automaton became too large.
  var isExhausted: Bool { false }
}

// Two classes and not one that is generic: that would ask the runtime for its walk's type at every call.

private final class ProgramMatches: TermMatches {
  private var walk: TermIntersection<ProgramAutomaton>

  init(_ dictionary: TermDictionary, _ automaton: ProgramAutomaton) {
    walk = TermIntersection(dictionary, automaton)
  }

  override func next() throws(IndexError) -> Step { try walk.next() }
  override var term: UnsafeRawBufferPointer { unsafe walk.term }
  override func entry() throws(IndexError) -> TermEntry { try walk.entry() }
  override var isExhausted: Bool { walk.isExhausted }
}

private final class FuzzyMatches: TermMatches {
  private var walk: TermIntersection<FuzzyAutomaton>

  init(_ dictionary: TermDictionary, _ automaton: FuzzyAutomaton) {
    walk = TermIntersection(dictionary, automaton)
  }

  override func next() throws(IndexError) -> Step { try walk.next() }
  override var term: UnsafeRawBufferPointer { unsafe walk.term }
  override func entry() throws(IndexError) -> TermEntry { try walk.entry() }
  override var edits: Int { walk.edits }
  override var isExhausted: Bool { walk.isExhausted }
}

/// Entries of the index terms that aliases of exact forms name: neighbours mostly lie in one block, in order.
struct AliasedEntries {
  private let dictionary: TermDictionary?
  private var block: TermBlock?
  private var next = 0

  init(_ dictionary: TermDictionary?) { self.dictionary = dictionary }

  /// - Parameter ordinal: of an index term, as an alias names it.
  mutating func entry(_ ordinal: Int) throws(IndexError) -> TermEntry? {
    guard let dictionary else { return nil }
    guard ordinal >= 0, ordinal < dictionary.count else { throw dictionary.noTerm(ordinal) }
    let index = ordinal / TermDictionaryWriter.blockTerms
    if block == nil || block!.firstOrdinal != index * TermDictionaryWriter.blockTerms
      || ordinal < next
    {
      block = try TermBlock(dictionary, index, dictionary.file)
    }
    next = ordinal + 1
    return try block!.entry(ordinal % TermDictionaryWriter.blockTerms, dictionary)
  }
}

import Analysis
import CSQLite
import Glibc

/// Martlet's analyzers as a tokenizer of FTS5: `tokenize = 'martlet english'`.
///
/// A document's tokens are its index forms, in order; the joined form of a compound is colocated with its first part,
/// as in Martlet's index. Three control characters have a meaning of their own:
///
/// - `valueEnd` (U+001E) between the values of an array: 100 tokens of nothing but that, so that phrases see the distance
///   that Martlet leaves there.
/// - `verbatim` (U+001F) at the start of a query string: what follows are index forms with this character between
///   them, and taken as they are. A query is analyzed once, by who wrote the expression.
/// - `exact` (U+001D) before a colocated exact form, where the index form is not its beginning in other letters: stems, and
///   words that lost a possessive. `deterren*` finds *deterrent* through it, as in Martlet.
@safe
final class FTS5Tokenizer {
  static let name = "martlet"
  static let valueEnd: UInt8 = 0x1E
  static let verbatim: UInt8 = 0x1F
  static let exact: UInt8 = 0x1D
  /// Positions between two values of an array.
  static let valueGap = 100

  /// A byte of a text or a form as FTS5 gets it. The characters above stand for themselves nowhere, and a term of FTS5 must
  /// not have a zero: it would end there, and the index would be broken. Only analyzers that split at white space alone make
  /// words of such characters.
  static func admitted(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0: 1
    case exact: 2
    case valueEnd: 3
    case verbatim: 4
    default: byte
    }
  }

  private let analyzer: Analyzer
  private var tokens = TokenBuffer()
  private var forms: FormCache
  /// Tokens taken from a text at a time.
  private static let windowTokens = 4_096

  init(_ analyzer: Analyzer) {
    self.analyzer = analyzer
    forms = FormCache(analyzer)
  }

  /// Makes the tokenizer known to a connection.
  static func register(on connection: SQLiteConnection) throws(Failure) {
    let api = unsafe try connection.fts5()
    var functions = unsafe fts5_tokenizer(
      xCreate: createTokenizer, xDelete: deleteTokenizer, xTokenize: runTokenizer)
    let code = unsafe api.pointee.xCreateTokenizer(api, name, nil, &functions, nil)
    guard code == SQLITE_OK else { throw connection.failure("xCreateTokenizer") }
  }

  /// FTS5's callback: context, flags, form, its length, and the bytes of the text that it stands for.
  typealias Emit =
    @convention(c) (
      UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, Int32, Int32, Int32
    ) -> Int32

  /// Gives the tokens of `text` to `emit`, until it answers anything but `SQLITE_OK`.
  @unsafe
  func run(
    _ text: UnsafeRawBufferPointer, isQuery: Bool, _ context: UnsafeMutableRawPointer?,
    _ emit: Emit
  ) -> Int32 {
    if isQuery, unsafe text.first == Self.verbatim {
      return unsafe runVerbatim(UnsafeRawBufferPointer(rebasing: text.dropFirst()), context, emit)
    }
    var start = 0
    var isFirst = true
    var code = SQLITE_OK
    while true {
      let end = unsafe Self.end(of: text, from: start)
      if !isFirst {
        var mark = CChar(bitPattern: Self.valueEnd)
        for _ in 0..<Self.valueGap {
          code = unsafe emit(context, 0, &mark, 1, Int32(start), Int32(start))
          if code != SQLITE_OK { return code }
        }
      }
      unsafe code = runValue(
        UnsafeRawBufferPointer(rebasing: text[start..<end]), at: Int32(start), context, emit)
      if code != SQLITE_OK || end == text.count { return code }
      isFirst = false
      start = end + 1
    }
  }

  /// Where the value that begins at `start` ends.
  private static func end(of text: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard start < text.count, let base = text.baseAddress,
      let found = unsafe memchr(base + start, Int32(valueEnd), text.count - start)
    else { return text.count }
    return unsafe UnsafeRawPointer(found) - base
  }

  private func runVerbatim(
    _ text: UnsafeRawBufferPointer, _ context: UnsafeMutableRawPointer?, _ emit: Emit
  ) -> Int32 {
    let forms = unsafe text.split(separator: Self.verbatim)
    for number in unsafe forms.indices {
      let code = unsafe Self.emit(
        UnsafeRawBufferPointer(rebasing: forms[number]), flags: 0, 0..<0, context, emit)
      if code != SQLITE_OK { return code }
    }
    return SQLITE_OK
  }

  /// - Parameter base: where the value begins in the text.
  private func runValue(
    _ value: UnsafeRawBufferPointer, at base: Int32, _ context: UnsafeMutableRawPointer?,
    _ emit: Emit
  ) -> Int32 {
    var offset = 0
    while offset < value.count {
      tokens.removeAll()
      _ = unsafe analyzer.tokenize(
        value.bytes, from: &offset, positionBase: 0, limit: Self.windowTokens, into: &tokens)
      let all = unsafe tokens.tokenBase
      let bytes = unsafe tokens.formBase
      for index in 0..<tokens.count {
        let token = unsafe all[index]
        let place = base + Int32(token.start)..<base + Int32(token.end)
        let flags = token.isJoined ? FTS5_TOKEN_COLOCATED : 0
        let exact = unsafe UnsafeRawBufferPointer(
          start: bytes + Int(token.form), count: Int(token.formLength))
        var code: Int32
        if unsafe forms.isItsOwn(exact) {
          unsafe code = Self.emit(exact, flags: flags, place, context, emit)
        } else {
          let entry = unsafe forms.entry(of: exact, hash: token.hash)
          code = unsafe forms.withForm(entry.index) { form in
            unsafe Self.emit(form, flags: flags, place, context, emit)
          }
          if code == SQLITE_OK, !entry.marked.isEmpty {
            code = unsafe forms.withForm(entry.marked) { form in
              unsafe Self.emit(form, flags: FTS5_TOKEN_COLOCATED, place, context, emit)
            }
          }
        }
        if code != SQLITE_OK { return code }
      }
    }
    return SQLITE_OK
  }

  @inline(__always)
  private static func emit(
    _ form: UnsafeRawBufferPointer, flags: Int32, _ place: Range<Int32>,
    _ context: UnsafeMutableRawPointer?, _ emit: Emit
  ) -> Int32 {
    let start = unsafe form.baseAddress?.assumingMemoryBound(to: CChar.self)
    return unsafe emit(
      context, flags, start, Int32(form.count), place.lowerBound, place.upperBound)
  }
}

/// Index forms of the exact forms seen, as a hash table over one arena: a stemmer is asked once a word, not once a token.
///
/// Entries with open addressing, at most half full; emptied when it has grown beyond its limits.
struct FormCache: ~Copyable {
  struct Entry {
    var hash: UInt64
    /// Ranges of the arena. Empty `index`: a free slot.
    var exact: Range<UInt32>
    var index: Range<UInt32>
    /// The exact form behind its mark; empty where the index form will do.
    var marked: Range<UInt32>

    static let free = Entry(hash: 0, exact: 0..<0, index: 0..<0, marked: 0..<0)
  }

  private let analyzer: Analyzer
  private var scratch: Analyzer.Scratch
  /// Whether a word of ASCII letters and digits is its own index form.
  private let keepsPlainWords: Bool
  private var entries: [Entry]
  private var count = 0
  private var arena: [UInt8] = []

  private static let maximumCount = 1 << 19
  private static let maximumArena = 64 << 20

  init(_ analyzer: Analyzer) {
    self.analyzer = analyzer
    scratch = analyzer.makeScratch()
    keepsPlainWords = !analyzer.stems
    entries = Array(repeating: .free, count: 1 << 10)
  }

  /// Whether the index form is the exact form itself, told without looking it up.
  @inline(__always)
  func isItsOwn(_ exact: UnsafeRawBufferPointer) -> Bool {
    guard keepsPlainWords else { return false }
    for at in 0..<exact.count {
      let byte = unsafe exact[at]
      if byte >= 0x80 || byte == 0x27 { return false }
    }
    return true
  }

  mutating func entry(of exact: UnsafeRawBufferPointer, hash: UInt64) -> Entry {
    let mask = entries.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while !entries[slot].index.isEmpty {
      let entry = entries[slot]
      if entry.hash == hash, unsafe arena[entry.exact.asInt].elementsEqual(exact) { return entry }
      slot = (slot + 1) & mask
    }
    return unsafe add(exact, hash)
  }

  /// The bytes of a form; they must not outlive the call.
  @unsafe
  func withForm<Value>(
    _ range: Range<UInt32>, _ body: (UnsafeRawBufferPointer) -> Value
  ) -> Value {
    unsafe arena.withUnsafeBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[range.asInt])) }
  }

  private mutating func add(_ exact: UnsafeRawBufferPointer, _ hash: UInt64) -> Entry {
    if count >= Self.maximumCount || arena.count > Self.maximumArena {
      entries = Array(repeating: .free, count: 1 << 10)
      arena.removeAll(keepingCapacity: true)
      count = 0
    } else if count * 2 >= entries.count {
      grow()
    }
    var index: [UInt8] = []
    unsafe analyzer.indexForm(exact.bytes, scratch: &scratch, into: &index)
    var entry = Entry.free
    entry.hash = hash
    entry.exact = append(unsafe Array(exact))
    entry.index = append(index)
    if unsafe analyzer.needsExactForm(exact.bytes, index: index) {
      entry.marked = append(unsafe [FTS5Tokenizer.exact] + Array(exact))
    }
    insert(entry)
    count += 1
    return entry
  }

  private mutating func append(_ bytes: [UInt8]) -> Range<UInt32> {
    let start = UInt32(arena.count)
    arena += bytes
    return start..<UInt32(arena.count)
  }

  private mutating func insert(_ entry: Entry) {
    let mask = entries.count - 1
    var slot = Int(truncatingIfNeeded: entry.hash) & mask
    while !entries[slot].index.isEmpty { slot = (slot + 1) & mask }
    entries[slot] = entry
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: .free, count: old.count * 2)
    for entry in old where !entry.index.isEmpty { insert(entry) }
  }
}

extension Range<UInt32> {
  fileprivate var asInt: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}

extension Analyzer {
  /// Whether endings are cut off: a language's.
  var stems: Bool { !["standard", "whitespace", "keyword"].contains(name) }

  /// Whether words are folded at all.
  var folds: Bool { !["whitespace", "keyword"].contains(name) }

  /// Whether the beginning of a word may not be found through the word's index form.
  func needsExactForm(_ exact: RawSpan, index: [UInt8]) -> Bool {
    guard folds else { return false }
    var folded: [UInt8] = []
    Normalization.folded(exact, into: &folded)
    return folded != index
  }
}

// The three functions of `fts5_tokenizer`.

private func createTokenizer(
  _ user: UnsafeMutableRawPointer?, _ arguments: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ count: Int32, _ made: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guard count == 1, let name = unsafe arguments?[0],
    let analyzer = unsafe Analyzer.named(String(cString: name))
  else { return SQLITE_ERROR }
  let tokenizer = FTS5Tokenizer(analyzer)
  unsafe made?.pointee = OpaquePointer(Unmanaged.passRetained(tokenizer).toOpaque())
  return SQLITE_OK
}

private func deleteTokenizer(_ tokenizer: OpaquePointer?) {
  guard let tokenizer = unsafe tokenizer else { return }
  unsafe Unmanaged<FTS5Tokenizer>.fromOpaque(UnsafeRawPointer(tokenizer)).release()
}

private func runTokenizer(
  _ tokenizer: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ flags: Int32,
  _ text: UnsafePointer<CChar>?, _ count: Int32, _ emit: FTS5Tokenizer.Emit?
) -> Int32 {
  guard let tokenizer = unsafe tokenizer, let emit = unsafe emit else { return SQLITE_ERROR }
  let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(max(count, 0)))
  return unsafe Unmanaged<FTS5Tokenizer>.fromOpaque(UnsafeRawPointer(tokenizer))
    ._withUnsafeGuaranteedRef { tokenizer in
      unsafe tokenizer.run(bytes, isQuery: flags & FTS5_TOKENIZE_QUERY != 0, context, emit)
    }
}

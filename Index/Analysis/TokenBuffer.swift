/// The tokens of one field value, reused from value to value: a flat array of tokens and one arena with the bytes of
/// their exact forms. Nothing is allocated for a token.
@safe
public struct TokenBuffer: ~Copyable {
  /// One token: 32 bytes, plain.
  @frozen
  public struct Token: Sendable, Equatable {
    /// `Analyzer.hash(of:)` of the exact form.
    public var hash: UInt64
    /// Where the exact form begins among the buffer's forms.
    public var form: UInt32
    /// The bytes of the text that the token stands for, on character boundaries.
    public var start: UInt32
    public var end: UInt32
    /// Token position, from the call's `positionBase` on.
    public var position: UInt32
    /// Bytes of the exact form: 1...`Analyzer.maxFormLength`.
    public var formLength: UInt16
    /// `joined`, `continuation`, `bigram`, `lastOfRun`.
    public var flags: UInt8

    /// The token is the joined form of a compound: it has the position of the compound's first part, spans the whole
    /// compound, and is not counted in the field's length.
    public static var joined: UInt8 { 1 }
    /// The token is a part of a compound, and not its first. Tokenising cannot start again here.
    public static var continuation: UInt8 { 2 }
    /// The token is two neighbouring characters of a run, and the next token begins with the second of them.
    public static var bigram: UInt8 { 4 }
    /// The token is the last character of a run, by itself.
    public static var lastOfRun: UInt8 { 8 }

    @inlinable
    public var isJoined: Bool { flags & Token.joined != 0 }
    @inlinable
    public var isBigram: Bool { flags & Token.bigram != 0 }
    @inlinable
    public var isLastOfRun: Bool { flags & Token.lastOfRun != 0 }
    /// Whether tokenising the text from `start` on gives this token and those after it again.
    @inlinable
    public var isRestartPoint: Bool { flags & (Token.joined | Token.continuation) == 0 }

    @inlinable
    init(
      hash: UInt64, form: UInt32, start: UInt32, end: UInt32, position: UInt32, formLength: UInt16,
      flags: UInt8
    ) {
      self.hash = hash
      self.form = form
      self.start = start
      self.end = end
      self.position = position
      self.formLength = formLength
      self.flags = flags
    }
  }

  public internal(set) var count = 0
  var tokens: UnsafeMutablePointer<Token>
  var capacity: Int
  var forms: UnsafeMutablePointer<UInt8>
  var formsCount = 0
  var formsCapacity: Int
  /// The word at hand, when it takes the normaliser.
  var scalars: [UInt32] = []

  /// Text beyond this many bytes is not tokenised, nor is text for a buffer whose forms take three times as much:
  /// offsets fit 32 bits, for a form takes at most three times its text.
  static let maxTextCount = 512 << 20

  /// How many tokens the buffer may hold before tokenising stops, when the caller says `limit`.
  func tokenLimit(_ limit: Int) -> Int {
    formsCount <= 3 &* Self.maxTextCount ? limit : 0
  }

  /// - Parameter capacity: tokens that fit before it grows.
  public init(capacity: Int = 512) {
    self.capacity = capacity
    unsafe tokens = .allocate(capacity: capacity)
    formsCapacity = capacity &* 16
    unsafe forms = .allocate(capacity: formsCapacity)
  }

  deinit {
    unsafe tokens.deallocate()
    unsafe forms.deallocate()
  }

  /// Forgets the tokens, keeps the memory.
  public mutating func removeAll() {
    count = 0
    formsCount = 0
  }

  /// - Precondition: `index < count`.
  public subscript(_ index: Int) -> Token {
    precondition(index >= 0 && index < count, "no such token")
    return unsafe tokens[index]
  }

  /// The exact form of the token at `index`.
  /// - Precondition: `index < count`.
  public func form(_ index: Int) -> [UInt8] {
    let token = self[index]
    return unsafe Array(
      UnsafeBufferPointer(start: forms + Int(token.form), count: Int(token.formLength)))
  }

  /// Bytes of memory held.
  public var memory: Int { capacity &* MemoryLayout<Token>.stride &+ formsCapacity }

  /// The tokens, `count` of them; valid until the buffer changes.
  @unsafe
  public var tokenBase: UnsafePointer<Token> { unsafe UnsafePointer(tokens) }

  /// The exact forms, readable for 8 bytes past each form's end; valid until the buffer changes.
  @unsafe
  public var formBase: UnsafePointer<UInt8> { unsafe UnsafePointer(forms) }

  /// Makes room for `count` more tokens and `bytes` more bytes of forms, and 16 bytes of slack behind.
  @inline(__always)
  mutating func reserve(tokens more: Int, bytes: Int) {
    if count &+ more > capacity || formsCount &+ bytes &+ 16 > formsCapacity {
      grow(more, bytes)
    }
  }

  @inline(never)
  private mutating func grow(_ more: Int, _ bytes: Int) {
    if count + more > capacity {
      let larger = max(capacity * 2, count + more)
      let memory = UnsafeMutablePointer<Token>.allocate(capacity: larger)
      unsafe memory.moveInitialize(from: tokens, count: count)
      unsafe tokens.deallocate()
      unsafe tokens = memory
      capacity = larger
    }
    if formsCount + bytes + 16 > formsCapacity {
      let larger = max(formsCapacity * 2, formsCount + bytes + 16)
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
      unsafe memory.moveInitialize(from: forms, count: formsCount)
      unsafe forms.deallocate()
      unsafe forms = memory
      formsCapacity = larger
    }
  }

  /// Appends a token whose form is the last `length` bytes of the forms.
  mutating func append(length: Int, start: Int, end: Int, position: UInt32, flags: UInt8) {
    reserve(tokens: 1, bytes: 0)
    let form = formsCount &- length
    unsafe (tokens + count).initialize(
      to: Token(
        hash: hash(form, length), form: UInt32(truncatingIfNeeded: form),
        start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
        position: position, formLength: UInt16(truncatingIfNeeded: length), flags: flags))
    count &+= 1
  }

  /// Puts the joined form of a compound behind its first part. The forms of the parts lie one behind the other, so that
  /// the joined form is there already.
  /// - Parameter first: The token of the first of the `parts`, which are the last tokens of the buffer.
  mutating func insertJoined(after first: Int, parts: Int) {
    reserve(tokens: 1, bytes: 0)
    let last = unsafe tokens[first &+ parts &- 1]
    var joined = unsafe tokens[first]
    joined.end = last.end
    joined.formLength = UInt16(
      truncatingIfNeeded: last.form &+ UInt32(last.formLength) &- joined.form)
    joined.flags = Token.joined
    joined.hash = hash(Int(joined.form), Int(joined.formLength))
    unsafe (tokens + count).initialize(to: last)
    var i = count &- 1
    while i > first &+ 1 {
      unsafe tokens[i] = unsafe tokens[i &- 1]
      i &-= 1
    }
    unsafe tokens[first &+ 1] = joined
    count &+= 1
  }

  /// Whether the tokens from `first` on are all of ASCII digits, and one after the first has fewer than three.
  func isShortNumber(first: Int) -> Bool {
    var isShort = false
    for i in first..<count {
      let token = unsafe tokens[i]
      for k in 0..<Int(token.formLength) {
        guard unsafe forms[Int(token.form) &+ k] &- 0x30 < 10 else { return false }
      }
      if i > first, token.formLength < 3 { isShort = true }
    }
    return isShort
  }

  /// Puts the low `count` bytes (0...8) of `bytes` behind the forms, for which there is room and 8 bytes more.
  @inline(__always)
  mutating func putForm(_ bytes: UInt64, _ count: Int) {
    unsafe UnsafeMutableRawPointer(forms + formsCount).storeBytes(
      of: bytes.littleEndian, as: UInt64.self)
    formsCount &+= count
  }

  /// The hash of a form in the arena, behind which 8 bytes can always be read.
  @inline(__always)
  private func hash(_ form: Int, _ length: Int) -> UInt64 {
    let base = unsafe UnsafeRawPointer(forms + form)
    var hash = FormHash.seed
    var at = 0
    while length &- at > 8 {
      let word = unsafe base.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
      hash = FormHash.mix(hash ^ word, 8)
      at &+= 8
    }
    let rest = UInt64(truncatingIfNeeded: length &- at)
    let word = unsafe base.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
    return FormHash.mix(hash ^ (word & (UInt64.max &>> (64 &- rest &* 8))), rest)
  }

  /// Copies `count` bytes of `text` behind the forms, for which there is room.
  @inline(__always)
  mutating func putForm(_ text: TextBytes, _ offset: Int, _ count: Int) {
    for i in 0..<count { unsafe forms[formsCount &+ i] = text.byte(offset &+ i) }
    formsCount &+= count
  }

  /// Encodes `scalars` behind the forms, whole ones up to `limit` bytes, for which there is room.
  mutating func putForm(_ scalars: [UInt32], limit: Int) {
    var bytes: [UInt8] = []
    for scalar in scalars {
      let before = bytes.count
      appendUTF8(scalar, to: &bytes)
      if bytes.count > limit {
        bytes.removeLast(bytes.count &- before)
        break
      }
    }
    for byte in bytes {
      unsafe forms[formsCount] = byte
      formsCount &+= 1
    }
  }

  /// Gives the scratch array away, empty.
  mutating func takeScalars() -> [UInt32] {
    var taken: [UInt32] = []
    swap(&taken, &scalars)
    taken.removeAll(keepingCapacity: true)
    return taken
  }

  /// Takes the apostrophes off both ends of the form that begins at `begin` and ends the forms.
  /// - Returns: What is left of it, in bytes.
  @inline(__always)
  mutating func trimApostrophes(from begin: Int) -> Int {
    while formsCount > begin, unsafe forms[formsCount &- 1] == 0x27 { formsCount &-= 1 }
    if formsCount > begin, unsafe forms[begin] == 0x27 {
      var first = begin
      while unsafe forms[first] == 0x27 { first &+= 1 }
      for i in first..<formsCount { unsafe forms[begin &+ i &- first] = unsafe forms[i] }
      formsCount &-= first &- begin
    }
    return formsCount &- begin
  }
}

/// The hash of a form: multiply and fold over 8 bytes at a time, in the manner of wyhash. It is cheap enough to be
/// taken while tokenising. It begins with a number drawn by each process, so that nobody can write documents whose
/// words collide; it is never stored.
public enum FormHash {
  /// Where the hash of every form begins in this process.
  public static let seed = UInt64.random(in: .min ... .max)

  @inlinable @inline(__always)
  public static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ 0x9E37_79B1_85EB_CA87).multipliedFullWidth(by: b ^ 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }

  /// The hash of `count` bytes at `base`, of which nothing beyond is read.
  @unsafe
  public static func of(
    _ base: UnsafePointer<UInt8>, count: Int, seed: UInt64 = FormHash.seed
  ) -> UInt64 {
    var hash = seed
    var at = 0
    repeat {
      let length = min(8, count &- at)
      var word: UInt64 = 0
      if length == 8 {
        word = unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self).littleEndian
      } else {
        for i in 0..<max(length, 0) { word |= unsafe UInt64(base[at &+ i]) &<< UInt64(i &* 8) }
      }
      hash = mix(hash ^ word, UInt64(truncatingIfNeeded: length))
      at &+= 8
    } while at < count
    return hash
  }
}

/// Unicode normalisation, and the two forms of a word.
///
/// The *exact form* is NFC of the full case folding, `’ ‘ ʼ ＇` written `'`, code points that are ignorable by default
/// (soft hyphen, joiners, variation selectors) dropped; marks and endings are kept. The *folded form* is made from an
/// exact form: NFKC, marks dropped where they are diacritics, letters that do not decompose written plainly (`ø` o, `ł` l,
/// `æ` ae, `þ` th), digits of all scripts written 0–9.
///
/// Most scalars map by themselves, through one table each; only where a scalar may change together with what stands
/// before it (combining marks, conjoining jamo) the whole string goes through decomposition, reordering and
/// composition (Unicode 15.0, section 3.11).
public enum Normalization {
  /// Replaces `output` by the exact form of `bytes`, of any length. Ill-formed bytes become U+FFFD.
  public static func foldedExact(_ bytes: RawSpan, into output: inout [UInt8]) {
    map(bytes, UnicodeTables.shared.exact, into: &output) { scalars in
      foldExactly(&scalars, UnicodeTables.shared)
    }
  }

  /// Replaces `output` by the folded form of `exact`, which is an exact form: what an index form is before possessives
  /// and endings are dropped. May be empty when nothing but marks was given.
  public static func folded(_ exact: RawSpan, into output: inout [UInt8]) {
    map(exact, UnicodeTables.shared.index, into: &output) { scalars in
      let tables = UnicodeTables.shared
      var mapped: [UInt32] = []
      for scalar in scalars { tables.index.append(scalar, to: &mapped) }
      decompose(&mapped, compatible: false, tables)
      compose(&mapped, tables)
      scalars = mapped
    }
  }

  /// Normalization Form C of `bytes`.
  public static func nfc(_ bytes: RawSpan) -> [UInt8] {
    normalize(bytes, compatible: false, composed: true)
  }

  /// Normalization Form D of `bytes`.
  public static func nfd(_ bytes: RawSpan) -> [UInt8] {
    normalize(bytes, compatible: false, composed: false)
  }

  /// Normalization Form KC of `bytes`.
  public static func nfkc(_ bytes: RawSpan) -> [UInt8] {
    normalize(bytes, compatible: true, composed: true)
  }

  /// Normalization Form KD of `bytes`.
  public static func nfkd(_ bytes: RawSpan) -> [UInt8] {
    normalize(bytes, compatible: true, composed: false)
  }

  private static func normalize(_ bytes: RawSpan, compatible: Bool, composed: Bool) -> [UInt8] {
    var scalars: [UInt32] = []
    unsafe bytes.withUnsafeBytes { raw in
      decode(unsafe TextBytes(raw), into: &scalars)
    }
    decompose(&scalars, compatible: compatible, UnicodeTables.shared)
    if composed { compose(&scalars, UnicodeTables.shared) }
    var output: [UInt8] = []
    for scalar in scalars { appendUTF8(scalar, to: &output) }
    return output
  }

  /// Maps scalar by scalar; where one combines, `whole` does it for all scalars at once.
  private static func map(
    _ bytes: RawSpan, _ mapping: StringMapping, into output: inout [UInt8],
    whole: (inout [UInt32]) -> Void
  ) {
    output.removeAll(keepingCapacity: true)
    unsafe bytes.withUnsafeBytes { raw in
      let text = unsafe TextBytes(raw)
      var i = 0
      // Eight bytes at a time while they are ASCII; the index form has no `"`.
      while i &+ 8 <= text.count {
        let (_, foreign, lower) = ASCII.classify(text.word(i))
        guard foreign == 0, !ASCII.has(0x22, lower) else { break }
        unsafe withUnsafeBytes(of: lower.littleEndian) { unsafe output.append(contentsOf: $0) }
        i &+= 8
      }
      while i < text.count {
        let (value, length) = text.scalar(i)
        if value < 0x80, value != 0x22 {
          let isUpper = value &- 0x41 < 26
          output.append(UInt8(truncatingIfNeeded: value) | (isUpper ? 0x20 : 0))
          i &+= 1
          continue
        }
        if let entry = mapping[value] {
          if entry.combines {
            var scalars: [UInt32] = []
            decode(text, into: &scalars)
            whole(&scalars)
            output.removeAll(keepingCapacity: true)
            for scalar in scalars { appendUTF8(scalar, to: &output) }
            return
          }
          for k in 0..<entry.length { output.append(mapping.byte(entry.offset &+ k)) }
        } else {
          appendUTF8(value, to: &output)
        }
        i &+= length
      }
    }
  }

  // MARK: The exact form of a word

  /// Scalars of a word that the normaliser looks at: more than the longest form can come from, ignorable ones apart.
  private static let maxWordScalars = 1024

  /// Appends the exact form of `text[start..<end]`, without apostrophes at its ends, to the forms of `buffer`.
  /// - Returns: Its length in bytes, at most `Analyzer.maxFormLength`: cut after a whole character.
  @inline(__always)
  static func appendExactForm(
    _ text: TextBytes, _ start: Int, _ end: Int, _ tables: UnicodeTables,
    _ buffer: inout TokenBuffer
  ) -> Int {
    let limit = Analyzer.maxFormLength
    buffer.reserve(tokens: 1, bytes: limit &+ 8)
    let begin = buffer.formsCount
    var i = start
    while i < end {
      // ASCII: letters in lower case, the rest as it is.
      if text.byte(i) < 0x80 {
        let (_, foreign, lower) = ASCII.classify(text.word(i))
        let ascii = min(ASCII.before(foreign), end &- i)
        let fitting = min(ascii, limit &- (buffer.formsCount &- begin))
        buffer.putForm(lower, fitting)
        guard fitting == ascii else { break }
        i &+= ascii
        continue
      }
      let (value, length) = text.scalar(i)
      if tables.classes[value] & WordClass.foldsBit == 0 {
        guard buffer.formsCount &- begin &+ length <= limit else { break }
        buffer.putForm(text.word(i), length)
      } else if let entry = tables.exact[value] {
        if entry.combines {
          buffer.formsCount = begin
          appendNormalized(text, start, end, tables, &buffer)
          break
        }
        guard buffer.formsCount &- begin &+ entry.length <= limit else { break }
        buffer.putForm(tables.exact.text, entry.offset, entry.length)
      }
      i &+= length
    }
    return buffer.trimApostrophes(from: begin)
  }

  @inline(never)
  private static func appendNormalized(
    _ text: TextBytes, _ start: Int, _ end: Int, _ tables: UnicodeTables,
    _ buffer: inout TokenBuffer
  ) {
    var scalars = buffer.takeScalars()
    var i = start
    while i < end, scalars.count < maxWordScalars {
      let (value, length) = text.scalar(i)
      scalars.append(value)
      i &+= length
    }
    foldExactly(&scalars, tables)
    buffer.putForm(scalars, limit: Analyzer.maxFormLength)
    buffer.scalars = scalars
  }

  private static func foldExactly(_ scalars: inout [UInt32], _ tables: UnicodeTables) {
    decompose(&scalars, compatible: false, tables)
    var mapped: [UInt32] = []
    mapped.reserveCapacity(scalars.count)
    for scalar in scalars { tables.exact.append(scalar, to: &mapped) }
    decompose(&mapped, compatible: false, tables)
    compose(&mapped, tables)
    scalars = mapped
  }

  // MARK: Decomposition, order, composition

  static func decode(_ text: TextBytes, into scalars: inout [UInt32]) {
    var i = 0
    while i < text.count {
      let (value, length) = text.scalar(i)
      scalars.append(value)
      i &+= length
    }
  }

  /// Full decomposition in canonical order.
  static func decompose(_ scalars: inout [UInt32], compatible: Bool, _ tables: UnicodeTables) {
    var out: [UInt32] = []
    out.reserveCapacity(scalars.count)
    for scalar in scalars {
      if scalar < 0x80 {
        out.append(scalar)
      } else if scalar &- 0xAC00 < 11172 {
        let index = scalar &- 0xAC00
        out.append(0x1100 &+ index / 588)
        out.append(0x1161 &+ index % 588 / 28)
        if index % 28 != 0 { out.append(0x11A7 &+ index % 28) }
      } else if compatible, tables.compatibility[scalar] != nil {
        tables.compatibility.append(scalar, to: &out)
      } else {
        tables.canonical.append(scalar, to: &out)
      }
    }
    var i = 0
    while i < out.count {
      guard tables.combiningClasses[out[i]] != 0 else {
        i &+= 1
        continue
      }
      let first = i
      while i < out.count, tables.combiningClasses[out[i]] != 0 { i &+= 1 }
      reorder(&out, first..<i, tables)
    }
    scalars = out
  }

  /// Sorts a run of combining marks by class, stably.
  private static func reorder(
    _ scalars: inout [UInt32], _ run: Range<Int>, _ tables: UnicodeTables
  ) {
    guard run.count > 1 else { return }
    let keys = run.map { UInt64(tables.combiningClasses[scalars[$0]]) &<< 32 | UInt64($0) }.sorted()
    let marks = keys.map { scalars[Int($0 & 0xFFFF_FFFF)] }
    for (offset, mark) in marks.enumerated() { scalars[run.lowerBound &+ offset] = mark }
  }

  /// Canonical composition of a decomposed string in canonical order.
  static func compose(_ scalars: inout [UInt32], _ tables: UnicodeTables) {
    var starter = -1
    var lastClass: UInt8 = 0
    var count = 0
    for scalar in scalars {
      let combiningClass = tables.combiningClasses[scalar]
      let isAdjacent = starter == count &- 1
      if starter >= 0, isAdjacent || (lastClass != 0 && lastClass < combiningClass),
        let composite = tables.composition(scalars[starter], scalar)
      {
        scalars[starter] = composite
        continue
      }
      if combiningClass == 0 { starter = count }
      lastClass = combiningClass
      scalars[count] = scalar
      count &+= 1
    }
    scalars.removeLast(scalars.count &- count)
  }
}

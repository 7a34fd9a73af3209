/// Well-formed UTF-8 (Unicode Standard, table 3-7): no overlong form, no surrogate, nothing above U+10FFFF.
package enum UTF8Validation {
  /// Length of the well-formed sequence that begins at `index`, 1–4, or 0 when none does.
  @inline(__always)
  internal static func length(of text: RawSpan, at index: Int) -> Int {
    let count = text.byteCount
    let lead = text.byte(at: index)
    if lead < 0x80 { return 1 }
    guard lead >= 0xc2, lead < 0xf5, index + 1 < count else { return 0 }
    let second = text.byte(at: index + 1)
    if lead < 0xe0 { return second & 0xc0 == 0x80 ? 2 : 0 }
    let low: UInt8 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80
    let high: UInt8 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf
    guard second >= low, second <= high, index + 2 < count,
      text.byte(at: index + 2) & 0xc0 == 0x80
    else { return 0 }
    if lead < 0xf0 { return 3 }
    return index + 3 < count && text.byte(at: index + 3) & 0xc0 == 0x80 ? 4 : 0
  }

  /// The first byte at or after `start` that does not begin a well-formed sequence, or the text's count.
  package static func firstFault(in text: RawSpan, from start: Int = 0) -> Int {
    var at = start
    let count = text.byteCount
    while at < count {
      if at + 8 <= count,
        unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self)
          & 0x8080_8080_8080_8080 == 0
      {
        at += 8
        continue
      }
      let length = length(of: text, at: at)
      if length == 0 { return at }
      at += length
    }
    return count
  }

  /// Appends `text`, each byte that belongs to no well-formed sequence replaced by U+FFFD.
  package static func appendRepaired(_ text: RawSpan, to output: inout [UInt8]) {
    var start = 0
    while true {
      let fault = firstFault(in: text, from: start)
      output.append(text, start..<fault)
      if fault == text.byteCount { return }
      output.append(contentsOf: replacement)
      start = fault + 1
    }
  }

  /// U+FFFD.
  package static let replacement: [UInt8] = [0xef, 0xbf, 0xbd]
}

extension [UInt8] {
  /// Appends a range of `text`, which the caller has checked.
  @inline(__always)
  internal mutating func append(_ text: RawSpan, _ range: Range<Int>) {
    let view = unsafe text.extracting(unchecked: range)
    unsafe view.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}

import JSON

/// The bytes of a file as UTF-8 text, or the word for what they are instead.
enum TextDecoding {
  enum Outcome: Equatable {
    /// UTF-8 without byte order mark, and what had to be done to get it.
    case text([UInt8], warning: String?)
    /// No text: "it has NUL bytes", "a PDF document".
    case binary(String)
  }

  static func decode(_ bytes: [UInt8]) -> Outcome {
    if let kind = signature(of: bytes) { return .binary(kind) }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      return utf16(bytes)
    }
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    // One pass over everything: text has no NUL and hardly a control character but white space, escape
    // (terminal colours) and backspace (overstruck manual pages).
    var controls = 0
    for byte in bytes where byte < 0x20 || byte == 0x7f {
      switch byte {
      case 0x00: return .binary(nul)
      case 0x08...0x0d, 0x1b: break
      default: controls += 1
      }
    }
    guard controls * 50 <= bytes.count else { return .binary("it has control characters") }
    let span = unsafe bytes.span.bytes
    let fault = UTF8Validation.firstFault(in: span, from: start)
    if fault == bytes.count {
      return .text(start == 0 ? bytes : Array(bytes[start...]), warning: nil)
    }
    let (text, warning) = recovered(bytes, from: start, firstFault: fault)
    return .text(text, warning: warning)
  }

  /// Text with a few bad bytes among well-formed sequences is damaged UTF-8; else it is an 8-bit code, and of
  /// those Windows-1252 (ISO 8859-1 with letters for its unused codes) is the likeliest.
  static func recovered(
    _ bytes: [UInt8], from start: Int, firstFault: Int
  ) -> (text: [UInt8], warning: String) {
    var faults = 0
    var leads = 0
    let span = unsafe bytes.span.bytes
    var at = start
    while at < bytes.count {
      let fault = UTF8Validation.firstFault(in: span, from: at)
      for byte in bytes[at..<fault] where byte >= 0xc2 { leads += 1 }
      if fault < bytes.count { faults += 1 }
      at = fault + 1
    }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 8)
    if leads > 4 * faults {
      UTF8Validation.appendRepaired(span.extracting(start..<bytes.count), to: &output)
      return (
        output, "not UTF-8 at byte \(firstFault); \(faults) bad bytes replaced by U+FFFD"
      )
    }
    return (
      fromWindows1252(bytes[start...]), "not UTF-8 at byte \(firstFault); read as Windows-1252"
    )
  }

  static func fromWindows1252(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 {
        output.append(byte)
      } else {
        output.append(contentsOf: String(windows1252(byte)).utf8)
      }
    }
    return output
  }

  private static func utf16(_ bytes: [UInt8]) -> Outcome {
    let bigEndian = bytes[0] == 0xfe
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
      let (a, b) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return bigEndian ? a << 8 | b : b << 8 | a
    }
    guard !units.contains(0) else { return .binary(nul) }
    return .text(
      Array(String(decoding: units, as: UTF16.self).utf8), warning: "not UTF-8; read as UTF-16")
  }

  private static let nul = "it has NUL bytes"

  /// What the first bytes of a file already say: nil, or the word for what it is instead of text.
  static func binaryKind(head: [UInt8]) -> String? {
    if let kind = signature(of: head) { return kind }
    if UTF16Transcoder(mark: head) != nil { return nil }
    return head.prefix(8 << 10).contains(0) ? nul : nil
  }

  /// One piece of text that is not UTF-8, as `decode` reads a whole file; and how it was read.
  static func recovered(_ bytes: [UInt8]) -> (text: [UInt8], how: String) {
    let fault = UTF8Validation.firstFault(in: unsafe bytes.span.bytes)
    let (text, warning) = recovered(bytes, from: 0, firstFault: fault)
    return (text, warning.split(separator: "; ").last.map(String.init) ?? warning)
  }

  /// Formats that people have among their texts, by their first bytes.
  private static func signature(of bytes: [UInt8]) -> String? {
    let known: [(String, [UInt8])] = [
      ("a PDF document", Array("%PDF-".utf8)), ("a PostScript document", Array("%!PS".utf8)),
      ("a zip archive", [0x50, 0x4b, 3, 4]), ("a program", [0x7f, 0x45, 0x4c, 0x46]),
      ("an image", [0x89, 0x50, 0x4e, 0x47]), ("an image", [0xff, 0xd8, 0xff]),
      ("an image", Array("GIF8".utf8)), ("compressed by xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
      ("compressed by bzip2", Array("BZh".utf8)), ("compressed twice", [0x1f, 0x8b, 8]),
      ("compressed by zstd", [0x28, 0xb5, 0x2f, 0xfd]),
    ]
    return known.first { bytes.starts(with: $0.1) }?.0
  }

  /// WHATWG Encoding, index windows-1252; the five codes without a letter are the C1 controls of Latin-1.
  static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
    byte < 0xa0 ? upper[Int(byte) - 0x80] : Unicode.Scalar(byte)
  }

  private static let upper = Array(
    "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".unicodeScalars)
}

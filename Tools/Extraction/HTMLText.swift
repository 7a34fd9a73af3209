/// Text of a page as a document holds it.
enum HTMLText {
  /// Valid UTF-8 with no-break and other wide spaces as spaces, without soft hyphens and invisible marks; the
  /// codes that HTML gives the meaning of Windows-1252 (`&#150;`, WHATWG HTML 13.2.5.80) with that meaning.
  /// Trimmed.
  static func line(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return trimmed(text) }
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x80..<0xa0: clean.append(TextDecoding.windows1252(UInt8(scalar.value)))
      case 0xa0, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000: clean.append(" ")
      case 0xad, 0x200b, 0x2060, 0xfeff: break
      default: clean.append(scalar)
      }
    }
    return trimmed(String(clean))
  }

  /// One line: runs of white space are one space.
  static func collapsed(_ bytes: some Collection<UInt8>) -> String {
    line(bytes).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Text in which character references were left, as JSON-LD often has them: numbers and the five that XML names.
  static func unescaped(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = text[...]
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      let reference = rest[mark...].prefix(12)
      if let end = reference.firstIndex(of: ";"),
        let scalar = scalar(reference[reference.index(after: mark)..<end])
      {
        result.unicodeScalars.append(scalar)
        rest = rest[rest.index(after: end)...]
      } else {
        result.append("&")
        rest = rest[rest.index(after: mark)...]
      }
    }
    return result + rest
  }

  private static func scalar(_ name: Substring) -> Unicode.Scalar? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    guard name.first == "#" else { return nil }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first == "x" || digits.first == "X"
    let value = UInt32(isHexadecimal ? digits.dropFirst() : digits, radix: isHexadecimal ? 16 : 10)
    guard let value, value >= 0x20 else { return nil }
    return Unicode.Scalar(value)
  }

  private static func trimmed(_ text: String) -> String {
    guard let first = text.utf8.first, let last = text.utf8.last, first <= 0x20 || last <= 0x20
    else { return text }
    return text.trimmingSpace()
  }
}

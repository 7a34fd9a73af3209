import CXML
import Glibc
import JSON

/// The bytes of a page as UTF-8.
///
/// A byte order mark decides; then what the page declares (XML declaration, `<meta charset>`, `<meta
/// http-equiv>`: in its first 4 KiB, where the standard asks for the first 1,024 bytes); without either, text that
/// is well-formed UTF-8 is UTF-8, and other text is Windows-1252 (WHATWG Encoding and HTML 13.2.3). Saved pages
/// often have been converted without their declaration: text with letters beyond ASCII that is well-formed UTF-8
/// is UTF-8 whatever is declared, because no other encoding looks like it by chance.
enum HTMLEncoding {
  struct Decoded {
    /// Well-formed UTF-8.
    let text: [UInt8]
    /// What had to be done that the page did not ask for.
    let warning: String?
  }

  private static let declarationsEnd = 4_096

  static func decode(_ bytes: [UInt8]) -> Decoded {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return utf8(Array(bytes[3...])) }
    if bytes.starts(with: [0xff, 0xfe]) { return utf16(bytes[2...], bigEndian: false) }
    if bytes.starts(with: [0xfe, 0xff]) { return utf16(bytes[2...], bigEndian: true) }
    if bytes.starts(with: [0x3c, 0x00]) { return utf16(bytes[...], bigEndian: false) }
    if bytes.starts(with: [0x00, 0x3c]) { return utf16(bytes[...], bigEndian: true) }
    let declared = declaration(bytes)
    let fault = UTF8Validation.firstFault(in: unsafe bytes.span.bytes)
    if fault == bytes.count {
      // Escapes of ISO 2022 are ASCII bytes.
      if let declared, declared.hasPrefix("ISO-2022"), bytes.contains(0x1b),
        let text = convert(bytes, from: declared)
      {
        return Decoded(text: text, warning: nil)
      }
      let differs = declared.map { $0 != "UTF-8" } ?? false
      if differs, bytes.contains(where: { $0 >= 0x80 }) {
        return Decoded(text: bytes, warning: "declared as \(declared!), but is UTF-8")
      }
      return Decoded(text: bytes, warning: nil)
    }
    guard let declared, declared != "UTF-8" else { return recovered(bytes, fault) }
    if declared == "WINDOWS-1252" {
      return Decoded(text: TextDecoding.fromWindows1252(bytes[...]), warning: nil)
    }
    if let text = convert(bytes, from: declared) { return Decoded(text: text, warning: nil) }
    return recovered(bytes, fault)
  }

  private static func utf8(_ bytes: [UInt8]) -> Decoded {
    let fault = UTF8Validation.firstFault(in: unsafe bytes.span.bytes)
    return fault == bytes.count ? Decoded(text: bytes, warning: nil) : recovered(bytes, fault)
  }

  private static func recovered(_ bytes: [UInt8], _ fault: Int) -> Decoded {
    let (text, warning) = TextDecoding.recovered(bytes, from: 0, firstFault: fault)
    return Decoded(text: text, warning: warning)
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> Decoded {
    let start = bytes.startIndex
    let units = (0..<bytes.count / 2).lazy.map { index -> UInt16 in
      let (a, b) = (UInt16(bytes[start + 2 * index]), UInt16(bytes[start + 2 * index + 1]))
      return bigEndian ? a << 8 | b : b << 8 | a
    }
    return Decoded(text: Array(String(decoding: units, as: UTF16.self).utf8), warning: nil)
  }

  /// The declared encoding, as iconv names it; nil when there is none that is known.
  static func declaration(_ bytes: [UInt8]) -> String? {
    let head = bytes.prefix(declarationsEnd).map { byte in
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
    let text = String(decoding: head.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    if text.hasPrefix("<?xml"), let end = text.firstIndex(of: ">"),
      let label = value(of: "encoding", in: text[..<end])
    {
      return name(label)
    }
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      rest = rest[start...]
      if rest.hasPrefix("<!--") {
        // A declaration that was commented out is none.
        rest = rest.dropFirst(4)
        while !rest.isEmpty, !rest.hasPrefix("-->") { rest = rest.dropFirst() }
        continue
      }
      guard rest.hasPrefix("<meta") else {
        rest = rest.dropFirst()
        continue
      }
      let tag = rest.prefix { $0 != ">" }
      if let label = value(of: "charset", in: tag), let name = name(label) {
        // A page whose declaration could be read is not in UTF-16.
        return name.hasPrefix("UTF-16") ? "UTF-8" : name
      }
      rest = rest[tag.endIndex...]
    }
    return nil
  }

  /// `utf-8` of `charset = "utf-8"` and of `content="text/html; charset=utf-8"`.
  private static func value(of attribute: String, in tag: Substring) -> String? {
    var rest = tag
    while !rest.isEmpty {
      if rest.hasPrefix(attribute) {
        var value = rest.dropFirst(attribute.count).drop { $0.isWhitespace }
        if value.first == "=" {
          value = value.dropFirst().drop { $0.isWhitespace || $0 == "\"" || $0 == "'" }
          let label = value.prefix { $0.isLetter || $0.isNumber || "-_:.".contains($0) }
          return label.isEmpty ? nil : String(label)
        }
      }
      rest = rest.dropFirst()
    }
    return nil
  }

  /// The encoding that browsers take for a label (WHATWG Encoding, section 4.2), as iconv names it.
  private static func name(_ label: String) -> String? {
    let label = label.lowercased()
    if let name = labels[label] { return name }
    for prefix in ["windows-", "cp", "x-cp"] where label.hasPrefix(prefix) {
      let number = label.dropFirst(prefix.count)
      if ["874", "1250", "1251", "1253", "1254", "1255", "1256", "1257", "1258"].contains(number) {
        return "CP\(number)"
      }
    }
    for prefix in ["iso-8859-", "iso8859-", "iso_8859-", "iso8859"] where label.hasPrefix(prefix) {
      if let part = Int(label.dropFirst(prefix.count)), part != 12, (2...16).contains(part) {
        return part == 9 ? "CP1254" : part == 11 ? "CP874" : "ISO-8859-\(part)"
      }
    }
    return nil
  }

  private static let labels: [String: String] = {
    let groups = [
      ("UTF-8", "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8"), ("UTF-16", "utf-16 utf-16le"),
      (
        "WINDOWS-1252",
        "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 l1 ascii us-ascii"
      ),
      ("CP932", "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932 csshiftjis"),
      ("EUC-JP", "euc-jp x-euc-jp cseucpkdfmtjapanese"), ("ISO-2022-JP", "iso-2022-jp"),
      ("GB18030", "gb18030 gbk gb2312 gb_2312 gb_2312-80 x-gbk chinese csgb2312 iso-ir-58"),
      ("BIG5-HKSCS", "big5 big5-hkscs cn-big5 x-x-big5 csbig5"),
      ("CP949", "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 windows-949 korean cseuckr"),
      ("KOI8-R", "koi8-r koi8 koi koi8_r cskoi8r"), ("KOI8-U", "koi8-u koi8-ru"),
      ("MACINTOSH", "macintosh mac x-mac-roman csmacintosh"), ("CP866", "ibm866 cp866 866"),
      ("CP874", "tis-620 dos-874"), ("ISO-8859-2", "latin2 l2"), ("ISO-8859-15", "latin-9 l9"),
    ]
    var labels: [String: String] = [:]
    for (name, group) in groups {
      for label in group.split(separator: " ") { labels[String(label)] = name }
    }
    return labels
  }()

  /// Through iconv(3), each byte that it refuses as U+FFFD; nil where it does not know the encoding.
  private static func convert(_ bytes: [UInt8], from encoding: String) -> [UInt8]? {
    let converter = unsafe iconv_open("UTF-8", encoding)
    guard Int(bitPattern: converter) != -1 else { return nil }
    defer { unsafe iconv_close(converter) }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 2)
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    var input = bytes.map { CChar(bitPattern: $0) }
    var at = 0
    while at < input.count {
      let (consumed, produced, code) = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe piece.withUnsafeMutableBytes { target -> (Int, Int, Int32) in
          var from: UnsafeMutablePointer<CChar>? = unsafe source.baseAddress! + at
          var to = unsafe target.baseAddress?.assumingMemoryBound(to: CChar.self)
          var left = source.count - at
          var room = target.count
          let result = unsafe iconv(converter, &from, &left, &to, &room)
          let code = result == Int(bitPattern: UInt.max) ? errno : 0
          return (source.count - at - left, target.count - room, code)
        }
      }
      output.append(contentsOf: piece[..<produced])
      at += consumed
      if code == EILSEQ || code == EINVAL {
        output.append(contentsOf: UTF8Validation.replacement)
        at += 1
      } else if code != 0, code != E2BIG {
        return nil
      }
    }
    return output
  }
}

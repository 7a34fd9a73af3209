import InvertedIndex

/// Dates as the metadata of pages writes them.
enum HTMLDate {
  /// The date as `ISODate` reads it; nil when it is none or says less than a day.
  ///
  ///     2021-11-01T10:52:50+0100   2017-11-03 03:01:00.000000   2021/01/26   20210126
  ///     Tue, 26 Jan 2021 07:10:00 GMT   January 26, 2021
  static func parse(_ text: String) -> String? {
    let text = text.trimmingSpace()
    guard (8...60).contains(text.utf8.count) else { return nil }
    if let iso = iso(text) { return iso }
    return PageDate.parse(text)
  }

  /// The first date of a line that is written in figures alone: `2023-11-17 08:10`, `2018年6月19日`.
  static func first(in line: String) -> String? {
    let bytes = Array(line.utf8)
    guard bytes.count >= 10, bytes.count <= 400 else { return nil }
    for start in 0...(bytes.count - 10) where start == 0 || !isWord(bytes[start - 1]) {
      guard bytes[start..<start + 4].allSatisfy({ digit($0) }) else { continue }
      if bytes[start + 4] == UInt8(ascii: "-") {
        let end = (start + 10..<bytes.count).first { isWord(bytes[$0]) } ?? bytes.count
        let hasTime = bytes.count >= start + 16 && end == start + 11
        let length = hasTime ? 16 : 10
        let piece = String(decoding: bytes[start..<start + length], as: UTF8.self)
        if hasTime || end > start + 10 || bytes.count == start + 10, let date = iso(piece) {
          return date
        }
      } else if let date = eastAsian(bytes[start...]) {
        return date
      }
    }
    return nil
  }

  /// `2018年6月19日`.
  private static func eastAsian(_ bytes: ArraySlice<UInt8>) -> String? {
    var rest = Substring(String(decoding: bytes.prefix(24), as: UTF8.self))
    var parts: [String] = []
    for mark in ["年", "月", "日"] {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard (1...4).contains(digits.count), rest.hasPrefix(mark) else { return nil }
      rest = rest.dropFirst()
      parts.append(digits.count == 1 ? "0" + digits : String(digits))
    }
    let date = parts.joined(separator: "-")
    return ISODate.parse(date) == nil ? nil : date
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    digit(byte) || byte == UInt8(ascii: "-") || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
  }

  private static func iso(_ text: String) -> String? {
    var bytes = Array(text.utf8)
    if bytes.count == 8, bytes.allSatisfy({ digit($0) }) {
      bytes.insert(UInt8(ascii: "-"), at: 6)
      bytes.insert(UInt8(ascii: "-"), at: 4)
    }
    guard bytes.count >= 10, bytes[..<4].allSatisfy({ digit($0) }),
      bytes[4] == bytes[7], bytes[4] == UInt8(ascii: "-") || bytes[4] == UInt8(ascii: "/")
    else { return nil }
    (bytes[4], bytes[7]) = (UInt8(ascii: "-"), UInt8(ascii: "-"))
    let day = String(decoding: bytes[..<10], as: UTF8.self)
    guard ISODate.parse(day) != nil else { return nil }
    // `2021-01-26 at 7` says at least the day.
    guard bytes.count >= 16, bytes[13] == UInt8(ascii: ":") else { return day }
    var time = Array(bytes[11...])
    while let space = time.firstIndex(of: UInt8(ascii: " ")) { time.remove(at: space) }
    if time.starts(with: "24:".utf8) { return day }
    // `+0100` and `+01` are `+01:00`.
    if let sign = time.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
      let digits = time[(sign + 1)...].filter { digit($0) }
      if digits.count == 4 || digits.count == 2 {
        let zone = digits.count == 2 ? digits + [0x30, 0x30] : digits
        time = Array(time[...sign]) + zone[..<2] + [UInt8(ascii: ":")] + zone[2...]
      }
    } else if let mark = time.firstIndex(where: { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a }) {
      // A zone by name: `Z`, `UTC` and `GMT` are kept, others make the time zoneless.
      let zone = String(decoding: time[mark...], as: UTF8.self).uppercased()
      time = Array(time[..<mark])
      if ["Z", "UTC", "GMT"].contains(zone) { time.append(UInt8(ascii: "Z")) }
    }
    let full = day + "T" + String(decoding: time, as: UTF8.self)
    return ISODate.parse(full) == nil ? day : full
  }

  private static func digit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}

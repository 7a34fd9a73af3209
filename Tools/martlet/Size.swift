import ArgumentParser

/// A number of bytes on the command line: `268435456`, `512M`, `2G`, `1.5GiB`. K, M and G are powers of 1,024.
struct Size: ExpressibleByArgument, Equatable {
  var bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    var digits = Substring(argument)
    var unit = 1
    let units: [(String, Int)] = [("k", 1 << 10), ("m", 1 << 20), ("g", 1 << 30), ("t", 1 << 40)]
    let lower = argument.lowercased()
    search: for (letter, factor) in units {
      for suffix in ["\(letter)ib", "\(letter)b", letter] where lower.hasSuffix(suffix) {
        digits = digits.dropLast(suffix.count)
        unit = factor
        break search
      }
    }
    guard let first = digits.utf8.first, first != 0x2E,
      digits.utf8.allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) }),
      let value = Double(digits)
    else { return nil }
    let bytes = value * Double(unit)
    guard bytes <= Double(1 << 50) else { return nil }
    self.bytes = Int(bytes)
  }

  var defaultValueDescription: String { Size.describe(bytes) }

  /// For people: `38.2 MiB`.
  static func describe(_ bytes: Int) -> String {
    if bytes < 1 << 10 { return "\(bytes) bytes" }
    var value = Double(bytes) / 1024
    for unit in ["KiB", "MiB", "GiB"] {
      if value < 1000 { return "\(oneDecimal(value)) \(unit)" }
      value /= 1024
    }
    return "\(oneDecimal(value)) TiB"
  }
}

/// One digit after the point, without Foundation.
func oneDecimal(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return "\(tenths / 10).\(abs(tenths % 10))"
}

/// 1234567 → 1,234,567.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude).utf8)
  var text: [UInt8] = number < 0 ? [0x2D] : []
  for (i, digit) in digits.enumerated() {
    if i > 0, (digits.count - i) % 3 == 0 { text.append(0x2C) }
    text.append(digit)
  }
  return String(decoding: text, as: UTF8.self)
}

/// "1 document", "2 documents".
func counted(_ number: Int, _ noun: String) -> String {
  "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}

// Numbers as people and programs write them: `-5`, `3.25`, `1e-7`.

public enum NumberLiteral {
  /// Digits with an optional sign, fraction and exponent; finite. Nothing else: no `inf`, no hexadecimal.
  public static func double(_ text: some BidirectionalCollection<UInt8>) -> Double? {
    var digits = 0
    var fraction: Int?
    var exponent: Int?
    var previous: UInt8 = 0
    for byte in text {
      switch byte {
      case ascii("0")...ascii("9"):
        if exponent != nil {
          exponent! += 1
        } else if fraction != nil {
          fraction! += 1
        } else {
          digits += 1
        }
      case ascii("-"), ascii("+"):
        guard previous == 0 || previous == ascii("e") else { return nil }
      case ascii("."):
        guard fraction == nil, exponent == nil, digits > 0 else { return nil }
        fraction = 0
      case ascii("e"), ascii("E"):
        guard exponent == nil, digits > 0, fraction != 0 else { return nil }
        exponent = 0
      default: return nil
      }
      previous = byte == ascii("E") ? ascii("e") : byte
    }
    guard digits > 0, fraction != 0, exponent != 0, digits + (fraction ?? 0) <= 400,
      let value = Double(String(decoding: Array(text), as: UTF8.self)), value.isFinite
    else { return nil }
    return value
  }

  /// Digits with an optional sign that fit 64 bits; nil for `5.0` and `5e3`.
  public static func integer(_ text: some BidirectionalCollection<UInt8>) -> Int64? {
    let unsigned =
      text.first == ascii("-") || text.first == ascii("+") ? text.dropFirst() : text[...]
    guard !unsigned.isEmpty, unsigned.allSatisfy((ascii("0")...ascii("9")).contains) else {
      return nil
    }
    return Int64(String(decoding: Array(text), as: UTF8.self))
  }
}

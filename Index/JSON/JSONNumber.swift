/// A number as JSON writes them (RFC 8259, section 6), read from text.
package struct JSONNumber: Equatable, Sendable {
  package enum Value: Equatable, Sendable {
    case integer(Int64)
    /// Infinite where the literal is beyond the doubles.
    case double(Double)
  }

  package let value: Value
  /// Behind its last byte.
  package let end: Int

  /// nil: no number begins at `start`. The number ends where its grammar does; what follows is not looked at.
  package init?(_ text: RawSpan, at start: Int) {
    let count = text.byteCount
    var at = start
    func digit() -> UInt8? {
      guard at < count else { return nil }
      let value = text.byte(at: at) &- UInt8(ascii: "0")
      return value < 10 ? value : nil
    }
    let negative = at < count && text.byte(at: at) == UInt8(ascii: "-")
    if negative { at += 1 }

    // The first 19 significant digits; `dropped` of the integer part did not fit.
    var mantissa: UInt64 = 0
    var digits = 0
    var dropped = 0
    func take(_ value: UInt8) -> Bool {
      guard digits < 19 else { return false }
      mantissa = mantissa * 10 + UInt64(value)
      if mantissa > 0 { digits += 1 }
      return true
    }
    guard let first = digit() else { return nil }
    at += 1
    _ = take(first)
    if first > 0 {
      while let next = digit() {
        if !take(next) { dropped += 1 }
        at += 1
      }
    }
    var exact = dropped == 0
    var isInteger = true
    var scale = 0
    if at < count, text.byte(at: at) == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      guard digit() != nil else { return nil }
      while let next = digit() {
        if take(next) { scale -= 1 } else { exact = false }
        at += 1
      }
    }
    if at < count, text.byte(at: at) | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      var down = false
      if at < count {
        let sign = text.byte(at: at)
        down = sign == UInt8(ascii: "-")
        if down || sign == UInt8(ascii: "+") { at += 1 }
      }
      guard digit() != nil else { return nil }
      var exponent = 0
      while let next = digit() {
        if exponent < 1_000_000 { exponent = exponent * 10 + Int(next) }
        at += 1
      }
      scale += down ? -exponent : exponent
    }
    end = at
    if isInteger, exact, mantissa <= UInt64(Int64.max) + (negative ? 1 : 0) {
      value = .integer(Int64(truncatingIfNeeded: negative ? 0 &- mantissa : mantissa))
      return
    }
    // Both factors are exact, so one rounding is right (Clinger 1990, the fast path).
    if exact, mantissa <= 1 << 53, abs(scale) < Self.powersOfTen.count {
      let power = Self.powersOfTen[abs(scale)]
      let magnitude = scale < 0 ? Double(mantissa) / power : Double(mantissa) * power
      value = .double(negative ? -magnitude : magnitude)
      return
    }
    let literal = unsafe text.extracting(start..<at).withUnsafeBytes {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    guard let nearest = Double(literal) else { return nil }
    value = .double(nearest)
  }

  /// The powers of ten that are exact doubles.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}

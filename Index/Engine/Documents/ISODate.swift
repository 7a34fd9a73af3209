/// Dates as ISO 8601 and RFC 3339 write them, strictly, in the proleptic Gregorian calendar.
///
///     2018  2018-05  2018-05-14  2018-05-14T12:30Z  2018-05-14 12:30:59.250+03:00
///
/// Without an offset the time is UTC. A date without a time is its beginning.
public enum ISODate {
  public enum Precision: UInt8, Comparable, Sendable {
    case year, month, day, minute, second

    public static func < (a: Precision, b: Precision) -> Bool { a.rawValue < b.rawValue }
  }

  /// Milliseconds since 1970 in UTC, digits beyond them cut off; nil when `text` is no date.
  public static func parse(_ text: RawSpan) -> (milliseconds: Int64, precision: Precision)? {
    var scanner = Scanner(text: text, offset: 0)
    guard let year = scanner.digits(4) else { return nil }
    var month = 1
    var day = 1
    if scanner.isAtEnd { return (days(year, 1, 1) * millisecondsADay, .year) }
    guard scanner.take("-"), let value = scanner.digits(2), 1...12 ~= value else { return nil }
    month = value
    if scanner.isAtEnd { return (days(year, month, 1) * millisecondsADay, .month) }
    guard scanner.take("-"), let value = scanner.digits(2), 1...length(year, month) ~= value
    else { return nil }
    day = value
    let midnight = days(year, month, day) * millisecondsADay
    if scanner.isAtEnd { return (midnight, .day) }
    guard scanner.take("T") || scanner.take("t") || scanner.take(" ") else { return nil }
    guard let (time, precision) = scanner.time() else { return nil }
    return (midnight + time, precision)
  }

  public static func parse(_ text: String) -> (milliseconds: Int64, precision: Precision)? {
    var text = text
    return text.withUTF8 { unsafe parse($0.span.bytes) }
  }

  /// RFC 3339 in UTC: seconds, and milliseconds where there are any.
  public static func string(_ milliseconds: Int64) -> String {
    let (day, time) = milliseconds.quotientFloored(millisecondsADay)
    let (year, month, date) = civil(day)
    func pad(_ value: Int64, _ width: Int) -> String {
      let digits = String(value.magnitude)
      return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count))
        + digits
    }
    let fraction = time % 1_000
    return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(date, 2) + "T"
      + pad(time / 3_600_000, 2) + ":" + pad(time / 60_000 % 60, 2) + ":"
      + pad(time / 1_000 % 60, 2) + (fraction == 0 ? "" : "." + pad(fraction, 3)) + "Z"
  }

  static let millisecondsADay: Int64 = 86_400_000

  private static func length(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01, by eras of 400 years that begin in March (Hinnant, "chrono-compatible
  /// low-level date algorithms", days_from_civil).
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }

  /// The inverse of `days` (civil_from_days).
  static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let (era, dayOfEra) = shifted.quotientFloored(146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// Reads digits and marks from the front.
  private struct Scanner: ~Escapable {
    let text: RawSpan
    var offset: Int

    @_lifetime(copy text)
    init(text: RawSpan, offset: Int) {
      self.text = text
      self.offset = offset
    }

    var isAtEnd: Bool { offset == text.byteCount }

    func peek() -> UInt8 {
      offset < text.byteCount
        ? unsafe text.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) : 0
    }

    @_lifetime(self: copy self)
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
      guard peek() == UInt8(ascii: mark) else { return false }
      offset += 1
      return true
    }

    @_lifetime(self: copy self)
    mutating func digits(_ count: Int) -> Int? {
      var value = 0
      for _ in 0..<count {
        let digit = peek() &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int(digit)
        offset += 1
      }
      return value
    }

    /// `12:30`, `12:30:59`, `12:30:59.25`, each with or without an offset, up to the end. A 60th second,
    /// as leap seconds are written, is the first of the next minute.
    @_lifetime(self: copy self)
    mutating func time() -> (milliseconds: Int64, precision: Precision)? {
      guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60
      else { return nil }
      var milliseconds = Int64(hour * 60 + minute) * 60_000
      var precision = Precision.minute
      if take(":") {
        guard let second = digits(2), second <= 60 else { return nil }
        milliseconds += Int64(second) * 1_000
        precision = .second
        if take(".") || take(",") {
          var unit: Int64 = 100
          guard peek() &- UInt8(ascii: "0") < 10 else { return nil }
          while let digit = digits(1) {
            milliseconds += Int64(digit) * unit
            unit /= 10
          }
        }
      }
      if isAtEnd { return (milliseconds, precision) }
      if take("Z") || take("z") { return isAtEnd ? (milliseconds, precision) : nil }
      let ahead = take("+")
      guard ahead || take("-"), let hours = digits(2), hours < 24 else { return nil }
      _ = take(":")
      guard let minutes = digits(2), minutes < 60, isAtEnd else { return nil }
      let offset = Int64(hours * 60 + minutes) * 60_000
      return (milliseconds + (ahead ? -offset : offset), precision)
    }
  }
}

extension Int64 {
  /// Quotient rounded down and the remainder, which is not negative, by a positive divisor.
  func quotientFloored(_ divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

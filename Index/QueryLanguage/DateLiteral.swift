// Dates as queries and documents write them, as ranges of milliseconds since 1970-01-01T00:00Z.
//
// A date keeps its precision: `2018` is a year, `2018-05-14T10:00Z` a minute. The calendar is the proleptic
// Gregorian one (RFC 3339, section 5.6, and years 0000 to 9999); words count days, weeks from Monday (ISO 8601),
// months and years in UTC.

public enum DateLiteral {
  public typealias Milliseconds = Int64

  /// The time that a literal stands for, its end excluded. nil: not a date.
  ///
  /// `2018`, `2018-05`, `2018-05-14`, RFC 3339 with minutes, seconds or a fraction (`T`, `t` or a space; without an offset
  /// UTC), `today`, `yesterday`, `last-week`, `last-month`, `last-year` (the calendar's, before the present one),
  /// `now` and `now-30d`, `now+2h` (a moment; units s, m, h, d, w, M for months, y).
  public static func range(
    _ text: String, now: Milliseconds
  ) -> Range<Milliseconds>? {
    range(utf8: Array(text.utf8), now: now)
  }

  public static func range(utf8 text: [UInt8], now: Milliseconds) -> Range<Milliseconds>? {
    guard let first = text.first, text.count <= 64 else { return nil }
    if (ascii("0")...ascii("9")).contains(first) { return written(text) }
    return word(String(decoding: text, as: UTF8.self), now)
  }

  /// The literal of a moment: `2018-05-14T10:00:00Z`, with `.123` where there are milliseconds; midnight too has its time.
  public static func text(_ moment: Milliseconds) -> String {
    let (day, rest) = moment.quotientAndRemainder(flooringBy: msPerDay)
    let date = Civil(day: day)
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let seconds = rest / 1000
    var text = padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
    text += "T" + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2)
    text += ":" + padded(seconds % 60, 2)
    if rest % 1000 != 0 { text += "." + padded(rest % 1000, 3) }
    return text + "Z"
  }

  private static let msPerDay: Int64 = 86_400_000

  // MARK: Written dates

  private static func written(_ text: [UInt8]) -> Range<Milliseconds>? {
    var reader = Digits(text: text)
    guard let year = reader.take(4) else { return nil }
    if reader.isAtEnd { return Civil(year: year).start..<Civil(year: year + 1).start }
    guard reader.skip("-"), let month = reader.take(2), (1...12).contains(month) else { return nil }
    var date = Civil(year: year, month: month)
    if reader.isAtEnd { return date.start..<date.addingMonths(1).start }
    guard reader.skip("-"), let day = reader.take(2), day >= 1,
      day <= Civil.days(inMonth: month, of: year)
    else { return nil }
    date.day = day
    if reader.isAtEnd { return date.start..<date.start + msPerDay }
    guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let hour = reader.take(2),
      hour < 24, reader.skip(":"), let minute = reader.take(2), minute < 60
    else { return nil }
    var start = date.start + (hour * 60 + minute) * 60_000
    var length: Int64 = 60_000
    if reader.skip(":") {
      // A leap second is the first of the next minute, as POSIX counts.
      guard let second = reader.take(2), second <= 60 else { return nil }
      start += second * 1000
      length = 1000
      if reader.skip(".") || reader.skip(",") {
        guard let (fraction, precision) = reader.takeFraction() else { return nil }
        start += fraction
        length = precision
      }
    }
    guard let offset = reader.takeOffset(), reader.isAtEnd else { return nil }
    start -= offset * 60_000
    return start..<start + length
  }

  private struct Digits {
    let text: [UInt8]
    var at = 0

    init(text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { at == text.count }

    mutating func digit() -> Int64? {
      guard at < text.count, (ascii("0")...ascii("9")).contains(text[at]) else { return nil }
      at += 1
      return Int64(text[at - 1] - ascii("0"))
    }

    mutating func take(_ count: Int) -> Int64? {
      var value: Int64 = 0
      for _ in 0..<count {
        guard let digit = digit() else { return nil }
        value = value * 10 + digit
      }
      return value
    }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
      guard at < text.count, text[at] == ascii(scalar) else { return false }
      at += 1
      return true
    }

    /// Milliseconds, and how many the last digit stands for; digits beyond the third are cut.
    mutating func takeFraction() -> (Int64, precision: Int64)? {
      var value: Int64 = 0
      var precision: Int64 = 1000
      guard var next = digit() else { return nil }
      while true {
        if precision > 1 {
          precision /= 10
          value += next * precision
        }
        guard let more = digit() else { return (value, precision) }
        next = more
      }
    }

    /// `Z`, `+02:00`, `-0530`, `+02`; minutes east. Nothing is UTC.
    mutating func takeOffset() -> Int64? {
      if isAtEnd || skip("Z") || skip("z") { return 0 }
      let isEast = skip("+")
      guard isEast || skip("-"), let hours = take(2), hours < 24 else { return nil }
      var minutes: Int64 = 0
      if !isAtEnd {
        _ = skip(":")
        guard let taken = take(2), taken < 60 else { return nil }
        minutes = taken
      }
      return (hours * 60 + minutes) * (isEast ? 1 : -1)
    }
  }

  // MARK: Words

  private static func word(_ text: String, _ now: Milliseconds) -> Range<Milliseconds>? {
    // A clock beyond the calendar's years is no clock.
    guard abs(now) < 300_000_000_000_000 else { return nil }
    let today = now.quotientAndRemainder(flooringBy: msPerDay).quotient
    let date = Civil(day: today)
    func days(_ first: Int64, _ count: Int64) -> Range<Milliseconds> {
      first * msPerDay..<(first + count) * msPerDay
    }
    switch text {
    case "now": return now..<now + 1
    case "today": return days(today, 1)
    case "yesterday": return days(today - 1, 1)
    case "last-week":
      // 1970-01-01 was a Thursday.
      let monday = today - (today + 3).quotientAndRemainder(flooringBy: 7).remainder
      return days(monday - 7, 7)
    case "last-month":
      let month = Civil(year: date.year, month: date.month)
      return month.addingMonths(-1).start..<month.start
    case "last-year": return Civil(year: date.year - 1).start..<Civil(year: date.year).start
    default: return offset(text, now, date)
    }
  }

  /// `now-30d`
  private static func offset(
    _ text: String, _ now: Milliseconds, _ date: Civil
  ) -> Range<Milliseconds>? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 6, bytes.count <= 12, text.hasPrefix("now"),
      bytes[3] == ascii("-") || bytes[3] == ascii("+")
    else { return nil }
    var count: Int64 = 0
    for digit in bytes[4..<bytes.count - 1] {
      guard (ascii("0")...ascii("9")).contains(digit) else { return nil }
      count = count * 10 + Int64(digit - ascii("0"))
    }
    if bytes[3] == ascii("-") { count = -count }
    let moment: Int64
    switch bytes[bytes.count - 1] {
    case ascii("s"): moment = now + count * 1000
    case ascii("m"): moment = now + count * 60_000
    case ascii("h"): moment = now + count * 3_600_000
    case ascii("d"): moment = now + count * msPerDay
    case ascii("w"): moment = now + count * 7 * msPerDay
    case ascii("M"): moment = now - date.start + date.addingMonths(count).start
    case ascii("y"): moment = now - date.start + date.addingMonths(count * 12).start
    default: return nil
    }
    return moment..<moment + 1
  }
}

/// A day of the proleptic Gregorian calendar. Arithmetic by eras of 400 years, which are 146,097 days, with years that
/// begin in March so that the leap day is their last.
package struct Civil: Equatable, Sendable {
  package var year: Int64
  package var month: Int64 = 1
  package var day: Int64 = 1

  package init(year: Int64, month: Int64 = 1, day: Int64 = 1) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// - Parameter day: days since 1970-01-01.
  package init(day count: Int64) {
    // 0000-03-01 is 719,468 days before 1970-01-01.
    let (era, dayOfEra) = (count + 719_468).quotientAndRemainder(flooringBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // March to January have 153 days in five months.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  package var dayCount: Int64 {
    let (era, yearOfEra) =
      (month <= 2 ? year - 1 : year).quotientAndRemainder(flooringBy: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Its midnight, in milliseconds since 1970.
  package var start: Int64 { dayCount * 86_400_000 }

  /// The same day of another month, or that month's last.
  package func addingMonths(_ count: Int64) -> Civil {
    let (years, rest) = (month - 1 + count).quotientAndRemainder(flooringBy: 12)
    let last = Self.days(inMonth: rest + 1, of: year + years)
    return Civil(year: year + years, month: rest + 1, day: min(day, last))
  }

  package static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Int64 {
  /// Division that rounds down; the remainder is never negative.
  fileprivate func quotientAndRemainder(flooringBy divisor: Int64) -> (
    quotient: Int64, remainder: Int64
  ) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

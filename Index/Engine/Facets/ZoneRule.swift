// The rule in the footer of a time zone file: the TZ string of POSIX (IEEE 1003.1, section 8.3) with the extension of RFC 8536,
// section 3.3.1, that times of a day may be negative or beyond 24 hours.
//
//   EET-2EEST,M3.5.0/3,M10.5.0/4     two hours ahead; one more from the last Sunday of March, 3:00, to that of October, 4:00

import QueryLanguage

/// How offsets change from year to year.
struct ZoneRule: Sendable, Equatable {
  /// A moment of each year, by the clocks before it.
  struct Change: Sendable, Equatable {
    enum Day: Sendable, Equatable {
      /// Jn: 1 … 365, the 29th of February is not counted.
      case julian(Int64)
      /// n: 0 … 365.
      case zeroBased(Int64)
      /// Mm.w.d: the w-th (5: the last) weekday d (0: Sunday) of month m.
      case weekday(month: Int64, week: Int64, day: Int64)
    }

    var day: Day
    /// Milliseconds from midnight.
    var time: Int64
  }

  struct Summer: Sendable, Equatable {
    var offset: Int64
    var start: Change
    var end: Change
  }

  /// Milliseconds ahead of UTC.
  var standard: Int64
  /// nil: the clocks never change.
  var summer: Summer?

  /// nil: not such a string.
  init?(_ text: some Sequence<UInt8>) {
    var reader = Reader(text: Array(text))
    guard reader.name(), let standard = reader.offset() else { return nil }
    self.standard = standard
    if reader.isAtEnd { return }
    guard reader.name() else { return nil }
    var ahead = standard + 3_600_000
    if !reader.isAtEnd, reader.peek != UInt8(ascii: ",") {
      guard let offset = reader.offset() else { return nil }
      ahead = offset
    }
    guard reader.take(","), let start = reader.change(), reader.take(","),
      let end = reader.change(), reader.isAtEnd
    else { return nil }
    summer = Summer(offset: ahead, start: start, end: end)
  }

  /// The period of a moment at or after `first`, from which the rule holds; until the rule's next change the offset there is
  /// `offset`.
  func period(at moment: Int64, after first: Int64, _ offset: Int64) -> TimeZone.Period {
    guard let summer else {
      return TimeZone.Period(start: first, end: .max, offset: first == .min ? standard : offset)
    }
    var period = TimeZone.Period(start: first, end: .max, offset: offset)
    let year = Civil(day: moment.quotientFloored(ISODate.millisecondsADay).0).year
    var changes: [(moment: Int64, offset: Int64)] = []
    for year in year - 1...year + 1 {
      // An end and a start at one moment: summer all the year.
      changes.append((summer.end.moment(of: year) - summer.offset, standard))
      changes.append((summer.start.moment(of: year) - standard, summer.offset))
    }
    changes.sort {
      ($0.moment, $0.offset == standard ? 0 : 1) < ($1.moment, $1.offset == standard ? 0 : 1)
    }
    for change in changes where change.moment > first {
      if change.moment <= moment {
        period.start = change.moment
        period.offset = change.offset
      } else {
        period.end = change.moment
        break
      }
    }
    return period
  }

  private struct Reader {
    let text: [UInt8]
    var at = 0

    init(text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { at == text.count }
    var peek: UInt8 { at < text.count ? text[at] : 0 }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
      guard peek == UInt8(ascii: mark) else { return false }
      at += 1
      return true
    }

    /// `EET`, `<+0330>`
    mutating func name() -> Bool {
      let start = at
      if take("<") {
        while !isAtEnd, peek != UInt8(ascii: ">") { at += 1 }
        return take(">")
      }
      while (0x41...0x5A).contains(peek & 0xDF) { at += 1 }
      return at - start >= 3
    }

    mutating func number(_ most: Int64) -> Int64? {
      let start = at
      var value: Int64 = 0
      while (0x30...0x39).contains(peek), at - start < 4 {
        value = value * 10 + Int64(peek - 0x30)
        at += 1
      }
      return at > start && value <= most ? value : nil
    }

    /// `-3:30:15`, in milliseconds.
    mutating func time(_ most: Int64) -> Int64? {
      let isNegative = take("-")
      if !isNegative { _ = take("+") }
      guard let hours = number(most) else { return nil }
      var seconds = hours * 3_600
      if take(":") {
        guard let minutes = number(59) else { return nil }
        seconds += minutes * 60
        if take(":") {
          guard let rest = number(59) else { return nil }
          seconds += rest
        }
      }
      return seconds * (isNegative ? -1_000 : 1_000)
    }

    /// What POSIX adds to local time: the other way round than elsewhere.
    mutating func offset() -> Int64? { time(24).map { -$0 } }

    mutating func change() -> Change? {
      let day: Change.Day
      if take("M") {
        guard let month = number(12), month >= 1, take("."), let week = number(5), week >= 1,
          take("."), let weekday = number(6)
        else { return nil }
        day = .weekday(month: month, week: week, day: weekday)
      } else if take("J") {
        guard let number = number(365), number >= 1 else { return nil }
        day = .julian(number)
      } else {
        guard let number = number(365) else { return nil }
        day = .zeroBased(number)
      }
      var time: Int64 = 2 * 3_600_000
      if take("/") {
        guard let given = self.time(167) else { return nil }
        time = given
      }
      return Change(day: day, time: time)
    }
  }
}

extension ZoneRule.Change {
  /// Local time of the change in a year.
  func moment(of year: Int64) -> Int64 {
    let days: Int64
    switch day {
    case .zeroBased(let number): days = Civil(year: year).dayCount + number
    case .julian(let number):
      let isLeap = Civil.days(inMonth: 2, of: year) == 29
      days = Civil(year: year).dayCount + number - 1 + (isLeap && number > 59 ? 1 : 0)
    case .weekday(let month, let week, let weekday):
      let first = Civil(year: year, month: month).dayCount
      // 1970-01-01 was a Thursday.
      let ahead = (weekday - (first + 4) % 7 + 14) % 7
      var day = ahead + (week - 1) * 7
      while day >= Civil.days(inMonth: month, of: year) { day -= 7 }
      days = first + day
    }
    return days * ISODate.millisecondsADay + time
  }
}

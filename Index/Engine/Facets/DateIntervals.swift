// Intervals of the calendar by the clocks of a zone, as stretches of time in UTC: an interval begins at the first moment at which
// the clocks show its beginning or later, and ends where the next one begins. Weeks begin on Mondays (ISO 8601).
//
// Hours are those of the clocks between two changes of the offset: the hour that comes twice in autumn is two hours.

import QueryLanguage

struct DateIntervals {
  let interval: Facet.Interval
  let zone: TimeZone

  /// The interval that a moment lies in; its end excluded.
  func interval(at moment: Int64) -> Range<Int64> {
    var period = zone.period(at: moment)
    return interval(at: moment, &period)
  }

  /// - Parameter period: any period of the zone; afterwards that of the moment, to begin the next search with.
  func interval(at moment: Int64, _ period: inout TimeZone.Period) -> Range<Int64> {
    if !period.contains(moment) { period = zone.period(at: moment) }
    let local = moment + period.offset
    if interval == .hour {
      let start = local - local.quotientFloored(3_600_000).1 - period.offset
      return max(start, period.start)..<min(start + 3_600_000, period.end)
    }
    var first = beginning(local)
    var start = zone.moment(local: first, period)
    // The clocks were set back over a beginning: what they show again belongs to the interval that has begun.
    var next = following(first)
    var end = zone.moment(local: next, period)
    while end <= moment {
      (first, start) = (next, end)
      next = following(first)
      end = zone.moment(local: next, period)
    }
    return start..<end
  }

  /// Local time at which the interval of a local time begins.
  private func beginning(_ local: Int64) -> Int64 {
    let day = local.quotientFloored(ISODate.millisecondsADay).0
    switch interval {
    case .hour, .day: return day * ISODate.millisecondsADay
    case .week:
      // 1970-01-01 was a Thursday.
      return (day - (day + 3).quotientFloored(7).1) * ISODate.millisecondsADay
    case .month, .quarter, .year:
      var date = Civil(day: day)
      date.day = 1
      if interval == .quarter { date.month -= (date.month - 1) % 3 }
      if interval == .year { date.month = 1 }
      return date.start
    }
  }

  /// The next beginning after one.
  private func following(_ local: Int64) -> Int64 {
    switch interval {
    case .hour: return local + 3_600_000
    case .day: return local + ISODate.millisecondsADay
    case .week: return local + 7 * ISODate.millisecondsADay
    case .month, .quarter, .year:
      let months: Int64 = interval == .month ? 1 : interval == .quarter ? 3 : 12
      return Civil(day: local.quotientFloored(ISODate.millisecondsADay).0).addingMonths(months)
        .start
    }
  }

  /// Less than any interval, in milliseconds: how many there can be at most.
  var least: Int64 {
    switch interval {
    // Where the clocks change there may be shorter ones, a few a year.
    case .hour: 3_000_000
    case .day: 20 * 3_600_000
    case .week: 6 * ISODate.millisecondsADay
    case .month: 27 * ISODate.millisecondsADay
    case .quarter: 89 * ISODate.millisecondsADay
    case .year: 364 * ISODate.millisecondsADay
    }
  }
}

/// Counts by intervals, all of which between two moments are known beforehand: a table over time says which intervals a moment
/// may lie in.
struct IntervalCounter: ValueCounter {
  /// Beginnings, ascending; the last is the end of the last interval.
  let starts: [Int64]
  private(set) var counts: [UInt32]
  private var last: [UInt32] = []
  private let low: Int64
  private let shift: Int64
  /// By slot of time: the interval in which it begins. One more at the end.
  private let slots: [UInt32]

  static let mostIntervals = 1 << 18

  /// nil: there are too many intervals between the two moments.
  init?(_ intervals: DateIntervals, from low: Int64, to high: Int64) {
    guard (high - low) / intervals.least < Self.mostIntervals else { return nil }
    var starts: [Int64] = []
    var period = intervals.zone.period(at: low)
    var range = intervals.interval(at: low, &period)
    starts.append(range.lowerBound)
    while range.upperBound <= high {
      starts.append(range.upperBound)
      range = intervals.interval(at: range.upperBound, &period)
    }
    starts.append(range.upperBound)
    counts = Array(repeating: 0, count: starts.count - 1)
    let first = starts[0]
    let span = UInt64(range.upperBound - first)
    // Slots shorter than nearly all intervals: at most one begins within a slot.
    var shift: Int64 = 0
    while 2 << shift <= intervals.least { shift += 1 }
    var slots: [UInt32] = []
    var number = 0
    for slot in 0...(Int(span >> UInt64(shift)) + 1) {
      let begin = first + Int64(slot) << shift
      while number + 2 < starts.count, starts[number + 1] <= begin { number += 1 }
      slots.append(UInt32(number))
    }
    self.starts = starts
    self.low = first
    self.shift = shift
    self.slots = slots
  }

  /// nil: outside of all.
  private func number(_ value: Int64) -> Int? {
    guard let first = starts.first, let end = starts.last, value >= first, value < end else {
      return nil
    }
    var number = Int(slots[Int((value - low) >> shift)])
    while starts[number + 1] <= value { number += 1 }
    return number
  }

  mutating func add(_ values: Span<Int64>) -> Int {
    let (starts, slots, low, shift) = (starts, slots, low, shift)
    let end = starts[starts.count &- 1]
    var counts = counts.mutableSpan
    var found = 0
    for place in values.indices {
      let value = values[place]
      guard value >= low, value < end else { continue }
      var number = Int(slots[Int(truncatingIfNeeded: (value &- low) &>> shift)])
      // Which of the two it is cannot be foreseen, and needs no branch; that there is a third is rare.
      number &+= starts[number &+ 1] <= value ? 1 : 0
      while starts[number &+ 1] <= value { number &+= 1 }
      counts[number] &+= 1
      found &+= 1
    }
    return found
  }

  mutating func add(_ value: Int64, of document: UInt32) -> Bool {
    guard let number = number(value) else { return false }
    if last.isEmpty { last = Array(repeating: 0, count: counts.count) }
    if last[number] != document &+ 1 {
      last[number] = document &+ 1
      counts[number] &+= 1
    }
    return true
  }

  mutating func add(_ count: Int, from low: Int64, to high: Int64) -> Bool? {
    guard let first = number(low), first == number(high) else { return nil }
    counts[first] &+= UInt32(truncatingIfNeeded: count)
    return true
  }
}

// What the clocks of a place show: offsets from UTC by moment, from the system's time zone files (TZif: RFC 8536) or as a
// fixed offset. Behind the last moment that a file names, its footer's rule goes on for ever.

/// A time zone. Times are milliseconds since 1970 in UTC, local times milliseconds since 1970 by the zone's clocks.
struct TimeZone: Sendable {
  /// A stretch of time in which the offset stays the same; its end excluded.
  struct Period: Sendable, Equatable {
    var start: Int64
    var end: Int64
    /// Milliseconds that local time is ahead of UTC.
    var offset: Int64

    func contains(_ moment: Int64) -> Bool { moment >= start && moment < end }
  }

  /// Offsets change at these moments, ascending, each to the offset of the same place.
  private let moments: [Int64]
  private let offsets: [Int64]
  /// Before the first change.
  private let first: Int64
  /// From the last change on, where the file has one.
  private let rule: ZoneRule?

  init(fixed offset: Int64) { self.init(moments: [], offsets: [], first: offset, rule: nil) }

  init(moments: [Int64], offsets: [Int64], first: Int64, rule: ZoneRule?) {
    self.moments = moments
    self.offsets = offsets
    self.first = first
    self.rule = rule
  }

  static let utc = TimeZone(fixed: 0)

  /// The period that a moment lies in.
  func period(at moment: Int64) -> Period {
    var low = 0
    var high = moments.count
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] <= moment { low = middle + 1 } else { high = middle }
    }
    let start = low == 0 ? Int64.min : moments[low - 1]
    let offset = low == 0 ? first : offsets[low - 1]
    if low < moments.count { return Period(start: start, end: moments[low], offset: offset) }
    guard let rule else { return Period(start: start, end: .max, offset: offset) }
    return rule.period(at: moment, after: start, offset)
  }

  /// The first moment at which the clocks show `local` or later. (Not every local time comes, and some come twice.)
  /// - Parameter near: any period; one that the moment lies in, not at its beginning, saves the search.
  func moment(local: Int64, _ near: Period? = nil) -> Int64 {
    // No offset is as much as two days.
    let twoDays: Int64 = 2 * 86_400_000
    if let near, near.contains(local - near.offset), near.contains(local - 2 * twoDays) {
      return local - near.offset
    }
    var period = period(at: local - twoDays)
    while period.end != .max, period.end &+ period.offset <= local {
      period = self.period(at: period.end)
    }
    return max(local - period.offset, period.start)
  }

  /// `UTC`, `Z`, `+02:00`, `-0530`, `+02`: minutes ahead of UTC in milliseconds. nil: not a fixed offset.
  static func fixedOffset(_ name: String) -> Int64? {
    if name == "UTC" || name == "Z" || name == "z" { return 0 }
    let bytes = Array(name.utf8)
    guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
      return nil
    }
    var digits = bytes.dropFirst().map { Int64($0) - 0x30 }
    if bytes.count == 6, bytes[3] == UInt8(ascii: ":") { digits.remove(at: 2) }
    guard digits.count == 2 || digits.count == 4, digits.allSatisfy({ (0...9).contains($0) })
    else { return nil }
    let hours = digits[0] * 10 + digits[1]
    let minutes = digits.count == 4 ? digits[2] * 10 + digits[3] : 0
    guard hours < 24, minutes < 60 else { return nil }
    return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60_000 : 60_000)
  }

  /// RFC 3339 with the zone's offset: `2018-05-01T00:00:00+03:00`.
  func text(_ moment: Int64) -> String {
    // Minutes can be written; the seconds of old offsets (local mean time) are left out, and the time fits all the same.
    let minutes = period(at: moment).offset / 60_000
    let local = ISODate.string(moment + minutes * 60_000)
    if minutes == 0 { return local }
    func two(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
    return local.dropLast() + (minutes < 0 ? "-" : "+") + two(abs(minutes) / 60) + ":"
      + two(abs(minutes) % 60)
  }
}

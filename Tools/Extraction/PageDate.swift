import InvertedIndex

/// A line of a page that is nothing but a date, as mastheads print it: `07:10 GMT26 January 2021`,
/// `April 5, 2018 | 6:00 PM`, `Published: Tue 26.01.2021`.
enum PageDate {
  private enum Token: Equatable {
    case number(Int, digits: Int)
    case word(String)
    case mark(Unicode.Scalar)
  }

  /// The date as ISO 8601, with the time and zone where the line has them; nil when it says anything else.
  /// A zone that is not known by a name of one meaning makes the time zoneless.
  static func parse(_ line: String) -> String? {
    guard line.utf8.count <= 80 else { return nil }
    var rest = tokens(line)[...]
    var date: String?
    var time: String?
    var zone = ""
    while let token = rest.first {
      if let (found, used) = clock(rest) {
        guard time == nil else { return nil }
        time = found
        rest = rest.dropFirst(used)
      } else if let (found, used) = day(rest) {
        guard date == nil else { return nil }
        date = found
        rest = rest.dropFirst(used)
      } else {
        switch token {
        case .word(let word):
          if let offset = zones[word] {
            zone = offset
          } else if !fillers.contains(word) {
            return nil
          }
        case .mark(let mark):
          guard " ,|·•-–—:()@.".unicodeScalars.contains(mark) else { return nil }
        case .number: return nil
        }
        rest = rest.dropFirst()
      }
    }
    guard let date else { return nil }
    let result = time.map { "\(date)T\($0)\(zone)" } ?? date
    return ISODate.parse(result) == nil ? nil : result
  }

  private static func tokens(_ line: String) -> [Token] {
    var tokens: [Token] = []
    var rest = Substring(line).unicodeScalars
    while let first = rest.first {
      if ("0"..."9").contains(first) {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        tokens.append(.number(Int(String(digits)) ?? .max, digits: digits.count))
        rest = rest.dropFirst(digits.count)
      } else if first.properties.isAlphabetic {
        let letters = rest.prefix { $0.properties.isAlphabetic }
        tokens.append(.word(String(letters).lowercased()))
        rest = rest.dropFirst(letters.count)
      } else {
        if first != " " { tokens.append(.mark(first)) }
        rest = rest.dropFirst()
      }
    }
    return tokens
  }

  /// `7:10`, `07:10:30`, `6:00 PM`.
  private static func clock(_ tokens: ArraySlice<Token>) -> (String, used: Int)? {
    let tokens = Array(tokens.prefix(6))
    guard tokens.count >= 3, case .number(var hour, 1...2) = tokens[0], tokens[1] == .mark(":"),
      case .number(let minute, 2) = tokens[2], minute < 60
    else { return nil }
    var used = 3
    var seconds = ""
    if tokens.count >= 5, tokens[3] == .mark(":"), case .number(let second, 2) = tokens[4] {
      guard second < 60 else { return nil }
      seconds = ":" + padded(second, 2)
      used = 5
    }
    if tokens.count > used, case .word(let half) = tokens[used], half == "am" || half == "pm" {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (half == "pm" ? 12 : 0)
      used += 1
    }
    guard hour < 24 else { return nil }
    return (padded(hour, 2) + ":" + padded(minute, 2) + seconds, used)
  }

  /// `26 January 2021`, `January 26, 2021`, `2021-01-26`, `26.01.2021`.
  private static func day(_ tokens: ArraySlice<Token>) -> (String, used: Int)? {
    let tokens = Array(tokens.prefix(5))
    switch tokens.first {
    case .number(let year, 4):
      guard tokens.count == 5, tokens[1] == .mark("-"), case .number(let month, 2) = tokens[2],
        tokens[3] == .mark("-"), case .number(let day, 2) = tokens[4]
      else { return nil }
      return (iso(year, month, day), 5)
    case .number(let day, 1...2):
      if tokens.count == 5, tokens[1] == .mark("."), case .number(let month, 1...2) = tokens[2],
        tokens[3] == .mark("."), case .number(let year, 4) = tokens[4]
      {
        return (iso(year, month, day), 5)
      }
      var place = 1
      if tokens.count > 1, case .word(let ending) = tokens[1],
        ["st", "nd", "rd", "th"].contains(ending)
      {
        place = 2
      }
      guard tokens.count > place, case .word(let name) = tokens[place], let month = month(name)
      else { return nil }
      place += 1
      if tokens.count > place, [.mark(","), .mark(".")].contains(tokens[place]) { place += 1 }
      guard tokens.count > place, case .number(let year, 4) = tokens[place] else { return nil }
      return (iso(year, month, day), place + 1)
    case .word(let name):
      guard let month = month(name), tokens.count > 2 else { return nil }
      var place = 1
      if tokens[place] == .mark(".") { place += 1 }
      guard case .number(let day, 1...2) = tokens[place] else { return nil }
      place += 1
      if tokens.count > place, tokens[place] == .mark(",") { place += 1 }
      guard tokens.count > place, case .number(let year, 4) = tokens[place] else { return nil }
      return (iso(year, month, day), place + 1)
    default: return nil
    }
  }

  private static func month(_ name: String) -> Int? {
    guard name.utf8.count >= 3 else { return nil }
    return months.firstIndex {
      $0 == name || ($0.prefix(3) == name) || (name == "sept" && $0 == "september")
    }
    .map { $0 + 1 }
  }

  private static func iso(_ year: Int, _ month: Int, _ day: Int) -> String {
    padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// A month's name or its first three letters begins a date in a dateline, too.
  static func isMonth(_ word: some StringProtocol) -> Bool {
    month(word.lowercased().filter(\.isLetter)) != nil
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]

  /// Zones whose abbreviation has one meaning in the press.
  private static let zones = [
    "gmt": "Z", "utc": "Z", "z": "Z", "bst": "+01:00", "cet": "+01:00", "cest": "+02:00",
    "msk": "+03:00", "est": "-05:00", "edt": "-04:00", "pst": "-08:00", "pdt": "-07:00",
  ]

  private static let fillers: Set<String> = [
    "on", "at", "the", "date", "time", "published", "posted", "updated", "last", "modified",
    "created",
    "t", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "monday",
    "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday", "et", "pt", "ct",
  ]
}

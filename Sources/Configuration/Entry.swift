import WireAPI

extension Configuration {
  /// One setting: a name, words, and where it stands. The values below are read from it by who knows its type.
  public struct Entry: Equatable, Sendable {
    public let name: String
    /// The value's words, without the quotes around them. At least one.
    public let words: [String]
    /// As in "/etc/martlet/martletd.conf:12".
    public let place: String
    /// The value as it was written, without the comment.
    private let text: String
    private let hasQuotes: Bool

    /// One setting as text that is no line of a file: `name=value`.
    public init(
      _ text: String, place: String
    ) throws(ConfigurationError) {
      guard let entry = try Self(line: Array(text.utf8)[...], place: place) else {
        throw ConfigurationError(place: place, detail: "not a setting: NAME=VALUE is one")
      }
      self = entry
    }

    /// A value as it is, without quotes or comments, as an option of the command line gives it.
    public init(name: String, value: String, place: String) {
      self.name = name
      self.place = place
      words = [value]
      text = value
      hasQuotes = false
    }

    /// nil: nothing stands there but white space or a comment.
    init?(line: ArraySlice<UInt8>, place: String) throws(ConfigurationError) {
      func fault(_ detail: String) -> ConfigurationError {
        ConfigurationError(place: place, detail: detail)
      }
      guard String(validating: line, as: UTF8.self) != nil else { throw fault("is not UTF-8") }
      guard !line.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) else {
        throw fault("has a control character")
      }
      let line = Self.trimmed(line)
      guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
      guard let sign = line.firstIndex(of: UInt8(ascii: "=")) else {
        throw fault("not a setting: \"name = value\" is one")
      }
      let name = Self.trimmed(line[..<sign])
      guard let start = name.first, Self.isLetter(start),
        name.allSatisfy({
          Self.isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x5f
        })
      else {
        throw fault("\"\(String(decoding: name, as: UTF8.self))\" is not the name of a setting")
      }
      self.name = String(decoding: name, as: UTF8.self)
      self.place = place
      var scanner = Words(rest: line[(sign + 1)...])
      do throws(Words.Fault) {
        try scanner.scan()
      } catch {
        throw ConfigurationError(place: place, name: self.name, detail: error.detail)
      }
      words = scanner.words
      hasQuotes = scanner.hasQuotes
      text = String(decoding: Self.trimmed(scanner.read), as: UTF8.self)
      guard !words.isEmpty else {
        throw ConfigurationError(place: place, name: self.name, detail: "has no value")
      }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
      (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte)
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
      var bytes = bytes
      while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
      return bytes.drop { $0 == 0x20 || $0 == 0x09 }
    }

    public func error(_ detail: String) -> ConfigurationError {
      ConfigurationError(place: place, name: name, detail: detail)
    }

    /// Refuses a name that is not among `known`, with the one that was probably meant.
    public func check(known: [String]) throws(ConfigurationError) {
      guard !known.contains(name) else { return }
      throw ConfigurationError(
        place: place, name: name,
        detail: "there is no such setting; \(Nearest.hint(name, among: known))")
    }

    // MARK: Values

    /// The whole value. White space within it stays as it is.
    public func string() throws(ConfigurationError) -> String {
      if words.count == 1 { return words[0] }
      guard !hasQuotes else {
        throw error("\(text) is more than one word: put double quotes around the whole")
      }
      return text
    }

    /// An absolute path: a service has no current directory to speak of.
    public func path() throws(ConfigurationError) -> String {
      let path = try string()
      guard path.hasPrefix("/") else { throw error("\"\(path)\" is not an absolute path") }
      return path
    }

    /// A whole number in decimal digits.
    public func integer(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
      let value = try string()
      guard let number = Self.digits(value[...]) else {
        throw error("\"\(value)\" is not a whole number")
      }
      return try bounded(number, range) { "\($0)" }
    }

    /// Bytes: `65536`, `64K`, `64KiB`, `1G`; K, M, G and T are powers of 1,024.
    public func size(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
      let value = try string()
      guard let bytes = Self.size(value) else {
        throw error("\"\(value)\" is not a size, as 65536, 64K, 16M or 1G are")
      }
      return try bounded(bytes, range, Self.describe(size:))
    }

    /// Milliseconds: `500ms`, `10s`, `2min`, `1h`. `0` needs no unit.
    public func milliseconds(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
      let value = try string()
      guard let milliseconds = Self.milliseconds(value) else {
        throw error("\"\(value)\" is not a time, as 500ms, 10s, 2min or 1h are")
      }
      return try bounded(milliseconds, range, Self.describe(milliseconds:))
    }

    /// The same in whole seconds.
    public func seconds(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
      let bounds = range.lowerBound * 1_000...range.upperBound * 1_000
      let milliseconds = try milliseconds(in: bounds)
      guard milliseconds % 1_000 == 0 else { throw error("only whole seconds are counted") }
      return milliseconds / 1_000
    }

    public func boolean() throws(ConfigurationError) -> Bool {
      let value = try string()
      guard let truth = Self.boolean(value) else {
        throw error("\"\(value)\" is neither yes nor no")
      }
      return truth
    }

    /// `yes`, `true`, `on`, `1`, and what says no. nil: neither.
    public static func boolean(_ text: String) -> Bool? {
      switch text.lowercased() {
      case "yes", "true", "on", "1": true
      case "no", "false", "off", "0": false
      default: nil
      }
    }

    private func bounded(
      _ value: Int, _ range: ClosedRange<Int>, _ describe: (Int) -> String
    ) throws(ConfigurationError) -> Int {
      guard range.contains(value) else {
        throw error(
          "\(describe(value)) is not from \(describe(range.lowerBound)) to \(describe(range.upperBound))"
        )
      }
      return value
    }

    private static func digits(_ text: Substring) -> Int? {
      guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      return Int(text)
    }

    private static let sizes: [(String, Int)] = [
      ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
    ]

    private static func size(_ text: String) -> Int? {
      let digits = text.prefix { ("0"..."9").contains($0) }
      let unit = text[digits.endIndex...].drop { $0 == " " }.uppercased()
      guard let number = Self.digits(digits) else { return nil }
      if unit.isEmpty { return number }
      for (letter, factor) in sizes where [letter, letter + "B", letter + "IB"].contains(unit) {
        let (bytes, overflows) = number.multipliedReportingOverflow(by: factor)
        return overflows ? nil : bytes
      }
      return nil
    }

    private static let times: [(names: [String], milliseconds: Int)] = [
      (["d", "day", "days"], 86_400_000), (["h", "hour", "hours"], 3_600_000),
      (["min", "m", "minute", "minutes"], 60_000), (["s", "sec", "second", "seconds"], 1_000),
      (["ms"], 1),
    ]

    private static func milliseconds(_ text: String) -> Int? {
      let digits = text.prefix { ("0"..."9").contains($0) }
      let unit = text[digits.endIndex...].drop { $0 == " " }
      guard let number = Self.digits(digits) else { return nil }
      if unit.isEmpty { return number == 0 ? 0 : nil }
      guard let factor = times.first(where: { $0.names.contains(String(unit)) })?.milliseconds
      else { return nil }
      let (milliseconds, overflows) = number.multipliedReportingOverflow(by: factor)
      return overflows ? nil : milliseconds
    }

    /// As it would be written: `64K`.
    public static func describe(size bytes: Int) -> String {
      guard let (letter, factor) = sizes.last(where: { bytes != 0 && bytes % $0.1 == 0 }) else {
        return "\(bytes)"
      }
      return "\(bytes / factor)\(letter)"
    }

    /// As it would be written: `90s`, `2min`.
    public static func describe(milliseconds: Int) -> String {
      guard milliseconds != 0,
        let unit = times.first(where: { milliseconds % $0.milliseconds == 0 })
      else { return "\(milliseconds)" }
      return "\(milliseconds / unit.milliseconds)\(unit.names[0])"
    }
  }
}

/// A value cut into words: those in double quotes may hold anything, `\"` and `\\` standing for themselves.
private struct Words {
  struct Fault: Error { let detail: String }

  private let whole: ArraySlice<UInt8>
  private var at: Int
  private(set) var words: [String] = []
  private(set) var hasQuotes = false

  init(rest: ArraySlice<UInt8>) {
    whole = rest
    at = rest.startIndex
  }

  /// What has been looked at: all but a comment.
  var read: ArraySlice<UInt8> { whole[..<at] }

  mutating func scan() throws(Fault) {
    while at < whole.endIndex {
      switch whole[at] {
      case 0x20, 0x09: at += 1
      case UInt8(ascii: "#"): return
      case UInt8(ascii: "\""): try quoted()
      default: plain()
      }
    }
  }

  private mutating func plain() {
    let end = whole[at...].firstIndex { $0 == 0x20 || $0 == 0x09 } ?? whole.endIndex
    words.append(String(decoding: whole[at..<end], as: UTF8.self))
    at = end
  }

  private mutating func quoted() throws(Fault) {
    hasQuotes = true
    var word: [UInt8] = []
    at += 1
    while at < whole.endIndex {
      let byte = whole[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard at == whole.endIndex || whole[at] == 0x20 || whole[at] == 0x09 else {
          throw Fault(detail: "something stands right behind the closing quote")
        }
        return words.append(String(decoding: word, as: UTF8.self))
      case UInt8(ascii: "\\"):
        guard at < whole.endIndex, whole[at] == UInt8(ascii: "\"") || whole[at] == byte else {
          throw Fault(detail: "within quotes, \\ stands before \" or \\ alone")
        }
        word.append(whole[at])
        at += 1
      default: word.append(byte)
      }
    }
    throw Fault(detail: "a double quote is not closed")
  }
}

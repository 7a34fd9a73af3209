// Files of settings, and how they are read.
//
//     # a comment
//     name = value          # another: `#` behind white space, or at the start of a line
//     name = "a value with # and \"quotes\""
//     name = several words "and one of two"
//
// A line is a setting. Names are of small letters, digits and `-`, as the long options of the programs are. A
// value ends with its line; there are no sections, no inclusion, no substitution. What is not understood is an error with its
// place, never passed over: a setting that silently does nothing is worse than a program that does not start.

import Glibc
import WireAPI

/// The settings of one file, in its order.
public struct Configuration: Sendable {
  /// Longest file that is read, in bytes.
  public static let longest = 1 << 20

  public let path: String
  public private(set) var entries: [Entry] = []

  /// No settings.
  public init(path: String) { self.path = path }

  /// Reads a file.
  /// - Returns: nil if there is none at `path`.
  public static func read(_ path: String) throws(ConfigurationError) -> Configuration? {
    // Whatever lies there, opening does not wait: a FIFO would.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .system(path, errno)
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw .system(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigurationError(place: path, detail: "is not a regular file")
    }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count <= longest {
      let count = unsafe Glibc.read(file, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(path, errno) }
      if count == 0 { return try parse(bytes, path: path) }
      bytes += part.prefix(count)
    }
    throw ConfigurationError(place: path, detail: "has more than \(longest) bytes")
  }

  /// - Parameter path: for errors.
  public static func parse(
    _ bytes: [UInt8], path: String
  ) throws(ConfigurationError) -> Configuration {
    var configuration = Configuration(path: path)
    var rest = bytes[...]
    if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    var number = 0
    while !rest.isEmpty {
      number += 1
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      var line = rest[..<end]
      rest = rest[min(end + 1, rest.endIndex)...]
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      if let entry = try Entry(line: line, place: "\(path):\(number)") {
        configuration.entries.append(entry)
      }
    }
    return configuration
  }

  /// Refuses names that are not among `known`.
  public func check(known: [String]) throws(ConfigurationError) {
    for entry in entries { try entry.check(known: known) }
  }

  /// The one setting of this name, if there is one. Twice is an error: which was meant?
  public func entry(_ name: String) throws(ConfigurationError) -> Entry? {
    let found = entries.filter { $0.name == name }
    if found.count > 1 {
      throw found[1].error("is already set at \(found[0].place)")
    }
    return found.first
  }

  /// The words of every setting of this name, one after the other: a list may take several lines.
  public func list(_ name: String) -> [String] {
    entries.filter { $0.name == name }.flatMap(\.words)
  }
}

/// Why settings cannot be: where, which, what.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file, or a file and a line as in "/etc/martlet/martletd.conf:12", or an option.
  public let place: String
  public let name: String?
  public let detail: String

  public init(place: String, name: String? = nil, detail: String) {
    self.place = place
    self.name = name
    self.detail = detail
  }

  static func system(_ path: String, _ code: Int32) -> ConfigurationError {
    ConfigurationError(place: path, detail: unsafe String(cString: strerror(code)))
  }

  public var description: String { "\(place): \(name.map { "\($0): " } ?? "")\(detail)" }
}

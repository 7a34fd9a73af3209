// What the daemon can be told, from three places: what it is by default, what the file says over that, what the
// command line says over both.

import Configuration
import Glibc
import Logging
import Server

struct Settings {
  var socket: String?
  var socketMode: mode_t = 0o660
  var data: String?
  var workers: Int?
  var logLevel = Logger.Level.info
  var limits = Limits()
  /// Where each that is not the default was set, by name.
  private(set) var origins: [String: String] = [:]

  /// Settings that are not to be had.
  enum Fault: Error {
    /// The file says what cannot be.
    case file(ConfigurationError)
    /// The command line does.
    case option(ConfigurationError)
  }

  /// One thing that can be set.
  struct Key: Sendable {
    let name: String
    /// Takes effect when settings are read again; the others when the daemon starts.
    let isLive: Bool
    let read: @Sendable (Configuration.Entry, inout Settings) throws(ConfigurationError) -> Void
    let show: @Sendable (Settings) -> String
  }

  /// - Parameters:
  ///   - file: nil: there is none.
  ///   - options: of the command line.
  init(file: Configuration?, options: [Configuration.Entry]) throws(Fault) {
    do throws(ConfigurationError) {
      if let file {
        try file.check(known: Self.keys.map(\.name))
        for key in Self.keys {
          if let entry = try file.entry(key.name) { try take(entry, as: key) }
        }
      }
    } catch {
      throw .file(error)
    }
    do throws(ConfigurationError) {
      for entry in options {
        try entry.check(known: Self.keys.map(\.name))
        for key in Self.keys where key.name == entry.name { try take(entry, as: key) }
      }
    } catch {
      throw .option(error)
    }
  }

  private mutating func take(
    _ entry: Configuration.Entry, as key: Key
  ) throws(ConfigurationError) {
    try key.read(entry, &self)
    origins[key.name] = entry.place
  }

  /// What differs, by name, as it is written.
  static func changes(
    from old: Settings, to new: Settings
  ) -> [(key: Key, before: String, after: String)] {
    keys.compactMap { key in
      let (before, after) = (key.show(old), key.show(new))
      return before == after ? nil : (key, before, after)
    }
  }

  /// All of them as a file of settings, each with where it comes from.
  func listing() -> String {
    let lines = Self.keys.map { key in
      let value = key.show(self)
      return ("\(value.isEmpty ? "# " : "")\(key.name) = \(value)", origins[key.name] ?? "default")
    }
    let width = min(60, lines.map(\.0.utf8.count).max() ?? 0)
    return lines.map { line, origin in
      line + String(repeating: " ", count: max(0, width - line.utf8.count)) + "  # \(origin)\n"
    }.joined()
  }
}

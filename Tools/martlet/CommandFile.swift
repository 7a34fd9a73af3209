// Options of a command from a file: `--config /etc/martlet/notes.conf`.
//
//     paths = /srv/notes /srv/wiki
//     memory = 512M
//     prune = yes
//
// A line is a long option of the command without its dashes; `paths` are the arguments; a switch is yes or no. The
// file is turned into arguments that stand before those of the command line, which therefore win, and
// everything is parsed once more: no option is defined twice.

import ArgumentParser
import Configuration

/// A command whose options may stand in a file.
protocol Configurable: ParsableCommand {
  var config: String? { get }
  var paths: [String] { get }
  /// Options that may be given more than once: each word of their value is one.
  static var repeatable: [String] { get }
}

enum CommandFile {
  /// The command with the options of its file, if it names one.
  /// - Parameter arguments: of the command line, the name of the command first.
  static func apply(
    to command: any ParsableCommand, arguments: [String]
  ) throws -> any ParsableCommand {
    guard let given = command as? any Configurable, let path = given.config else { return command }
    let file: Configuration
    do throws(ConfigurationError) {
      guard let found = try Configuration.read(path) else {
        throw ConfigurationError(place: path, detail: "there is no such file")
      }
      file = found
    } catch {
      throw Failure(.configuration, error.description)
    }
    return try merge(given, file, arguments)
  }

  private static func merge<Command: Configurable>(
    _ given: Command, _ file: Configuration, _ arguments: [String]
  ) throws -> Command {
    var options: [(entry: Configuration.Entry, arguments: [String])] = []
    var paths: [String] = []
    do throws(ConfigurationError) {
      for entry in file.entries where entry.name != "paths" {
        if !Command.repeatable.contains(entry.name) { _ = try file.entry(entry.name) }
        options.append((entry, try words(entry, for: Command.self)))
      }
      for entry in file.entries where entry.name == "paths" {
        for path in entry.words {
          guard path.hasPrefix("/") else {
            throw entry.error("\"\(path)\" is not an absolute path")
          }
          paths.append(path)
        }
      }
    } catch {
      throw Failure(.configuration, error.description)
    }
    let line = options.flatMap(\.arguments) + arguments.dropFirst()
    do {
      return try Command.parse(line + (given.paths.isEmpty ? paths : []))
    } catch {
      // Which line was it? One that alone is wrong; if none is, they do not go together.
      for (entry, arguments) in options {
        if let fault = fault(arguments, for: Command.self) {
          throw Failure(.configuration, "\(entry.place): \(entry.name): \(fault)")
        }
      }
      throw Failure(.configuration, "\(file.path): \(Command.message(for: error))")
    }
  }

  /// One setting as arguments.
  private static func words<Command: Configurable>(
    _ entry: Configuration.Entry, for command: Command.Type
  ) throws(ConfigurationError) -> [String] {
    let option = "--\(entry.name)"
    guard !["config", "help", "version"].contains(entry.name) else {
      throw entry.error("cannot be set in a file")
    }
    if Command.repeatable.contains(entry.name) { return entry.words.map { "\(option)=\($0)" } }
    let value = try entry.string()
    guard let isOn = Configuration.Entry.boolean(value),
      fault(["\(option)=\(value)"], for: command) != nil
    else { return ["\(option)=\(value)"] }
    // A switch, then: it must be one even where it is off.
    if let fault = fault([option], for: command) { throw entry.error(fault) }
    return isOn ? [option] : []
  }

  /// Why these arguments alone cannot be; nil if they can.
  private static func fault<Command: Configurable>(
    _ arguments: [String], for command: Command.Type
  ) -> String? {
    do {
      _ = try Command.parse(["x"] + arguments)
      return nil
    } catch {
      return Command.message(for: error)
    }
  }
}

extension IndexCommand: Configurable {
  static let repeatable = ["include", "exclude"]
}

extension RebuildCommand: Configurable {
  static let repeatable = ["include", "exclude"]
}

import Glibc
import JSON
import Measuring

/// An engine to measure beside ours, as the command lines that run it.
struct Peer: Equatable {
  var name: String
  /// A shell's command line that serves passes over queries (`{index}`, `{queries}`); nil: it is not asked.
  var serve: String?
  /// One that builds an index (`{corpus}`, `{index}`, `{threads}`); nil: it does not build.
  var index: String?
  /// The passes that it can do; empty: all.
  var passes: [String] = []
  /// Passes of each kind before those that count: a compiler that learns while it runs needs more.
  var warm = 2
  /// What one must know to read its figures.
  var note: String?

  func isAsked(_ pass: String) -> Bool { passes.isEmpty || passes.contains(pass) }

  /// A command line with its places filled, each as one word of the shell.
  static func fill(_ command: String, _ values: [String: String]) -> String {
    var command = command
    for (name, value) in values {
      let word =
        "'"
        + value.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
      command = command.split(separator: "{\(name)}", omittingEmptySubsequences: false)
        .joined(separator: word)
    }
    return command
  }
}

/// The peers of a race: from a file, and from the command line.
///
/// The file is a list of objects: `name`, and the others of `Peer`'s members that are needed.
enum PeerList {
  static func read(_ path: String) throws -> [Peer] {
    let bytes = try readFile(path)
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue.parse(bytes)
    } catch {
      throw Fault("\(path): \(error)")
    }
    guard let list = json.array else { throw Fault("\(path): not a list of peers") }
    return try list.map { entry in
      guard let object = entry.object, let name = object["name"]?.string, !name.isEmpty else {
        throw Fault("\(path): a peer without a name")
      }
      let known = ["name", "serve", "index", "passes", "warm", "note"]
      if let other = object.names.first(where: { !known.contains($0) }) {
        throw Fault("\(path): \(name): \(other) is none of \(known.joined(separator: ", "))")
      }
      var peer = Peer(
        name: name, serve: object["serve"]?.string, index: object["index"]?.string)
      peer.passes = object["passes"]?.array?.compactMap(\.string) ?? []
      peer.warm = object["warm"]?.int ?? peer.warm
      peer.note = object["note"]?.string
      guard peer.passes.allSatisfy({ Pass(rawValue: $0) != nil }), (0...1_000).contains(peer.warm)
      else { throw Fault("\(path): \(name): its passes or its warm cannot be") }
      return peer
    }
  }

  /// `NAME=COMMAND`, as options give it.
  static func split(_ text: String) -> (name: String, command: String)? {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    let command = text[text.index(after: equals)...]
    return command.isEmpty ? nil : (String(text[..<equals]), String(command))
  }
}

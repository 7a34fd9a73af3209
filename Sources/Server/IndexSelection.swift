// What the names in a request mean at this moment.

import InvertedIndex
import WireAPI

/// The indexes that a request is about.
struct IndexSelection: Sendable {
  /// In ascending order, at least one.
  var names: [String]
  /// The request said the name of the index itself. Otherwise answers say which indexes they are from.
  var isPlain: Bool
  /// What the request said where it did not: names, aliases, patterns.
  var asked = ""
  /// The generations in which a search in parts goes on, by name; nil: the newest.
  var opened: [IndexRegistry.Opened]?

  /// The only index.
  var single: String? { names.count == 1 ? names[0] : nil }
}

extension IndexRegistry {
  /// - Throws: `no_such_index`, and `starting` while it cannot be said.
  func select(_ names: IndexNames) throws(Problem) -> IndexSelection {
    // A name that is no alias may be that of an index which is only now being made.
    if let name = names.single, aliases.aliases[name] == nil || entry(name) != nil {
      return IndexSelection(names: [name], isPlain: true)
    }
    try mustBeScanned()
    let meant = try names.resolve(among: entries.map(\.name), aliases: aliases.aliases)
    return IndexSelection(names: meant, isPlain: false, asked: names.description)
  }

  /// Those of a path.
  func select(path: String) throws(Problem) -> IndexSelection {
    if entry(path) != nil { return IndexSelection(names: [path], isPlain: true) }
    return try select(try IndexNames(path))
  }

  /// The index that a path means where it can be only one.
  /// - Throws: `index_required` for several.
  func selectOne(path: String) throws(Problem) -> IndexSelection {
    let selection = try select(path: path)
    guard selection.single != nil else {
      throw Problem(
        .indexRequired,
        "\"\(path)\" stands for \(selection.names.count) indexes: name one of "
          + selection.names.prefix(20).joined(separator: ", "))
    }
    return selection
  }

  /// Of a question without names in its path: named, or the only one.
  func select(_ names: IndexNames?) throws(Problem) -> IndexSelection {
    if let names { return try select(names) }
    let all = entries.map(\.name)
    if all.count == 1 { return IndexSelection(names: all, isPlain: true) }
    try mustBeScanned()
    if all.isEmpty { throw Problem(.noSuchIndex, "there is no index yet in \(path)") }
    throw Problem(
      .indexRequired,
      "name one of the \(all.count) indexes, or \"*\" for all: \(all.prefix(20).joined(separator: ", "))",
      errors: [.init(pointer: "/index", code: Problem.Code.missingMember.rawValue)])
  }

  /// What a search in parts goes on in: its indexes as they were, though their aliases may have been switched and new ones may fit
  /// its patterns.
  /// - Throws: `generation_gone`; `invalid_value` for a cursor of another search.
  func going(on paging: Paging?, _ selection: IndexSelection) throws(Problem) -> IndexSelection {
    guard let paging else { return selection }
    try paging.check(askedBy: selection.asked)
    guard let cursor = paging.cursor else { return selection }
    var selection = selection
    let only = selection.isPlain ? selection.names[0] : nil
    selection.names = []
    var opened: [Opened] = []
    for wanted in cursor.indexes {
      let found = try open(wanted, of: only)
      // An index that got another name lies elsewhere among equal hits.
      guard selection.names.last ?? "" < found.name else {
        throw Problem(
          .generationGone, "the indexes have other names now: begin again",
          errors: [
            .init(
              pointer: "/cursor", code: Problem.Code.generationGone.rawValue,
              hint: "begin again with \"cursor\": \"*\"")
          ])
      }
      selection.names.append(found.name)
      opened.append(found.opened)
    }
    selection.opened = opened
    return selection
  }

  /// The newest good generations of the indexes, or those that a search goes on in.
  /// - Throws: `index_unavailable` if one of them has none.
  func open(_ selection: IndexSelection) throws(Problem) -> [Opened] {
    if let opened = selection.opened { return opened }
    var opened: [Opened] = []
    for name in selection.names { opened.append(try open(name)) }
    return opened
  }

  /// Runs the engine over several indexes; damage that it meets is told as for one.
  func guarding<Result>(
    _ names: [String], _ opened: [Opened], _ body: () throws(IndexGroup.Failure) -> Result
  ) throws(Problem) -> Result {
    do throws(IndexGroup.Failure) {
      return try body()
    } catch {
      let failure = error
      guard let name = failure.index, let place = names.firstIndex(of: name) else {
        throw Problem(failure.error)
      }
      return try guarding(name, opened[place]) { () throws(IndexError) in throw failure.error }
    }
  }
}

extension Response {
  /// The `ETag` of what an index, or several, answer: the generation, where the index was named itself; else one that
  /// another index has not, whatever its generation.
  static func tag(_ selection: IndexSelection, _ opened: [IndexRegistry.Opened]) -> String {
    if selection.isPlain { return "\(opened[0].reader.generation)" }
    let text = opened.map { "\($0.reader.uuid) \($0.reader.generation)\n" }.joined()
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}

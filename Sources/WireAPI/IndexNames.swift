// Which indexes a request means, as it says it: in the path, in `index` or `indexes`, on the tool's command line.
//
//   news              an index, or an alias
//   news,wire         several
//   wire-*  n?ws      all indexes and aliases that fit
//   *,-wire-2019      less those behind a `-`

import InvertedIndex
import JSON

public struct IndexNames: Equatable, Sendable {
  /// More are not read.
  static let most = 100
  /// Bytes of one; a pattern may be longer than a name.
  static let longest = 256

  struct Item: Equatable, Sendable {
    /// Without the `-`.
    var text: String
    var isExcluded: Bool
    /// Where it stands in the body; nil in a path.
    var pointer: String?

    var isPattern: Bool {
      text.utf8.contains(UInt8(ascii: "*")) || text.utf8.contains(UInt8(ascii: "?"))
    }
  }

  private var items: [Item] = []

  /// - Parameter text: names, patterns and exclusions with commas between them.
  /// - Throws: `invalid_value`.
  public init(_ text: String, at pointer: String? = nil) throws(Problem) {
    try add(text, at: pointer)
  }

  /// The members `index` and `indexes`: a text, or an array of texts.
  /// - Returns: nil when neither is there.
  init?(_ members: Members) throws(Problem) {
    var found: String?
    for name in ["index", "indexes"] {
      guard let value = members.value(name) else { continue }
      if let found { throw members.invalid(name, "either \"\(found)\" or \"\(name)\"") }
      found = name
      if value.array == nil {
        guard let text = try members.string(name) else { continue }
        try add(text, at: members.pointer(name))
        continue
      }
      for (place, text) in (try members.strings(name) ?? []).enumerated() {
        try add(text, at: "\(members.pointer(name))/\(place)")
      }
      guard !items.isEmpty else { throw members.invalid(name, "name an index") }
    }
    if found == nil { return nil }
  }

  private mutating func add(_ text: String, at pointer: String?) throws(Problem) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let isExcluded = part.hasPrefix("-")
      let text = isExcluded ? part.dropFirst() : part
      guard !text.isEmpty, text.utf8.count <= Self.longest else {
        throw Self.fault(
          .invalidValue,
          text.isEmpty
            ? "an index has a name"
            : "a name of \(text.utf8.count) bytes; \(Self.longest) are read",
          at: pointer)
      }
      guard items.count < Self.most else {
        throw Self.fault(.invalidValue, "at most \(Self.most) names and patterns", at: pointer)
      }
      items.append(Item(text: String(text), isExcluded: isExcluded, pointer: pointer))
    }
  }

  /// The name, where it is one alone and neither a pattern nor an exclusion.
  public var single: String? {
    guard items.count == 1, !items[0].isExcluded, !items[0].isPattern else { return nil }
    return items[0].text
  }

  /// As one text.
  public var description: String {
    items.map { ($0.isExcluded ? "-" : "") + $0.text }.joined(separator: ",")
  }

  // MARK: Among those that there are

  /// The indexes that are meant, in ascending order, at least one.
  /// - Throws: `no_such_index` for a name that is none, and where nothing fits.
  public func resolve(
    among indexes: [String], aliases: IndexAliases
  ) throws(Problem) -> [String] {
    let names = Set(indexes)
    let known = indexes + aliases.names.filter { !names.contains($0) }
    var included: Set<String> = []
    var excluded: Set<String> = []
    guard let first = items.first(where: { !$0.isExcluded }) else {
      throw Self.fault(
        .invalidValue, "\(description) excludes, but from what? From all: *,\(description)",
        at: items[0].pointer)
    }
    for item in items {
      var meant: Set<String> = []
      for word in try words(item, known) {
        // An index comes before an alias of its name.
        meant.formUnion(names.contains(word) ? [word] : aliases[word] ?? [])
      }
      if item.isExcluded { excluded.formUnion(meant) } else { included.formUnion(meant) }
    }
    let meant = included.subtracting(excluded).sorted()
    guard !meant.isEmpty else {
      throw Self.fault(.noSuchIndex, "no index fits \(description)", at: first.pointer)
    }
    return meant
  }

  private func words(_ item: Item, _ words: [String]) throws(Problem) -> [String] {
    if item.isPattern { return words.filter { Self.matches(Array(item.text.utf8), $0) } }
    if words.contains(item.text) { return [item.text] }
    throw Self.noSuchIndex(item.text, among: words, at: item.pointer)
  }

  public static func noSuchIndex(
    _ name: String, among names: [String], at pointer: String? = nil
  ) -> Problem {
    let hint = Nearest.find(name, among: names).map { "did you mean \"\($0)\"?" }
    let errors = pointer.map {
      [Problem.Fault(pointer: $0, code: Problem.Code.noSuchIndex.rawValue, hint: hint)]
    }
    return Problem(
      .noSuchIndex, "there is no index \"\(name)\"\(hint.map { "; " + $0 } ?? "")",
      errors: errors ?? [])
  }

  private static func fault(_ code: Problem.Code, _ detail: String, at pointer: String?) -> Problem
  {
    guard let pointer else { return Problem(code, detail) }
    return Problem(
      code, "\(pointer): \(detail)",
      errors: [.init(pointer: pointer, code: code.rawValue, hint: detail)])
  }

  /// `*` is any characters, `?` one. Greedy, with one place to return to: never worse than the product of both lengths.
  private static func matches(_ pattern: [UInt8], _ name: String) -> Bool {
    let name = Array(name.utf8)
    var at = 0
    var place = 0
    var retry: (place: Int, at: Int)?
    while true {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        place += 1
        retry = (place, at)
      } else if at == name.count {
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
      } else if place < pattern.count,
        pattern[place] == UInt8(ascii: "?") || pattern[place] == name[at]
      {
        place += 1
        at += 1
      } else {
        guard let last = retry else { return false }
        retry = (last.place, last.at + 1)
        place = last.place
        at = last.at + 1
      }
    }
  }
}

// Other names of indexes, all in one file of the data directory, so that several can switch together. The file is
// replaced as a whole under a lock of its own; who reads needs no lock.
//
//   ALIASES         an envelope (kind 5)
//   ALIASES.tmp     the next one, while it is written
//   ALIASES.lock    held while one is changed
//
//   payload    count, { name, count, index… }…     names in ascending order, and so are the indexes of each

import Bytes

/// Names that stand for one index or several.
public struct IndexAliases: Sendable, Equatable {
  public static let file = "ALIASES"
  static let nextFile = "ALIASES.tmp"
  static let lockFile = "ALIASES.lock"

  /// No file holds more aliases, and no alias more indexes.
  public static let maximumCount = 1_000

  /// By alias; names of indexes in ascending order, at least one.
  private var targets: [String: [String]] = [:]

  public init() {}

  /// In ascending order.
  public var names: [String] { targets.keys.sorted() }

  public var isEmpty: Bool { targets.isEmpty }

  /// The indexes that a name stands for; nil when it is no alias.
  public subscript(alias: String) -> [String]? { targets[alias] }

  /// The aliases of an index, in ascending order.
  public func names(of index: String) -> [String] {
    targets.filter { $0.value.contains(index) }.keys.sorted()
  }

  // MARK: Changing

  /// - Parameters:
  ///   - changes: aliases and what each stands for from now on.
  ///   - removed: aliases that have to be there.
  ///   - indexes: those that exist.
  /// - Throws: `invalid` for a name that is no alias's, `notFound`.
  mutating func change(
    setting changes: [(alias: String, indexes: [String])], removing removed: [String],
    indexes: [String]
  ) throws(IndexError) {
    for alias in removed {
      guard targets.removeValue(forKey: alias) != nil else { throw .notFound("alias \(alias)") }
    }
    var seen = Set(removed)
    for (alias, wanted) in changes {
      guard IndexName.isValid(alias) else {
        throw .invalid(
          "alias \"\(alias)\": an alias is named like an index: 1 to 64 of a-z, 0-9, '_' and '-', the first "
            + "a letter or digit")
      }
      guard seen.insert(alias).inserted else { throw .invalid("alias \(alias): named twice") }
      guard !indexes.contains(alias) else {
        throw .invalid("alias \(alias): there is an index of this name")
      }
      guard !wanted.isEmpty else { throw .invalid("alias \(alias): of which index?") }
      for index in wanted where !indexes.contains(index) {
        if targets[index] != nil {
          throw .invalid("alias \(alias): \(index) is an alias itself; name its indexes")
        }
        throw .notFound("index \(index)")
      }
      let sorted = Set(wanted).sorted()
      guard sorted.count <= Self.maximumCount else {
        throw .invalid("alias \(alias): \(sorted.count) indexes; at most \(Self.maximumCount)")
      }
      targets[alias] = sorted
    }
    guard targets.count <= Self.maximumCount else {
      throw .invalid("\(targets.count) aliases; at most \(Self.maximumCount) can be")
    }
  }

  /// Takes an index out of all aliases; those that stood for it alone are removed.
  mutating func forget(_ index: String) {
    targets = targets.mapValues { $0.filter { $0 != index } }.filter { !$0.value.isEmpty }
  }

  // MARK: The file

  private struct Disorder: Error {}

  /// - Throws: `corrupt`, `version`.
  init(decoding bytes: FileBytes, file: String) throws(IndexError) {
    var reader = ByteReader(try Envelope.open(.aliases, bytes, name: file))
    do {
      var last = ""
      for _ in 0..<(try reader.readCount()) {
        let alias = try reader.readString()
        guard IndexName.isValid(alias), last < alias else { throw Disorder() }
        last = alias
        var indexes: [String] = []
        for _ in 0..<(try reader.readCount()) {
          let index = try reader.readString()
          guard IndexName.isValid(index), indexes.last.map({ $0 < index }) ?? true else {
            throw Disorder()
          }
          indexes.append(index)
        }
        guard !indexes.isEmpty else { throw Disorder() }
        targets[alias] = indexes
      }
      guard reader.isAtEnd else { throw Disorder() }
    } catch {
      throw .corrupt(
        file: file, offset: Envelope.headerLength + 8 + reader.position,
        detail: "no list of aliases in order")
    }
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.appendCount(targets.count)
    for (alias, indexes) in targets.sorted(by: { $0.key < $1.key }) {
      writer.appendString(alias)
      writer.appendCount(indexes.count)
      for index in indexes { writer.appendString(index) }
    }
    return Envelope.seal(.aliases, writer.bytes)
  }

  /// Those of a data directory; none where there is no file.
  static func read(_ directory: any Directory) throws(IndexError) -> IndexAliases {
    do throws(IndexError) {
      return try IndexAliases(
        decoding: try directory.open(file), file: "\(directory.path)/\(file)")
    } catch .notFound {
      return IndexAliases()
    }
  }

  /// Changes the file in one step: all of it or nothing. When this returns the change is durable.
  static func change(
    in directory: any Directory, _ body: (inout IndexAliases) throws(IndexError) -> Void
  ) throws(IndexError) -> IndexAliases {
    guard let lock = try directory.lock(lockFile, wait: true) else {
      throw .system(call: "flock", path: "\(directory.path)/\(lockFile)", code: 11)
    }
    defer { lock.release() }
    let before = try read(directory)
    var aliases = before
    try body(&aliases)
    if aliases != before {
      try directory.replace(file, by: aliases.encoded(), through: nextFile)
      try directory.sync()
    }
    return aliases
  }
}

extension IndexStore {
  /// - Throws: `corrupt` for a file that is damaged.
  public func aliases() throws(IndexError) -> IndexAliases {
    do throws(IndexError) {
      return try IndexAliases.read(try FileSystemDirectory(path: path))
    } catch .notFound {
      return IndexAliases()
    }
  }

  /// Sets and removes aliases: all of it in one step, or nothing.
  /// - Returns: the aliases that there are now.
  /// - Throws: `invalid`, `notFound`, and what a file system says.
  public func changeAliases(
    setting changes: [(alias: String, indexes: [String])] = [], removing removed: [String] = []
  ) throws(IndexError) -> IndexAliases {
    let directory = try FileSystemDirectory(path: path)
    return try IndexAliases.change(in: directory) { (aliases) throws(IndexError) in
      try aliases.change(setting: changes, removing: removed, indexes: try list())
    }
  }

  /// The index that a name means: its own, or that of an alias which stands for one alone.
  /// - Throws: `invalid` for an alias of several.
  public func index(named name: String) throws(IndexError) -> String {
    guard IndexName.isValid(name), try !exists(name), let indexes = try aliases()[name] else {
      return name
    }
    guard indexes.count == 1 else {
      throw .invalid(
        "\(name) stands for \(indexes.count) indexes (\(indexes.joined(separator: ", "))): name one"
      )
    }
    return indexes[0]
  }

  func exists(_ name: String) throws(IndexError) -> Bool {
    do throws(IndexError) {
      return try open(name).length(of: FileName.manifest) != nil
    } catch .notFound {
      return false
    }
  }

  /// Removes an index, and with `force` also from the aliases that stand for it.
  /// - Throws: `invalid` where there are any, and no `force`.
  public func drop(_ name: String, force: Bool) throws(IndexError) {
    guard try exists(name) else { throw .notFound("index \(name)") }
    let directory = try FileSystemDirectory(path: path)
    if force {
      _ = try IndexAliases.change(in: directory) { (aliases) throws(IndexError) in
        aliases.forget(name)
      }
    } else {
      let names = try IndexAliases.read(directory).names(of: name)
      guard names.isEmpty else {
        throw .invalid(
          "\(name): \(names.count == 1 ? "the alias" : "the aliases") \(names.joined(separator: ", ")) "
            + "\(names.count == 1 ? "stands" : "stand") for it")
      }
    }
    try drop(name)
  }
}

import Synchronization

/// The analyzers by name. Each is made when it is first asked for: what a language knows costs who uses it.
final class AnalyzerRegistry: Sendable {
  static let shared = AnalyzerRegistry()

  private static let plain: [(name: String, kind: Analyzer.Kind)] = [
    ("standard", .words), ("whitespace", .whitespace), ("keyword", .keyword), ("cjk", .cjk),
  ]
  /// Languages that bigrams serve, and their codes.
  private static let cjk = ["chinese", "japanese", "korean", "zh", "ja", "ko"]

  /// In the order in which they are listed.
  let names: [String]
  /// Canonical names by every other name, in lower case.
  private let aliases: [String: String]
  private let languages: [String: Language]
  private let made = Mutex<[String: Analyzer]>([:])

  private init() {
    let known = Language.all.filter { Language.installed.contains($0.algorithm) }
    names = Self.plain.map(\.name) + known.map(\.name)
    languages = Dictionary(uniqueKeysWithValues: known.map { ($0.name, $0) })
    var aliases: [String: String] = [:]
    for language in known {
      for code in language.codes { aliases[code] = language.name }
    }
    for name in Self.cjk { aliases[name] = "cjk" }
    self.aliases = aliases
  }

  func analyzer(_ name: String) -> Analyzer? {
    if let analyzer = made.withLock({ $0[name] }) { return analyzer }
    guard let canonical = canonical(name) else { return nil }
    return made.withLock { made in
      if let analyzer = made[canonical] { return analyzer }
      let kind = Self.plain.first { $0.name == canonical }?.kind ?? .words
      let analyzer = Analyzer(name: canonical, kind: kind, language: languages[canonical])
      made[canonical] = analyzer
      return analyzer
    }
  }

  /// The name that the analyzer called `name` has in schemas; nil if there is none.
  func canonical(_ name: String) -> String? {
    // Longer than any, and `lowercased` is not free.
    guard name.utf8.count <= 64 else { return nil }
    let lower = name.lowercased()
    if let canonical = aliases[lower] ?? names.first(where: { $0 == lower }) { return canonical }
    // A tag of BCP 47: the primary subtag says the language.
    guard let end = lower.firstIndex(where: { $0 == "-" || $0 == "_" }) else { return nil }
    return aliases[String(lower[..<end])]
  }
}

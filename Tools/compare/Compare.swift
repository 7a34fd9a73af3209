import ArgumentParser

/// Martlet beside SQLite FTS5, on the same documents and the same tokens.
@main
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet-compare", abstract: "Measure Martlet against SQLite FTS5.")
}

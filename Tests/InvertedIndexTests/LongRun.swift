import Glibc

/// What the tests are told from outside: `Tools/test --full`, and a seed that failed.
enum LongRun {
  /// Everything is tried as often as it should be once before a release, not as often as before each change.
  static let isAsked = setting("MARTLET_FULL") != nil

  /// The seed of a property test: that of MARTLET_SEED, or any.
  static func seed() -> UInt64 {
    setting("MARTLET_SEED").flatMap { UInt64($0) } ?? .random(in: 0..<1_000_000)
  }

  private static func setting(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}

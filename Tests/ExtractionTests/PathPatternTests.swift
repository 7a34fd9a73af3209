import Testing

@testable import Extraction

@Suite struct PathPatternTests {
  private func matches(_ pattern: String, _ path: String, isDirectory: Bool = false) throws -> Bool
  {
    let bytes = Array(path.utf8)
    let name = (bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
    return try PathPattern(pattern).matches(bytes, from: 0, name: name, isDirectory: isDirectory)
  }

  @Test(arguments: [
    ("a", "a"), ("a", "x/y/a"), ("*.o", "x/y.o"), ("*", ".hidden"), ("?", "é"), ("a?c", "abc"),
    ("/a", "a"), ("a/b", "a/b"), ("/a/b", "a/b"), ("**/a", "a"), ("**/a", "x/y/a"),
    ("a/**", "a/b"), ("a/**", "a/b/c"), ("a/**/b", "a/b"), ("a/**/b", "a/x/y/b"), ("**", "x/y"),
    ("**/x/**/*.c", "p/x/q/r.c"), ("a**b", "axxb"), ("x/a**b/y", "x/aqqb/y"), ("[abc]", "b"),
    ("[!abc]", "d"), ("[^abc]", "d"), ("[a-c]x", "bx"), ("[]-]", "]"), ("[]-]", "-"), ("[a-]", "-"),
    ("[[:digit:]]*", "7up"), ("[[:upper:][:digit:]]", "Q"), ("[\\]]", "]"), ("\\*", "*"),
    ("\\#a", "#a"), ("\\!a", "!a"), ("a\\ ", "a "), ("***", "x"), ("*a*b*c*", "xxaxxbxxcxx"),
    ("a/*/c", "a/b/c"), ("[é]", "é"), ("[à-ü]", "é"), ("a\\/b", "a/b"), ("[a/]b", "x/ab"),
    ("/**/b", "b"), ("a/**/**/b", "a/b"),
  ])
  func matching(_ pattern: String, _ path: String) throws {
    // A slash inside a set makes it a path, from the top.
    #expect(try matches(pattern, path) == (pattern != "[a/]b"))
  }

  @Test(arguments: [
    ("a", "b"), ("a", "ab"), ("/a", "x/a"), ("a/b", "x/a/b"), ("a/*", "a/b/c"), ("*.o", "a.oo"),
    ("a/**", "a"), ("a/**/b", "ab"), ("x/a**b/y", "x/a/b/y"), ("[abc]", "d"), ("[!abc]", "a"),
    ("?", "ab"), ("a?c", "a/c"), ("[a-c]", "-"), ("a\\*", "ab"), ("*[!é]", "é"), ("a/", "a"),
  ])
  func notMatching(_ pattern: String, _ path: String) throws {
    #expect(try !matches(pattern, path))
  }

  @Test func aSlashAtTheEndMeansFoldersAlone() throws {
    #expect(try matches("a/", "x/a", isDirectory: true))
    #expect(try matches("/x/a/", "x/a", isDirectory: true))
    #expect(try !matches("/a/", "x/a", isDirectory: true))
  }

  @Test(arguments: ["", "/", "[a", "a\\", "[[:foo:]]", "[[:alpha:]", "["])
  func whatIsNoPattern(_ pattern: String) {
    #expect(throws: PathPattern.Fault.self) { try PathPattern(pattern) }
  }

  /// With backtracking a star at a time this would take longer than the world stands.
  @Test func manyStarsTakeNoExponentialTime() throws {
    let pattern = String(repeating: "a*", count: 60) + "b"
    #expect(try !matches(pattern, String(repeating: "a", count: 250)))
    let folders = String(repeating: "**/a/", count: 40) + "b"
    #expect(try !matches(folders, Array(repeating: "a", count: 120).joined(separator: "/")))
  }
}

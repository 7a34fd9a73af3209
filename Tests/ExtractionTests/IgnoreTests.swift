import Glibc
import Testing

@testable import Extraction

@Suite struct IgnoreTests {
  let folder = Folder()

  private func found(_ options: DocumentSource.Options = .init(), below name: String = "")
    -> [String]
  {
    var walker = FileWalker(options.rules)
    var found: [String] = []
    let top = folder.path + "/" + name
    var step = walker.start(top)
    repeat {
      if case .file(let file) = step {
        found.append(String(file.path.dropFirst(folder.path.count + 1)))
      }
      step = walker.next()
    } while step != nil
    return found
  }

  private func reasons(_ options: DocumentSource.Options = .init()) -> [String] {
    outcomes([folder.path], options: options).filter {
      $0.hasPrefix("skip") && !$0.contains("hidden")
    }
  }

  private func make(_ paths: String...) {
    for path in paths {
      var at = path.startIndex
      while let slash = path[at...].firstIndex(of: "/") {
        folder.makeDirectory(String(path[..<slash]))
        at = path.index(after: slash)
      }
      if !path.hasSuffix("/") { folder.write(path, "x") }
    }
  }

  @Test func rulesOfGit() {
    make(
      "a.o", "keep.o", "src/b.o", "src/c.c", "build/x", "src/build/y", "doc/a.txt",
      "doc/deep/b.txt",
      "#note", "end ", "foo", "src/foo")
    folder.write(
      ".gitignore",
      "# comment\n*.o\n!keep.o\n/build/\ndoc/**/*.txt\n\\#note\nend\\ \n/foo   \n\n[unclosed\n")
    #expect(found() == ["keep.o", "src/build/y", "src/c.c", "src/foo"])
    #expect(
      reasons().contains("skip a.o: ignored by \(folder.path)/.gitignore:2 *.o"))
    var all = DocumentSource.Options()
    all.usesIgnoreFiles = false
    #expect(found(all).count == 12)
  }

  @Test func deeperFilesGoBeforeHigherOnesAndNothingComesBackFromAnIgnoredFolder() {
    make("a/x.log", "a/keep/x.log", "b/x.log", "gone/x.txt")
    folder.write(".gitignore", "*.log\n/gone/\n!/gone/x.txt\n")
    folder.write("a/.gitignore", "!*.log\n")
    folder.write("a/keep/.gitignore", "x.*\n")
    #expect(found() == ["a/x.log"])
    #expect(reasons().contains("skip gone: ignored by \(folder.path)/.gitignore:2 /gone/"))
  }

  @Test func theOwnFileGoesBeforeTheOthers() {
    make("a", "b", "c")
    folder.write(".gitignore", "a\nb\n")
    folder.write(".ignore", "!b\nc\n")
    folder.write(".martletignore", "!c\n")
    #expect(found() == ["b", "c"])
  }

  @Test func aRuleThatTakesBackTakesBackWhatIsHidden() {
    make(".github/a", ".other/b")
    folder.write(".gitignore", "!.github/\n")
    #expect(found() == [".github/a"])
  }

  @Test func filesAboveTheGivenPathCountUpToTheRepository() {
    make("outer/repo/.git/", "outer/repo/sub/a", "outer/repo/sub/b", "outer/repo/sub/c")
    folder.write("outer/.gitignore", "c\n")
    folder.write("outer/repo/.gitignore", "/sub/a\n")
    folder.write("outer/.martletignore", "b\n")
    #expect(found(below: "outer/repo/sub") == ["outer/repo/sub/c"])
    // Without a repository above, only what is below the given path counts.
    #expect(found(below: "outer/repo").contains("outer/repo/sub/c"))
  }

  @Test func patternsOfTheCaller() throws {
    make("a.md", "b.txt", "docs/c.txt", "docs/old/d.md", "docs/old/e.txt")
    var options = DocumentSource.Options()
    options.includes = [try PathPattern("*.md")]
    #expect(found(options) == ["a.md", "docs/old/d.md"])
    options.excludes = [try PathPattern("old/")]
    #expect(found(options) == ["a.md"])
    options.includes = [try PathPattern("docs/")]
    #expect(found(options) == ["docs/c.txt"])
    options = .init()
    options.excludes = [try PathPattern("/docs/*.txt")]
    #expect(found(options) == ["a.md", "b.txt", "docs/old/d.md", "docs/old/e.txt"])
    #expect(reasons(options) == ["skip c.txt: excluded by --exclude /docs/*.txt"])
    // Those hold for a path that is given as well.
    options.excludes = [try PathPattern("*.txt")]
    #expect(outcomes([folder.path + "/b.txt"], options: options).first?.hasPrefix("skip") == true)
  }

  @Test func whatCanHoldNoRulesIsNoIgnoreFile() {
    make("a", "sub/b", "pipe/c")
    folder.makeDirectory(".gitignore")
    unsafe mkfifo(folder.path + "/pipe/.ignore", 0o644)
    unsafe symlink("nowhere", folder.path + "/sub/.martletignore")
    #expect(found() == ["a", "pipe/c", "sub/b"])
  }

  @Test func aFolderWhoseIgnoreFileCannotBeReadIsLeftOut() {
    make("a", "sub/b")
    folder.write("sub/.ignore", [UInt8](repeating: 0x61, count: IgnoreFile.maximumSize + 1))
    #expect(found() == ["a"])
    #expect(reasons().first?.contains("its .ignore cannot be read: more than") == true)
  }

  @Test func aFolderOf200Levels() {
    let path = (0..<200).map { _ in "d" }.joined(separator: "/") + "/x"
    make(path)
    #expect(found() == [path])
  }

  /// Random trees and rules: what is left is what `git check-ignore` does not name.
  @Test(.enabled(if: gitWorks, "git is not there"), arguments: 0..<12)
  func agreesWithGit(_ round: Int) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SmallRandom(seed: seed)
    let names = ["a", "b", "ab", "foo", "foo.c", "bar.o", "x y", "[z]", "a#", "!n", "end "]
    var files: [String] = []
    for _ in 0..<30 {
      var parts: [String] = []
      for _ in 0...random.below(3) { parts.append(names[random.below(names.count)]) }
      let path = parts.joined(separator: "/")
      // A file may have the name of what must be a folder here.
      if files.contains(where: { path.hasPrefix($0 + "/") || $0.hasPrefix(path + "/") }) {
        continue
      }
      make(path)
      if !files.contains(path) { files.append(path) }
    }
    let pieces = [
      "a", "b", "foo", "*", "**", "?", "/", "/", "/", "*.c", "[ab]", "[!a]", "x y", "\\[z]", "o",
      "\\ ", "[a-f]*", "end", "\\!", "#", ".o", "[[:alpha:]]", " ", "[", "\\",
    ]
    var written: [String] = []
    for directory in [""] + Set(files.compactMap(parent)).sorted() where random.below(3) > 0 {
      var rules = ""
      for _ in 0...random.below(5) {
        if random.below(3) == 0 { rules += "!" }
        for _ in 0...random.below(4) { rules += pieces[random.below(pieces.count)] }
        rules += random.below(8) == 0 ? "\r\n" : "\n"
      }
      folder.write((directory.isEmpty ? "" : directory + "/") + ".gitignore", rules)
      written.append("\(directory)/.gitignore:\n\(rules)")
    }
    let ignored = try checkIgnore(folder.path, files)
    let ours = found().filter { !$0.hasSuffix(".gitignore") }
    #expect(
      ours
        == files.filter { !ignored.contains($0) }.sorted {
          $0.utf8.lexicographicallyPrecedes($1.utf8, by: slashFirst)
        },
      "seed \(seed)\n\(written.joined(separator: "\n"))")
  }
}

/// The order of the walk: a folder stands where its name does.
private func slashFirst(_ a: UInt8, _ b: UInt8) -> Bool {
  func key(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "/") ? 0 : byte }
  return key(a) < key(b)
}

private func parent(_ path: String) -> String? {
  path.lastIndex(of: "/").map { String(path[..<$0]) }
}

struct SmallRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}

private let gitWorks = shell("git --version >/dev/null 2>&1") == 0

private func shell(_ command: String) -> Int32 {
  var child: pid_t = 0
  let words = ["sh", "-c", command]
  var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
  defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
  guard unsafe posix_spawn(&child, "/bin/sh", nil, nil, &arguments, environ) == 0 else { return -1 }
  var status: Int32 = 0
  while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
  return (status >> 8) & 0xff
}

/// Those of the files that git would ignore.
private func checkIgnore(_ folder: String, _ files: [String]) throws -> Set<String> {
  let list = folder + ".list"
  let result = folder + ".ignored"
  let names = files.reduce(into: [UInt8]()) { $0 += Array($1.utf8) + [0] }
  let descriptor = unsafe open(list, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  _ = unsafe names.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress!, $0.count) }
  close(descriptor)
  defer {
    unsafe unlink(list)
    unsafe unlink(result)
  }
  _ = shell(
    "cd '\(folder)' && export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null && git init -q . && "
      + "git check-ignore --no-index -z --stdin <'\(list)' >'\(result)'")
  let stream = try ByteStream(path: result)
  var output: [UInt8] = []
  while try stream.read(into: &output) {}
  return Set(output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
}

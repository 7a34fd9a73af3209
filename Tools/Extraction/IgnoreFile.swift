import Bytes
import Glibc

/// The rules of one ignore file: patterns, a line each, of which the last that matches decides (gitignore(5)).
///
/// Lines that are no pattern match nothing, as git has it.
struct IgnoreFile: Sendable {
  struct Rule: Sendable {
    let pattern: PathPattern
    /// `!pattern`: not ignored after all.
    let isNegated: Bool
    /// From 1.
    let line: Int
  }

  /// Read in each folder; what one of them says goes before what a later one says.
  static let names = [".martletignore", ".ignore", ".gitignore"]
  /// The place in `names` of the file that ends at a repository's root.
  static let ofGit = 2
  /// Bytes. A larger file is refused: its rules would be tried on every file.
  static let maximumSize = 512 << 10

  let path: String
  private(set) var rules: [Rule] = []

  init(path: String, text: [UInt8]) {
    self.path = path
    var line = 0
    var rest = text.starts(with: [0xef, 0xbb, 0xbf]) ? text[3...] : text[...]
    while !rest.isEmpty {
      line += 1
      let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
      if let rule = Self.rule(rest[rest.startIndex..<end], line) { rules.append(rule) }
      rest = rest[min(end + 1, rest.endIndex)...]
    }
  }

  private static func rule(_ text: ArraySlice<UInt8>, _ line: Int) -> Rule? {
    var text = text
    if text.last == 0x0d { text.removeLast() }
    guard text.first != UInt8(ascii: "#") else { return nil }
    text = withoutTrailingSpaces(text)
    let source = String(decoding: text, as: UTF8.self)
    let isNegated = text.first == UInt8(ascii: "!")
    if isNegated { text.removeFirst() }
    guard !text.isEmpty, let pattern = try? PathPattern(bytes: text, source: source) else {
      return nil
    }
    return Rule(pattern: pattern, isNegated: isNegated, line: line)
  }

  /// Spaces at the end do not count unless a backslash stands before them.
  private static func withoutTrailingSpaces(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var end = text.startIndex
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == UInt8(ascii: "\\") {
        at = min(at + 2, text.endIndex)
        end = at
      } else {
        at += 1
        if text[at - 1] != 0x20 { end = at }
      }
    }
    return text[text.startIndex..<end]
  }

  /// The rule that decides on a path; nil when none matches. Parameters as of `PathPattern.matches`.
  func decision(_ path: [UInt8], from start: Int, name: Int, isDirectory: Bool) -> Rule? {
    rules.last { $0.pattern.matches(path, from: start, name: name, isDirectory: isDirectory) }
  }

  enum Reading {
    case rules(IgnoreFile)
    /// No such file, or something of that name that can hold no rules: a folder, a pipe.
    case none
    case failed(errno: Int32, reason: String)
  }

  /// Never waits, whatever stands at the path.
  static func read(_ path: String) -> Reading {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { return .none }
      return .failed(errno: code, reason: SystemError("open", code: code).message)
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .none
    }
    var text = [UInt8](repeating: 0, count: maximumSize + 1)
    var count = 0
    while count < text.count {
      let start = count
      let got = unsafe text.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress! + start, $0.count - start)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        let code = errno
        return .failed(errno: code, reason: SystemError("read", code: code).message)
      }
      if got == 0 { break }
      count += got
    }
    guard count <= maximumSize else {
      return .failed(errno: EFBIG, reason: "more than \(maximumSize) bytes of patterns")
    }
    text.removeSubrange(count...)
    return .rules(IgnoreFile(path: path, text: text))
  }
}

import Glibc
import InvertedIndex
import JSON
import Synchronization

/// What could not be indexed: said on standard error, counted, and kept in the file of `--rejects`.
///
/// Told from any thread. The first ones are printed in full, the rest counted: a file of a million broken lines must not
/// bury the terminal.
final class Refusals: Sendable {
  /// Why something was left out; decides the exit code.
  enum Kind: Equatable {
    case unreadable, refused, warning
    /// Nobody asked for it; by the reason's code.
    case skipped(String)
  }

  private struct State {
    var printed = 0
    var unreadable = 0
    var refused = 0
    /// By the code of the reason.
    var skipped: [String: Int] = [:]
    var warnings = 0
    /// Writing the file of rejects failed.
    var fileFailure: Failure?
  }

  private let state = Mutex(State())
  private let quiet: Bool
  /// Names everything.
  private let verbose: Bool
  private let file: Int32
  private let path: String

  /// So many are printed in full.
  private static let printedInFull = 20

  /// - Parameter path: of `--rejects`; made, or emptied.
  init(path: String?, quiet: Bool, verbose: Bool) throws(Failure) {
    self.quiet = quiet
    self.verbose = verbose && !quiet
    self.path = path ?? ""
    guard let path else {
      file = -1
      return
    }
    file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard file >= 0 else { throw Failure("open", path: path, errno: errno).status(.cannotCreate) }
  }

  deinit { if file >= 0 { close(file) } }

  /// There is a file of rejects.
  var keepsText: Bool { file >= 0 }
  var refused: Int { state.withLock { $0.refused } }
  var unreadable: Int { state.withLock { $0.unreadable } }
  var warnings: Int { state.withLock { $0.warnings } }

  /// - Parameters:
  ///   - place: `file:line:column`, as compilers say it, or a file, or a document's id.
  ///   - text: what was refused, for the file of rejects: a line, or the document as JSON.
  func add(_ kind: Kind, place: String, line: Int?, reason: String, text: [UInt8]?) {
    state.withLock { state in
      switch kind {
      case .unreadable: state.unreadable += 1
      case .refused: state.refused += 1
      case .skipped(let code): state.skipped[code, default: 0] += 1
      case .warning: state.warnings += 1
      }
      if kind == .refused || kind == .unreadable, file >= 0 {
        var writer = JSONWriter()
        writer.object { writer in
          writer.field("place", place)
          if let line { writer.field("line", line) }
          writer.field("reason", reason)
          if let text { writer.field("text", String(decoding: text, as: UTF8.self)) }
        }
        writer.newline()
        write(writer.bytes, &state)
      }
      if case .skipped = kind {
        if verbose { complain("\(place): passed over: \(reason)") }
        return
      }
      if quiet && kind != .unreadable { return }
      state.printed += 1
      if verbose || state.printed <= Refusals.printedInFull {
        complain("\(place): \(kind == .warning ? "warning: " : "")\(reason)")
      } else if state.printed == Refusals.printedInFull + 1 {
        complain(
          "… more of these are only counted\(file >= 0 ? "; \(path) has them all" : " (--rejects FILE keeps them)")"
        )
      }
    }
  }

  private func write(_ bytes: [UInt8], _ state: inout State) {
    var done = 0
    while done < bytes.count, state.fileFailure == nil {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress! + done, bytes.count - done)
      }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        state.fileFailure = Failure("write", path: path, errno: errno)
      }
    }
  }

  /// The members of a summary in JSON.
  func write(into writer: inout JSONWriter) {
    let state = state.withLock { $0 }
    writer.field("refused", state.refused)
    writer.field("unreadable", state.unreadable)
    writer.field("skipped", state.skipped.values.reduce(0, +))
    writer.name("skipped_by_reason")
    writer.object { writer in
      for (code, count) in state.skipped.sorted(by: { $0.key < $1.key }) {
        writer.field(code, count)
      }
    }
    writer.field("warnings", state.warnings)
  }

  /// `, 3 refused`, for the summary in words.
  var summary: String {
    let state = state.withLock { $0 }
    var text = ""
    if state.refused > 0 { text += ", \(grouped(state.refused)) refused" }
    if state.unreadable > 0 { text += ", \(counted(state.unreadable, "file")) unreadable" }
    return text
  }

  /// `passed over: 3 binary, 1 hidden`, the most frequent first; nil when nothing was.
  var passedOver: String? {
    let skipped = state.withLock { $0.skipped }
    guard !skipped.isEmpty else { return nil }
    let parts = skipped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { code, count in
      if let noun = Refusals.nouns[code] { return counted(count, noun) }
      return "\(grouped(count)) \(Refusals.words[code] ?? code)"
    }
    return "passed over: " + parts.joined(separator: ", ")
      + (verbose ? "" : " (--verbose names them)")
  }

  /// Codes that a person would say otherwise.
  private static let words = [
    "other_file_system": "on another file system", "no_text": "without text",
    "name": "with no name for an id", "vanished": "gone meanwhile",
  ]
  private static let nouns = ["link": "link", "special": "special file"]

  /// The end of a run whose documents are in: nothing, or the code that says that something was left out.
  func finish() throws(Failure) {
    let state = state.withLock { $0 }
    if let failure = state.fileFailure { throw failure }
    if state.unreadable > 0 { throw Failure(.noInput, "") }
    if state.refused > 0 { throw Failure(.data, "") }
  }
}

extension Failure {
  func status(_ status: ExitStatus) -> Failure {
    var changed = self
    if self.status == .io || self.status == .noInput { changed.status = status }
    return changed
  }
}

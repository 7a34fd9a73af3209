import Bytes
import QueryLanguage

/// Everything that can go wrong with an index, said so that a person can act on it.
public enum IndexError: Error, Sendable, Equatable {
  /// Bytes that break the format or their checksum. `detail` says what was expected and found.
  case corrupt(file: String, offset: Int, detail: String)
  /// A file of a format version that this program does not read.
  case version(file: String, found: Int, supported: ClosedRange<Int>)
  /// A system call failed on a path.
  case system(call: String, path: String, code: Int32)
  /// The index has terms of an analyzer that this program does not have, or has in another version.
  case analyzer(index: String, detail: String)
  /// The index, document, field or file that was asked for does not exist.
  case notFound(String)
  /// The caller asked for something that cannot be: a bad name, an option, a schema.
  case invalid(String)
  /// A request that cannot be carried out. `at` is the place, a JSON Pointer into its wire form (`/sort/0`); `hint` is
  /// what was probably meant.
  case request(at: String, detail: String, hint: String?)
  /// A document that does not fit its schema. `field` is the dotted path, when there is one.
  case document(id: String?, field: String?, detail: String)
  /// The commit did not happen because something else came first (a fence made void, inputs merged away).
  case superseded(String)
  /// The commit was made visible, but its durability is unknown: the directory could not be synced.
  case unknownDurability(generation: UInt64, code: Int32)
  /// The caller's deadline passed, or it cancelled.
  case cancelled
  /// A query that had to be read strictly, and the places where it could not be. Never empty.
  case query(warnings: [QueryWarning])
  /// An answer would take more memory than its caller allows.
  case tooLarge(String)
}

extension IndexError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .corrupt(let file, let offset, let detail):
      "\(file): damaged at byte \(offset): \(detail)"
    case .version(let file, let found, let supported):
      "\(file): format version \(found); this program reads \(supported.lowerBound) to "
        + "\(supported.upperBound)"
    case .system(let call, let path, let code):
      "\(path): \(SystemError(call, code: code).message) (\(call))"
    case .analyzer(let index, let detail):
      "\(index): \(detail); `\(IndexError.rebuilding(index))` makes the index anew from its documents"
    case .notFound(let what): "\(what): not found"
    case .invalid(let what): what
    case .request(let place, let detail, _): "\(place): \(detail)"
    case .document(let id, let field, let detail):
      (id.map { "document \($0): " } ?? "") + (field.map { "field \($0): " } ?? "") + detail
    case .superseded(let what): what
    case .tooLarge(let what): what
    case .unknownDurability(let generation, let code):
      "generation \(generation) is visible, but may not survive a power cut: "
        + SystemError("fsync", code: code).message
    case .cancelled: "the time ran out, or the work was cancelled"
    case .query(let warnings):
      "the query is not clear: "
        + warnings.map { "\($0.code.rawValue) at byte \($0.at): \($0.detail)" }
        .joined(separator: "; ")
    }
  }
}

extension IndexError {
  /// The command that makes an index anew, by its path or its name.
  package static func rebuilding(_ index: String) -> String {
    "martlet rebuild \(index.split(separator: "/").last ?? "NAME")"
  }
}

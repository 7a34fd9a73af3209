import Bytes

/// The files of one index, by name.
///
/// Files are written once, then never changed; the exceptions are the empty lock files. The file system
/// implements it (`FileSystemDirectory`), and in tests a store that dies at any step.
public protocol Directory: AnyObject, Sendable {
  /// For messages: the path.
  var path: String { get }

  /// Names of all files, in no order.
  func list() throws(IndexError) -> [String]

  /// The whole file. `notFound` when there is none.
  func open(_ name: String) throws(IndexError) -> FileBytes

  /// Length in bytes, or nil when there is no such file.
  func length(of name: String) throws(IndexError) -> Int?

  /// A new file; it is an error that it exists. Nothing is durable before `sync`.
  func create(_ name: String) throws(IndexError) -> any OutputFile

  /// Replaces `to` by `from` in one step.
  func rename(_ from: String, to: String) throws(IndexError)

  func remove(_ name: String) throws(IndexError)

  /// Makes creations, renames and removals durable (fsync of the directory).
  func sync() throws(IndexError)

  /// Takes an advisory lock on a lock file, which is created when missing. nil: somebody else has it
  /// and `wait` is false. Released by `release` or with the process.
  func lock(_ name: String, wait: Bool) throws(IndexError) -> (any LockFile)?
}

/// A file being written, front to back.
public protocol OutputFile: AnyObject {
  func append(_ bytes: RawSpan) throws(IndexError)
  /// Makes the content durable. Never tried again after an error.
  func sync() throws(IndexError)
  func close() throws(IndexError)
}

/// A lock that is held.
public protocol LockFile: AnyObject, Sendable {
  func release()
}

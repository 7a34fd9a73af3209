import CSQLite

/// A database connection, for one thread. The handle is closed with the value.
@safe
final class SQLiteConnection {
  fileprivate let handle: OpaquePointer
  let path: String

  enum Mode {
    /// Makes the file, which must not be there with anything in it.
    case create
    case read
  }

  init(path: String, mode: Mode) throws(Failure) {
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
      | (mode == .create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
    let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let handle = unsafe opened else {
      let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) }
      unsafe sqlite3_close(opened)
      throw Failure(.io, "\(path): SQLite: \(message ?? "no memory")")
    }
    unsafe self.handle = handle
    self.path = path
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  static var version: String { unsafe String(cString: sqlite3_libversion()) }

  /// What went wrong in the last call.
  var message: String { unsafe String(cString: sqlite3_errmsg(handle)) }

  func failure(_ what: String) -> Failure { Failure(.io, "\(path): SQLite: \(message) (\(what))") }

  /// Runs statements, whose rows are passed over.
  func execute(_ sql: String) throws(Failure) {
    guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
  }

  func prepare(_ sql: String) throws(Failure) -> SQLiteStatement {
    var prepared: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    guard unsafe sqlite3_prepare_v3(handle, sql, -1, flags, &prepared, nil) == SQLITE_OK,
      let statement = unsafe prepared
    else { throw failure(sql) }
    return unsafe SQLiteStatement(statement, of: self)
  }

  /// The first column of the first row.
  func integer(_ sql: String) throws(Failure) -> Int {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : 0
  }

  /// The C API of FTS5, as `SELECT fts5(?1)` gives it.
  @unsafe
  func fts5() throws(Failure) -> UnsafeMutablePointer<fts5_api> {
    var api: UnsafeMutablePointer<fts5_api>?
    let statement = try prepare("SELECT fts5(?1)")
    let name: StaticString = "fts5_api_ptr"
    unsafe withUnsafeMutablePointer(to: &api) { place in
      let kind = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
      _ = unsafe sqlite3_bind_pointer(statement.handle, 1, place, kind, nil)
      _ = unsafe sqlite3_step(statement.handle)
    }
    guard let api = unsafe api else {
      throw Failure(.software, "this SQLite (\(Self.version)) has no FTS5")
    }
    return unsafe api
  }
}

/// A prepared statement. It keeps its connection open.
@safe
final class SQLiteStatement {
  fileprivate let handle: OpaquePointer
  private let connection: SQLiteConnection

  @unsafe
  fileprivate init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
    unsafe self.handle = handle
    self.connection = connection
  }

  deinit { unsafe sqlite3_finalize(handle) }

  /// Binds a copy of the text.
  func bind(_ index: Int32, _ text: String) throws(Failure) {
    var text = text
    let code = text.withUTF8 { bytes in
      let base = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      return unsafe sqlite3_bind_text(handle, index, base, Int32(bytes.count), copied)
    }
    guard code == SQLITE_OK else { throw connection.failure("bind") }
  }

  func bind(_ index: Int32, _ value: Int) throws(Failure) {
    guard unsafe sqlite3_bind_int64(handle, index, Int64(value)) == SQLITE_OK else {
      throw connection.failure("bind")
    }
  }

  /// Runs a statement without rows. Parameter `first + i` is `texts[i]`, a range of `bytes`, or null. Nothing is copied.
  func run(_ bytes: [UInt8], _ texts: [Range<Int>?], from first: Int32) throws(Failure) {
    let code = unsafe bytes.withUnsafeBytes { memory in
      for (index, range) in texts.enumerated() {
        let bound: Int32
        if let range, let base = memory.baseAddress {
          let start = unsafe (base + range.lowerBound).assumingMemoryBound(to: CChar.self)
          bound = unsafe sqlite3_bind_text(
            handle, first + Int32(index), start, Int32(range.count), nil)
        } else {
          bound = unsafe sqlite3_bind_null(handle, first + Int32(index))
        }
        if bound != SQLITE_OK { return bound }
      }
      let stepped = unsafe sqlite3_step(handle)
      let reset = unsafe sqlite3_reset(handle)
      return stepped == SQLITE_DONE ? reset : stepped
    }
    guard code == SQLITE_OK else { throw connection.failure("insert") }
  }

  /// The next row; false when there is none, and the statement can run again.
  func step() throws(Failure) -> Bool {
    switch unsafe sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      unsafe sqlite3_reset(handle)
      return false
    default:
      let failure = connection.failure("step")
      unsafe sqlite3_reset(handle)
      throw failure
    }
  }

  /// Gives up the rows that are left.
  func reset() { unsafe sqlite3_reset(handle) }

  func integer(_ column: Int32) -> Int { Int(unsafe sqlite3_column_int64(handle, column)) }

  func text(_ column: Int32) -> String {
    guard let text = unsafe sqlite3_column_text(handle, column) else { return "" }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
  }
}

import Extraction
import Glibc
import InvertedIndex

/// What the index knows of files: which have not changed since they were indexed, and which are gone.
///
/// A file's document carries its size and time of change, so that there is no second record that could disagree with
/// the index. Files of lines and rows hold documents of any ids and are always read: adding the same again changes nothing.
struct FileSync {
  /// nil: there is no index yet.
  private let known: IDColumns?
  /// An index whose documents have a `size` of another kind goes by the time alone.
  private let hasSizes: Bool
  private let hasTimes: Bool

  init(store: IndexStore, name: String, exists: Bool) throws(Failure) {
    known =
      exists ? try engine { () throws(IndexError) in try IDColumns(try store.open(name)) } : nil
    hasSizes = known?.schema.field(named: "size")?.type == .integer
    hasTimes = known?.schema.field(named: "modified")?.type == .date
  }

  /// Same size, same time of change. An index that cannot be read here says so when it is written.
  func isUnchanged(_ file: SourceFile) -> Bool {
    guard hasTimes,
      let values = try? known?.values(id: file.path, fields: ["modified", "size"])
    else { return false }
    return values[0] == file.modified && (!hasSizes || values[1] == file.size)
  }

  /// Is there a document of this id?
  func has(id: String) throws(Failure) -> Bool {
    guard let known else { return false }
    return try engine { () throws(IndexError) in try known.values(id: id, fields: []) } != nil
  }

  /// Calls `body` with the ids of documents below the paths that are no more: of files that are gone, and of rows behind the end
  /// of a table.
  /// - Parameter rows: of the tables that were read in this run, as `Reading.rows` says.
  func forEachVanished(
    below paths: [String], rows: [String: Int], _ body: (String) throws(Failure) -> Void
  ) throws(Failure) {
    guard let known else { return }
    for path in paths where path != "-" {
      guard let resolved = unsafe realpath(path, nil) else { continue }
      let folder = unsafe String(cString: resolved)
      unsafe free(resolved)
      var vanished: [String] = []
      var looked = Looked(rows: rows)
      for prefix in [folder == "/" ? "/" : folder + "/", folder + "#"] {
        try engine { () throws(IndexError) in
          try known.forEachID(prefix: prefix) { id in
            if looked.isGone(id) { vanished.append(id) }
          }
        }
      }
      for id in vanished { try body(id) }
    }
  }

  /// Looks for what an id names: a file, or a row of one (`path#12`).
  private struct Looked {
    let rows: [String: Int]
    /// Rows of one table come one after the other.
    private var last = (path: "", isGone: false)

    init(rows: [String: Int]) { self.rows = rows }

    mutating func isGone(_ id: String) -> Bool {
      guard let mark = id.lastIndex(of: "#"), let row = Int(id[id.index(after: mark)...]) else {
        // What holds records now was one document once.
        return rows[id] != nil || !Self.exists(id)
      }
      let path = String(id[..<mark])
      if let count = rows[path] { return row > count }
      if last.path != path { last = (path, !Self.exists(path)) }
      // A file may have such a name itself.
      return last.isGone && !Self.exists(id)
    }

    private static func exists(_ path: String) -> Bool {
      var status = stat()
      if unsafe lstat(path, &status) == 0 { return true }
      return errno != ENOENT && errno != ENOTDIR
    }
  }
}

import Extraction
import Glibc
import InvertedIndex

/// What the index knows of files: which have not changed since they were indexed, and which are gone.
///
/// A file's document carries its size and time of change, so that there is no second record that could disagree with
/// the index. Files of JSON lines hold documents of any ids and are always read: adding the same again changes nothing.
struct FileSync {
  /// nil: there is no index yet.
  private let known: IDColumns?

  init(store: IndexStore, name: String, exists: Bool) throws(Failure) {
    known =
      exists ? try engine { () throws(IndexError) in try IDColumns(try store.open(name)) } : nil
  }

  /// Same size, same time of change. An index that cannot be read here says so when it is written.
  func isUnchanged(_ file: SourceFile) -> Bool {
    guard let values = try? known?.values(id: file.path, fields: ["size", "modified"]) else {
      return false
    }
    return values == [file.size, file.modified]
  }

  /// Calls `body` with the ids of documents whose files lay below one of the paths and exist no more.
  func forEachVanished(below paths: [String], _ body: (String) throws(Failure) -> Void)
    throws(Failure)
  {
    guard let known else { return }
    for path in paths where path != "-" {
      guard let resolved = unsafe realpath(path, nil) else { continue }
      let folder = unsafe String(cString: resolved)
      unsafe free(resolved)
      var vanished: [String] = []
      try engine { () throws(IndexError) in
        try known.forEachID(prefix: folder == "/" ? "/" : folder + "/") { id in
          var status = stat()
          if unsafe lstat(id, &status) != 0, errno == ENOENT || errno == ENOTDIR {
            vanished.append(id)
          }
        }
      }
      for id in vanished { try body(id) }
    }
  }
}

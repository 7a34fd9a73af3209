import InvertedIndex

/// The aliases of the data directory, at the newest file that can be read.
struct AliasesOnDisk: Sendable {
  private(set) var aliases = IndexAliases()
  /// Why the file that is there now is not the one that counts.
  private(set) var fault: String?
  private var stamp: DataDirectory.Stamp?

  /// Reads the file if it is another one than before, or could not be read.
  /// - Returns: whether it was read.
  mutating func follow(_ directory: DataDirectory) -> Bool {
    let newest = directory.aliasesStamp()
    guard newest != stamp || fault != nil else { return false }
    stamp = newest
    do throws(IndexError) {
      aliases = newest == nil ? IndexAliases() : try IndexStore(path: directory.path).aliases()
      fault = nil
    } catch {
      fault = error.description
    }
    return true
  }
}

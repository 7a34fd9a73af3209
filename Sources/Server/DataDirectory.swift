import Glibc
import InvertedIndex

/// The data directory as it lies on the disk: which indexes are there, and at which manifest each is. Links are not followed.
struct DataDirectory: Sendable {
  let path: String

  /// Which manifest it is: it is replaced by rename, never changed.
  struct Stamp: Equatable {
    fileprivate var device: UInt
    fileprivate var inode: UInt
    fileprivate var length: Int
    fileprivate var seconds: Int
    fileprivate var nanoseconds: Int
  }

  /// Names in the data directory that an index can have. None while there is no such directory.
  func names() throws(StartError) -> [String] {
    guard let directory = unsafe opendir(path) else {
      if errno == ENOENT { return [] }
      throw StartError(.system, "\(path): \(unsafe String(cString: strerror(errno)))")
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if IndexName.isValid(name) { names.append(name) }
    }
    return names
  }

  /// nil: no index, or one that is being made or dropped.
  func stamp(_ name: String) -> Stamp? {
    var status = stat()
    guard unsafe lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      return nil
    }
    return fileStamp("\(path)/\(name)/\(FileName.manifest)")
  }

  /// nil: there are no aliases.
  func aliasesStamp() -> Stamp? { fileStamp("\(path)/\(IndexAliases.file)") }

  private func fileStamp(_ path: String) -> Stamp? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Stamp(
      device: status.st_dev, inode: status.st_ino, length: status.st_size,
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
  }
}

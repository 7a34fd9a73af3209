// The data directory: one directory an index, named like it.

import Bytes
import Glibc

public struct IndexStore: Sendable {
  public let path: String

  /// - Parameter path: an existing directory, or one that `create` makes.
  public init(path: String) { self.path = path }

  /// Names of all indexes, sorted. A data directory that does not exist has none.
  public func list() throws(IndexError) -> [String] {
    let all: [String]
    do throws(IndexError) {
      all = try withDirectory { (descriptor) throws(IndexError) in
        let copy = try attempt("open", path) {
          unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        return try namesBelow(copy, path)
      }
    } catch {
      if case .notFound = error { return [] }
      throw error
    }
    var names: [String] = []
    for name in all.sorted() where IndexName.isValid(name) {
      do throws(IndexError) {
        if try open(name).length(of: FileName.manifest) != nil { names.append(name) }
      } catch {
        // Dropped while we looked, or a file of somebody's, or not ours to read: no index.
        continue
      }
    }
    return names
  }

  /// The directory of an index that exists.
  public func open(_ name: String) throws(IndexError) -> FileSystemDirectory {
    try IndexName.check(name)
    do throws(IndexError) {
      return try withDirectory { (descriptor) throws(IndexError) in
        try FileSystemDirectory(
          path: "\(path)/\(name)", below: descriptor, name: name, followLinks: false)
      }
    } catch {
      if case .notFound = error { throw .notFound("index \(name)") }
      throw error
    }
  }

  /// The directory of an index, made if it does not exist; the index itself is made by its first writer.
  public func create(_ name: String) throws(IndexError) -> FileSystemDirectory {
    try IndexName.check(name)
    if try !exists(name), let indexes = (try? aliases())?[name] {
      throw .invalid(
        "\(name) is an alias of \(indexes.joined(separator: ", ")); an index needs a name of its own"
      )
    }
    try makeDirectories()
    try withDirectory { (descriptor) throws(IndexError) in
      try sweep(descriptor)
      do throws(IndexError) {
        _ = try attempt("mkdir", "\(path)/\(name)") { unsafe mkdirat(descriptor, name, 0o750) }
        try giveToOwner(name, below: descriptor)
        _ = try attempt("fsync", path) { fsync(descriptor) }
      } catch {
        guard case .system(_, _, EEXIST) = error else { throw error }
      }
    }
    return try open(name)
  }

  /// Removes an index with everything in it. Readers that have it open keep what they have.
  public func drop(_ name: String) throws(IndexError) {
    let directory = try open(name)
    let lock = try Commit.takeLock(directory)
    defer { lock.release() }
    guard try directory.length(of: FileName.manifest) != nil else {
      throw .notFound("index \(name)")
    }
    // From here on writers find no index any more, and nobody finds this directory by its name.
    try directory.remove(FileName.manifest)
    try directory.sync()
    let parting = IndexStore.droppedPrefix + FileName.randomWriter()
    try withDirectory { (descriptor) throws(IndexError) in
      _ = try attempt("rename", "\(path)/\(name)") {
        unsafe renameat(descriptor, name, descriptor, parting)
      }
      _ = try attempt("fsync", path) { fsync(descriptor) }
      try empty(parting, below: descriptor)
    }
  }

  private static let droppedPrefix = ".dropped-"

  /// Removes what a drop that was killed has left. What cannot be removed stays.
  private func sweep(_ descriptor: Int32) throws(IndexError) {
    let copy = try attempt("open", path) {
      unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    for name in try namesBelow(copy, path) where name.hasPrefix(IndexStore.droppedPrefix) {
      do throws(IndexError) { try empty(name, below: descriptor) } catch { continue }
    }
  }

  /// Removes a directory and its files.
  private func empty(_ name: String, below descriptor: Int32) throws(IndexError) {
    let opened = try attempt("open", "\(path)/\(name)") {
      unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    }
    for file in try namesBelow(opened, "\(path)/\(name)") {
      _ = try attempt("unlink", "\(path)/\(name)/\(file)") {
        unsafe unlinkat(descriptor, "\(name)/\(file)", 0)
      }
    }
    _ = try attempt("rmdir", "\(path)/\(name)") {
      unsafe unlinkat(descriptor, name, AT_REMOVEDIR)
    }
  }

  private func withDirectory<Value>(
    _ body: (Int32) throws(IndexError) -> Value
  ) throws(IndexError) -> Value {
    let descriptor = try attempt("open", path) {
      unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { _ = close(descriptor) }
    return try body(descriptor)
  }

  /// Makes the data directory and what is missing above it.
  private func makeDirectories() throws(IndexError) {
    var prefix = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      prefix += part
      if !prefix.isEmpty {
        let made = unsafe mkdir(prefix, 0o750)
        let code = errno
        // A directory above that exists may refuse for another reason than that: the opening will tell.
        if made != 0, code != EEXIST, code != EACCES, code != EROFS, code != EISDIR {
          throw .system(call: "mkdir", path: prefix, code: code)
        }
        if made == 0 { try syncParent(of: prefix) }
      }
      prefix += "/"
    }
  }

  /// Makes the name of a new directory durable.
  private func syncParent(of directory: String) throws(IndexError) {
    let parent = "\(directory)/.."
    let descriptor = try attempt("open", parent) {
      unsafe Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { _ = close(descriptor) }
    _ = try attempt("fsync", parent) { fsync(descriptor) }
  }

  /// Made by root, the directory belongs to whom the data directory belongs to.
  private func giveToOwner(_ name: String, below descriptor: Int32) throws(IndexError) {
    guard geteuid() == 0 else { return }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("fstat", path) }
    _ = try attempt("fchown", "\(path)/\(name)") {
      unsafe fchownat(descriptor, name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW)
    }
  }
}

import Glibc

/// The bytes of one file, read-only and at a fixed address for as long as this object lives.
///
/// They are a mapping, or (in tests and for small files) memory of our own. Nobody changes them: files of an
/// index are immutable. Truncation of a mapped file by somebody else is outside what can be promised
/// (SIGBUS).
@safe
public final class FileBytes: Sendable {
  /// Address of the first byte; readable for `count` bytes.
  nonisolated(unsafe) public let base: UnsafeRawPointer
  public let count: Int
  private let isMapped: Bool

  /// Maps the file that `descriptor` has open. The descriptor may be closed afterwards.
  /// - Throws: the system's error of fstat or mmap.
  public init(mapping descriptor: Int32) throws(SystemError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError("fstat") }
    count = Int(status.st_size)
    if count == 0 {
      unsafe base = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8))
      isMapped = false
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw SystemError("mmap")
    }
    unsafe base = UnsafeRawPointer(address)
    isMapped = true
  }

  /// Copies `bytes` into memory of its own.
  public init(copying bytes: [UInt8]) {
    count = bytes.count
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 8), alignment: 64)
    unsafe memory.copyMemory(from: bytes, byteCount: bytes.count)
    unsafe base = UnsafeRawPointer(memory)
    isMapped = false
  }

  deinit {
    if isMapped {
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    } else {
      unsafe base.deallocate()
    }
  }

  /// All bytes.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Gives the pages that were read back, so that they do not count as memory of this process. They come back when
  /// they are read again.
  public func forgetPages() {
    guard isMapped else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base), count, MADV_DONTNEED)
  }
}

import Glibc

/// Memory of `Element`s that grows in place: the storage of inversion's tables and arenas.
///
/// glibc grows large blocks by moving pages, not bytes, so that doubling never holds the old and the new copy
/// at once; an Array would. Elements are plain bits, without deinitialisation.
@safe
struct Growable<Element: BitwiseCopyable>: ~Copyable {
  /// Valid for `capacity` elements; changes when the memory grows.
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  init(capacity: Int) {
    unsafe base = Self.resize(nil, to: capacity)
    self.capacity = capacity
  }

  /// Bytes held.
  var byteCount: Int { capacity * MemoryLayout<Element>.stride }

  /// Makes room for at least `count` elements; the old ones stay.
  @inline(__always)
  mutating func reserve(_ count: Int) {
    if count > capacity { grow(to: count) }
  }

  @inline(never)
  private mutating func grow(to count: Int) {
    // By a half beyond 16 MiB: unused room counts against the memory budget.
    let step = byteCount > 16 << 20 ? capacity / 2 : capacity
    capacity = max(count, capacity + step)
    unsafe base = Self.resize(base, to: capacity)
  }

  /// glibc's mappings begin 16 bytes after a page: with 48 more, an element of a cache line takes only one.
  private static var offset: Int { 48 }

  private static func resize(
    _ old: UnsafeMutablePointer<Element>?, to capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let size = max(capacity, 1) * MemoryLayout<Element>.stride + offset
    let begin = unsafe old.map { unsafe UnsafeMutableRawPointer($0) - offset }
    guard let memory = unsafe realloc(begin, size) else {
      fatalError("out of memory: \(size) bytes for an index buffer")
    }
    return unsafe (memory + offset).assumingMemoryBound(to: Element.self)
  }

  deinit { unsafe free(UnsafeMutableRawPointer(base) - Self.offset) }
}

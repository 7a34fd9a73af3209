// Working memory of the leaves of one scorer tree. A leaf uses it within one call and leaves it as it was, so all
// leaves share it: a query of 1,024 words holds one set of buffers, and they stay in the cache.

import Bytes

@safe
final class LeafMemory {
  let windowCapacity: Int
  /// A value for each document of a block, and room for 16 more.
  let values: UnsafeMutablePointer<Float>
  /// A bit for each document of a window; anything between calls.
  let matched: UnsafeMutablePointer<UInt64>
  /// For long lists.
  private(set) lazy var bytes = MarkBytes(capacity: windowCapacity)
  /// x summed over fields; zero between calls.
  private(set) lazy var sums = WindowMemory(capacity: windowCapacity)
  /// Bits of one field's matches.
  private(set) lazy var one = WindowMemory(capacity: windowCapacity, scored: false)
  /// The least x of a phrase's words; anything between calls.
  private(set) lazy var least = WindowMemory(capacity: windowCapacity)

  init(windowCapacity: Int) {
    self.windowCapacity = windowCapacity
    unsafe values = .allocate(capacity: blockSize + 16)
    unsafe values.initialize(repeating: 0, count: blockSize + 16)
    unsafe matched = .allocate(capacity: windowCapacity / 64)
    unsafe matched.initialize(repeating: 0, count: windowCapacity / 64)
  }

  deinit {
    unsafe values.deallocate()
    unsafe matched.deallocate()
  }

  /// Where a list of `count` of the segment's `documents` marks its documents; nil: straight in the bits.
  func bytes(forListOf count: Int, documents: Int) -> MarkBytes? {
    count > documents / 8 ? bytes : nil
  }
}

// Where bytes go one after the other: a file being written, or a part of one that waits for its turn.
//
// Who appends only copies into a buffer; what happens when it is full is the kind of sink's own affair.

import Bytes

/// Not thread-safe. After an error it is given up.
@safe
class ByteSink {
  final private(set) var buffer: UnsafeMutableRawPointer
  final private(set) var capacity: Int
  /// Bytes in the buffer.
  final private(set) var filled = 0
  /// Bytes that left it.
  final private var gone = 0

  /// Bytes appended so far: the offset of the next one.
  final var position: Int { gone &+ filled }

  init(capacity: Int) {
    self.capacity = capacity
    unsafe buffer = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { unsafe buffer.deallocate() }

  /// Called when the buffer is full: makes it larger (`grow`), or empties it (`clear`).
  func makeRoom() throws(IndexError) { preconditionFailure("every kind of sink makes room") }

  final func append(_ bytes: RawSpan) throws(IndexError) {
    let count = bytes.byteCount
    var from = 0
    while from < count {
      if filled == capacity { try makeRoom() }
      let part = min(count &- from, capacity &- filled)
      unsafe bytes.withUnsafeBytes { source in
        unsafe (buffer + filled).copyMemory(from: source.baseAddress! + from, byteCount: part)
      }
      filled &+= part
      from &+= part
    }
  }

  final func append(_ bytes: [UInt8]) throws(IndexError) { try append(unsafe bytes.span.bytes) }

  /// `address` is readable for `count` bytes.
  @unsafe
  final func append(_ address: UnsafeRawPointer, _ count: Int) throws(IndexError) {
    try append(unsafe RawSpan(_unsafeStart: address, byteCount: count))
  }

  // MARK: For kinds of sinks

  /// What is in the buffer, until the next change.
  @unsafe
  final var held: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(buffer), count: filled)
  }

  /// The buffer's bytes are somewhere else now.
  final func clear() {
    gone &+= filled
    filled = 0
  }

  /// Begins again at 0, empty.
  final func restart() {
    gone = 0
    filled = 0
  }

  /// Doubles the buffer.
  final func grow() {
    let larger = UnsafeMutableRawPointer.allocate(byteCount: 2 * capacity, alignment: 64)
    unsafe larger.copyMemory(from: buffer, byteCount: filled)
    unsafe buffer.deallocate()
    unsafe buffer = larger
    capacity *= 2
  }
}

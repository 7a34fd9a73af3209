// zlib's streams (RFC 1951, no header), one object each, used for one block after the other.

import CZlib

/// Packs blocks.
@safe
final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>

  /// `level`: 1 (fast) to 9 (small).
  init(level: Int32) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe martlet_deflateInit2(stream, level, -15, 8)
    precondition(status == Z_OK, "zlib has no memory")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Appends the packed form of `input`, at most 2^30 bytes.
  func deflate(_ input: [UInt8], into output: inout [UInt8]) {
    unsafe deflateReset(stream)
    let bound = Int(unsafe deflateBound(stream, UInt(input.count)))
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: bound))
    let written = unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = target.baseAddress! + start
        unsafe stream.pointee.avail_out = UInt32(bound)
        let status = unsafe CZlib.deflate(stream, Z_FINISH)
        precondition(status == Z_STREAM_END, "deflateBound holds")
        return bound - Int(unsafe stream.pointee.avail_out)
      }
    }
    output.removeSubrange((start + written)...)
  }
}

/// Unpacks blocks. Not thread-safe.
@safe
final class Inflater: @unchecked Sendable {
  private let stream: UnsafeMutablePointer<z_stream>

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe martlet_inflateInit2(stream, -15)
    precondition(status == Z_OK, "zlib has no memory")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Appends exactly `length` bytes unpacked from `count` bytes at `input`. False when they are malformed or of another
  /// length; `output` is then as before.
  @unsafe
  func inflate(
    _ input: UnsafeRawPointer, _ count: Int, length: Int, into output: inout [UInt8]
  ) -> Bool {
    unsafe inflateReset(stream)
    let start = output.count
    // One byte more than expected, so that a longer block shows.
    output.append(contentsOf: repeatElement(0, count: length + 1))
    let isWhole = unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.assumingMemoryBound(to: UInt8.self))
      unsafe stream.pointee.avail_in = UInt32(truncatingIfNeeded: count)
      unsafe stream.pointee.next_out = target.baseAddress! + start
      unsafe stream.pointee.avail_out = UInt32(length + 1)
      let status = unsafe CZlib.inflate(stream, Z_FINISH)
      return unsafe status == Z_STREAM_END && stream.pointee.avail_out == 1
        && stream.pointee.avail_in == 0
    }
    output.removeSubrange((isWhole ? start + length : start)...)
    return isWhole
  }
}

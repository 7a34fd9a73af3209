// Deflate streams (RFC 1951, no header), one whole block at a time, by libdeflate.

import CDeflate

/// Packs blocks. Not thread-safe.
@safe
final class Deflater {
  private let compressor: OpaquePointer

  /// `level`: 1 (fast) to 12 (small).
  init(level: Int32) {
    guard let compressor = unsafe libdeflate_alloc_compressor(level) else {
      fatalError("no memory to pack stored documents")
    }
    unsafe self.compressor = compressor
  }

  deinit { unsafe libdeflate_free_compressor(compressor) }

  /// Appends the packed form of `input`.
  func deflate(_ input: [UInt8], into output: inout [UInt8]) {
    let bound = unsafe libdeflate_deflate_compress_bound(compressor, input.count)
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: bound))
    let written = unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        unsafe libdeflate_deflate_compress(
          compressor, source.baseAddress, source.count, target.baseAddress! + start, bound)
      }
    }
    precondition(written > 0, "the bound holds")
    output.removeSubrange((start + written)...)
  }
}

/// Unpacks blocks. Not thread-safe.
@safe
final class Inflater: @unchecked Sendable {
  private let decompressor: OpaquePointer

  init() {
    guard let decompressor = unsafe libdeflate_alloc_decompressor() else {
      fatalError("no memory to unpack stored documents")
    }
    unsafe self.decompressor = decompressor
  }

  deinit { unsafe libdeflate_free_decompressor(decompressor) }

  /// Appends exactly `length` bytes unpacked from exactly `count` bytes at `input`. False when they are malformed or
  /// either is of another length; `output` is then as before.
  @unsafe
  func inflate(
    _ input: UnsafeRawPointer, _ count: Int, length: Int, into output: inout [UInt8]
  ) -> Bool {
    var consumed = 0
    var result = LIBDEFLATE_BAD_DATA
    let unpacked = unsafe [UInt8](unsafeUninitializedCapacity: length) { target, initialized in
      // Without a place for the length of the output, another length than `length` is an error.
      unsafe result = libdeflate_deflate_decompress_ex(
        decompressor, input, count, target.baseAddress, length, &consumed, nil)
      initialized = result == LIBDEFLATE_SUCCESS ? length : 0
    }
    guard result == LIBDEFLATE_SUCCESS, consumed == count else { return false }
    if output.isEmpty { output = unpacked } else { output += unpacked }
    return true
  }
}

// What a cursor decodes into: one piece of memory a cursor, which searches keep from one to the next.
//
//   documents    128, and padding behind
//   frequencies  128
//   differences  128, of positions
//   last         one document

import Bytes

/// Memory for one block of postings.
@safe
final class PostingsBlock {
  /// With padding behind.
  let documents: UnsafeMutablePointer<UInt32>
  var frequencies: UnsafeMutablePointer<UInt32> {
    unsafe documents + (blockSize &+ PostingsCursor.padding)
  }
  /// Differences of positions.
  var differences: UnsafeMutablePointer<UInt32> { unsafe frequencies + blockSize }
  /// One document.
  var last: UnsafeMutablePointer<UInt32> { unsafe differences + blockSize }

  init() {
    let words = PostingsCursor.padding &+ 3 &* blockSize &+ 4
    unsafe documents = .allocate(capacity: words)
    unsafe documents.initialize(repeating: PostingsCursor.end, count: words)
  }

  deinit { unsafe documents.deallocate() }
}

/// Documents of a segment being built that later ones of the same id have replaced, or that were deleted.
struct DeadDocuments {
  private var words: [UInt64] = []
  private(set) var count = 0

  /// False when the document was dead already.
  mutating func insert(_ document: UInt32) -> Bool {
    let word = Int(document >> 6)
    let bit: UInt64 = 1 << UInt64(document & 63)
    while words.count <= word { words.append(0) }
    guard words[word] & bit == 0 else { return false }
    words[word] |= bit
    count += 1
    return true
  }

  /// Ascending.
  var sorted: [UInt32] {
    var all: [UInt32] = []
    all.reserveCapacity(count)
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        all.append(UInt32(index * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return all
  }
}

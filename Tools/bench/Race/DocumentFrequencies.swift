/// The words of a corpus, and in how many documents each stands.
///
/// An open hash table of numbers of words, at most half full; the words' bytes lie behind each other in one array. It holds
/// a large corpus: about 60 bytes a different word.
struct DocumentFrequencies {
  private struct Word {
    var start: UInt32
    var length: UInt32
    var documents: UInt32 = 0
    /// The last document that had it, counted from 1.
    var last: UInt32 = 0
  }

  private var words: [Word] = []
  private var bytes: [UInt8] = []
  /// Numbers of words, or -1.
  private var slots = [Int32](repeating: -1, count: 1 << 12)
  private(set) var documentCount = 0

  /// Words longer than this are passed over, as engines do.
  static let longestWord = 255

  /// Counts the words between white space from `start` on, each once.
  mutating func add(_ line: [UInt8], from start: Int) {
    documentCount += 1
    var place = start
    while place < line.count {
      if line[place] <= 0x20 {
        place += 1
        continue
      }
      let first = place
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      while place < line.count, line[place] > 0x20 {
        hash = (hash ^ UInt64(line[place])) &* 0x100_0000_01B3
        place += 1
      }
      guard place - first <= Self.longestWord, bytes.count < Int(UInt32.max) - (1 << 16) else {
        continue
      }
      let number = self.number(of: line[first..<place], hash)
      if words[number].last != UInt32(documentCount) {
        words[number].last = UInt32(documentCount)
        words[number].documents += 1
      }
    }
  }

  /// In how many documents a word stands.
  func count(of word: some Collection<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let slot = slots[slot(of: word, hash)]
    return slot < 0 ? 0 : Int(words[Int(slot)].documents)
  }

  /// All words in at least `least` and fewer than `bound` documents, sorted.
  func words(from least: Int, below bound: Int) -> [String] {
    words.filter { Int($0.documents) >= least && Int($0.documents) < bound }
      .map { String(decoding: bytes(of: $0), as: UTF8.self) }.sorted()
  }

  private func bytes(of word: Word) -> ArraySlice<UInt8> {
    bytes[Int(word.start)..<Int(word.start + word.length)]
  }

  private mutating func number(of word: ArraySlice<UInt8>, _ hash: UInt64) -> Int {
    let slot = slot(of: word, hash)
    if slots[slot] >= 0 { return Int(slots[slot]) }
    let number = words.count
    slots[slot] = Int32(number)
    words.append(Word(start: UInt32(bytes.count), length: UInt32(word.count)))
    bytes += word
    if words.count * 2 > slots.count { grow() }
    return number
  }

  /// Where a word is, or where it would be.
  private func slot(of word: some Collection<UInt8>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ (hash >> 29)) & mask
    while slots[slot] >= 0 {
      if bytes(of: words[Int(slots[slot])]).elementsEqual(word) { return slot }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, word) in words.enumerated() {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes(of: word) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      var slot = Int(truncatingIfNeeded: hash ^ (hash >> 29)) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }
}

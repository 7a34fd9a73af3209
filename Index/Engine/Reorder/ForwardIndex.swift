// Documents with the terms in them: postings turned round, for bisecting.
//
//   starts   per document where its terms begin in `terms`, and one more at the end; 4 bytes each
//   terms    the documents' terms one after the other, as numbers of 2 bytes
//
// Postings come term by term, twice. First every document's terms are counted, at starts[d + 2], and summed
// up: starts[d + 1] is where document d begins. Then each term goes to its document's place, which moves on by one;
// at last starts[d + 1] is where document d ends.

/// Terms by document. Filled by one thread, then read by several.
@safe
final class ForwardIndex: @unchecked Sendable {
  /// Terms that numbers of 2 bytes tell apart.
  static let maximumTerms = 1 << 16
  /// Occurrences that `starts` can count.
  static let maximumPostings = Int(UInt32.max)

  let documentCount: Int
  private(set) var termCount = 0
  private(set) var postingCount = 0
  @unsafe let starts: UnsafeMutablePointer<UInt32>
  @unsafe private(set) var terms: UnsafeMutablePointer<UInt16>

  /// Every term of every document is counted once, then `endCounting`, then each is added, terms ascending.
  init(documentCount: Int) {
    self.documentCount = documentCount
    unsafe starts = .allocate(capacity: documentCount + 2)
    unsafe starts.initialize(repeating: 0, count: documentCount + 2)
    unsafe terms = .allocate(capacity: 0)
  }

  deinit {
    unsafe starts.deallocate()
    unsafe terms.deallocate()
  }

  @inline(__always)
  func count(_ document: UInt32) {
    precondition(Int(document) < documentCount, "a document of the index")
    unsafe starts[Int(document) &+ 2] &+= 1
  }

  func endCounting(termCount: Int) {
    var sum = 0
    for document in 0..<documentCount {
      sum += Int(unsafe starts[document + 2])
      unsafe starts[document + 2] = UInt32(truncatingIfNeeded: sum)
    }
    precondition(termCount <= Self.maximumTerms && sum <= Self.maximumPostings)
    self.termCount = termCount
    postingCount = sum
    unsafe terms.deallocate()
    unsafe terms = .allocate(capacity: sum)
    unsafe terms.initialize(repeating: 0, count: sum)
  }

  @inline(__always)
  func add(_ term: UInt16, to document: UInt32) {
    precondition(Int(document) < documentCount && Int(term) < termCount, "what was counted")
    let place = Int(unsafe starts[Int(document) &+ 1])
    precondition(place < postingCount, "what was counted")
    unsafe terms[place] = term
    unsafe starts[Int(document) &+ 1] &+= 1
  }
}

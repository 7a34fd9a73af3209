// Which bytes of an index are what.

/// The bytes of a generation's segments by what they hold; they add up to the segments' files.
public struct IndexComposition: Sendable, Equatable {
  /// Stored documents, packed, and where they are.
  public var stored = 0
  /// Lists of documents, frequencies and positions.
  public var postings = 0
  /// Terms, and what is known of each; terms in one document alone have all their postings here.
  public var dictionaries = 0
  public var columns = 0
  public var norms = 0
  /// Checksums, tables and padding.
  public var rest = 0
}

extension IndexReader {
  public func composition() throws(IndexError) -> IndexComposition {
    var parts = IndexComposition()
    for segment in view.segments { try parts.add(segment.reader) }
    return parts
  }
}

extension IndexComposition {
  fileprivate mutating func add(_ segment: SegmentReader) throws(IndexError) {
    var known = 0
    for section in segment.file.sections {
      known += section.length
      switch section.key.kind {
      case .stored, .storedIndex: stored += section.length
      case .norms: norms += section.length
      case .column: columns += section.length
      case .fields: rest += section.length
      case .terms:
        guard let space = TermSpace(rawValue: section.key.space),
          let terms = segment.terms(Int(section.key.field), space)
        else { continue }
        let dictionary = try terms.dictionaryLength()
        dictionaries += dictionary
        postings += section.length - dictionary
      }
    }
    rest += segment.length - known
  }
}

extension TermDictionary {
  /// Bytes of the section that are not lists.
  func dictionaryLength() throws(IndexError) -> Int {
    var sum = blockCount * 16 + TermDictionaryWriter.trailerLength
    for block in 0..<blockCount { sum += try location(ofBlock: block, file).length }
    return min(sum, section.length)
  }
}

// Postings from inputs to the output. Where all documents of an input live they move by blocks: documents shift, and
// differences of positions, which lie within a document, stay as they are. Where the output has an order of its own they
// are sorted.

import Bytes

/// One thread's way from batches to runs. Not thread-safe.
struct ListCopier: ~Copyable {
  private let sources: [MergeSource]
  private let detail: PostingsDetail
  private let terms: TermsWriter
  private let sorter: PostingsSorter?
  /// Of the one cursor at a time.
  private let block = PostingsBlock()

  init(
    _ sources: [MergeSource], detail: PostingsDetail, terms: TermsWriter,
    sorter: PostingsSorter? = nil
  ) {
    self.sources = sources
    self.detail = detail
    self.terms = terms
    self.sorter = sorter
  }

  /// Writes the terms of a batch as one run.
  func write(_ batch: borrowing TermBatch) throws(IndexError) -> TermRun {
    terms.beginRun()
    let lists = batch.lists
    try unsafe batch.withEach { (term, bytes, range) throws(IndexError) in
      if range.isEmpty {
        try unsafe terms.addAlias(bytes, ordinal: term.ordinal)
        return
      }
      try unsafe terms.beginTerm(bytes)
      if let sorter {
        for place in range { sorter.add(lists[place].entry, from: sources[lists[place].source]) }
        try unsafe sorter.write(to: terms.list)
      } else {
        for place in range {
          try unsafe copy(lists[place].entry, from: sources[lists[place].source], to: terms.list)
        }
      }
      try terms.endTerm(forms: term.forms, ordinal: term.ordinal)
    }
    return try terms.endRun()
  }

  /// Copies the live postings of a term.
  @unsafe
  private func copy(
    _ entry: TermEntry, from source: MergeSource, to list: UnsafeMutablePointer<PostingsWriter>
  ) throws(IndexError) {
    if case .single(let document, _, let positions, let length) = entry.location {
      guard let new = source.map[Int(document)] else { return }
      if detail != .positions || entry.totalFrequency <= Int(TermEntry.inlinePositions) {
        let frequency = UInt32(truncatingIfNeeded: entry.totalFrequency)
        if detail == .positions {
          var bytes = try source.reader.file.scanner(positions, length)
          for _ in 0..<frequency {
            try unsafe list.pointee.addPosition(difference: bytes.varint31())
          }
          guard !bytes.failed else {
            throw source.reader.file.corrupt(positions, "positions that make no sense")
          }
        }
        try unsafe list.pointee.add(document: UInt32(new), frequency: frequency)
        return
      }
    }
    var postings = try source.reader.postings(entry, block)
    if let numbers = source.map.numbers {
      try unsafe copy(&postings, numbers, to: list)
    } else {
      try unsafe copy(&postings, shift: UInt32(source.map.base), to: list)
    }
  }

  /// Block by block.
  @unsafe
  private func copy(
    _ postings: inout PostingsCursor, shift: UInt32,
    to list: UnsafeMutablePointer<PostingsWriter>
  ) throws(IndexError) {
    while !postings.isAtEnd {
      let count = postings.count
      let documents = unsafe postings.documents
      let counts = unsafe postings.frequencies()
      var done = 0
      while done < count {
        let part = min(count &- done, unsafe list.pointee.room)
        if detail == .positions {
          var missing: UInt64 = 0
          for place in done..<done &+ part { missing &+= UInt64(unsafe counts[place]) }
          while missing > 0 {
            let some = unsafe try postings.nextDifferences(Int(missing))
            try unsafe list.pointee.addPositions(some.baseAddress!, some.count)
            missing &-= UInt64(some.count)
          }
        }
        try unsafe list.pointee.add(
          documents: documents + done, counts: counts + done, part, shift: shift)
        done &+= part
      }
      try postings.nextBlock()
    }
  }

  /// Document by document: `numbers` has the new ones, `UInt32.max` for the dead.
  @unsafe
  private func copy(
    _ postings: inout PostingsCursor, _ numbers: [UInt32],
    to list: UnsafeMutablePointer<PostingsWriter>
  ) throws(IndexError) {
    while !postings.isAtEnd {
      for place in 0..<postings.count {
        try postings.move(to: place)
        let new = numbers[Int(postings.document)]
        if new == .max { continue }
        if detail == .positions {
          let differences = unsafe try postings.positionDifferences()
          if let first = differences.baseAddress {
            try unsafe list.pointee.addPositions(first, differences.count)
          }
        }
        try unsafe list.pointee.add(document: new, frequency: postings.frequency())
      }
      try postings.nextBlock()
    }
  }
}

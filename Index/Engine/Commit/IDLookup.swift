// From ids to documents: which documents of a segment bear one of many ids.

import Bytes

extension SegmentReader {
  /// The dictionary of ids.
  var ids: TermDictionary? { terms(0, .value) }

  /// Calls `body` with each document that bears an id of `other`, and the cursor that stands at the id there.
  func documents(
    withIDsOf other: TermDictionary, _ body: (Int, TermCursor) throws(IndexError) -> Void
  ) throws(IndexError) {
    guard let ids, ids.count > 0, other.count > 0 else { return }
    let mine = ids.cursor()
    let its = other.cursor()
    func meet() throws(IndexError) {
      try documents(of: mine.entry()) { (document) throws(IndexError) in try body(document, its) }
    }
    // Looking up costs about as much as 16 steps.
    if other.count < ids.count / 16 {
      while try its.next() {
        if try unsafe mine.seek(its.term), unsafe mine.compare(its.term) == 0 { try meet() }
      }
      return
    }
    if ids.count < other.count / 16 {
      while try mine.next() {
        if try unsafe its.seek(mine.term), unsafe its.compare(mine.term) == 0 { try meet() }
      }
      return
    }
    guard try mine.next(), try its.next() else { return }
    while true {
      let order = unsafe mine.compare(its.term)
      if order == 0 { try meet() }
      if order <= 0 { guard try mine.next() else { return } }
      if order >= 0 { guard try its.next() else { return } }
    }
  }

  /// Calls `body` with each document that bears an id of `list`.
  func documents(
    withIDs list: SortedIDs, _ body: (Int) -> Void
  ) throws(IndexError) {
    guard let ids, ids.count > 0, !list.isEmpty else { return }
    let cursor = ids.cursor()
    try unsafe list.withEach { (id) throws(IndexError) in
      if try unsafe cursor.seek(id), unsafe cursor.compare(id) == 0 {
        try documents(of: cursor.entry(), body)
      }
    }
  }

  /// Calls `body` with each document that bears the id.
  func documents(withID id: [UInt8], _ body: (Int) -> Void) throws(IndexError) {
    guard let entry = try ids?.lookup(id) else { return }
    try documents(of: entry, body)
  }

  /// The ids of documents in `documents`, ascending.
  func ids(of documents: BitSet) throws(IndexError) -> SortedIDs {
    var found = SortedIDs()
    guard let ids, !documents.isEmpty else { return found }
    let cursor = ids.cursor()
    while try cursor.next() {
      var isIn = false
      try self.documents(of: cursor.entry()) { if documents[$0] { isIn = true } }
      if isIn { unsafe found.append(cursor.term) }
    }
    return found
  }

  /// Calls `body` with each document of an id's list: one, or several of which at most one lives.
  func documents(
    of entry: TermEntry, _ body: (Int) throws(IndexError) -> Void
  ) throws(IndexError) {
    if case .single(let document, _, _, _) = entry.location {
      try body(Int(document))
      return
    }
    var postings = try postings(entry)
    while postings.document != PostingsCursor.end {
      try body(Int(postings.document))
      try postings.next()
    }
  }
}

extension IndexReader {
  /// The number of the live document that comes after `count` others, counted from a document number on; the number of all
  /// documents when there is none. For an export that begins in the middle: no document is read.
  public func documentNumber(passing count: Int, from start: Int = 0) -> Int {
    var left = max(0, count)
    for segment in view.segments {
      let low = max(0, start - Int(segment.first))
      if low >= segment.documentCount { continue }
      let found: Int?
      if let live = segment.live {
        found = live.place(passing: &left, from: low)
      } else {
        found = left < segment.documentCount - low ? low + left : nil
        left -= min(left, segment.documentCount - low)
      }
      if let found { return Int(segment.first) + found }
    }
    return snapshot.documentCount
  }
}

extension BitSet {
  /// The member that comes after `count` others, from `start` on; nil, with those passed counted off, when there is none.
  fileprivate func place(passing count: inout Int, from start: Int) -> Int? {
    for index in (start >> 6)..<words.count {
      var word = words[index]
      if index == start >> 6 { word &= ~0 &<< UInt64(start & 63) }
      if count >= word.nonzeroBitCount {
        count -= word.nonzeroBitCount
        continue
      }
      for _ in 0..<count { word &= word &- 1 }
      return index << 6 + word.trailingZeroBitCount
    }
    return nil
  }
}

import Analysis

/// Writes the terms of a segment being built, field by field: forms are grouped by the index term that they have in
/// common, and both term spaces written.
///
/// The index space comes first. A term of one form takes that form's postings; a term of several (`run`,
/// `runs`, `running`) takes their union, and each form its own list in the exact space. There a form that is
/// its term's only one, but another text (`finland's` for `finland`), is an alias of the term.
@safe
struct TermWriter: ~Copyable {
  private let analyzers: [Analyzer?]
  /// The numbers of all forms, grouped by field; `starts[2·field]` words, `starts[2·field + 1]` raw values.
  private var forms: [UInt32]
  private var starts: [Int]
  private var positions = PositionBuffer()
  /// After `write`, by number of form: the ordinal of its value in the value space just written.
  private(set) var ordinals: [UInt32]

  init(analyzers: [Analyzer?], table: borrowing FormTable) {
    self.analyzers = analyzers
    let all = unsafe table.all
    starts = [Int](repeating: 0, count: analyzers.count * 2 + 1)
    for index in 0..<table.count {
      starts[unsafe Self.group(all[index]) + 1] += 1
    }
    for group in 1..<starts.count { starts[group] += starts[group - 1] }
    var next = starts
    forms = [UInt32](repeating: 0, count: table.count)
    for index in 0..<table.count {
      let group = unsafe Self.group(all[index])
      forms[next[group]] = UInt32(index)
      next[group] += 1
    }
    ordinals = [UInt32](repeating: 0, count: table.count)
  }

  private static func group(_ form: FormTable.Form) -> Int {
    Int(form.space)
  }

  /// Writes all spaces that the field has.
  mutating func write(
    field: Int, table: borrowing FormTable, to writer: SegmentWriter
  ) throws(IndexError) {
    let words = starts[field * 2]..<starts[field * 2 + 1]
    if !words.isEmpty, let analyzer = analyzers[field] {
      try writeWords(words, field, analyzer, table, writer)
    }
    let values = starts[field * 2 + 1]..<starts[field * 2 + 2]
    if !values.isEmpty { try writeValues(values, field, table, writer) }
  }

  // MARK: Raw values

  private mutating func writeValues(
    _ range: Range<Int>, _ field: Int, _ table: borrowing FormTable, _ writer: SegmentWriter
  ) throws(IndexError) {
    var order = TermOrder(capacity: range.count)
    for form in forms[range] {
      unsafe order.append(form: form, bytes: table.bytes(of: table.all[Int(form)]))
    }
    order.sort(table)
    try writer.beginTerms(space: .value, detail: .documents)
    var near = 0
    for index in 0..<order.count {
      if index == near { near = touch(order, from: index, table) }
      let form = Int(order[index].form)
      ordinals[form] = UInt32(index)
      try unsafe writer.beginTerm(order.term(index))
      var chain = table.chain(form)
      while chain.advance() { try writer.addPosting(document: chain.document) }
      try writer.endTerm()
    }
    try writer.endTerms()
  }

  // MARK: Words

  private mutating func writeWords(
    _ range: Range<Int>, _ field: Int, _ analyzer: Analyzer, _ table: borrowing FormTable,
    _ writer: SegmentWriter
  ) throws(IndexError) {
    var order = TermOrder(capacity: range.count)
    derive(range, analyzer, table, into: &order)
    order.sort(table)

    try writer.beginTerms(space: .index, detail: .positions)
    var exact = TermOrder(capacity: 16)
    var ordinal: UInt32 = 0
    var first = 0
    var near = 0
    while first < order.count {
      if first >= near { near = touch(order, from: first, table) }
      var end = first + 1
      while end < order.count, order.sameTerm(first, end) { end += 1 }
      try unsafe writer.beginTerm(order.term(first))
      let kind = try writePostings(order, first..<end, table, writer)
      try writer.endTerm(forms: kind)
      if kind != .same {
        for index in first..<end {
          let form = order[index].form
          ordinals[Int(form)] = ordinal << 1 | (kind == .single ? 1 : 0)
          unsafe exact.append(form: form, bytes: table.bytes(of: table.all[Int(form)]))
        }
      }
      ordinal += 1
      first = end
    }
    try writer.endTerms()
    if exact.count > 0 { try writeExact(&exact, field, table, writer) }
  }

  /// Terms whose chains are brought near together.
  private static let batch = 64

  /// Brings the next terms and their chains near: forms lie in the order in which they came, and one after the
  /// other they would be missed.
  /// - Returns: the first term that was left out.
  private func touch(
    _ order: borrowing TermOrder, from first: Int, _ table: borrowing FormTable
  ) -> Int {
    let end = min(first + Self.batch, order.count)
    var heads = [64 of UInt32](repeating: 0)
    for index in first..<end { heads[index - first] = table.head(Int(order[index].form)) }
    var sink: UInt64 = 0
    for index in first..<end {
      sink |= UInt64(table.peek(heads[index - first])) | UInt64(order.touch(index))
    }
    FormTable.keepAlive(sink)
    return end
  }

  /// Derives the index term of every form.
  private func derive(
    _ range: Range<Int>, _ analyzer: Analyzer, _ table: borrowing FormTable,
    into order: inout TermOrder
  ) {
    var scratch = analyzer.makeScratch()
    var term: [UInt8] = []
    for form in forms[range] {
      let bytes = unsafe table.bytes(of: table.all[Int(form)])
      if unsafe analyzer.keeps(bytes.bytes) {
        unsafe order.append(form: form, bytes: bytes)
        continue
      }
      unsafe analyzer.indexForm(bytes.bytes, scratch: &scratch, into: &term)
      if unsafe term.elementsEqual(bytes) {
        unsafe order.append(form: form, bytes: bytes)
      } else {
        order.append(form: form, derived: term)
      }
    }
  }

  /// Writes the postings of a term: of its form, or the union of its forms'.
  private mutating func writePostings(
    _ order: borrowing TermOrder, _ group: Range<Int>, _ table: borrowing FormTable,
    _ writer: SegmentWriter
  ) throws(IndexError) -> FormKind {
    if group.count == 1 {
      let form = Int(order[group.lowerBound].form)
      try writePostings(of: form, table, writer)
      return order.isForm(group.lowerBound) ? .same : .single
    }
    try writeUnion(order, group, table, writer)
    return .many
  }

  /// Writes the postings of one form: what its chain holds is handed on without being summed up.
  private func writePostings(
    of form: Int, _ table: borrowing FormTable, _ writer: SegmentWriter
  ) throws(IndexError) {
    let list = unsafe writer.list
    var chain = table.chain(form)
    while chain.advance() {
      var frequency: UInt32 = 0
      while true {
        let difference = chain.nextPosition()
        if difference == 0 { break }
        try unsafe list.pointee.addPosition(difference: difference &- 1)
        frequency &+= 1
      }
      try unsafe list.pointee.add(document: chain.document, frequency: frequency)
    }
  }

  private mutating func writeUnion(
    _ order: borrowing TermOrder, _ group: Range<Int>, _ table: borrowing FormTable,
    _ writer: SegmentWriter
  ) throws(IndexError) {
    var chains: [FormChains.Reader] = []
    for index in group {
      var chain = table.chain(Int(order[index].form))
      if chain.advance() { chains.append(chain) }
    }
    while !chains.isEmpty {
      var document = UInt32.max
      for chain in chains { document = min(document, chain.document) }
      positions.count = 0
      var sources = 0
      var index = 0
      while index < chains.count {
        guard chains[index].document == document else {
          index += 1
          continue
        }
        sources += 1
        chains[index].readPositions(&positions)
        if chains[index].advance() { index += 1 } else { chains.remove(at: index) }
      }
      if sources > 1 { positions.sortUnique() }
      try unsafe writer.addPosting(document: document, positions: positions.values)
    }
  }

  /// Writes the exact space: aliases, and lists of their own for the forms of terms with several.
  private mutating func writeExact(
    _ exact: inout TermOrder, _ field: Int, _ table: borrowing FormTable, _ writer: SegmentWriter
  ) throws(IndexError) {
    exact.sort(table)
    try writer.beginTerms(space: .exact, detail: .positions)
    var near = 0
    for index in 0..<exact.count {
      if index == near { near = touch(exact, from: index, table) }
      let form = Int(exact[index].form)
      let ordinal = Int(ordinals[form] >> 1)
      if ordinals[form] & 1 == 1 {
        try unsafe writer.addAlias(exact.term(index), ordinal: ordinal)
        continue
      }
      try unsafe writer.beginTerm(exact.term(index))
      try writePostings(of: form, table, writer)
      try writer.endTerm(ordinal: ordinal)
    }
    try writer.endTerms()
  }
}

// Several segments into one, streaming: stored documents, then field by field norms, terms and columns.
//
// Documents keep their order: those of the first input, then those of the second, the dead ones left out; or they are
// put in another (`DocumentOrder`). What is
// held in memory is per document (maps of inputs with deletions: 4 bytes; norms: 1 byte) and per term of the
// field at work (ordinals: 4 bytes an input that has it); postings pass through block by block, 4,096 terms at a time.

import Bytes

/// Not thread-safe.
final class SegmentMerger {
  let sources: [MergeSource]
  let writer: SegmentWriter
  /// nil: that of the inputs.
  let order: DocumentOrder?
  let memory: Int
  private let documentCount: Int
  /// That copy postings, the caller's among them.
  let threads: Int
  /// Bytes that each of several threads may hold.
  let partMemory: Int
  private let progress: (@Sendable (_ done: Int, _ all: Int) -> Void)?
  /// Pages of the inputs are let go whenever the output has grown by so much.
  private let stride: Int
  private var forgottenAt = 0
  /// Bytes of the output, about.
  private let expectedLength: Double

  /// What a thread may take: a part, terms of a run with their entries, and what it reads.
  private static let threadMemory = 16 << 20

  /// Stored blocks of smaller inputs are packed anew: copied, they would stay small for ever.
  private static let copiedBlocks = 8

  init(
    _ sources: [MergeSource], in order: DocumentOrder? = nil, directory: any Directory,
    name: String, memory: Int, threads: Int = 1, partMemory: Int? = nil,
    progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(IndexError) {
    self.sources = sources
    self.order = order
    self.memory = memory
    self.progress = progress
    documentCount = sources.reduce(0) { $0 + $1.map.liveCount }
    self.threads = max(1, min(threads, memory / Self.threadMemory))
    stride = max(memory / 8, 4 << 20)
    self.partMemory = partMemory ?? max(memory / 4 / self.threads, 1 << 20)
    expectedLength = sources.reduce(0) { sum, source in
      let share = Double(source.map.liveCount) / Double(max(source.map.documentCount, 1))
      return sum + Double(source.reader.length) * share
    }
    guard documentCount <= Int(Int32.max) else {
      throw .invalid("\(directory.path): a segment holds at most 2^31 - 1 documents")
    }
    writer = try SegmentWriter(directory: directory, name: name)
  }

  func run() throws(IndexError) -> SegmentFileInfo {
    do throws(IndexError) {
      if let order { try writeStored(in: order) } else { try mergeStored() }
      try writer.beginFields(documentCount: documentCount)
      let types = try fieldTypes()
      let numbers = types.keys.sorted()
      for number in numbers { try mergeField(number, type: types[number] ?? 0) }
      progress?(documentCount, documentCount)
      return try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Called now and then while bytes pass through.
  func breathe() {
    let share = min(Double(writer.length) / max(expectedLength, 1), 1)
    progress?(Int(Double(documentCount) * share), documentCount)
    guard writer.length - forgottenAt >= stride else { return }
    forgottenAt = writer.length
    forgetPages()
  }

  func forgetPages() { for source in sources { source.forgetPages() } }

  /// The fields of all inputs with their types.
  private func fieldTypes() throws(IndexError) -> [Int: UInt8] {
    var types: [Int: UInt8] = [:]
    for source in sources {
      for field in source.reader.fields {
        guard let type = types.updateValue(field.type, forKey: field.number), type != field.type
        else { continue }
        throw .corrupt(
          file: source.reader.name, offset: 0,
          detail: "field \(field.number) has another type than in the other segments")
      }
    }
    return types
  }

  private func mergeField(_ number: Int, type: UInt8) throws(IndexError) {
    try writer.beginField(number, type: type)
    try mergeNorms(number)
    let terms = TermMerger(self, field: number)
    try terms.mergeText()
    let ordinals = try terms.mergeValues()
    try mergeColumn(number, ordinals: ordinals)
  }

  // MARK: Stored documents

  private func mergeStored() throws(IndexError) {
    var bytes: [UInt8] = []
    for source in sources {
      let stored = source.reader.stored
      var block = 0
      while block < stored.blockCount {
        // A run of blocks whose documents all live is copied as it is.
        var end = block
        while end < stored.blockCount, stored.blockCount >= Self.copiedBlocks,
          try isWhollyLive(source, block: end)
        {
          end += 1
          // Not within a long document.
          if end - block >= 1024, try endOfDocuments(stored, from: end - 1) == end { break }
        }
        if end > block {
          try writer.copyStored(stored, blocks: block..<end)
        } else {
          end = try endOfDocuments(stored, from: block)
          var unpacked = StoredReader.UnpackedBlock()
          for document in try stored.documents(ofBlocks: block..<end)
          where source.live?.isLive(document) ?? true {
            try stored.document(document, into: &bytes, keeping: &unpacked)
            try writer.addStored(unsafe bytes.span.bytes)
          }
        }
        block = end
        breathe()
      }
    }
  }

  private func isWhollyLive(_ source: MergeSource, block: Int) throws(IndexError) -> Bool {
    guard let live = source.live else { return true }
    let entry = try source.reader.stored.entry(block)
    // All parts of a long document answer the same.
    let last = max(entry.nextDocument, entry.firstDocument + 1)
    for document in entry.firstDocument..<last where !live.isLive(document) { return false }
    return true
  }

  /// The block after the documents that begin in `block`: further on for a long one.
  private func endOfDocuments(_ stored: StoredReader, from block: Int) throws(IndexError) -> Int {
    let first = try stored.entry(block).firstDocument
    var end = block + 1
    while end < stored.blockCount, try stored.entry(end).firstDocument == first { end += 1 }
    return end
  }

  // MARK: Norms and columns

  private func mergeNorms(_ number: Int) throws(IndexError) {
    var all: [UInt8] = []
    var having = 0
    var tokens: UInt64 = 0
    var exists = false
    for source in sources {
      guard let norms = try source.reader.norms(number) else {
        all.append(contentsOf: repeatElement(0, count: source.map.liveCount))
        continue
      }
      if !exists { all.reserveCapacity(documentCount) }
      exists = true
      guard let live = source.live else {
        unsafe norms.bytes.withUnsafeBytes { unsafe all.append(contentsOf: $0) }
        having += norms.documents
        tokens += norms.tokens
        continue
      }
      var dead = 0
      var liveLength: UInt64 = 0
      var deadLength: UInt64 = 0
      for document in 0..<norms.count {
        let norm = norms[document]
        if live.isLive(document) {
          all.append(norm)
          liveLength += UInt64(Norm.lengths[Int(norm)])
        } else {
          deadLength += UInt64(Norm.lengths[Int(norm)])
          if norm != 0 { dead += 1 }
        }
      }
      having += max(norms.documents - dead, 0)
      // Norms round lengths from 40 tokens on: what is left is the live documents' share of the exact sum,
      // which is exact itself while all documents are short.
      let rounded = liveLength + deadLength
      let share = rounded == 0 ? 0 : Double(liveLength) / Double(rounded)
      tokens += rounded == norms.tokens ? liveLength : UInt64(Double(norms.tokens) * share)
    }
    guard exists else { return }
    if order != nil { all = reordered(all) }
    try writer.writeNorms(unsafe all.span.bytes, documents: having, tokens: tokens)
  }

  /// - Parameter ordinals: per input its ordinals' new ones, for a column of ordinals.
  private func mergeColumn(_ number: Int, ordinals: [[UInt32]]?) throws(IndexError) {
    guard sources.contains(where: { $0.reader.column(number) != nil }) else { return }
    try writer.beginColumn()
    if let order {
      try writeColumn(number, in: order, ordinals: ordinals)
      return try writer.endColumn()
    }
    var values: [Int64] = []
    for (place, source) in sources.enumerated() {
      guard let column = source.reader.column(number) else { continue }
      for index in 0..<column.blockCount {
        let block = try column.block(index)
        guard block.count > 0 else { continue }
        let first = index * blockSize
        for document in 0..<block.documents {
          guard let new = source.map[first + document] else { continue }
          let range = block.range(document)
          if range.isEmpty { continue }
          values.removeAll(keepingCapacity: true)
          for value in range {
            values.append(
              try translate(block.value(value), ordinals?[place], source: source, field: number))
          }
          try writer.addValues(document: new, values.span)
        }
      }
      breathe()
    }
    try writer.endColumn()
  }

  func translate(
    _ value: Int64, _ ordinals: [UInt32]?, source: MergeSource, field: Int
  ) throws(IndexError) -> Int64 {
    guard let ordinals else { return value }
    guard let old = Int(exactly: value), ordinals.indices.contains(old), ordinals[old] != .max
    else {
      throw .corrupt(
        file: source.reader.name, offset: 0,
        detail: "the column of field \(field) has an ordinal \(value) that is no live value's")
    }
    return Int64(ordinals[old])
  }
}

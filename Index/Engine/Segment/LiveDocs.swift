// Which documents of a segment live: a file beside it, replaced and never changed.
//
//   envelope (`Envelope`) around: documents (4 bytes), deleted (4 bytes), words of 64 bits, 1 for a live document

import Bytes

/// The live documents of a segment. Immutable.
struct LiveDocs: Sendable, Equatable {
  let bits: BitSet
  let deletedCount: Int

  var count: Int { bits.count }
  var liveCount: Int { count - deletedCount }

  init(_ bits: BitSet) {
    self.bits = bits
    deletedCount = bits.count - bits.population
  }

  @inline(__always)
  func isLive(_ document: Int) -> Bool { bits[document] }

  /// The bytes of the file.
  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(count))
    writer.append(UInt32(deletedCount))
    for word in bits.words { writer.append(word) }
    return Envelope.seal(.liveDocuments, writer.bytes)
  }

  /// Reads a file of live documents for a segment of `documentCount`.
  init(_ file: FileBytes, name: String, documentCount: Int) throws(IndexError) {
    let payload = try Envelope.open(.liveDocuments, file, name: name)
    var reader = ByteReader(payload)
    let offset = Envelope.headerLength + 8
    do throws(BytesError) {
      let count = Int(try reader.readUInt32())
      let deleted = Int(try reader.readUInt32())
      guard count == documentCount, payload.byteCount == 8 + (count + 63) / 64 * 8 else {
        throw .overlong(offset: 0)
      }
      var words: [UInt64] = []
      words.reserveCapacity((count + 63) / 64)
      for _ in 0..<(count + 63) / 64 { words.append(try reader.readUInt64()) }
      bits = BitSet(count: count, words: words)
      deletedCount = deleted
    } catch {
      throw .corrupt(
        file: name, offset: offset, detail: "not the live documents of \(documentCount) documents")
    }
    guard bits.population == count - deletedCount else {
      throw .corrupt(
        file: name, offset: offset + 4,
        detail: "\(deletedCount) deleted documents, \(count - bits.population) found")
    }
  }
}

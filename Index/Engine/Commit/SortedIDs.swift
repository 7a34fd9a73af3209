// Ids in the order of their bytes, each once, in one arena: what deletions are resolved with, and the
// content of a file of touched ids:
//
//   flags   1 byte: 1 = every id there is (then no ids follow)
//   count   LEB128
//   ids     { length (LEB128), bytes }… in ascending order

import Bytes

package struct SortedIDs: Sendable, Equatable {
  private var bytes: [UInt8] = []
  /// Where each id ends; it begins where the one before ends.
  private var ends: [Int] = []

  package init() {}

  package init(_ ids: some Sequence<[UInt8]>) {
    var previous: [UInt8]?
    for id in ids.sorted(by: { $0.lexicographicallyPrecedes($1) }) where id != previous {
      unsafe id.withUnsafeBytes { unsafe append($0) }
      previous = id
    }
  }

  package var count: Int { ends.count }
  package var isEmpty: Bool { ends.isEmpty }

  package subscript(index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// Appends an id that is greater than all before it.
  mutating func append(_ id: UnsafeRawBufferPointer) {
    unsafe bytes.append(contentsOf: id)
    ends.append(bytes.count)
  }

  /// Calls `body` with each id, ascending.
  func withEach(
    _ body: (UnsafeRawBufferPointer) throws(IndexError) -> Void
  ) throws(IndexError) {
    var start = 0
    for end in ends {
      let id = bytes[start..<end]
      do {
        try unsafe id.withUnsafeBytes { unsafe try body($0) }
      } catch let error as IndexError {
        throw error
      } catch {
        preconditionFailure("only IndexError is thrown")
      }
      start = end
    }
  }
}

/// The ids that one commit upserted or was asked to delete, while a fence stood.
package struct TouchedIDs: Sendable, Equatable {
  package var all: Bool
  package var ids: SortedIDs

  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt8(all ? 1 : 0))
    writer.appendCount(all ? 0 : ids.count)
    if !all {
      for index in 0..<ids.count {
        writer.appendCount(ids[index].count)
        writer.append(contentsOf: ids[index])
      }
    }
    return Envelope.seal(.touched, writer.bytes)
  }

  package init(all: Bool = false, ids: SortedIDs = SortedIDs()) {
    self.all = all
    self.ids = ids
  }

  package init(decoding file: FileBytes, name: String) throws(IndexError) {
    let start = Envelope.headerLength + 8
    let payload = try Envelope.open(.touched, file, name: name)
    var reader = ByteReader(payload)
    do throws(BytesError) {
      all = try reader.readByte() != 0
      ids = SortedIDs()
      let count = try reader.readCount()
      var previous: [UInt8]?
      for _ in 0..<min(count, payload.byteCount) {
        let id = try reader.readBytes(try reader.readCount())
        let copy = unsafe id.withUnsafeBytes { unsafe [UInt8]($0) }
        guard previous?.lexicographicallyPrecedes(copy) ?? true else { break }
        unsafe id.withUnsafeBytes { unsafe ids.append($0) }
        previous = copy
      }
      guard ids.count == count, reader.isAtEnd else {
        throw BytesError.truncated(offset: reader.position)
      }
    } catch {
      throw .corrupt(
        file: name, offset: start + reader.position, detail: "touched ids that make no sense")
    }
  }
}

// A large file, written front to back, with a checksum for every 16 KiB:
//
//   header           16 bytes (`Envelope.header`)
//   sections         contiguous data, each begun at a multiple of 8
//   checksum table   XXH64 of each 16 KiB chunk of all the above (the last one shorter), 8 bytes each
//   section table    24 bytes a section: kind · field · space · detail …, offset, length
//   footer           40 bytes: length of the data, sections, documents, checksum of both tables,
//                    checksum of header and footer, "MARTLETS"
//
// Data is contiguous and the checksums come last, so that readers use the bytes where they are mapped.

import Bytes

/// What a section of a segment holds, and of which field.
struct SectionKey: Hashable, Sendable {
  enum Kind: UInt8, Sendable {
    case fields = 1
    case stored = 2
    case storedIndex = 3
    case norms = 4
    case column = 5
    case terms = 6
  }
  var kind: Kind
  /// Schema number; 0 for sections of no field.
  var field: UInt32 = 0
  /// For terms: the raw value of `TermSpace`.
  var space: UInt8 = 0
  /// For terms: the raw value of `PostingsDetail`.
  var detail: UInt8 = 0
}

/// Where a section lies, in bytes from the start of the file.
struct Section: Sendable {
  var key: SectionKey
  var offset: Int
  var length: Int
}

/// Writes one chunked file. Not thread-safe. After an error the file is given up (`abandon`).
@safe
final class ChunkedFileWriter: ByteSink {
  static let chunkLength = 16 << 10
  static let footerLength = 40
  static let sectionEntryLength = 24
  static let endMark: UInt64 = 0x5354_454C_5452_414D  // "MARTLETS"

  private let output: any OutputFile
  private var checksums: [UInt64] = []
  private var sections: [Section] = []
  private var isInSection = false

  init(_ output: any OutputFile, kind: FileKind) throws(IndexError) {
    self.output = output
    super.init(capacity: 16 * Self.chunkLength)
    let header = Envelope.header(kind)
    try append(unsafe header.span.bytes)
  }

  /// Begins a section at the next multiple of 8.
  func beginSection(_ key: SectionKey) throws(IndexError) {
    precondition(!isInSection, "sections do not nest")
    isInSection = true
    let padding = (8 &- position & 7) & 7
    try append([UInt8](repeating: 0, count: padding))
    sections.append(Section(key: key, offset: position, length: 0))
  }

  func endSection() {
    precondition(isInSection, "no section was begun")
    isInSection = false
    sections[sections.count - 1].length = position - sections[sections.count - 1].offset
  }

  /// Writes tables and footer, makes the file durable and closes it.
  /// - Returns: its length, and the footer's checksum, which stands for every byte of the file.
  func finish(documents: Int) throws(IndexError) -> (length: Int, checksum: UInt64) {
    precondition(!isInSection, "a section is open")
    try makeRoom()
    let dataLength = position
    var tables = ByteWriter()
    for checksum in checksums { tables.append(checksum) }
    for section in sections {
      tables.append(section.key.kind.rawValue)
      tables.append(section.key.space)
      tables.append(section.key.detail)
      tables.append(UInt8(0))
      tables.append(section.key.field)
      tables.append(UInt64(section.offset))
      tables.append(UInt64(section.length))
    }
    var footer = ByteWriter()
    footer.append(UInt64(dataLength))
    footer.append(UInt32(sections.count))
    footer.append(UInt32(documents))
    footer.append(Checksum.of(tables.bytes))
    let checksum = Checksum.of(footer.bytes)
    footer.append(checksum)
    footer.append(Self.endMark)
    try output.append(unsafe tables.bytes.span.bytes)
    try output.append(unsafe footer.bytes.span.bytes)
    try output.sync()
    try output.close()
    return (dataLength + tables.count + footer.count, checksum)
  }

  /// Closes the file, which is worth nothing.
  func abandon() { try? output.close() }

  /// Writes what is held; but at the end that is a multiple of the chunk length.
  override func makeRoom() throws(IndexError) {
    let bytes = unsafe held
    let span = unsafe bytes.bytes
    var at = 0
    while at < span.byteCount {
      let end = min(at + Self.chunkLength, span.byteCount)
      checksums.append(Checksum.of(span.extracting(at..<end)))
      at = end
    }
    try output.append(span)
    clear()
  }
}

// The frame of every file of an index, and the whole of the small ones.
//
//   header    "MARTLET" · kind (1 byte) · version (4 bytes) · zero (4 bytes)              16 bytes
//   length    of the payload, 8 bytes
//   payload
//   checksum  XXH64 of everything before it, 8 bytes
//
// A segment has the header alone and checksums of its own (`ChunkedFileWriter`).

import Bytes

/// What a file holds; the raw value is the eighth byte of the file.
enum FileKind: UInt8, Sendable {
  case segment = 1
  case liveDocuments = 2
  case manifest = 3
  case touched = 4
  case aliases = 5
}

/// Small files: written at once, read at once, checked as a whole.
enum Envelope {
  /// The version of all formats together; a file of another one is refused.
  static let version: UInt32 = 4
  static let headerLength = 16
  static let overhead = headerLength + 16

  /// The 16 bytes every file begins with.
  static func header(_ kind: FileKind) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: "MARTLET".utf8)
    writer.append(kind.rawValue)
    writer.append(version)
    writer.append(UInt32(0))
    return writer.bytes
  }

  /// The bytes of a whole file around `payload`.
  static func seal(_ kind: FileKind, _ payload: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.reserveCapacity(payload.count + overhead)
    writer.append(contentsOf: header(kind))
    writer.append(UInt64(payload.count))
    writer.append(contentsOf: payload)
    writer.append(Checksum.of(writer.bytes))
    return writer.bytes
  }

  /// The payload of a sealed file, after its kind, version, length and checksum were checked.
  @_lifetime(borrow file)
  static func open(
    _ kind: FileKind, _ file: borrowing FileBytes, name: String
  ) throws(IndexError) -> RawSpan {
    let bytes = file.bytes
    try checkHeader(kind, bytes, name: name)
    guard bytes.byteCount >= overhead else {
      throw .corrupt(file: name, offset: bytes.byteCount, detail: "the file ends too early")
    }
    let length = word(bytes, headerLength)
    guard length == UInt64(bytes.byteCount - overhead) else {
      throw .corrupt(
        file: name, offset: headerLength,
        detail: "\(bytes.byteCount - overhead) bytes of content, \(length) expected")
    }
    let end = bytes.byteCount - 8
    guard word(bytes, end) == Checksum.of(bytes.extracting(0..<end)) else {
      throw .corrupt(file: name, offset: end, detail: "wrong checksum")
    }
    return bytes.extracting(headerLength + 8..<end)
  }

  /// Checks the first 16 bytes of a file.
  static func checkHeader(_ kind: FileKind, _ bytes: RawSpan, name: String) throws(IndexError) {
    let expected = header(kind)
    guard bytes.byteCount >= headerLength else {
      throw .corrupt(file: name, offset: bytes.byteCount, detail: "the file ends too early")
    }
    for at in 0..<8 where bytes.byte(at: at) != expected[at] {
      throw .corrupt(
        file: name, offset: at,
        detail: at < 7 ? "not a file of a Martlet index" : "a file of another kind")
    }
    let found = UInt32(truncatingIfNeeded: word(bytes, 8))
    guard found == version else {
      throw .version(
        file: name, found: Int(found), supported: Int(version)...Int(version))
    }
    guard word(bytes, 8) >> 32 == 0 else {
      throw .corrupt(file: name, offset: 12, detail: "bytes that should be zero")
    }
  }

  /// Eight bytes, little-endian; `offset + 8` lies within `bytes`.
  private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}

extension RawSpan {
  /// One byte; traps out of bounds.
  func byte(at offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}

import Bytes
import Testing

@Suite("Bytes")
struct ByteReaderTests {
  @Test("what was written is read back, and the end is an error")
  func roundTrip() throws {
    var writer = ByteWriter()
    let varints: [UInt64] = [0, 1, 127, 128, 16_383, 16_384, .max]
    let signed: [Int64] = [0, -1, 1, .min, .max]
    for value in varints { writer.appendVarint(value) }
    for value in signed { writer.appendSignedVarint(value) }
    writer.append(UInt32(0xDEAD_BEEF))
    writer.append(UInt64(42))
    writer.append(UInt16(7))
    writer.appendString("Niinistö")
    let bytes = writer.bytes
    var reader = ByteReader(unsafe bytes.span.bytes)
    for value in varints { #expect(try reader.readVarint() == value) }
    for value in signed { #expect(try reader.readSignedVarint() == value) }
    expect(try reader.readUInt32(), is: 0xDEAD_BEEF)
    expect(try reader.readUInt64(), is: 42)
    expect(try reader.readUInt16(), is: 7)
    expect(try reader.readString(), is: "Niinistö")
    let isAtEnd = reader.isAtEnd
    #expect(isAtEnd)
    do {
      _ = try reader.readByte()
      Issue.record("a byte after the end")
    } catch {
      #expect(error == .truncated(offset: bytes.count))
    }
  }

  /// A reader cannot be captured by the macro's closures, so that its values are compared here.
  private func expect<T: Equatable>(_ value: T, is expected: T) { #expect(value == expected) }

  @Test("a varint of more than 64 bits is refused")
  func overlong() {
    let bytes = [UInt8](repeating: 0xFF, count: 10)
    var reader = ByteReader(unsafe bytes.span.bytes)
    do {
      _ = try reader.readVarint()
      Issue.record("read")
    } catch { #expect(error == .overlong(offset: 0)) }
  }

  @Test(
    "checksums are XXH64's",
    arguments: [
      ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
      ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
    ] as [(String, UInt64)])
  func checksums(text: String, expected: UInt64) {
    #expect(Checksum.of(Array(text.utf8)) == expected)
  }
}

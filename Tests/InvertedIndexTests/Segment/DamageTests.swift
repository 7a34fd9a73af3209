import Bytes
import Testing

@testable import InvertedIndex

/// Damaged and hostile segments: an error that names the file, or the same answers; never a crash.
@Suite("Damaged segments")
struct DamageTests {
  /// The error of reading all of a segment; nil when it gives `expected`.
  private func outcome(_ bytes: [UInt8], expected: UInt64) -> IndexError? {
    do throws(IndexError) {
      let digest = try SampleSegment.digest(bytes)
      return digest == expected ? nil : .invalid("other answers")
    } catch {
      return error
    }
  }

  private func namesFile(_ error: IndexError) -> Bool {
    switch error {
    case .corrupt(SampleSegment.name, let offset, _): offset >= 0
    case .version(SampleSegment.name, _, _): true
    default: false
    }
  }

  @Test("every byte flipped, and the file cut at every length")
  func everyByte() throws {
    let bytes = try SampleSegment(
      seed: 7, documents: 130, terms: 34, textLength: 1, withLong: false
    ).bytes
    let expected = try SampleSegment.digest(bytes)
    var wrong: [String] = []
    for place in bytes.indices {
      var flipped = bytes
      flipped[place] ^= UInt8(1 << (place % 8))
      if let error = outcome(flipped, expected: expected), !namesFile(error) {
        wrong.append("flipped at \(place): \(error)")
      }
      if let error = outcome(Array(bytes[..<place]), expected: expected) {
        if !namesFile(error) { wrong.append("cut at \(place): \(error)") }
      } else {
        wrong.append("cut at \(place): no error")
      }
    }
    #expect(wrong == [])
  }

  @Test("a flipped byte of a large segment hurts only what lies in its chunk")
  func largeSegment() throws {
    let bytes = try SampleSegment(
      seed: 8, documents: 300, terms: 12, textLength: 200, withLong: true
    ).bytes
    let expected = try SampleSegment.digest(bytes)
    var random = FormatRandom(state: 8)
    var wrong: [String] = []
    for _ in 0..<8 {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      var flipped = bytes
      flipped[place] ^= UInt8.random(in: 1...255, using: &random)
      guard let error = outcome(flipped, expected: expected) else { continue }
      if !namesFile(error) { wrong.append("flipped at \(place): \(error)") }
    }
    #expect(wrong == [])
    var flipped = bytes
    flipped[20_000] ^= 1
    let segment = try SampleSegment.open(flipped)
    #expect(segment.file.verify() == [16_384])
    #expect(try SampleSegment.open(bytes).file.verify() == [])
  }

  /// Makes the checksums of a segment agree with its bytes again.
  private func resealed(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    func word(_ offset: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(result[offset + $1]) << UInt64(8 * $1) }
    }
    func put(_ value: UInt64, _ offset: Int) {
      for byte in 0..<8 {
        result[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
      }
    }
    let footer = bytes.count - ChunkedFileWriter.footerLength
    let length = Int(truncatingIfNeeded: word(footer))
    guard length > 0, length <= footer else { return bytes }
    var chunk = 0
    while chunk * ChunkedFileWriter.chunkLength < length, length + chunk * 8 + 8 <= footer {
      let start = chunk * ChunkedFileWriter.chunkLength
      put(
        Checksum.of(Array(result[start..<min(start + ChunkedFileWriter.chunkLength, length)])),
        length + chunk * 8)
      chunk += 1
    }
    put(Checksum.of(Array(result[length..<footer])), footer + 16)
    put(Checksum.of(Array(result[footer..<footer + 24])), footer + 24)
    return result
  }

  @Test("hostile bytes under right checksums never crash, hang or read elsewhere", arguments: 1...4)
  func hostile(seed: UInt64) throws {
    let bytes = try SampleSegment(
      seed: seed, documents: 130 &+ Int(seed), terms: 34, textLength: 2, withLong: seed == 4
    ).bytes
    let expected = try SampleSegment.digest(bytes)
    #expect(outcome(resealed(bytes), expected: expected) == nil)
    var random = FormatRandom(state: seed)
    let length = bytes.count
    var wrong: [String] = []
    for round in 0..<60 {
      var hostile = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        // Places near the end hold tables, footers and the column of entries: hit them more often.
        let place =
          round % 4 == 0
          ? Int.random(in: max(0, length - 800)..<length, using: &random)
          : Int.random(in: 0..<length, using: &random)
        let width = [1, 1, 2, 4, 8].randomElement(using: &random)!
        let fill: UInt8? = [nil, 0, 0xFF, 0x7F].randomElement(using: &random)!
        for byte in place..<min(place + width, length) {
          hostile[byte] = fill ?? UInt8.random(in: 0...255, using: &random)
        }
      }
      if let error = outcome(resealed(hostile), expected: expected) {
        // Other answers are all that can be had from bytes whose checksums are right.
        if !namesFile(error), error != .invalid("other answers") {
          wrong.append("seed \(seed), round \(round): \(error)")
        }
      }
    }
    #expect(wrong == [])
  }
}

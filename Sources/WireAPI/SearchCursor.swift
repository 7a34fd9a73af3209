import InvertedIndex
import JSON

/// Where a search goes on: behind the last hit of the part before, for the same question, in the same generation. Opaque to
/// clients.
///
/// As text, base64url (RFC 4648, section 5, without padding) of these bytes; integers little-endian:
///
///     version 1 · generation 8 · document 4 · score 4 · place 8 · now 8 · question 8 · UUID of the index, UTF-8 ·
///     FNV-1a of all before 8
public struct SearchCursor: Equatable, Sendable, CustomStringConvertible {
  public var generation: UInt64
  /// Of the index: a name may come to mean another one.
  public var uuid: String
  public var position: SearchPosition
  /// Of what decides on hits and their order, by FNV-1a: a cursor fits its own question alone.
  public var question: UInt64

  /// What stands for a cursor in the first request.
  static let first = "*"
  private static let version: UInt8 = 1
  private static let fixedLength = 41

  init(generation: UInt64, uuid: String, position: SearchPosition, question: UInt64) {
    self.generation = generation
    self.uuid = uuid
    self.position = position
    self.question = question
  }

  /// nil: not a cursor, or one that was changed.
  init?(_ text: String) {
    guard text.utf8.count <= 256, let bytes = Base64URL.decode(text),
      bytes.count >= Self.fixedLength + 8, bytes[0] == Self.version
    else { return nil }
    var at = 1
    func integer(_ size: Int) -> UInt64 {
      defer { at += size }
      return bytes[at..<at + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    generation = integer(8)
    let document = UInt32(integer(4))
    let score = UInt32(integer(4))
    let place = integer(8)
    let now = Int64(bitPattern: integer(8))
    question = integer(8)
    uuid = String(decoding: bytes[at..<bytes.count - 8], as: UTF8.self)
    at = bytes.count - 8
    guard integer(8) == Self.hash(bytes.dropLast(8)), let place = Int(exactly: place) else {
      return nil
    }
    position = SearchPosition(document: document, score: score, place: place, now: now)
  }

  public var description: String {
    var bytes: [UInt8] = [Self.version]
    func append(_ value: UInt64, _ size: Int) {
      for byte in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
    }
    append(generation, 8)
    append(UInt64(position.document), 4)
    append(UInt64(position.score), 4)
    append(UInt64(position.place), 8)
    append(UInt64(bitPattern: position.now), 8)
    append(question, 8)
    bytes += uuid.utf8
    append(Self.hash(bytes), 8)
    return Base64URL.encode(bytes)
  }

  /// Members that do not bear on which hits there are and in what order.
  private static let others: Set<String> = [
    "cursor", "limit", "select", "highlight", "facets", "explain", "total", "timeout_ms",
    "min_generation", "pretty", "index", "indexes", "relaxed",
  ]

  /// Of a request's body: its other members.
  static func question(of object: JSONObject) -> UInt64 {
    var writer = JSONWriter()
    for name in object.names.sorted() where !others.contains(name) {
      guard let value = object[name], value != .null else { continue }
      writer.string(name)
      writer.newline()
      writer.value(value)
      writer.newline()
    }
    return hash(writer.bytes)
  }

  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

/// How a search is asked for in parts.
public struct Paging: Equatable, Sendable {
  /// nil: this is the first part.
  public var cursor: SearchCursor?
  fileprivate var question: UInt64

  /// The member `cursor`: `*`, or what the answer before had.
  /// - Returns: nil when the search is not asked for in parts.
  init?(_ members: Members) throws(Problem) {
    guard let text = try members.string("cursor") else { return nil }
    question = SearchCursor.question(of: members.object)
    if text == SearchCursor.first { return }
    guard let cursor = SearchCursor(text) else {
      throw members.invalid("cursor", "is neither \"*\" nor a cursor of an answer")
    }
    guard cursor.question == question else {
      throw members.invalid("cursor", "belongs to another search than this one")
    }
    self.cursor = cursor
  }

  /// The cursor that an answer gives: behind its last hit; nil when there is nothing more. When the time ran out, the one
  /// that was asked with: it may be asked again.
  public func next(behind response: SearchResponse, of reader: IndexReader) -> String? {
    if response.timedOut { return cursor?.description ?? SearchCursor.first }
    return response.next.map {
      SearchCursor(
        generation: response.generation, uuid: reader.uuid, position: $0, question: question
      ).description
    }
  }
}

/// RFC 4648, section 5, without padding.
enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits = 0
    var value: UInt32 = 0
    for byte in bytes {
      value = value << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[Int(value >> UInt32(bits) & 63)])
      }
    }
    if bits > 0 { text.append(alphabet[Int(value << UInt32(6 - bits) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// nil: other characters, or bits that no encoder leaves.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits = 0
    var value: UInt32 = 0
    for character in text.utf8 {
      guard let digit = alphabet.firstIndex(of: character) else { return nil }
      value = value << 6 | UInt32(digit)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
      }
    }
    return bits < 6 && value & (1 << UInt32(bits) - 1) == 0 ? bytes : nil
  }
}

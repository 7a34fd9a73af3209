import InvertedIndex
import JSON

/// A generation of an index as cursors name it.
public struct IndexGeneration: Equatable, Sendable {
  /// Of the index's UUID, by FNV-1a: a name may come to mean another index.
  public var index: UInt64
  public var generation: UInt64

  public init(index: UInt64, generation: UInt64) {
    self.index = index
    self.generation = generation
  }

  public init(uuid: String, generation: UInt64) {
    self.init(index: FNV1a.hash(uuid.utf8), generation: generation)
  }

  public init(_ reader: IndexReader) {
    self.init(uuid: reader.uuid, generation: reader.generation)
  }
}

/// Where a search goes on: behind the last hit of the part before, for the same question, in the same generation of each index.
/// Opaque to clients.
///
/// As text, base64url (RFC 4648, section 5, without padding) of these bytes; integers little-endian:
///
///     version 1 · question 8 · now 8 · place 8 · score 4 · document 4 · member 4 · generations 16 each: index 8, generation 8 ·
///     FNV-1a of all before 8
public struct SearchCursor: Equatable, Sendable, CustomStringConvertible {
  /// Of the indexes that are searched, in the order of their names; at least one.
  public var indexes: [IndexGeneration]
  public var position: SearchPosition
  /// Of what decides on hits and their order, by FNV-1a: a cursor fits its own question alone.
  public var question: UInt64

  /// What stands for a cursor in the first request.
  static let first = "*"
  private static let version: UInt8 = 2
  private static let fixedLength = 37
  /// Bytes of text: more indexes than that are not searched in parts.
  static let longest = 1 << 16

  init(indexes: [IndexGeneration], position: SearchPosition, question: UInt64) {
    self.indexes = indexes
    self.position = position
    self.question = question
  }

  /// nil: not a cursor, or one that was changed.
  init?(_ text: String) {
    guard text.utf8.count <= Self.longest, let bytes = Base64URL.decode(text),
      bytes.count >= Self.fixedLength + 24, (bytes.count - Self.fixedLength) % 16 == 8,
      bytes[0] == Self.version
    else { return nil }
    var at = 1
    func integer(_ size: Int) -> UInt64 {
      defer { at += size }
      return bytes[at..<at + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    question = integer(8)
    let now = Int64(bitPattern: integer(8))
    let place = integer(8)
    let score = UInt32(integer(4))
    let document = UInt32(integer(4))
    let member = Int(integer(4))
    indexes = []
    while at < bytes.count - 8 {
      let index = integer(8)
      indexes.append(IndexGeneration(index: index, generation: integer(8)))
    }
    guard integer(8) == FNV1a.hash(bytes.dropLast(8)), let place = Int(exactly: place),
      member < indexes.count
    else { return nil }
    position = SearchPosition(
      member: member, document: document, score: score, place: place, now: now)
  }

  public var description: String {
    var bytes: [UInt8] = [Self.version]
    func append(_ value: UInt64, _ size: Int) {
      for byte in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
    }
    append(question, 8)
    append(UInt64(bitPattern: position.now), 8)
    append(UInt64(position.place), 8)
    append(UInt64(position.score), 4)
    append(UInt64(position.document), 4)
    append(UInt64(position.member), 4)
    for index in indexes {
      append(index.index, 8)
      append(index.generation, 8)
    }
    append(FNV1a.hash(bytes), 8)
    return Base64URL.encode(bytes)
  }
}

/// How a search is asked for in parts.
public struct Paging: Equatable, Sendable {
  /// nil: this is the first part.
  public let cursor: SearchCursor?
  /// The members of the request that decide on hits and their order.
  private let question: [UInt8]

  /// Members that do not bear on which hits there are and in what order. Which indexes are asked is looked at apart.
  private static let others: Set<String> = [
    "cursor", "limit", "select", "highlight", "facets", "explain", "total", "timeout_ms",
    "min_generation", "pretty", "index", "indexes", "relax", "did_you_mean",
  ]

  /// The member `cursor`: `*`, or what the answer before had.
  /// - Returns: nil when the search is not asked for in parts.
  init?(_ members: Members) throws(Problem) {
    guard let text = try members.string("cursor") else { return nil }
    var writer = JSONWriter()
    for name in members.object.names.sorted() where !Self.others.contains(name) {
      guard let value = members.value(name) else { continue }
      writer.string(name)
      writer.newline()
      writer.value(value)
      writer.newline()
    }
    question = writer.bytes
    cursor = text == SearchCursor.first ? nil : SearchCursor(text)
    if cursor == nil, text != SearchCursor.first {
      throw members.invalid("cursor", "is neither \"*\" nor a cursor of an answer")
    }
  }

  /// - Parameter names: what the indexes were asked for by; empty: one by its own name.
  func hash(_ names: String) -> UInt64 { FNV1a.hash(question + Array(names.utf8)) }

  /// - Parameter names: what the indexes are asked for by; empty: one by its own name.
  /// - Throws: `invalid_value` where the cursor is of another question.
  public func check(askedBy names: String) throws(Problem) {
    guard let cursor else { return }
    guard cursor.question == hash(names), !names.isEmpty || cursor.indexes.count == 1 else {
      throw Members.invalid(at: "/cursor", "belongs to another search than this one")
    }
  }

  /// The cursor that an answer gives: behind its last hit; nil when there is nothing more. When the time ran out, the one
  /// that was asked with: it may be asked again.
  /// - Parameters:
  ///   - readers: the generations that answered, in the order of the indexes' names.
  ///   - names: what the indexes were asked for by; empty: one by its own name.
  public func next(
    behind response: SearchResponse, of readers: [IndexReader], askedBy names: String
  ) -> String? {
    if response.timedOut { return cursor?.description ?? SearchCursor.first }
    return response.next.map {
      SearchCursor(
        indexes: readers.map { IndexGeneration($0) }, position: $0, question: hash(names)
      ).description
    }
  }
}

/// Fowler–Noll–Vo, 64 bits, 1a.
enum FNV1a {
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

/// RFC 4648, section 5, without padding.
enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  /// By character: its digit, or 64.
  private static let digits: [UInt8] = {
    var digits = [UInt8](repeating: 64, count: 256)
    for (digit, character) in alphabet.enumerated() { digits[Int(character)] = UInt8(digit) }
    return digits
  }()

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
      let digit = digits[Int(character)]
      guard digit < 64 else { return nil }
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

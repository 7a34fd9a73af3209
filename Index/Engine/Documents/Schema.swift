import JSON

/// The fields of an index. A field's number is its place; fields are added, never changed or removed.
///
/// Field 0 is always `id`, a keyword that is stored and indexed. Field 1 are the fingerprints where near duplicates are to be
/// found.
public struct Schema: Sendable {
  /// What becomes of a document's field that the schema does not name.
  public enum Dynamic: String, Sendable {
    /// It is added, its type guessed from its first value.
    case add
    case ignore
    /// It is the document's error.
    case reject
  }

  public private(set) var fields: [Field]
  public var dynamic: Dynamic
  /// The fields that a query without field names searches; nil: all text and keyword fields.
  public let defaultFields: [String]?

  /// Slots of a hash table over the names: field number plus one, 0 where free. At most half full.
  private var slots: [UInt16]

  public static let maximumFieldCount = 1_024

  /// A schema of `id` alone.
  public init(dynamic: Dynamic = .add, nearDuplicates: Bool = false) {
    fields = nearDuplicates ? [.id, .near] : [.id]
    self.dynamic = dynamic
    defaultFields = nil
    slots = []
    index()
  }

  /// - Parameter fields: in the order of their numbers; `id`, which always comes first, may be left out.
  /// - Throws: `invalid`, naming the field and the reason.
  public init(
    fields: [Field], dynamic: Dynamic = .add, defaultFields: [String]? = nil,
    nearDuplicates: Bool = false
  ) throws(IndexError) {
    self.fields = nearDuplicates ? [.id, .near] : [.id]
    self.dynamic = dynamic
    self.defaultFields = defaultFields
    slots = []
    index()
    for (place, field) in fields.enumerated() {
      guard field.name == "id" else {
        try add(field)
        continue
      }
      guard field == .id else {
        throw .invalid("field id: always a keyword that is stored, indexed and a column")
      }
      guard !fields[..<place].contains(where: { $0.name == "id" }) else {
        throw .invalid("field id: named twice")
      }
    }
    for field in self.fields { try checkLanguage(of: field) }
    for name in defaultFields ?? [] {
      guard let number = number(of: name) else {
        throw .invalid("default_fields: there is no field \(name)")
      }
      guard self.fields[number].indexed, [.text, .keyword].contains(self.fields[number].type) else {
        throw .invalid("default_fields: \(name) is not an indexed text or keyword field")
      }
    }
  }

  /// Adds a field behind the others.
  /// - Throws: `invalid` when the name is taken or there are too many.
  public mutating func add(_ field: Field) throws(IndexError) {
    guard number(of: field.name) == nil else { throw .invalid("field \(field.name): named twice") }
    guard fields.count < Self.maximumFieldCount else {
      throw .invalid(
        "field \(field.name): an index has at most \(Self.maximumFieldCount) fields")
    }
    fields.append(field)
    index()
  }

  /// That the field which says the language of `field` is there: adding is in any order, having is not.
  func checkLanguage(of field: Field) throws(IndexError) {
    guard let name = field.languageField else { return }
    guard self.field(named: name)?.type == .keyword else {
      throw .invalid("field \(field.name): \"language_field\": there is no keyword field \(name)")
    }
  }

  /// The schema with a field more.
  public func adding(_ field: Field) throws(IndexError) -> Schema {
    var schema = self
    try schema.add(field)
    return schema
  }

  /// The schema with fields of other indexes behind its own.
  /// - Parameter others: none of them of a name that it has.
  /// - Throws: `invalid` when there are too many.
  func extended(by others: [Field]) throws(IndexError) -> Schema {
    guard fields.count + others.count <= Self.maximumFieldCount else {
      throw .invalid(
        "together these indexes have more than \(Self.maximumFieldCount) fields: name fewer")
    }
    var schema = self
    schema.fields += others
    schema.index()
    return schema
  }

  /// Number of the field of fingerprints; nil: near duplicates cannot be found.
  var nearField: Int? { fields.count > 1 && fields[1].isHidden ? 1 : nil }

  /// Whether documents get fingerprints, by which those with nearly the same text are found.
  public var nearDuplicates: Bool { nearField != nil }

  /// Whether everything that was indexed under `older` means the same under this schema.
  public func extends(_ older: Schema) -> Bool { fields.starts(with: older.fields) }

  public func number(of name: String) -> Int? {
    var name = name
    return name.withUTF8 { unsafe number(of: $0.span.bytes) }
  }

  public func field(named name: String) -> Field? { number(of: name).map { fields[$0] } }

  /// The number of the field of this name (UTF-8), found without making a string of it.
  public func number(of name: RawSpan) -> Int? {
    let mask = slots.count - 1
    var slot = Self.hash(name) & mask
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if fields[number].name.utf8.elementsEqual(name) { return number }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Fills the slots anew.
  private mutating func index() {
    var capacity = 8
    while capacity < fields.count * 2 { capacity *= 2 }
    slots = [UInt16](repeating: 0, count: capacity)
    for (number, field) in fields.enumerated() where !field.isHidden {
      var name = field.name
      var slot = name.withUTF8 { unsafe Self.hash($0.span.bytes) } & (capacity - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = UInt16(number + 1)
    }
  }

  /// FNV-1a; the fields are the owner's, not a stranger's, and at most 1,024.
  private static func hash(_ name: RawSpan) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in 0..<name.byteCount {
      let byte = unsafe name.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return Int(truncatingIfNeeded: hash ^ hash &>> 32)
  }
}

extension Schema: Equatable {
  public static func == (a: Schema, b: Schema) -> Bool {
    a.fields == b.fields && a.dynamic == b.dynamic && a.defaultFields == b.defaultFields
  }
}

extension String.UTF8View {
  fileprivate func elementsEqual(_ other: RawSpan) -> Bool {
    let bytes = span
    guard bytes.count == other.byteCount else { return false }
    for index in bytes.indices {
      let other = unsafe other.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
      guard bytes[index] == other else { return false }
    }
    return true
  }
}

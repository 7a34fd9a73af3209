import JSON

extension Document {
  /// A container that is open while a document is read.
  struct Frame: Sendable {
    /// Serial number of an object; nil for an array.
    let object: UInt32?
    /// Path of the container itself; empty for the document.
    let path: Range<UInt32>
    /// The member of an object that is being read.
    var member: Int?
  }

  /// Reads one JSON object in place of what the document held; after an error it is empty.
  ///
  /// Of members with one name the last one wins, with everything below it.
  /// - Throws: where and why `text` is not a document: broken JSON, no object, too large.
  public mutating func read(json text: RawSpan) throws(JSONError) {
    removeAll()
    do {
      try readObject(text)
    } catch {
      removeAll()
      throw error
    }
  }

  private mutating func readObject(_ text: RawSpan) throws(JSONError) {
    guard text.byteCount <= Self.maximumSize else {
      throw JSONError(
        "a document of \(text.byteCount) bytes; at most \(Self.maximumSize)", at: 0, of: text)
    }
    bytes.reserveCapacity(text.byteCount)
    var reader = JSONReader(text)
    guard try reader.next(into: &bytes) == .beginObject else {
      throw reader.error("a document is an object: {\"id\": …}")
    }
    var objects: UInt32 = 0
    /// Open arrays.
    var arrays = 0
    var path: Range<UInt32> = 0..<0
    var hasDropped = false
    frames.append(Frame(object: 0, path: path, member: nil))
    while true {
      let start = bytes.count
      let token = try reader.next(into: &bytes)
      guard token != .end else { break }
      // Values are checked as they come: the bytes grow beyond the text's count by the paths alone.
      guard bytes.count <= 4 * Self.maximumSize, values.count < Self.maximumValueCount else {
        throw reader.error(
          "too large once flattened: at most \(Self.maximumValueCount) values and "
            + "\(4 * Self.maximumSize) bytes")
      }
      let place = frames.count - 1
      if frames[place].object == nil { path = frames[place].path }
      switch token {
      case .name:
        endMember(place)
        path = joinedPath(frames[place].path, name: UInt32(start)..<UInt32(bytes.count))
        guard path.count <= Self.maximumPathSize else {
          throw reader.error("a field's path of more than \(Self.maximumPathSize) bytes")
        }
        if beginMember(place, path) { hasDropped = true }
      case .string: append(path, .string, 0, start, arrays > 0)
      case .integer: append(path, .integer, UInt64(bitPattern: reader.integer), start, arrays > 0)
      case .double: append(path, .double, reader.double.bitPattern, start, arrays > 0)
      case .true: appendWord(path, .boolean, 1, "true", arrays > 0)
      case .false: appendWord(path, .boolean, 0, "false", arrays > 0)
      case .null: appendWord(path, .null, 0, "null", arrays > 0)
      case .beginObject:
        objects += 1
        frames.append(Frame(object: objects, path: path, member: nil))
      case .beginArray:
        arrays += 1
        frames.append(Frame(object: nil, path: path, member: nil))
      case .endObject:
        endMember(place)
        frames.removeLast()
      case .endArray:
        arrays -= 1
        frames.removeLast()
      case .end: break
      }
    }
    if hasDropped { removeDropped() }
  }

  private mutating func appendWord(
    _ path: Range<UInt32>, _ kind: Kind, _ bits: UInt64, _ word: StaticString, _ inArray: Bool
  ) {
    let start = bytes.count
    word.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    append(path, kind, bits, start, inArray)
  }

  /// The path of a member: the name itself at the top, else a dotted one, appended.
  private mutating func joinedPath(_ outer: Range<UInt32>, name: Range<UInt32>) -> Range<UInt32> {
    guard !outer.isEmpty else { return name }
    let start = UInt32(bytes.count)
    for range in [outer, name] {
      if range == name { bytes.append(UInt8(ascii: ".")) }
      bytes.append(contentsOf: bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }
    return start..<UInt32(bytes.count)
  }

  /// Begins a member. Returns whether earlier values of its name were dropped.
  private mutating func beginMember(_ place: Int, _ path: Range<UInt32>) -> Bool {
    guard let object = frames[place].object else { return false }
    let (number, isKnown) = members.insert(
      object: object, name: path, of: bytes, firstValue: values.count)
    frames[place].member = number
    guard isKnown else { return false }
    let old = members.members[number].values
    for index in old { values[index] = .dropped }
    members.restart(number, at: values.count)
    return !old.isEmpty
  }

  private mutating func endMember(_ place: Int) {
    if let number = frames[place].member { members.end(number, at: values.count) }
  }

  private mutating func removeDropped() {
    values.removeAll { $0.isDropped }
    idValue = values.lastIndex { value in
      value.path.count == 2
        && bytes[Int(value.path.lowerBound)..<Int(value.path.upperBound)].elementsEqual("id".utf8)
    }
  }
}

extension Document.Value {
  /// Stands for a value whose member was named again: its path ends before it begins to mean anything.
  fileprivate static let dropped = Document.Value(
    path: .max ..< .max, text: 0..<0, bits: 0, kind: .null, inArray: false)

  fileprivate var isDropped: Bool { path.lowerBound == .max }
}

import Analysis
import Glibc

/// The postings of a segment that is being built: a hash table from (field, space, form) to a chain of slices in one
/// byte arena.
///
///     slots    hash (32) | entry + 1 (32)      open addressing by that hash, at most half full
///     entries  one `Form` each, in order of first occurrence
///     forms    the forms' bytes
///     arena    per form a chain of slices, 12, 20, 36 … 1028 bytes; the last four bytes of a full slice
///              hold the offset of the next one
///
/// A form's chain holds, for each document, the difference to its last document and then each position's
/// difference plus one, all LEB128; a zero stands between documents:
///
///     documents 3 (positions 0, 7) and 5 (position 2):   4 1 8 0 2 3
///
/// Documents count from one here, so that the first difference is never zero. A form without
/// positions (raw values) has the document differences alone.
///
/// Source: the slices are those of Lucene's `ByteSlicePool`; looking up tokens in passes hides the cache
/// misses (see `SegmentBuilder.invert`).
@safe
struct FormTable: ~Copyable {
  struct Form: BitwiseCopyable {
    /// With the length they are all of a form of at most 16 bytes.
    var ends: Ends
    var offset: UInt32
    var length: UInt16
    var field: UInt16
    var hasPositions: Bool
    var level: UInt8
    /// The last document plus one; 0 while there is none.
    var lastDocument: UInt32
    var lastPosition: UInt32
    var head: UInt32
    var cursor: UInt32
    var end: UInt32
  }

  /// The first eight bytes of a form and the last eight, little-endian; of a shorter one all, zero-padded.
  struct Ends: BitwiseCopyable, Equatable {
    var first: UInt64
    var last: UInt64

    /// Of `length` bytes, beyond which nothing is read.
    init(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
      if length >= 8 {
        first = unsafe UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
        last = unsafe UnsafeRawPointer(bytes + length - 8).loadUnaligned(as: UInt64.self)
      } else {
        first = 0
        for i in 0..<length { unsafe first |= UInt64(bytes[i]) &<< UInt64(i &* 8) }
        last = first
      }
    }

    /// Of `length` bytes, one at least, behind which eight more are readable.
    @inline(__always)
    init(padded bytes: UnsafePointer<UInt8>, _ length: Int) {
      let kept = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* min(length, 8))
      first = unsafe UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self) & kept
      last =
        unsafe UnsafeRawPointer(bytes + max(length &- 8, 0)).loadUnaligned(as: UInt64.self) & kept
    }
  }

  private(set) var count = 0
  private var slots = Growable<UInt64>(capacity: 1 << 12)
  private var mask = (1 << 12) - 1
  private var entries = Growable<Form>(capacity: 1 << 11)
  private var forms = Growable<UInt8>(capacity: 1 << 14)
  private var formLength = 0
  private var arena = Growable<UInt8>(capacity: 1 << 16)
  private var arenaBytes = 0

  init() { unsafe slots.base.initialize(repeating: 0, count: 1 << 12) }

  /// Bytes held.
  var memory: Int {
    slots.byteCount + entries.byteCount + forms.byteCount + arena.byteCount
  }

  /// Offsets have 32 bits: beyond this the segment must be written.
  var isFull: Bool { arenaBytes > 3 << 30 || formLength > 3 << 30 }

  /// The forms' bytes; valid until the next insertion.
  var formBytes: UnsafePointer<UInt8> { unsafe UnsafePointer(forms.base) }

  /// The forms' entries; valid until the next insertion.
  var all: UnsafeMutablePointer<Form> { unsafe entries.base }

  func bytes(of form: borrowing Form) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: forms.base + Int(form.offset), count: Int(form.length))
  }

  /// Brings the slot of `hash` near: the first pass over a batch of tokens.
  @inline(__always)
  func touch(_ hash: UInt64) -> UInt64 { unsafe slots.base[home(hash)] }

  /// The entry plus one that probably has the form of `hash`, brought near: the second pass. 0 for none.
  @inline(__always)
  func candidate(_ hash: UInt64) -> UInt32 {
    let tag = UInt32(truncatingIfNeeded: hash &>> 32)
    var slot = home(hash)
    while true {
      let found = unsafe slots.base[slot]
      if found == 0 || UInt32(truncatingIfNeeded: found &>> 32) == tag {
        return UInt32(truncatingIfNeeded: found)
      }
      slot = (slot &+ 1) & mask
    }
  }

  /// Brings both ends of a candidate's entry near, and tells where its chain ends.
  @inline(__always)
  func touch(_ candidate: UInt32, _ sink: inout UInt64) -> UInt32 {
    if candidate == 0 { return 0 }
    let form = unsafe entries.base + Int(candidate &- 1)
    unsafe sink |= form.pointee.ends.first
    return unsafe form.pointee.cursor
  }

  /// Brings the end of a chain near: the third pass.
  @inline(__always)
  func peek(_ cursor: UInt32) -> UInt8 { unsafe arena.base[Int(cursor)] }

  /// Keeps the optimiser from dropping the touching passes. It must not look inside: it drops an argument that
  /// it sees unused, and then all that the argument was made for.
  @inline(never)
  @_optimize(none)
  static func keepAlive(_ value: UInt64) {}

  /// The entry of a word, made if it is new. Behind `bytes`, which are not empty, eight more are readable.
  @inline(__always)
  mutating func entry(
    word bytes: UnsafePointer<UInt8>, length: Int, field: UInt16, hash: UInt64, candidate: UInt32
  ) -> Int {
    let ends = unsafe Ends(padded: bytes, length)
    if candidate != 0, unsafe isForm(Int(candidate &- 1), field, true, ends, bytes, length) {
      return Int(candidate &- 1)
    }
    return unsafe entry(field, true, hash, ends, bytes, length)
  }

  /// The entry of a raw value, made if it is new.
  mutating func entry(value bytes: UnsafePointer<UInt8>, length: Int, field: UInt16) -> Int {
    let hash = unsafe FormHash.of(bytes, count: length)
    return unsafe entry(field, false, hash, Ends(bytes, length), bytes, length)
  }

  /// The entry of a raw value, if there is one.
  func find(value bytes: UnsafePointer<UInt8>, length: Int, field: UInt16) -> Int? {
    let hash = unsafe FormHash.of(bytes, count: length)
    let slot = unsafe probe(field, false, hash, Ends(bytes, length), bytes, length)
    return number(in: slot)
  }

  /// The entry of a word, if there is one.
  func find(word bytes: UnsafePointer<UInt8>, length: Int, field: UInt16, hash: UInt64) -> Int? {
    let slot = unsafe probe(field, true, hash, Ends(padded: bytes, length), bytes, length)
    return number(in: slot)
  }

  private func number(in slot: Int) -> Int? {
    let found = unsafe slots.base[slot]
    return found == 0 ? nil : Int(UInt32(truncatingIfNeeded: found)) &- 1
  }

  @inline(never)
  private mutating func entry(
    _ field: UInt16, _ hasPositions: Bool, _ hash: UInt64, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int
  ) -> Int {
    let slot = unsafe probe(field, hasPositions, hash, ends, bytes, length)
    if let found = number(in: slot) { return found }
    return unsafe insert(field, hasPositions, hash, ends, bytes, length, slot)
  }

  /// The high half of a hash says where its form belongs, so that a slot can be moved by what it holds.
  @inline(__always)
  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 32) & mask }

  /// The slot that holds the form, or the free one where it belongs.
  private func probe(
    _ field: UInt16, _ hasPositions: Bool, _ hash: UInt64, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int
  ) -> Int {
    let tag = UInt32(truncatingIfNeeded: hash &>> 32)
    var slot = home(hash)
    while true {
      let found = unsafe slots.base[slot]
      if found == 0 { return slot }
      if UInt32(truncatingIfNeeded: found &>> 32) == tag,
        unsafe isForm(
          Int(UInt32(truncatingIfNeeded: found)) &- 1, field, hasPositions, ends, bytes, length)
      {
        return slot
      }
      slot = (slot &+ 1) & mask
    }
  }

  @inline(__always)
  private func isForm(
    _ index: Int, _ field: UInt16, _ hasPositions: Bool, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int
  ) -> Bool {
    let form = unsafe entries.base + index
    return unsafe form.pointee.ends == ends
      && form.pointee.length == UInt16(truncatingIfNeeded: length)
      && form.pointee.field == field && form.pointee.hasPositions == hasPositions
      && (length <= 16 || memcmp(forms.base + Int(form.pointee.offset), bytes, length) == 0)
  }

  @inline(never)
  private mutating func insert(
    _ field: UInt16, _ hasPositions: Bool, _ hash: UInt64, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int, _ slot: Int
  ) -> Int {
    let index = count
    entries.reserve(count + 1)
    forms.reserve(formLength + length)
    arena.reserve(arenaBytes + Self.sliceSize[0])
    unsafe (forms.base + formLength).update(from: bytes, count: length)
    unsafe (entries.base + index).initialize(
      to: Form(
        ends: ends, offset: UInt32(formLength), length: UInt16(length), field: field,
        hasPositions: hasPositions, level: 0, lastDocument: 0, lastPosition: 0,
        head: UInt32(arenaBytes), cursor: UInt32(arenaBytes),
        end: UInt32(arenaBytes + Self.sliceSize[0] - 4)))
    arenaBytes += Self.sliceSize[0]
    formLength += length
    count += 1
    unsafe slots.base[slot] = (hash &>> 32) &<< 32 | UInt64(index + 1)
    if count * 2 > mask { widen() }
    return index
  }

  /// Doubles the slots.
  @inline(never)
  private mutating func widen() {
    let size = (mask + 1) * 2
    var wider = Growable<UInt64>(capacity: size)
    unsafe wider.base.initialize(repeating: 0, count: size)
    for old in 0...mask {
      let slot = unsafe slots.base[old]
      if slot == 0 { continue }
      var new = Int(truncatingIfNeeded: slot &>> 32) & (size - 1)
      while unsafe wider.base[new] != 0 { new = (new + 1) & (size - 1) }
      unsafe wider.base[new] = slot
    }
    swap(&slots, &wider)
    mask = size - 1
  }

  // MARK: Chains

  private static let sliceSize: [8 of Int] = [12, 20, 36, 68, 132, 260, 516, 1028]

  /// Adds one occurrence; documents ascend, positions in a document do not descend.
  @inline(__always)
  mutating func append(_ index: Int, document: UInt32, position: UInt32) {
    let form = unsafe entries.base + index
    let number = document &+ 1
    let last = unsafe form.pointee.lastDocument
    var before = unsafe form.pointee.lastPosition
    var cursor = unsafe form.pointee.cursor
    if last != number {
      if last != 0 { unsafe put(form, 0, &cursor) }
      unsafe put(form, varint: number &- last, &cursor)
      unsafe form.pointee.lastDocument = number
      before = 0
    } else if before == position {
      return
    }
    unsafe put(form, varint: position &- before &+ 1, &cursor)
    unsafe form.pointee.lastPosition = position
    unsafe form.pointee.cursor = cursor
  }

  /// Adds a document to a form without positions; nothing when it was there already.
  mutating func append(_ index: Int, document: UInt32) {
    let form = unsafe entries.base + index
    let number = document &+ 1
    var cursor = unsafe form.pointee.cursor
    if unsafe form.pointee.lastDocument == number { return }
    unsafe put(form, varint: number &- form.pointee.lastDocument, &cursor)
    unsafe form.pointee.lastDocument = number
    unsafe form.pointee.cursor = cursor
  }

  @inline(__always)
  private mutating func put(
    _ form: UnsafeMutablePointer<Form>, varint value: UInt32, _ cursor: inout UInt32
  ) {
    var rest = value
    while rest >= 0x80 {
      unsafe put(form, UInt8(truncatingIfNeeded: rest) | 0x80, &cursor)
      rest &>>= 7
    }
    unsafe put(form, UInt8(truncatingIfNeeded: rest), &cursor)
  }

  @inline(__always)
  private mutating func put(
    _ form: UnsafeMutablePointer<Form>, _ byte: UInt8, _ cursor: inout UInt32
  ) {
    if unsafe cursor == form.pointee.end { cursor = unsafe extend(form) }
    unsafe arena.base[Int(cursor)] = byte
    cursor &+= 1
  }

  /// Gives a chain whose last slice is full another one, and tells where that begins.
  @inline(never)
  private mutating func extend(_ form: UnsafeMutablePointer<Form>) -> UInt32 {
    let level = unsafe min(Int(form.pointee.level) + 1, 7)
    let size = Self.sliceSize[level]
    let start = UInt32(arenaBytes)
    arena.reserve(arenaBytes + size)
    unsafe UnsafeMutableRawPointer(arena.base + Int(form.pointee.end))
      .storeBytes(of: start, as: UInt32.self)
    unsafe form.pointee.level = UInt8(level)
    unsafe form.pointee.end = UInt32(arenaBytes + size - 4)
    arenaBytes += size
    return start
  }

  /// Brings a form's entry near, and tells where its chain begins.
  @inline(__always)
  func head(_ index: Int) -> UInt32 { unsafe entries.base[index].head }

  /// Reads a form's chain from its beginning. The table must not change meanwhile.
  func chain(_ index: Int) -> Chain {
    unsafe Chain(arena.base, entries.base[index])
  }

  /// A cursor over one form's chain.
  @safe
  struct Chain {
    private let arena: UnsafePointer<UInt8>
    private var cursor: Int
    private var end: Int
    private let stop: Int
    private var level = 0
    private let hasPositions: Bool
    /// The current document, from zero; `UInt32.max` before the first and after the last.
    private(set) var document: UInt32 = .max

    fileprivate init(_ arena: UnsafePointer<UInt8>, _ form: Form) {
      unsafe self.arena = arena
      cursor = Int(form.head)
      end = Int(form.head) + FormTable.sliceSize[0] - 4
      stop = Int(form.cursor)
      hasPositions = form.hasPositions
    }

    private var isAtEnd: Bool { cursor == stop }

    /// Moves to the next document and reads its positions into `positions`, emptied before.
    /// - Returns: false at the end.
    @inline(__always)
    mutating func next(_ positions: inout PositionBuffer) -> Bool {
      positions.count = 0
      guard advance() else { return false }
      readPositions(&positions)
      return true
    }

    /// Moves to the next document; the positions of the last one must have been read.
    @inline(__always)
    mutating func advance() -> Bool {
      if isAtEnd {
        document = .max
        return false
      }
      document = document &+ varint()
      return true
    }

    /// Appends the positions of the current document.
    @inline(__always)
    mutating func readPositions(_ positions: inout PositionBuffer) {
      guard hasPositions else { return }
      var position: UInt32 = 0
      while !isAtEnd {
        let delta = varint()
        if delta == 0 { break }
        position = position &+ delta &- 1
        positions.append(position)
      }
    }

    @inline(__always)
    private mutating func varint() -> UInt32 {
      var byte = UInt32(next())
      if byte < 0x80 { return byte }
      var value = byte & 0x7f
      var shift: UInt32 = 7
      repeat {
        byte = UInt32(next())
        value |= (byte & 0x7f) &<< shift
        shift &+= 7
      } while byte >= 0x80
      return value
    }

    @inline(__always)
    private mutating func next() -> UInt8 {
      if cursor == end { follow() }
      let byte = unsafe arena[cursor]
      cursor &+= 1
      return byte
    }

    @inline(never)
    private mutating func follow() {
      level = min(level + 1, 7)
      cursor = unsafe Int(UnsafeRawPointer(arena + end).loadUnaligned(as: UInt32.self))
      end = cursor + FormTable.sliceSize[level] - 4
    }
  }
}

/// The positions of one form in one document, reused from document to document.
@safe
struct PositionBuffer: ~Copyable {
  private var memory = Growable<UInt32>(capacity: 256)
  var count = 0

  @inline(__always)
  mutating func append(_ position: UInt32) {
    memory.reserve(count &+ 1)
    unsafe memory.base[count] = position
    count &+= 1
  }

  var values: UnsafeBufferPointer<UInt32> {
    unsafe UnsafeBufferPointer(start: memory.base, count: count)
  }

  /// Sorts the positions and drops repeated ones: several forms of one term met in a document.
  mutating func sortUnique() {
    var all = unsafe UnsafeMutableBufferPointer(start: memory.base, count: count)
    unsafe all.sort()
    var kept = 0
    for i in 0..<count {
      let position = unsafe all[i]
      if kept > 0, unsafe all[kept - 1] == position { continue }
      unsafe all[kept] = position
      kept += 1
    }
    count = kept
  }
}

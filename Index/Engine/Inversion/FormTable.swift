import Analysis
import Glibc

/// The postings of a segment that is being built: a hash table from (field, space, form) to a chain of bytes.
///
///     slots    key (32) | entry + 1 (32)       open addressing by that key, at most half full
///     entries  one `Form` each, a cache line, in order of first occurrence
///     forms    the forms' bytes
///     chains   what no longer fits into the entries (`FormChains`)
///
/// Source: looking up tokens in passes hides the cache misses (see `insert`).
@safe
struct FormTable: ~Copyable {
  struct Form: BitwiseCopyable {
    /// With the length they are all of a form of at most 16 bytes.
    var ends: Ends
    var offset: UInt32
    var length: UInt16
    /// Twice the field's number, and one more for a raw value.
    var space: UInt16
    /// The last document plus one; 0 while there is none.
    var lastDocument: UInt32 = 0
    var lastPosition: UInt32 = 0
    /// The first slice; 0 for none.
    var head: UInt32 = 0
    /// Where the last slice goes on, and for how many bytes.
    var cursor: UInt32 = 0
    var room: UInt16 = 0
    /// Of the last slice.
    var level: UInt8 = 0
    /// The end of the chain: so many bytes.
    var recentCount: UInt8 = 0
    var recent = [20 of UInt8](repeating: 0)

    var hasPositions: Bool { space & 1 == 0 }

    static func space(field: UInt16, hasPositions: Bool) -> UInt16 {
      field &<< 1 | (hasPositions ? 0 : 1)
    }
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
  private var chains = FormChains()

  init() { unsafe slots.base.initialize(repeating: 0, count: 1 << 12) }

  /// Bytes held.
  var memory: Int {
    slots.byteCount + entries.byteCount + forms.byteCount + chains.memory
  }

  /// Offsets have 32 bits: beyond this the segment must be written.
  var isFull: Bool { chains.byteCount > 3 << 30 || formLength > 3 << 30 }

  /// The forms' bytes; valid until the next insertion.
  var formBytes: UnsafePointer<UInt8> { unsafe UnsafePointer(forms.base) }

  /// The forms' entries; valid until the next insertion.
  var all: UnsafeMutablePointer<Form> { unsafe entries.base }

  func bytes(of form: borrowing Form) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: forms.base + Int(form.offset), count: Int(form.length))
  }

  /// What to take with a form's hash for its key: the words of each space lie apart, so that what stands in
  /// several fields is found at the first try.
  @inline(__always)
  static func salt(_ space: UInt16) -> UInt64 { UInt64(space) &* 0x9E37_79B9_7F4A_7C15 }

  /// Brings the slot of a key near: the first pass over a batch of tokens.
  @inline(__always)
  func touch(key: UInt64) -> UInt64 { unsafe slots.base[home(key)] }

  /// The entry plus one that probably has the form of a key: the second pass. 0 for none.
  @inline(__always)
  func candidate(key: UInt64) -> UInt32 {
    let tag = UInt32(truncatingIfNeeded: key &>> 32)
    var slot = home(key)
    while true {
      let found = unsafe slots.base[slot]
      if found == 0 || UInt32(truncatingIfNeeded: found &>> 32) == tag {
        return UInt32(truncatingIfNeeded: found)
      }
      slot = (slot &+ 1) & mask
    }
  }

  /// Brings a candidate's entry near: the third pass.
  @inline(__always)
  func touch(_ candidate: UInt32) -> UInt64 {
    candidate == 0 ? 0 : unsafe entries.base[Int(candidate &- 1)].ends.first
  }

  /// Keeps the optimiser from dropping the touching passes. It must not look inside: it drops an argument that
  /// it sees unused, and then all that the argument was made for.
  @inline(never)
  @_optimize(none)
  static func keepAlive(_ value: UInt64) {}

  /// The entry of a word, made if it is new. Behind `bytes`, which are not empty, eight more are readable.
  @inline(__always)
  mutating func entry(
    word bytes: UnsafePointer<UInt8>, length: Int, space: UInt16, key: UInt64, candidate: UInt32
  ) -> Int {
    let ends = unsafe Ends(padded: bytes, length)
    if candidate != 0, unsafe isForm(Int(candidate &- 1), space, ends, bytes, length) {
      return Int(candidate &- 1)
    }
    return unsafe entry(space, key, ends, bytes, length)
  }

  /// The entry of a raw value, made if it is new.
  mutating func entry(value bytes: UnsafePointer<UInt8>, length: Int, field: UInt16) -> Int {
    let space = Form.space(field: field, hasPositions: false)
    let key = unsafe FormHash.of(bytes, count: length) ^ Self.salt(space)
    return unsafe entry(space, key, Ends(bytes, length), bytes, length)
  }

  /// The entry of a raw value, if there is one.
  func find(value bytes: UnsafePointer<UInt8>, length: Int, field: UInt16) -> Int? {
    let space = Form.space(field: field, hasPositions: false)
    let key = unsafe FormHash.of(bytes, count: length) ^ Self.salt(space)
    let slot = unsafe probe(space, key, Ends(bytes, length), bytes, length)
    return number(in: slot)
  }

  /// The entry of a word, if there is one.
  func find(word bytes: UnsafePointer<UInt8>, length: Int, field: UInt16, hash: UInt64) -> Int? {
    let space = Form.space(field: field, hasPositions: true)
    let slot = unsafe probe(
      space, hash ^ Self.salt(space), Ends(padded: bytes, length), bytes, length)
    return number(in: slot)
  }

  private func number(in slot: Int) -> Int? {
    let found = unsafe slots.base[slot]
    return found == 0 ? nil : Int(UInt32(truncatingIfNeeded: found)) &- 1
  }

  @inline(never)
  private mutating func entry(
    _ space: UInt16, _ key: UInt64, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int
  ) -> Int {
    let slot = unsafe probe(space, key, ends, bytes, length)
    if let found = number(in: slot) { return found }
    return unsafe insert(space, key, ends, bytes, length, slot)
  }

  /// The high half of a key says where its form belongs, so that a slot can be moved by what it holds.
  @inline(__always)
  private func home(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key &>> 32) & mask }

  /// The slot that holds the form, or the free one where it belongs.
  private func probe(
    _ space: UInt16, _ key: UInt64, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int
  ) -> Int {
    let tag = UInt32(truncatingIfNeeded: key &>> 32)
    var slot = home(key)
    while true {
      let found = unsafe slots.base[slot]
      if found == 0 { return slot }
      if UInt32(truncatingIfNeeded: found &>> 32) == tag,
        unsafe isForm(
          Int(UInt32(truncatingIfNeeded: found)) &- 1, space, ends, bytes, length)
      {
        return slot
      }
      slot = (slot &+ 1) & mask
    }
  }

  @inline(__always)
  private func isForm(
    _ index: Int, _ space: UInt16, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int
  ) -> Bool {
    let form = unsafe entries.base + index
    return unsafe form.pointee.ends == ends
      && form.pointee.length == UInt16(truncatingIfNeeded: length)
      && form.pointee.space == space
      && (length <= 16 || memcmp(forms.base + Int(form.pointee.offset), bytes, length) == 0)
  }

  @inline(never)
  private mutating func insert(
    _ space: UInt16, _ key: UInt64, _ ends: Ends,
    _ bytes: UnsafePointer<UInt8>, _ length: Int, _ slot: Int
  ) -> Int {
    let index = count
    entries.reserve(count + 1)
    forms.reserve(formLength + length)
    unsafe (forms.base + formLength).update(from: bytes, count: length)
    unsafe (entries.base + index).initialize(
      to: Form(ends: ends, offset: UInt32(formLength), length: UInt16(length), space: space))
    formLength += length
    count += 1
    unsafe slots.base[slot] = (key &>> 32) &<< 32 | UInt64(index + 1)
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

  /// Adds one occurrence; documents ascend, positions in a document do not descend.
  @inline(__always)
  mutating func append(_ index: Int, document: UInt32, position: UInt32) {
    unsafe chains.append(entries.base + index, document: document, position: position)
  }

  /// Adds a document to a raw value; documents do not descend.
  mutating func append(_ index: Int, document: UInt32) {
    unsafe chains.append(entries.base + index, document: document)
  }

  /// Brings a form's entry near, and tells where its chain begins.
  @inline(__always)
  func head(_ index: Int) -> UInt32 { unsafe entries.base[index].head }

  /// Brings a place of a chain near: where it begins, or the fourth pass where it goes on.
  @inline(__always)
  func peek(_ place: UInt32) -> UInt8 { chains.peek(place) }

  /// Reads a form's chain from its beginning. The table must not change meanwhile.
  func chain(_ index: Int) -> FormChains.Reader { unsafe chains.reader(of: entries.base + index) }
}

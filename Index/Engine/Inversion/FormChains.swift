/// Where the forms of a segment being built occur: for each form a chain of bytes. Its end, at most 20 bytes, lies in
/// the form's entry; what came before lies in slices of 32, 64, 128 … 1024 bytes of one arena, of which the last four
/// bytes hold the offset of the next slice.
///
/// A chain holds, for each document, the difference to the form's last document and then each position's
/// difference plus one, all LEB128; a zero stands between documents:
///
///     documents 3 (positions 0, 7) and 5 (position 2):   4 1 8 0 2 3
///
/// Documents count from one here, so that the first difference is never zero. A form without
/// positions (raw values) has the document differences alone.
///
/// Most forms are rare and never need a slice, and the others touch the arena once in several occurrences: its
/// cache misses are what building an index waits for.
///
/// Source: the slices are those of Lucene's `ByteSlicePool`.
@safe
struct FormChains: ~Copyable {
  /// The first bytes belong to no slice: 0 is no offset of one.
  private static let firstSlice = 32
  /// Bytes of a slice's link.
  private static let linkLength = 4
  private static let lastLevel: UInt8 = 5

  private typealias Recent = (UInt64, UInt64, UInt32)

  private var arena = Growable<UInt8>(capacity: 1 << 16)
  /// Bytes of the arena in use.
  private(set) var byteCount = firstSlice

  init() { unsafe arena.base.initialize(repeating: 0, count: Self.firstSlice) }

  /// Bytes held.
  var memory: Int { arena.byteCount }

  @inline(__always)
  private static func sliceLength(_ level: UInt8) -> Int { 32 &<< Int(level) }

  /// Brings a place in the arena near. `place`: an entry's `head` or `cursor`.
  @inline(__always)
  func peek(_ place: UInt32) -> UInt8 { unsafe arena.base[Int(place)] }

  /// Whether the entry has no room for another occurrence of eight bytes.
  @inline(__always)
  static func isFull(_ form: UnsafeMutablePointer<FormTable.Form>) -> Bool {
    unsafe form.pointee.recentCount > 12
  }

  // MARK: Writing

  /// Adds one occurrence; documents ascend, positions in a document do not descend.
  @inline(__always)
  mutating func append(
    _ form: UnsafeMutablePointer<FormTable.Form>, document: UInt32, position: UInt32
  ) {
    let number = document &+ 1
    let last = unsafe form.pointee.lastDocument
    if last == number {
      let before = unsafe form.pointee.lastPosition
      if before == position { return }
      unsafe put(form, 0, 0, position &- before &+ 1)
    } else {
      unsafe form.pointee.lastDocument = number
      // A zero ends the document before.
      unsafe put(form, number &- last, last == 0 ? 0 : 8, position &+ 1)
    }
    unsafe form.pointee.lastPosition = position
  }

  /// Adds a document to a form without positions; nothing when it was there already.
  mutating func append(_ form: UnsafeMutablePointer<FormTable.Form>, document: UInt32) {
    let number = document &+ 1
    let last = unsafe form.pointee.lastDocument
    if last == number { return }
    unsafe putLong(form, number &- last)
    unsafe form.pointee.lastDocument = number
  }

  /// Appends a document's difference, if there is one, behind `shift` bits of zeros, and a position's.
  @inline(__always)
  private mutating func put(
    _ form: UnsafeMutablePointer<FormTable.Form>, _ step: UInt32, _ shift: UInt64,
    _ position: UInt32
  ) {
    guard step | position < 1 << 14 else {
      if step != 0 {
        if shift != 0 { unsafe put(form, 0, 8) }
        unsafe putLong(form, step)
      }
      unsafe putLong(form, position)
      return
    }
    // At most five bytes.
    var bits: UInt64 = 0
    var filled = shift
    if step != 0 {
      bits = Self.short(step) &<< filled
      filled &+= step < 0x80 ? 8 : 16
    }
    bits |= Self.short(position) &<< filled
    filled &+= position < 0x80 ? 8 : 16
    unsafe put(form, bits, filled)
  }

  /// LEB128 of a number below 2^14, as bytes from the low end.
  @inline(__always)
  private static func short(_ value: UInt32) -> UInt64 {
    let value = UInt64(value)
    return value < 0x80 ? value : value & 0x7F | 0x80 | (value &>> 7) &<< 8
  }

  @inline(never)
  private mutating func putLong(_ form: UnsafeMutablePointer<FormTable.Form>, _ value: UInt32) {
    var bits: UInt64 = 0
    var filled: UInt64 = 0
    var rest = UInt64(value)
    while rest >= 0x80 {
      bits |= (rest & 0x7F | 0x80) &<< filled
      filled &+= 8
      rest &>>= 7
    }
    unsafe put(form, bits | rest &<< filled, filled &+ 8)
  }

  /// Appends the low `filled` bits, whole bytes.
  @inline(__always)
  private mutating func put(
    _ form: UnsafeMutablePointer<FormTable.Form>, _ bits: UInt64, _ filled: UInt64
  ) {
    if unsafe Self.isFull(form) { unsafe spill(form) }
    let count = unsafe form.pointee.recentCount
    unsafe (form.recent + Int(count)).storeBytes(of: bits.littleEndian, as: UInt64.self)
    unsafe form.pointee.recentCount = count &+ UInt8(truncatingIfNeeded: filled &>> 3)
  }

  /// Moves the end of a chain from the entry to the arena.
  @inline(never)
  private mutating func spill(_ form: UnsafeMutablePointer<FormTable.Form>) {
    let count = Int(unsafe form.pointee.recentCount)
    unsafe form.pointee.recentCount = 0
    if unsafe form.pointee.room >= 20 {
      // All of it, used or not, is three moves.
      let target = unsafe UnsafeMutableRawPointer(arena.base + Int(form.pointee.cursor))
      unsafe target.storeBytes(of: form.recent.loadUnaligned(as: Recent.self), as: Recent.self)
      unsafe form.pointee.cursor &+= UInt32(truncatingIfNeeded: count)
      unsafe form.pointee.room &-= UInt16(truncatingIfNeeded: count)
      return
    }
    var done = 0
    while done < count {
      if unsafe form.pointee.room == 0 { unsafe extend(form) }
      let part = unsafe min(count &- done, Int(form.pointee.room))
      unsafe UnsafeMutableRawPointer(arena.base + Int(form.pointee.cursor))
        .copyMemory(from: form.recent + done, byteCount: part)
      unsafe form.pointee.cursor &+= UInt32(truncatingIfNeeded: part)
      unsafe form.pointee.room &-= UInt16(truncatingIfNeeded: part)
      done &+= part
    }
  }

  /// Gives a chain whose last slice is full another one.
  private mutating func extend(_ form: UnsafeMutablePointer<FormTable.Form>) {
    let start = UInt32(byteCount)
    if unsafe form.pointee.head == 0 {
      unsafe form.pointee.head = start
    } else {
      unsafe form.pointee.level = min(form.pointee.level + 1, Self.lastLevel)
    }
    let length = Self.sliceLength(unsafe form.pointee.level)
    arena.reserve(byteCount + length)
    byteCount += length
    if unsafe form.pointee.head != start {
      unsafe UnsafeMutableRawPointer(arena.base + Int(form.pointee.cursor))
        .storeBytes(of: start, as: UInt32.self)
    }
    unsafe form.pointee.cursor = start
    unsafe form.pointee.room = UInt16(length - Self.linkLength)
  }

  // MARK: Reading

  /// Reads a chain from its beginning. Neither it nor its entry must change meanwhile.
  func reader(of form: UnsafeMutablePointer<FormTable.Form>) -> Reader {
    unsafe Reader(arena.base, form)
  }

  /// A cursor over one form's chain.
  @safe
  struct Reader {
    private var at: UnsafePointer<UInt8>
    /// Of the bytes at hand: of a slice, or of those in the entry.
    private var end: UnsafePointer<UInt8>
    /// Of the chain.
    private let stop: UnsafePointer<UInt8>
    private let arena: UnsafePointer<UInt8>
    private let form: UnsafePointer<FormTable.Form>
    /// Where the link of the slice at hand is.
    private var link: Int = 0
    private var level: UInt8 = 0
    /// The current document, from zero; `UInt32.max` before the first and after the last.
    private(set) var document: UInt32 = .max

    fileprivate init(
      _ arena: UnsafePointer<UInt8>, _ form: UnsafeMutablePointer<FormTable.Form>
    ) {
      unsafe self.arena = arena
      unsafe self.form = UnsafePointer(form)
      let recent = unsafe UnsafePointer(form.recent.assumingMemoryBound(to: UInt8.self))
      unsafe stop = recent + Int(form.pointee.recentCount)
      unsafe at = recent
      unsafe end = stop
      let head = Int(unsafe form.pointee.head)
      if head != 0 { enter(head) }
    }

    /// Moves to the next document; the positions of the last one must have been read.
    @inline(__always)
    mutating func advance() -> Bool {
      if unsafe at == stop {
        document = .max
        return false
      }
      document = document &+ varint()
      return true
    }

    /// The difference of the current document's next position to the one before (or to 0), plus one; 0 at the end.
    @inline(__always)
    mutating func nextPosition() -> UInt32 { unsafe at == stop ? 0 : varint() }

    /// Appends the positions of the current document.
    @inline(__always)
    mutating func readPositions(_ positions: inout PositionBuffer) {
      var position: UInt32 = 0
      while true {
        let difference = nextPosition()
        if difference == 0 { break }
        position = position &+ difference &- 1
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
      if unsafe at == end { follow() }
      let byte = unsafe at.pointee
      unsafe at += 1
      return byte
    }

    /// Goes on in the next slice, or behind the last one in the entry.
    @inline(never)
    private mutating func follow() {
      if unsafe link == Int(form.pointee.cursor) + Int(form.pointee.room) {
        unsafe at = stop - Int(form.pointee.recentCount)
        unsafe end = stop
      } else {
        level = min(level + 1, FormChains.lastLevel)
        enter(Int(unsafe UnsafeRawPointer(arena + link).loadUnaligned(as: UInt32.self)))
      }
    }

    private mutating func enter(_ slice: Int) {
      link = slice + FormChains.sliceLength(level) - FormChains.linkLength
      unsafe at = arena + slice
      // The last slice is used up to the cursor.
      let isLast = unsafe link == Int(form.pointee.cursor) + Int(form.pointee.room)
      unsafe end = arena + (isLast ? Int(form.pointee.cursor) : link)
    }
  }
}

extension UnsafeMutablePointer<FormTable.Form> {
  /// The end of the chain: what lies last in an entry.
  @inline(__always)
  fileprivate var recent: UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(self) + (MemoryLayout<FormTable.Form>.size &- 20)
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

/// The generated Unicode tables, decoded once into memory that stays: about 290 KB.
///
/// A trie has two stages: `scalar >> 7` picks a block of 128 values. A mapping is a trie of offsets into a blob of
/// strings, each a head byte (its low seven bits the length; 0x80: may change together with what stands before it) and then
/// UTF-8; offset 0 means that the scalar maps to itself. Every look-up is bounded by the table's size.
@safe
struct UnicodeTables: @unchecked Sendable {
  static let shared = UnicodeTables()

  let classes: ByteTrie
  let combiningClasses: ByteTrie
  /// Scalar to its exact form: NFC of full case folding, apostrophes unified, ignorable code points dropped.
  let exact: StringMapping
  /// Scalar of an exact form to its part of the index form: NFKC, marks and strokes off.
  let index: StringMapping
  /// Full canonical decomposition (Hangul excepted, which is arithmetic).
  let canonical: StringMapping
  /// Full compatibility decomposition where it differs from the canonical one.
  let compatibility: StringMapping
  /// Full case folding (CaseFolding.txt, C and F).
  let folding: StringMapping
  private let compositionPairs: TableBytes
  private let compositionResults: TableBytes

  private init() {
    typealias Data = UnicodeDataTables
    classes = ByteTrie(Data.classStage1, Data.classStage2)
    combiningClasses = ByteTrie(Data.combiningStage1, Data.combiningStage2)
    exact = StringMapping(Data.exactStage1, Data.exactStage2, Data.exactStrings)
    index = StringMapping(Data.indexStage1, Data.indexStage2, Data.indexStrings)
    canonical = StringMapping(Data.canonicalStage1, Data.canonicalStage2, Data.canonicalStrings)
    compatibility = StringMapping(
      Data.compatibilityStage1, Data.compatibilityStage2, Data.compatibilityStrings)
    folding = StringMapping(Data.foldingStage1, Data.foldingStage2, Data.foldingStrings)
    compositionPairs = TableBytes(base64: Data.compositionPairs)
    compositionResults = TableBytes(base64: Data.compositionResults)
  }

  /// The primary composite of two scalars, or nil (Unicode 15.0, sections 3.11 and 3.12).
  func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if first &- 0x1100 < 19, second &- 0x1161 < 21 {
      return 0xAC00 &+ ((first &- 0x1100) &* 21 &+ second &- 0x1161) &* 28
    }
    if first &- 0xAC00 < 11172, (first &- 0xAC00) % 28 == 0, second &- 0x11A8 < 27 {
      return first &+ second &- 0x11A7
    }
    let pair = UInt64(first) &<< 32 | UInt64(second)
    var low = 0
    var high = compositionPairs.count / 8
    while low < high {
      let middle = (low &+ high) / 2
      let candidate = compositionPairs.load(middle, as: UInt64.self)
      if candidate == pair { return compositionResults.load(middle, as: UInt32.self) }
      if candidate < pair { low = middle &+ 1 } else { high = middle }
    }
    return nil
  }
}

/// Bytes of a table, allocated for the life of the process.
@safe
struct TableBytes: @unchecked Sendable {
  let base: UnsafeRawPointer
  let count: Int

  /// Decodes standard base64 with padding, as the generator writes it.
  init(base64 text: StaticString) {
    let length = text.utf8CodeUnitCount
    let memory = UnsafeMutableRawPointer.allocate(byteCount: length / 4 * 3 + 8, alignment: 8)
    var count = 0
    var bits: UInt32 = 0
    var have = 0
    for i in 0..<length {
      let value: UInt32
      switch unsafe text.utf8Start[i] {
      case let c where c >= 0x61 && c <= 0x7A: value = UInt32(c) - 0x61 + 26
      case let c where c >= 0x41 && c <= 0x5A: value = UInt32(c) - 0x41
      case let c where c >= 0x30 && c <= 0x39: value = UInt32(c) - 0x30 + 52
      case 0x2B: value = 62
      case 0x2F: value = 63
      default: continue
      }
      bits = bits &<< 6 | value
      have &+= 6
      if have >= 8 {
        have &-= 8
        unsafe memory.storeBytes(
          of: UInt8(truncatingIfNeeded: bits &>> UInt32(have)), toByteOffset: count, as: UInt8.self)
        count &+= 1
      }
    }
    unsafe base = UnsafeRawPointer(memory)
    self.count = count
  }

  /// The little-endian integer number `index`, 0 outside of the table.
  @inline(__always)
  func load<T: FixedWidthInteger>(_ index: Int, as type: T.Type) -> T {
    let size = MemoryLayout<T>.size
    guard UInt(bitPattern: index) < UInt(bitPattern: count / size) else { return 0 }
    return unsafe T(littleEndian: base.load(fromByteOffset: index &* size, as: T.self))
  }
}

/// Scalar to a byte.
struct ByteTrie: Sendable {
  private let blocks: TableBytes
  private let values: TableBytes

  init(_ stage1: StaticString, _ stage2: StaticString) {
    blocks = TableBytes(base64: stage1)
    values = TableBytes(base64: stage2)
  }

  /// The first block is that of ASCII.
  @inline(__always)
  func ascii(_ byte: UInt8) -> UInt8 { values.load(Int(byte), as: UInt8.self) }

  @inline(__always)
  subscript(_ scalar: UInt32) -> UInt8 {
    guard Int(scalar &>> 7) < blocks.count / 2 else { return 0 }
    let block = Int(blocks.load(Int(scalar &>> 7), as: UInt16.self))
    return values.load(block &<< 7 | Int(scalar & 0x7F), as: UInt8.self)
  }
}

/// Scalar to a string of up to 127 bytes.
struct StringMapping: Sendable {
  private let blocks: TableBytes
  private let values: TableBytes
  let strings: TableBytes

  init(_ stage1: StaticString, _ stage2: StaticString, _ strings: StaticString) {
    blocks = TableBytes(base64: stage1)
    values = TableBytes(base64: stage2)
    self.strings = TableBytes(base64: strings)
  }

  struct Entry {
    /// Where the UTF-8 begins in `strings`.
    let offset: Int
    let length: Int
    let combines: Bool
  }

  /// The entry of `scalar`; nil when it maps to itself and never changes with what stands before it.
  @inline(__always)
  subscript(_ scalar: UInt32) -> Entry? {
    guard Int(scalar &>> 7) < blocks.count / 2 else { return nil }
    let block = Int(blocks.load(Int(scalar &>> 7), as: UInt16.self))
    let offset = Int(values.load(block &<< 7 | Int(scalar & 0x7F), as: UInt16.self))
    guard offset != 0 else { return nil }
    let head = strings.load(offset, as: UInt8.self)
    return Entry(offset: offset &+ 1, length: Int(head & 0x7F), combines: head & 0x80 != 0)
  }

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { strings.load(offset, as: UInt8.self) }

  /// The strings, to be read at an entry's offset.
  var text: TextBytes {
    unsafe TextBytes(strings.base.assumingMemoryBound(to: UInt8.self), count: strings.count)
  }

  /// Appends what `scalar` maps to.
  func append(_ scalar: UInt32, to scalars: inout [UInt32]) {
    guard let entry = self[scalar] else {
      scalars.append(scalar)
      return
    }
    var at = entry.offset
    while at < entry.offset &+ entry.length {
      let (value, length) = text.scalar(at)
      scalars.append(value)
      at &+= length
    }
  }
}

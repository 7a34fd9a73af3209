import Analysis
import Glibc

/// The forms of one field and space in the order in which a segment wants them: by index term, then by form.
///
/// Index terms are derived here, once a unique form: a term that equals its form points to the form's own
/// bytes, others are kept in `derived`.
@safe
struct TermOrder: ~Copyable {
  @safe struct Reference: BitwiseCopyable {
    /// The first eight bytes of the term, big-endian, zero-padded: orders most pairs.
    var prefix: UInt64
    var term: UnsafePointer<UInt8>
    var length: UInt16
    var isForm: Bool
    var form: UInt32
  }

  private var references: Growable<Reference>
  private(set) var count = 0
  private var derived: Growable<UInt8>
  /// Ends of the terms that were derived; resolved to addresses once no more are added.
  private var pending: [(index: Int, start: Int)] = []
  private var derivedBytes = 0

  init(capacity: Int) {
    references = Growable(capacity: capacity)
    derived = Growable(capacity: 1 << 12)
  }

  subscript(index: Int) -> Reference { unsafe references.base[index] }

  /// Brings the bytes of a term near.
  @inline(__always)
  func touch(_ index: Int) -> UInt8 {
    let reference = unsafe references.base[index]
    return reference.length == 0 ? 0 : unsafe reference.term.pointee
  }

  func term(_ index: Int) -> UnsafeRawBufferPointer {
    let reference = unsafe references.base[index]
    return unsafe UnsafeRawBufferPointer(start: reference.term, count: Int(reference.length))
  }

  /// Whether the term is its form itself.
  func isForm(_ index: Int) -> Bool { unsafe references.base[index].isForm }

  /// Whether two references have the same index term.
  func sameTerm(_ a: Int, _ b: Int) -> Bool {
    let x = unsafe references.base[a]
    let y = unsafe references.base[b]
    return unsafe x.prefix == y.prefix && x.length == y.length
      && (x.length <= 8 || memcmp(x.term, y.term, Int(x.length)) == 0)
  }

  /// Adds a form whose term is the form itself.
  mutating func append(form: UInt32, bytes: UnsafeRawBufferPointer) {
    references.reserve(count + 1)
    let start = unsafe bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    unsafe (references.base + count).initialize(
      to: Reference(prefix: 0, term: start, length: UInt16(bytes.count), isForm: true, form: form))
    count += 1
  }

  /// Adds a form whose term is another text.
  mutating func append(form: UInt32, derived term: [UInt8]) {
    references.reserve(count + 1)
    derived.reserve(derivedBytes + term.count)
    unsafe term.withUnsafeBufferPointer {
      guard let source = $0.baseAddress else { return }
      unsafe (derived.base + derivedBytes).update(from: source, count: term.count)
    }
    pending.append((count, derivedBytes))
    unsafe (references.base + count).initialize(
      to: Reference(
        prefix: 0, term: UnsafePointer(derived.base), length: UInt16(term.count), isForm: false,
        form: form))
    derivedBytes += term.count
    count += 1
  }

  /// Sorts by term, then by form. `table` holds the forms' bytes.
  mutating func sort(_ table: borrowing FormTable) {
    for (index, start) in pending {
      unsafe references.base[index].term = UnsafePointer(derived.base + start)
    }
    for index in 0..<count {
      let reference = unsafe references.base[index]
      unsafe references.base[index].prefix = Self.prefix(reference.term, Int(reference.length))
    }
    if count < Self.leastParted { sort(0..<count, table) } else { sortInParts(table) }
  }

  /// Fewer references are not worth parting.
  private static let leastParted = 4_096

  /// Sorts by the first two bytes, in place, then each run of equal ones.
  ///
  /// Source: McIlroy, Bostic, McIlroy, "Engineering radix sort", 1993, section 4.
  private func sortInParts(_ table: borrowing FormTable) {
    let all = unsafe references.base
    var next = [UInt32](repeating: 0, count: 1 << 16)
    for index in 0..<count { unsafe next[Int(all[index].prefix >> 48)] += 1 }
    var ends = next
    var sum: UInt32 = 0
    for digit in next.indices {
      ends[digit] += sum
      (next[digit], sum) = (sum, ends[digit])
    }
    for digit in next.indices {
      let first = digit == 0 ? 0 : Int(ends[digit - 1])
      while next[digit] < ends[digit] {
        let at = unsafe all + Int(next[digit])
        let other = unsafe Int(at.pointee.prefix >> 48)
        if other != digit {
          let held = unsafe at.pointee
          unsafe at.pointee = all[Int(next[other])]
          unsafe all[Int(next[other])] = held
        }
        next[other] += 1
      }
      if Int(ends[digit]) > first + 1 { sort(first..<Int(ends[digit]), table) }
    }
  }

  private func sort(_ range: Range<Int>, _ table: borrowing FormTable) {
    let forms = unsafe table.all
    let bytes = unsafe table.formBytes
    var all = unsafe UnsafeMutableBufferPointer(
      start: references.base + range.lowerBound, count: range.count)
    unsafe all.sort { a, b in
      if a.prefix != b.prefix { return a.prefix < b.prefix }
      let order = unsafe compare(a.term, Int(a.length), b.term, Int(b.length))
      if order != 0 { return order < 0 }
      let x = unsafe forms[Int(a.form)]
      let y = unsafe forms[Int(b.form)]
      return unsafe compare(
        bytes + Int(x.offset), Int(x.length), bytes + Int(y.offset), Int(y.length)) < 0
    }
  }

  private static func prefix(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
    if length >= 8 {
      return unsafe UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self).bigEndian
    }
    var prefix: UInt64 = 0
    for i in 0..<length { unsafe prefix |= UInt64(bytes[i]) << UInt64(56 - 8 * i) }
    return prefix
  }
}

/// Byte order: negative, zero or positive as memcmp tells, a prefix before its continuations.
func compare(
  _ a: UnsafePointer<UInt8>, _ aCount: Int, _ b: UnsafePointer<UInt8>, _ bCount: Int
) -> Int {
  let order = unsafe memcmp(a, b, min(aCount, bCount))
  return order != 0 ? Int(order) : aCount - bCount
}

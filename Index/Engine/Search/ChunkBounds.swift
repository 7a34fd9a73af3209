// Bounds of scores over the chunks of a window, 128 documents each, eight chunks at a time. Comparisons are made by the
// sign of a difference: those of lanes become scalar code.

/// `count` floats, and room up to the next multiple of 8.
@unsafe
struct ChunkBounds {
  let base: UnsafeMutablePointer<Float>
  private let count: Int

  private typealias Eight = SIMD8<Float>

  init(_ base: UnsafeMutablePointer<Float>, _ count: Int) {
    unsafe self.base = base
    unsafe self.count = count
  }

  func clear() { unsafe base.update(repeating: 0, count: (count &+ 7) & ~7) }

  @inline(__always)
  private func load(_ chunk: Int) -> Eight {
    unsafe UnsafeRawPointer(base + chunk).loadUnaligned(as: Eight.self)
  }

  @inline(__always)
  private func store(_ eight: Eight, _ chunk: Int) {
    unsafe UnsafeMutableRawPointer(base + chunk).storeBytes(of: eight, as: Eight.self)
  }

  /// All ones where `value` is negative, -0 included.
  @inline(__always)
  private static func signs(_ value: Eight) -> SIMD8<Int32> {
    (unsafe unsafeBitCast(value, to: SIMD8<Int32>.self)) &>> SIMD8<Int32>(repeating: 31)
  }

  func add(_ other: ChunkBounds) {
    var chunk = 0
    while unsafe chunk < count {
      unsafe store(load(chunk) + other.load(chunk), chunk)
      chunk &+= 8
    }
  }

  /// Zero in place of what is negative.
  func dropNegatives() {
    var chunk = 0
    while unsafe chunk < count {
      let value = unsafe load(chunk)
      let bits = unsafe unsafeBitCast(value, to: SIMD8<Int32>.self) & ~ChunkBounds.signs(value)
      unsafe store(unsafeBitCast(bits, to: Eight.self), chunk)
      chunk &+= 8
    }
  }

  /// Replaces each bound by a mask: all ones where it is above `minimum`; and removes the documents of the other chunks
  /// from `bits`, which has `words` words, two a chunk.
  /// - Returns: how many are above.
  func becomeMasks(above minimum: Float, narrowing bits: UnsafeMutablePointer<UInt64>, _ words: Int)
    -> Int
  {
    let limit = Eight(repeating: minimum)
    var total = SIMD8<Int32>.zero
    let room = unsafe (count &+ 7) & ~7
    // Beyond the last chunk nothing is above.
    for chunk in unsafe count..<room { unsafe base[chunk] = unbounded }
    var chunk = 0
    while chunk < room {
      let mask = unsafe ChunkBounds.signs(limit - load(chunk))
      total &-= mask
      unsafe store(unsafeBitCast(mask, to: Eight.self), chunk)
      chunk &+= 8
    }
    for word in 0..<words {
      let mask = Int32(bitPattern: unsafe base[word &>> 1].bitPattern)
      unsafe bits[word] &= UInt64(bitPattern: Int64(mask))
    }
    return Int(total.wrappedSum())
  }

  /// The largest of those whose mask is set, at least 0.
  func largest(of masks: ChunkBounds) -> Float {
    var most = Eight.zero
    var chunk = 0
    while unsafe chunk < count {
      let mask = unsafe unsafeBitCast(masks.load(chunk), to: SIMD8<Int32>.self)
      let bits = unsafe unsafeBitCast(load(chunk), to: SIMD8<Int32>.self) & mask
      let value = unsafe unsafeBitCast(bits, to: Eight.self)
      // The larger of both, by the sign of their difference.
      let less = unsafe ChunkBounds.signs(most - value)
      let both =
        unsafe (unsafeBitCast(value, to: SIMD8<Int32>.self) & less)
        | (unsafeBitCast(most, to: SIMD8<Int32>.self) & ~less)
      most = unsafe unsafeBitCast(both, to: Eight.self)
      chunk &+= 8
    }
    return most.max()
  }
}

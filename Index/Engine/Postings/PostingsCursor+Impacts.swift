// Bounds of scores at a cursor's shallow place, from the impacts of its block, group or list: nothing is decoded for them.

import Bytes

extension PostingsCursor {
  /// Impacts of the shallow block, of its group, or of the list: replaces `pairs`. Never empty, but after
  /// the end. Without frequencies the one pair is (1, 0).
  func impacts(_ level: ImpactLevel, into pairs: inout [Impact]) throws(IndexError) {
    pairs.removeAll(keepingCapacity: true)
    guard shallow < data.count || level == .list else { return }
    if let only = onlyImpact {
      pairs.append(only)
      return
    }
    var bytes = data.impacts(level, min(shallow, data.count &- 1))
    for _ in 0..<(try impactCount(&bytes)) {
      let norm = bytes.byte()
      pairs.append(Impact(frequency: bytes.varint31(), norm: norm))
    }
    if bytes.failed { throw badImpacts() }
  }

  /// The greatest frequency × factor of the norm among the impacts of the shallow block, of its group, or of the
  /// list; 0 after the end. `factors` has 256 of them, none negative.
  @unsafe
  func bound(_ level: ImpactLevel, _ factors: UnsafePointer<Float>) throws(IndexError) -> Float {
    guard shallow < data.count || level == .list else { return 0 }
    if let only = onlyImpact {
      return unsafe Float(Int32(bitPattern: only.frequency)) * factors[Int(only.norm)]
    }
    var bytes = data.impacts(level, min(shallow, data.count &- 1))
    let pairs = try impactCount(&bytes)
    var greatest: Float = 0
    var place = 0
    // Two bytes a pair, as nearly always, need no bounds one by one.
    if bytes.remaining >= 2 &* Impact.limit {
      while place < pairs {
        let frequency = unsafe bytes.peek(2 &* place &+ 1)
        if frequency >= 0x80 { break }
        let factor = unsafe factors[Int(bytes.peek(2 &* place))]
        greatest = max(greatest, Float(frequency) * factor)
        place &+= 1
      }
      bytes.skip(2 &* place)
    }
    while place < pairs {
      let factor = unsafe factors[Int(bytes.byte())]
      greatest = max(greatest, Float(Int32(bitPattern: bytes.varint31())) * factor)
      place &+= 1
    }
    if bytes.failed { throw badImpacts() }
    return greatest
  }

  /// `bound` of the list, and the greatest factor among its impacts.
  @unsafe
  func listBounds(
    _ factors: UnsafePointer<Float>
  ) throws(IndexError) -> (bound: Float, factor: Float) {
    if let only = onlyImpact {
      let factor = unsafe factors[Int(only.norm)]
      return (Float(Int32(bitPattern: only.frequency)) * factor, factor)
    }
    var bytes = data.impacts(.list, 0)
    var greatest: (bound: Float, factor: Float) = (0, 0)
    for _ in 0..<(try impactCount(&bytes)) {
      let factor = unsafe factors[Int(bytes.byte())]
      greatest.factor = max(greatest.factor, factor)
      greatest.bound = max(
        greatest.bound, Float(Int32(bitPattern: bytes.varint31())) * factor)
    }
    if bytes.failed { throw badImpacts() }
    return greatest
  }

  /// The one pair of a term in one document, or of a list without frequencies.
  @inline(__always)
  private var onlyImpact: Impact? {
    if detail == .documents { return Impact(frequency: 1, norm: 0) }
    guard case .single(_, let norm, _, _) = location else { return nil }
    return Impact(frequency: UInt32(truncatingIfNeeded: totalFrequency), norm: norm)
  }

  @inline(__always)
  private func impactCount(_ bytes: inout ByteScanner) throws(IndexError) -> Int {
    let count = Int(bytes.byte())
    guard count > 0, count <= Impact.limit else { throw badImpacts() }
    return count
  }

  @inline(never)
  private func badImpacts() -> IndexError { file.corrupt(start, "impacts that make no sense") }
}

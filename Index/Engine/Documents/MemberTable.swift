import Analysis

/// The members of a document's objects, to find those that are named twice: the last one wins.
///
/// One hash table a document for all of its objects; an object is told by its serial number. Hashes are
/// seeded per process, so that nobody can choose names that collide.
struct MemberTable: Sendable {
  struct Member: Sendable {
    let object: UInt32
    /// In the document's bytes.
    let name: Range<UInt32>
    let slot: Int
    /// The values below this member, as a range of the document's values.
    var values: Range<Int>
  }

  private(set) var members: [Member] = []
  /// Member number plus one, 0 where free. At most half full, its count a power of two.
  private var slots: [UInt32] = [UInt32](repeating: 0, count: 64)

  mutating func removeAll() {
    if slots.count > 1_024 {
      slots = [UInt32](repeating: 0, count: 64)
      members = []
    } else {
      for member in members { slots[member.slot] = 0 }
      members.removeAll(keepingCapacity: true)
    }
  }

  /// The number of the member of this name in an object, and whether it was there before.
  mutating func insert(
    object: UInt32, name: Range<UInt32>, of bytes: [UInt8], firstValue: Int
  ) -> (number: Int, isKnown: Bool) {
    if (members.count + 1) * 2 > slots.count { grow(bytes) }
    var slot = Self.hash(object, name, bytes) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      let known = members[number]
      if known.object == object, Self.equal(known.name, name, bytes) { return (number, true) }
      slot = (slot + 1) & (slots.count - 1)
    }
    members.append(
      Member(object: object, name: name, slot: slot, values: firstValue..<firstValue))
    slots[slot] = UInt32(members.count)
    return (members.count - 1, false)
  }

  /// The values below a member end here.
  mutating func end(_ number: Int, at value: Int) {
    members[number].values = members[number].values.lowerBound..<value
  }

  /// Begins a member again, whose earlier values have been dropped.
  mutating func restart(_ number: Int, at value: Int) { members[number].values = value..<value }

  private mutating func grow(_ bytes: [UInt8]) {
    let old = members
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    members.removeAll(keepingCapacity: true)
    for (number, member) in old.enumerated() {
      var slot = Self.hash(member.object, member.name, bytes) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(number + 1)
      members.append(
        Member(object: member.object, name: member.name, slot: slot, values: member.values))
    }
  }

  private static func hash(_ object: UInt32, _ name: Range<UInt32>, _ bytes: [UInt8]) -> Int {
    let seed = FormHash.mix(FormHash.seed, UInt64(object))
    return unsafe bytes.withUnsafeBufferPointer { bytes in
      let name = unsafe bytes[Int(name.lowerBound)..<Int(name.upperBound)]
      guard let base = unsafe UnsafeBufferPointer(rebasing: name).baseAddress else { return 0 }
      return unsafe Int(truncatingIfNeeded: FormHash.of(base, count: name.count, seed: seed))
    }
  }

  private static func equal(_ a: Range<UInt32>, _ b: Range<UInt32>, _ bytes: [UInt8]) -> Bool {
    bytes[Int(a.lowerBound)..<Int(a.upperBound)].elementsEqual(
      bytes[Int(b.lowerBound)..<Int(b.upperBound)])
  }
}

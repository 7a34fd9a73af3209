// Live documents of a segment, written anew when documents die.

import Bytes

extension Manifest.Segment {
  /// The segment with more documents dead: a new file of live documents is written.
  /// - Parameter live: those of this entry.
  /// - Returns: nil when no document is left.
  func killing(
    _ dead: BitSet, live: LiveDocs?, directory: any Directory, identity: WriterIdentity
  ) throws(IndexError) -> Manifest.Segment? {
    var all = dead
    if let live { all.formUnion(live.dead) }
    let count = all.population
    if count == documentCount { return nil }
    guard count > deletedCount else { return self }
    let name = identity.newName(suffix: FileName.liveSuffix)
    do throws(IndexError) {
      let file = try directory.write(LiveDocs(dead: all).encoded(), to: name)
      var next = self
      next.live = .init(file: file, deletedCount: count)
      return next
    } catch {
      identity.giveUp(CollectionOfOne(name))
      throw error
    }
  }
}

extension LiveDocs {
  init(dead: BitSet) {
    var bits = dead
    bits.complement()
    self.init(bits)
  }

  var dead: BitSet {
    var dead = bits
    dead.complement()
    return dead
  }
}

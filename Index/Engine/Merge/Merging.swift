// Segments into fewer: chosen by the policy, written without the lock, put in place by a commit.
//
// A merge stands or falls with its inputs: at its commit all of them must still be in the manifest, and none
// behind a rebuild's fence, else its work is thrown away. Deletions that the inputs received since are carried over by
// the map from old to new documents.

import Bytes

public enum Merging {
  /// Merges as the policy asks, again and again until it asks no more.
  /// - Parameters:
  ///   - maxSegments: merges down to so many, without deletions, the policy aside.
  ///   - memory: bytes that may be held.
  ///   - threads: that copy postings side by side.
  ///   - progress: told the documents merged and all that one merge has, now and then.
  /// - Returns: the number of merges done. 0 also when somebody else is merging.
  @discardableResult
  public static func run(
    _ directory: any Directory, maxSegments: Int? = nil, memory: Int = 256 << 20,
    threads: Int = 1,
    progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(IndexError) -> Int {
    let identity = try WriterIdentity(directory: directory)
    defer { identity.close() }
    return try run(
      directory, identity: identity, maxSegments: maxSegments, memory: memory, threads: threads,
      progress: progress)
  }

  static func run(
    _ directory: any Directory, identity: WriterIdentity, policy: MergePolicy = MergePolicy(),
    maxSegments: Int? = nil, memory: Int, threads: Int = 1,
    progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(IndexError) -> Int {
    // Most commits ask for nothing: no lock, no file.
    guard let first = try choose(directory, policy, maxSegments),
      let lock = try directory.lock(FileName.mergeLock, wait: false)
    else { return 0 }
    defer { lock.release() }
    var count = 0
    var attempts = 0
    // Other writers may commit segments faster than one merges: after so many it is somebody else's turn.
    let limit = 16 + first.0.segments.count
    while attempts < limit, let (manifest, chosen) = try choose(directory, policy, maxSegments) {
      attempts += 1
      let merge = try PreparedMerge(
        directory, manifest, chosen: chosen, identity: identity, memory: memory, threads: threads,
        progress: progress)
      if try merge.commit() { count += 1 }
    }
    return count
  }

  /// The next merge of the newest manifest.
  static func choose(
    _ directory: any Directory, _ policy: MergePolicy, _ maxSegments: Int?
  ) throws(IndexError) -> (Manifest, [Int])? {
    guard let manifest = try Commit.readManifest(directory) else { return nil }
    var fenced: Set<String> = []
    if let fence = manifest.fence, try !Commit.isFree(fence.lock, in: directory) {
      fenced = Set(fence.segments)
    }
    let candidates = manifest.segments.map { segment -> MergePolicy.Candidate? in
      if fenced.contains(segment.name) { return nil }
      return .init(
        size: segment.file.length, documentCount: segment.documentCount,
        deletedCount: segment.deletedCount)
    }
    let chosen =
      if let maxSegments { policy.merge(candidates, downTo: maxSegments) } else {
        policy.nextMerge(candidates)
      }
    return chosen.map { (manifest, $0) }
  }
}

/// A merge that is written and not yet committed. Not thread-safe.
final class PreparedMerge {
  private let directory: any Directory
  private let identity: WriterIdentity
  private let uuid: UUIDBytes
  private let inputs: [Manifest.Segment]
  private let maps: [DocumentMap]
  /// nil: no document was live.
  private let output: SegmentFileInfo?

  /// Merges the segments `chosen` of `manifest` into a new file.
  /// - Parameter isReordered: the documents are put in an order of their own.
  init(
    _ directory: any Directory, _ manifest: Manifest, chosen: [Int], identity: WriterIdentity,
    memory: Int, threads: Int = 1, isReordered: Bool = false,
    progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(IndexError) {
    self.directory = directory
    self.identity = identity
    uuid = manifest.uuid
    inputs = chosen.map { manifest.segments[$0] }
    var sources: [MergeSource] = []
    var base = 0
    for entry in inputs {
      let source = try MergeSource(directory, entry, base: base)
      base += source.map.liveCount
      sources.append(source)
    }
    guard base > 0 else {
      maps = sources.map(\.map)
      output = nil
      return
    }
    var order: DocumentOrder?
    var progress = progress
    if isReordered {
      order = try DocumentOrder(
        sources, memory: memory, threads: threads, progress: progress.map(DocumentOrder.firstPart))
      progress = progress.map(DocumentOrder.secondPart)
    }
    maps = sources.map(\.map)
    let name = identity.newName(suffix: FileName.segmentSuffix)
    do throws(IndexError) {
      output = try SegmentMerger(
        sources, in: order, directory: directory, name: name, memory: memory, threads: threads,
        progress: progress
      ).run()
    } catch {
      identity.giveUp(CollectionOfOne(name))
      throw error
    }
  }

  /// Puts the output in the place of the inputs.
  /// - Returns: false when the inputs are not all there any more, or behind a fence.
  func commit() throws(IndexError) -> Bool {
    var liveName: String?
    do throws(IndexError) {
      let outcome = try Commit.perform(directory, identity, uuid: uuid) {
        (manifest) throws(IndexError) in
        let names = Set(inputs.map(\.name))
        let present = manifest.segments.filter { names.contains($0.name) }
        let fenced = Set(manifest.fence?.segments ?? [])
        guard present.count == inputs.count, fenced.isDisjoint(with: names) else {
          return (false, .nothing)
        }
        let merged = try mergedEntry(present)
        liveName = merged?.live?.file.name
        var segments: [Manifest.Segment] = []
        var isPlaced = false
        for segment in manifest.segments {
          guard names.contains(segment.name) else {
            segments.append(segment)
            continue
          }
          if let merged, !isPlaced { segments.append(merged) }
          isPlaced = true
        }
        manifest.segments = segments
        return (true, .arrangement)
      }
      if !outcome.value { giveUp(liveName) }
      return outcome.value
    } catch {
      if case .unknownDurability = error { throw error }
      giveUp(liveName)
      throw error
    }
  }

  private func giveUp(_ liveName: String?) {
    identity.giveUp([output?.name, liveName].compactMap { $0 })
  }

  /// The output with what was deleted in the inputs since they were read.
  private func mergedEntry(
    _ present: [Manifest.Segment]
  ) throws(IndexError) -> Manifest.Segment? {
    guard let output else { return nil }
    let entry = Manifest.Segment(
      file: .init(name: output.name, length: output.length, checksum: output.checksum),
      documentCount: output.documentCount)
    var dead = BitSet(count: output.documentCount)
    for (index, input) in inputs.enumerated() {
      guard let now = present.first(where: { $0.name == input.name }), now.live != input.live
      else { continue }
      guard let live = try SegmentFiles(directory).live(now) else { continue }
      let gone = live.dead
      var next = gone.next(from: 0)
      while let document = next {
        if let new = maps[index][document] { dead.insert(new) }
        next = gone.next(from: document + 1)
      }
    }
    return try entry.killing(
      dead, live: nil, directory: directory, identity: identity)
  }
}

/// From documents of an input to documents of the output. It ascends, unless the output has an order of its own.
struct DocumentMap: Sendable {
  let base: Int
  let documentCount: Int
  let liveCount: Int
  /// Per document its new number, `UInt32.max` for a dead one; nil: the base is added.
  let numbers: [UInt32]?

  init(base: Int, documentCount: Int, live: LiveDocs?) {
    self.base = base
    self.documentCount = documentCount
    guard let live else {
      liveCount = documentCount
      numbers = nil
      return
    }
    var next = UInt32(base)
    var numbers: [UInt32] = []
    numbers.reserveCapacity(documentCount)
    for document in 0..<documentCount {
      if live.isLive(document) {
        numbers.append(next)
        next += 1
      } else {
        numbers.append(.max)
      }
    }
    self.numbers = numbers
    liveCount = Int(next) - base
  }

  /// The same documents under other numbers.
  init(_ map: DocumentMap, numbers: [UInt32]) {
    base = map.base
    documentCount = map.documentCount
    liveCount = map.liveCount
    self.numbers = numbers
  }

  /// nil for a dead document.
  subscript(document: Int) -> Int? {
    guard let numbers else { return base + document }
    return numbers[document] == .max ? nil : Int(numbers[document])
  }
}

/// One input, opened for this merge alone, so that its pages can be let go as the merge passes over them.
final class MergeSource {
  let reader: SegmentReader
  let live: LiveDocs?
  var map: DocumentMap
  /// Of a file that is this merge's alone.
  private let bytes: FileBytes?

  init(
    _ directory: any Directory, _ entry: Manifest.Segment, base: Int
  ) throws(IndexError) {
    let bytes = try directory.open(entry.name)
    self.bytes = bytes
    reader = try SegmentReader.open(bytes, name: "\(directory.path)/\(entry.name)")
    guard reader.checksum == entry.file.checksum, reader.documentCount == entry.documentCount else {
      throw .corrupt(
        file: reader.name, offset: bytes.count, detail: "not the segment that the manifest names")
    }
    live = try SegmentFiles(directory).live(entry)
    map = DocumentMap(base: base, documentCount: entry.documentCount, live: live)
  }

  /// All of an open segment.
  init(_ reader: SegmentReader, base: Int) {
    self.reader = reader
    bytes = nil
    live = nil
    map = DocumentMap(base: base, documentCount: reader.documentCount, live: nil)
  }

  /// Lets the pages go that were read, so that they do not count as memory of this process.
  func forgetPages() { bytes?.forgetPages() }
}

// What an index consists of at one generation: the one file that is ever replaced.
//
// It names every file that counts, with length and checksum; whatever it does not name is rubbish of a
// writer at work or dead. The points one can go back to are kept whole inside it, so that one file tells
// which others must stay.

package struct Manifest: Sendable, Equatable {
  /// A file as it must be found.
  package struct File: Sendable, Equatable {
    package var name: String
    package var length: Int
    package var checksum: UInt64
    package init(name: String, length: Int, checksum: UInt64) {
      self.name = name
      self.length = length
      self.checksum = checksum
    }
  }

  /// Which documents of a segment are live. A segment without deletions has none.
  package struct Live: Sendable, Equatable {
    package var file: File
    package var deletedCount: Int
    package init(file: File, deletedCount: Int) {
      self.file = file
      self.deletedCount = deletedCount
    }
  }

  package struct Segment: Sendable, Equatable {
    package var file: File
    package var documentCount: Int
    package var live: Live?

    package init(file: File, documentCount: Int, live: Live? = nil) {
      self.file = file
      self.documentCount = documentCount
      self.live = live
    }

    package var name: String { file.name }
    package var deletedCount: Int { live?.deletedCount ?? 0 }
    package var liveCount: Int { documentCount - deletedCount }
  }

  package struct AnalyzerFingerprint: Sendable, Equatable {
    package var name: String
    package var value: UInt64
    package init(name: String, value: UInt64) {
      self.name = name
      self.value = value
    }
  }

  /// What a search sees.
  package struct Content: Sendable, Equatable {
    /// The schema as JSON.
    package var schema: String
    /// `IndexSettings`: a JSON object, kept as it came.
    package var settings: String
    /// Of the analyzers that the schema names, when its segments were written.
    package var analyzers: [AnalyzerFingerprint]
    /// In the order of their documents.
    package var segments: [Segment]

    package init(
      schema: String, settings: String = "{}", analyzers: [AnalyzerFingerprint] = [],
      segments: [Segment] = []
    ) {
      self.schema = schema
      self.settings = settings
      self.analyzers = analyzers
      self.segments = segments
    }
  }

  /// A rebuild at work. It will count as having happened at the base, so that everything younger wins.
  package struct Fence: Sendable, Equatable {
    package var baseGeneration: UInt64
    /// The rebuild's lock file: once it is free, the fence is void.
    package var lock: String
    /// The segments that the rebuild will replace. No merge touches them.
    package var segments: [String]
    /// The rebuild brings another schema: nobody may add documents meanwhile.
    package var changesSchema: Bool
    /// Ids upserted or asked to be deleted since the base.
    package var touched: [File]

    package init(
      baseGeneration: UInt64, lock: String, segments: [String], changesSchema: Bool,
      touched: [File] = []
    ) {
      self.baseGeneration = baseGeneration
      self.lock = lock
      self.segments = segments
      self.changesSchema = changesSchema
      self.touched = touched
    }
  }

  /// A state one can go back to.
  package struct RetainedPoint: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      /// Before the last change of documents.
      case previous
      case beforeRebuild
      case named(String)
    }
    package var kind: Kind
    package var generation: UInt64
    package var content: Content

    package init(kind: Kind, generation: UInt64, content: Content) {
      self.kind = kind
      self.generation = generation
      self.content = content
    }
  }

  /// Only grows.
  package var generation: UInt64
  package var uuid: UUIDBytes
  /// Milliseconds since 1970 UTC, by the clock of who committed.
  package var time: Int64
  package var content: Content
  package var fence: Fence?
  package var retained: [RetainedPoint]

  package init(
    generation: UInt64, uuid: UUIDBytes, time: Int64 = 0, content: Content, fence: Fence? = nil,
    retained: [RetainedPoint] = []
  ) {
    self.generation = generation
    self.uuid = uuid
    self.time = time
    self.content = content
    self.fence = fence
    self.retained = retained
  }

  package var segments: [Segment] {
    get { content.segments }
    set { content.segments = newValue }
  }

  /// Every file that must stay.
  package var fileNames: Set<String> {
    var names: Set<String> = []
    for content in [content] + retained.map(\.content) {
      for segment in content.segments {
        names.insert(segment.file.name)
        if let live = segment.live { names.insert(live.file.name) }
      }
    }
    for file in fence?.touched ?? [] { names.insert(file.name) }
    return names
  }

  /// Keeps `point` and forgets an earlier one of the same kind.
  package mutating func retain(_ point: RetainedPoint) {
    retained.removeAll { $0.kind == point.kind }
    retained.append(point)
  }
}

/// 128 random bits that tell one index from another of the same name.
package struct UUIDBytes: Sendable, Equatable, Hashable, CustomStringConvertible {
  package var high: UInt64
  package var low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Version 4, variant 1 (RFC 9562, section 5.4).
  package static func random() -> UUIDBytes {
    let high = UInt64.random(in: .min ... .max)
    let low = UInt64.random(in: .min ... .max)
    return UUIDBytes(
      high: high & ~0xF000 | 0x4000, low: low & ~(0xC000 << 48) | (0x8000 << 48))
  }

  package var description: String {
    let digits = Array((hex(high) + hex(low)).utf8)
    var text: [UInt8] = []
    for (i, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(i) { text.append(UInt8(ascii: "-")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

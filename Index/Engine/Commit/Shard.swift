// One indexing thread's share of the ids: every document of an id comes here, in input order, so that the
// last one wins without asking anybody.
//
// A deletion kills what came before it: in the segment being built at once, in those already built once
// they can be looked up; how many they were is kept per id.

import Bytes

/// Not thread-safe: confined to its thread, or to whoever waits until that rests.
final class Shard {
  private let directory: any Directory
  private let identity: WriterIdentity
  private let schema: @Sendable () -> Schema
  private let onNewField: @Sendable (String, FieldType) throws(IndexError) -> Schema
  private var builder: SegmentBuilder?
  private var builderName = ""

  private(set) var built: [BuiltSegment] = []
  /// Id → number of segments, from the first, in which it is deleted.
  private(set) var deletes: [[UInt8]: Int] = [:]
  /// Bytes of a deletion beside its id, about: the entry of the table and the array's header.
  static let deletionOverhead = 64
  /// Bytes that the deletes take, about.
  private var deleteMemory = 0
  /// What went wrong for good: a segment could not be written. Everything uncommitted is lost.
  private(set) var failure: IndexError?

  init(
    directory: any Directory, identity: WriterIdentity, schema: @escaping @Sendable () -> Schema,
    onNewField: @escaping @Sendable (String, FieldType) throws(IndexError) -> Schema
  ) {
    self.directory = directory
    self.identity = identity
    self.schema = schema
    self.onNewField = onNewField
  }

  /// Bytes held.
  var memory: Int { builderMemory + deleteMemory }

  /// Bytes that a flush would free.
  var builderMemory: Int { builder?.memory ?? 0 }

  var isEmpty: Bool { builder == nil && built.isEmpty && deletes.isEmpty }

  /// - Throws: `document` when it does not fit the schema; the shard is then as it was.
  func add(_ document: Document) throws(IndexError) {
    if let failure { throw failure }
    do throws(IndexError) {
      if builder?.isFull ?? false { try flush() }
      if builder == nil { try makeBuilder() }
      try builder?.add(document)
    } catch {
      if case .document = error { throw error }
      failure = error
      throw error
    }
  }

  func delete(_ id: [UInt8]) {
    _ = builder?.delete(id: unsafe id.span.bytes)
    if deletes.updateValue(built.count, forKey: id) == nil {
      deleteMemory += id.count + Self.deletionOverhead
    }
  }

  /// Writes what was added as a segment.
  func flush() throws(IndexError) {
    if let failure { throw failure }
    guard var builder = builder.take() else { return }
    do throws(IndexError) {
      if let segment = try builder.finish() {
        built.append(segment)
      } else {
        identity.settle(CollectionOfOne(builderName))
      }
    } catch {
      identity.giveUp(CollectionOfOne(builderName))
      failure = error
      throw error
    }
  }

  /// Forgets everything uncommitted, and its files.
  func removeAll() {
    if let builder = builder.take() {
      builder.abandon()
      identity.giveUp(CollectionOfOne(builderName))
    }
    identity.giveUp(built.map(\.info.name))
    forgetBuilt()
  }

  /// What was built is somebody else's now.
  func forgetBuilt() {
    built = []
    deletes = [:]
    deleteMemory = 0
  }

  private func makeBuilder() throws(IndexError) {
    let name = identity.newName(suffix: FileName.segmentSuffix)
    do throws(IndexError) {
      builder = try SegmentBuilder(
        directory: directory, name: name, schema: schema(), onNewField: onNewField)
    } catch {
      identity.giveUp(CollectionOfOne(name))
      throw error
    }
    builderName = name
  }
}

// The points that one can go back to.

/// What an index keeps of its past.
public struct IndexHistory: Sendable {
  public enum Kind: Sendable, Equatable {
    /// Before the last change of documents.
    case previous
    case beforeRebuild
    /// Kept under a name until it is removed.
    case named(String)
  }

  public struct Point: Sendable, Equatable {
    public var kind: Kind
    public var generation: UInt64
    /// Live ones.
    public var documentCount: Int
  }

  private let directory: any Directory

  public init(_ directory: any Directory) { self.directory = directory }

  public func points() throws(IndexError) -> [Point] {
    guard let manifest = try Commit.readManifest(directory) else {
      throw .notFound("index \(directory.path)")
    }
    return manifest.retained.map { point in
      Point(
        kind: Kind(point.kind), generation: point.generation,
        documentCount: point.content.segments.reduce(0) { $0 + $1.liveCount })
    }
  }

  /// Keeps the present state under a name; an earlier one of this name is forgotten.
  /// - Returns: the generation kept.
  @discardableResult
  public func keep(_ name: String) throws(IndexError) -> UInt64 {
    guard IndexName.isValid(name) else {
      throw .invalid("\(name.debugDescription) is no name for a snapshot")
    }
    return try change { (manifest) throws(IndexError) in
      manifest.retain(
        .init(kind: .named(name), generation: manifest.generation, content: manifest.content))
      return (manifest.generation, .arrangement)
    }.value
  }

  public func remove(_ name: String) throws(IndexError) {
    _ = try change { (manifest) throws(IndexError) in
      let before = manifest.retained.count
      manifest.retained.removeAll { $0.kind == .named(name) }
      guard manifest.retained.count < before else { throw .notFound("snapshot \(name)") }
      return ((), .arrangement)
    }
  }

  /// Makes the state of a retained point the newest, by a commit. A rebuild at work is made void.
  /// - Returns: the new generation.
  @discardableResult
  public func rollBack(to kind: Kind) throws(IndexError) -> UInt64 {
    try change { (manifest) throws(IndexError) in
      guard let point = manifest.retained.first(where: { Kind($0.kind) == kind }) else {
        throw .notFound("\(directory.path): the point to go back to")
      }
      manifest.content = point.content
      manifest.fence = nil
      return ((), .documents)
    }.generation
  }

  private func change<Value>(
    _ body: (inout Manifest) throws(IndexError) -> (Value, Commit.Change)
  ) throws(IndexError) -> Commit.Outcome<Value> {
    guard let manifest = try Commit.readManifest(directory) else {
      throw .notFound("index \(directory.path)")
    }
    let identity = try WriterIdentity(directory: directory)
    defer { identity.close() }
    return try Commit.perform(directory, identity, uuid: manifest.uuid, body)
  }
}

extension IndexHistory.Kind {
  fileprivate init(_ kind: Manifest.RetainedPoint.Kind) {
    self =
      switch kind {
      case .previous: .previous
      case .beforeRebuild: .beforeRebuild
      case .named(let name): .named(name)
      }
  }
}

// The door to an index's settings.

extension IndexSettings {
  /// Those of the newest generation.
  /// - Throws: `notFound` when there is no index.
  public static func read(_ directory: any Directory) throws(IndexError) -> IndexSettings {
    guard let manifest = try Commit.readManifest(directory) else {
      throw .notFound("index \(directory.path)")
    }
    return try IndexSettings(text: manifest.content.settings)
  }

  /// Changes the newest settings by a commit. The state before can be gone back to, as after a change of documents.
  /// - Returns: the generation that has them.
  @discardableResult
  public static func change(
    _ directory: any Directory, _ body: (inout IndexSettings) -> Void
  ) throws(IndexError) -> UInt64 {
    guard let manifest = try Commit.readManifest(directory) else {
      throw .notFound("index \(directory.path)")
    }
    let identity = try WriterIdentity(directory: directory)
    defer { identity.close() }
    return try Commit.perform(directory, identity, uuid: manifest.uuid) {
      (manifest) throws(IndexError) in
      let old = try IndexSettings(text: manifest.content.settings)
      var new = old
      body(&new)
      if new == old { return ((), .nothing) }
      manifest.content.settings = new.text
      return ((), .documents)
    }.generation
  }
}

import JSON

/// The indexes of a folder, opened here.
struct LocalBackend: Backend {
  let folder: DataFolder

  func ask(_ question: Question) throws(Failure) -> [UInt8] {
    throw Failure(.software, "not yet")
  }
}

extension Schema {
  /// Whether a document fits, as a writer will find out: its id, the type of each value, fields that are not there.
  /// - Throws: `document`, with the reason.
  package func check(_ document: borrowing Document) throws(IndexError) {
    let id = document.string(try document.id())
    for index in document.values.indices {
      let value = document.values[index]
      if index == document.idValue || value.kind == .null { continue }
      if let number = number(of: document.text(value.path)) {
        if number > 0 { _ = try fields[number].content(of: value, in: document) }
        continue
      }
      let name = document.string(value.path)
      switch dynamic {
      case .ignore: break
      case .reject:
        throw .document(
          id: id, field: name, detail: "the schema has no such field and rejects new ones")
      case .add:
        guard FieldName.isValid(name) else {
          throw .document(id: id, field: name, detail: FieldName.rule)
        }
      }
    }
  }
}

extension Schema {
  /// A field that a request names, which has to have a column.
  /// - Parameters:
  ///   - pointer: where the request names it.
  ///   - what: what the column is for.
  ///   - types: which fields do for it.
  /// - Throws: `request`.
  func column(
    _ name: String, at pointer: String, _ what: String,
    types: String = "keyword, number, date and boolean"
  ) throws(IndexError) -> (number: Int, field: Field) {
    guard let number = number(of: name) else {
      throw .noField(name, at: pointer, self)
    }
    let field = fields[number]
    guard field.column else {
      throw .request(
        at: pointer,
        field.type == .text
          ? "\(name) is a text field; \(what) takes \(types) fields"
          : "\(name) has no column")
    }
    return (number, field)
  }
}

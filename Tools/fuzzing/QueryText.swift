// What libFuzzer calls: any bytes as a query. Compiled with the sources of the query language as one module: see Tools/fuzz.

/// What holds of any reading of any bytes; else the process dies, which is what libFuzzer looks for.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  for parser in parsers {
    let parsed = parser.parse(utf8: bytes)
    var last = 0
    for warning in parsed.warnings {
      require(warning.at >= last, "warnings in the order of their places")
      require(warning.length >= 0 && warning.at + warning.length <= count, "within the text")
      last = warning.at
    }
    let printed = parsed.root.printed()
    for reader in parsers.prefix(2) {
      let again = reader.parse(printed)
      // Brackets were added, and there are too many now.
      if again.warnings.contains(where: { $0.code == .tooDeep }) { continue }
      require(again.root == parsed.root, "\(printed) is not what it was printed from")
      require(parsed.root == .empty || again.warnings.isEmpty, "\(printed): warnings")
    }
  }
  return 0
}

/// Said in optimised builds as well.
private func require(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError(what()) }
}

private let fields: [(name: String, kind: FieldKind)] = [
  ("title", .text), ("body", .text), ("date", .date), ("tags", .keyword), ("size", .number),
  ("open", .boolean), ("author.name", .keyword),
]

private let parsers = [
  QueryParser(fields: fields), QueryParser(fields: fields, defaultOperator: .or),
  QueryParser(fields: fields, mode: .simple),
]

import Analysis
import InvertedIndex
import JSON

/// A file of rows: the first names the fields, each other is a document.
///
/// A column's name becomes a field's: what a field's name cannot have becomes `_`, a name that came before gets a number. A cell
/// is a number where JSON would write it so, `true` and `false` are boolean, an empty one is no value; the literal is kept, so
/// that a column of mixed cells loses nothing as text. The id is that of a column, else the path and the row's number.
struct Table {
  enum Row {
    /// `warning`: what was done to read it.
    case document(warning: String?)
    case rejected(String)
  }

  private var reader: TableReader
  private let path: String
  private let names: [String]
  /// The column of the id; nil: rows are named by the path and their number.
  let idColumn: Int?
  /// To be told with the first document.
  private var warning: String?
  private var isRepaired = false
  /// Rows below the header so far.
  private(set) var rowCount = 0

  /// Where the last row begins, from 1.
  var line: Int { reader.line }
  var rawRow: ArraySlice<UInt8> { reader.rawRow }
  var bytesRead: Int64 { reader.bytesRead }

  struct Options {
    /// nil: told by the kind, or by the header.
    var delimiter: UInt8?
    /// nil: a column called `id`, if there is one.
    var idColumn: String?
    /// Bytes of one row.
    var limit: Int
  }

  /// Why a file is no table.
  struct Fault: Error {
    let kind: Skipped.Kind
    let reason: String
  }

  /// Reads the header.
  /// - Parameter path: `-` for standard input, which rows cannot be named by.
  init(
    _ stream: ByteStream, kind: FileKind, path: String, options: Options
  ) throws(Fault) {
    self.path = path
    stream.decodeUTF16()
    let first = Self.firstLine(stream.head)
    var delimiter = options.delimiter ?? (kind == .tsv ? 0x09 : UInt8(ascii: ","))
    var declares = false
    if options.delimiter == nil {
      if let declared = Self.declaredDelimiter(first) {
        (delimiter, declares) = (declared, true)
      } else if let other = Self.otherDelimiter(first, than: delimiter) {
        delimiter = other
        let shown = other == 0x09 ? "a tab" : "'\(Unicode.Scalar(other))'"
        warning =
          "its header has no '\(kind == .tsv ? "\\t" : ",")': read with \(shown) as delimiter"
      }
    }
    reader = TableReader(stream, delimiter: delimiter, limit: options.limit)
    do throws(ByteStream.Failure) {
      if declares { _ = try reader.next() }
      guard let header = try reader.next() else {
        throw ByteStream.Failure(message: "empty", code: nil)
      }
      if case .malformed(let reason) = header {
        throw ByteStream.Failure(message: "its header cannot be read: \(reason)", code: nil)
      }
    } catch {
      if let code = error.code {
        throw Fault(kind: .unreadable(errno: code), reason: error.message)
      }
      throw Fault(
        kind: error.message == "empty" ? .empty : stream.isCompressed ? .damaged : .unsupported,
        reason: error.message)
    }
    guard reader.fieldCount < Schema.maximumFieldCount else {
      throw Fault(
        kind: .unsupported,
        reason:
          "its header has \(reader.fieldCount) columns; at most \(Schema.maximumFieldCount - 1)")
    }
    let header = (0..<reader.fieldCount).map { [reader] column in
      String(decoding: reader.text[reader.field(column)], as: UTF8.self).trimmingSpace()
    }
    if let wanted = options.idColumn {
      guard let column = header.firstIndex(of: wanted) else {
        throw Fault(
          kind: .unsupported,
          reason:
            "no column \"\(wanted)\" in its header: \(header.prefix(12).joined(separator: ", "))"
        )
      }
      idColumn = column
    } else {
      idColumn = header.firstIndex(of: "id") ?? header.firstIndex { $0.lowercased() == "id" }
    }
    if idColumn == nil, path == "-" {
      throw Fault(
        kind: .unsupported,
        reason: "no column \"id\": name the one that tells rows apart (--id-column NAME)")
    }
    names = Self.fieldNames(header, idColumn: idColumn)
  }

  /// The next row; nil at the end.
  mutating func next(into document: inout Document) throws(ByteStream.Failure) -> Row? {
    guard let row = try reader.next() else { return nil }
    rowCount += 1
    if case .malformed(let reason) = row { return .rejected(reason) }
    guard reader.fieldCount == names.count else {
      return .rejected(
        "expected \(names.count) fields, as the header has, found \(reader.fieldCount)")
    }
    document.removeAll()
    if idColumn == nil { document.append("id", "\(path)#\(rowCount)") }
    for column in names.indices { append(column, to: &document) }
    defer { warning = nil }
    return .document(warning: warning)
  }

  private mutating func append(_ column: Int, to document: inout Document) {
    let range = reader.field(column)
    guard !range.isEmpty else { return }
    let name = names[column]
    guard isUTF8(range) else {
      let (text, how) = TextDecoding.recovered(Array(reader.text[range]))
      if !isRepaired {
        isRepaired = true
        warning = "not UTF-8 on line \(line); \(how)"
      }
      document.append(name, utf8: unsafe text.span.bytes)
      return
    }
    let cell = unsafe reader.text.span.bytes.extracting(range)
    if range.count <= 5 {
      if reader.text[range].elementsEqual("true".utf8) { return document.append(name, true) }
      if reader.text[range].elementsEqual("false".utf8) { return document.append(name, false) }
    }
    if range.count <= 32, let number = JSONNumber(cell, at: 0), number.end == cell.byteCount {
      switch number.value {
      case .integer(let value): return document.append(name, value, as: cell)
      case .double(let value) where value.isFinite: return document.append(name, value, as: cell)
      case .double: break
      }
    }
    document.append(name, utf8: cell)
  }

  private func isUTF8(_ range: Range<Int>) -> Bool {
    let cell = unsafe reader.text.span.bytes.extracting(range)
    return UTF8Validation.firstFault(in: cell) == cell.byteCount
  }

  // The header.

  private static func fieldNames(_ header: [String], idColumn: Int?) -> [String] {
    var taken: Set<String> = ["id"]
    return header.enumerated().map { column, name in
      if column == idColumn { return "id" }
      var base = fieldName(name)
      if base.isEmpty { base = "column_\(column + 1)" }
      var result = base
      var number = 2
      while !taken.insert(result).inserted {
        result = "\(base)_\(number)"
        number += 1
      }
      return result
    }
  }

  /// A column's name as a field can have it: letters without their accents, `_` for what a name cannot hold; empty when
  /// nothing is left.
  static func fieldName(_ column: String) -> String {
    if FieldName.isValid(column) { return column }
    var parts: [String] = []
    for part in column.split(separator: ".") {
      var name: [UInt8] = []
      for scalar in part.unicodeScalars { append(scalar, to: &name) }
      while name.last == UInt8(ascii: "_") { name.removeLast() }
      // Room for a number behind it, in the part and in the whole.
      let rest = name.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }.prefix(56)
      if !rest.isEmpty, parts.joined().utf8.count < 160 {
        parts.append(String(decoding: rest, as: UTF8.self))
      }
    }
    let name = parts.joined(separator: ".")
    return name == "_score" ? "score" : name
  }

  private static func append(_ scalar: Unicode.Scalar, to name: inout [UInt8]) {
    func isAllowed(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "@"): true
      default: false
      }
    }
    if scalar.isASCII, isAllowed(UInt8(scalar.value)) { return name.append(UInt8(scalar.value)) }
    if !scalar.isASCII {
      var exact: [UInt8] = []
      var letters: [UInt8] = []
      Normalization.foldedExact(unsafe Array(String(scalar).utf8).span.bytes, into: &exact)
      Normalization.folded(unsafe exact.span.bytes, into: &letters)
      if scalar.properties.isUppercase {
        letters = letters.map { 0x61...0x7a ~= $0 ? $0 & 0xdf : $0 }
      }
      if letters.allSatisfy(isAllowed) {
        name += letters
        return
      }
    }
    if name.last != UInt8(ascii: "_") { name.append(UInt8(ascii: "_")) }
  }

  /// `sep=;` on the first line, as spreadsheets write it.
  private static func declaredDelimiter(_ line: [UInt8]) -> UInt8? {
    guard line.count == 5, line.starts(with: "sep=".utf8), line[4] < 0x80 else { return nil }
    return line[4]
  }

  /// A header without a single comma, but with semicolons or tabs: they are what delimits.
  private static func otherDelimiter(_ line: [UInt8], than delimiter: UInt8) -> UInt8? {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    guard counts[delimiter] == nil else { return nil }
    let others = [UInt8(ascii: ";"), 0x09, UInt8(ascii: "|"), UInt8(ascii: ",")]
    return others.filter { counts[$0] != nil }.max {
      counts[$0, default: 0] < counts[$1, default: 0]
    }
  }

  private static func firstLine(_ head: [UInt8]) -> [UInt8] {
    var text = head
    if var transcoder = UTF16Transcoder(mark: head) {
      text = []
      transcoder.append(head, to: &text)
    }
    if text.starts(with: [0xef, 0xbb, 0xbf]) { text.removeFirst(3) }
    return Array(text.prefix { $0 != 0x0a && $0 != 0x0d })
  }
}

import Analysis
import Bytes

/// Documents into one new segment: the inverted form grows in memory, stored documents go to the file as they come.
///
/// One per indexing thread, and a structure, so that a document is one access. `add` either takes the whole document or, with an error, none of
/// it. `finish` writes what was gathered: norms, columns and terms, field by field.
struct SegmentBuilder: ~Copyable {
  /// What a document's unknown path becomes under `dynamic: add`: the field is made (a commit of its own), and
  /// the schema that has it returned.
  typealias NewField = (_ name: String, _ type: FieldType) throws(IndexError) -> Schema

  /// Positions between two values of an array, so that no phrase spans them.
  static let arrayGap: UInt32 = 100
  /// Counted tokens between checkpoints of a stored text.
  static let checkpointInterval = 256
  /// Tokens that wait to be looked up together, at most; a longer value is taken in windows.
  static let windowTokens = 1_024
  /// Document numbers have 32 bits, and the last ones mean "none".
  static let maximumDocumentCount = 1 << 31

  /// What the schema says of a field, without its texts.
  private struct FieldUse {
    let type: FieldType
    let stored: Bool
    let indexed: Bool
    /// It has a column, by itself or because it is searched.
    let column: Bool
    /// Its text goes to the variant of the document's language.
    let isAuto: Bool

    init(_ field: Field) {
      type = field.type
      stored = field.stored
      indexed = field.indexed
      column = field.column || field.indexed
      isAuto = field.isAuto && field.indexed
    }
  }

  let name: String
  private(set) var schema: Schema
  private(set) var documentCount = 0

  private let writer: SegmentWriter
  private let onNewField: NewField
  private var analyzers: [Analyzer?]
  private var fields: [FieldBuffer]
  /// What is done with the values of each field.
  private var uses: [FieldUse]
  /// nil where no field is `auto`.
  private var languages: LanguageVariants?
  private var table = FormTable()
  /// Words that are not yet in the table, and whose they are.
  private var tokens = TokenBuffer()
  private var runs: [TokenRun] = []
  private var contents: [(field: Int, content: FieldContent, inArray: Bool)] = []
  private var encoder = StoredDocumentEncoder()
  private var stored = ByteWriter()
  private var checkpoints: [StoredDocument.Checkpoint] = []
  private var deadDocuments = DeadDocuments()
  private var columnBytes = 0
  /// Field of the fingerprints, where there are to be any, and that of the present document.
  private let nearField: Int?
  private var fingerprint = Fingerprint()

  /// - Throws: `invalid` when the schema names an analyzer that this program does not have; what creating
  ///   the file throws.
  init(
    directory: any Directory, name: String, schema: Schema, onNewField: @escaping NewField
  ) throws(IndexError) {
    var analyzers: [Analyzer?] = []
    for field in schema.fields { analyzers.append(try Self.analyzer(of: field)) }
    writer = try SegmentWriter(directory: directory, name: name)
    self.name = name
    self.schema = schema
    self.onNewField = onNewField
    self.analyzers = analyzers
    fields = schema.fields.map { FieldBuffer(type: $0.type) }
    uses = schema.fields.map { FieldUse($0) }
    nearField = schema.nearField
    if uses.contains(where: \.isAuto) { languages = LanguageVariants() }
  }

  /// By which a field's texts become words; nil for other types.
  private static func analyzer(of field: Field) throws(IndexError) -> Analyzer? {
    guard let name = field.type == .keyword || field.isAuto ? "standard" : field.analyzer else {
      return nil
    }
    guard let named = Analyzer.named(name) else {
      throw .invalid("field \(field.name): there is no analyzer \(name)")
    }
    return named
  }

  /// Bytes held, with what `finish` will need to sort the terms.
  var memory: Int {
    table.memory + table.count * MemoryLayout<TermOrder.Reference>.stride + tokens.memory
      + encoder.memory + stored.bytes.capacity + columnBytes
      + (fields.count + (languages?.analyzers.count ?? 0)) * documentCount
  }

  /// Whether the segment must be finished before the next document, whatever memory there is.
  var isFull: Bool { table.isFull || documentCount >= Self.maximumDocumentCount }

  // MARK: Documents

  /// Adds a document; an earlier one of the same id in this segment is dead from now on.
  /// - Throws: `document` when it does not fit; the segment is as it was.
  mutating func add(_ document: borrowing Document) throws(IndexError) {
    let id = try document.id()
    try resolve(document)
    let number = UInt32(documentCount)
    checkpoints.removeAll(keepingCapacity: true)
    // First, so that the id of a long document is read without its texts.
    appendID(document, id, number: number)
    if languages != nil { chooseLanguage(of: document) }
    for index in contents.indices {
      let (field, content, inArray) = contents[index]
      append(content, field: field, inArray: inArray, document: document, number: number)
    }
    if let nearField, let bits = fingerprint.take() { appendColumn(bits, nearField, number) }
    for field in fields.indices { fields[field].endDocument(documentCount) }
    languages?.endDocument(documentCount)
    documentCount += 1
    stored.removeAll()
    encoder.finish(into: &stored)
    let bytes = stored.bytes
    try unsafe writer.addStored(bytes.span.bytes)
  }

  /// Marks the document of this id dead. False when the segment has none that lives.
  mutating func delete(id: RawSpan) -> Bool {
    guard let form = find(id: id) else { return false }
    return deadDocuments.insert(unsafe table.all[form].lastDocument &- 1)
  }

  /// Gives every value its field and its content, without changing anything but `contents`.
  private mutating func resolve(_ document: borrowing Document) throws(IndexError) {
    contents.removeAll(keepingCapacity: true)
    for index in document.values.indices {
      let value = document.values[index]
      if index == document.idValue || value.kind == .null { continue }
      guard let field = try field(of: value, document), field != 0 else { continue }
      if uses[field].type == .text {
        contents.append((field, .text(value.text), value.inArray))
      } else if let content = try schema.fields[field].content(of: value, in: document) {
        contents.append((field, content, value.inArray))
      }
    }
  }

  private mutating func field(
    of value: Document.Value, _ document: borrowing Document
  ) throws(IndexError) -> Int? {
    let path = document.text(value.path)
    if let number = schema.number(of: path) { return number }
    switch schema.dynamic {
    case .ignore: return nil
    case .reject:
      throw .document(
        id: (try? document.id()).map { document.string($0) }, field: document.string(value.path),
        detail: "the schema has no such field and rejects new ones")
    case .add:
      let name = document.string(value.path)
      guard FieldName.isValid(name) else {
        throw .document(
          id: (try? document.id()).map { document.string($0) }, field: name,
          detail: FieldName.rule)
      }
      guard let type = SchemaInference.type(of: value, in: document) else { return nil }
      try adopt(try onNewField(name, type))
      return schema.number(of: path)
    }
  }

  /// Takes a schema that extends the present one.
  private mutating func adopt(_ new: Schema) throws(IndexError) {
    for field in new.fields[fields.count...] {
      analyzers.append(try Self.analyzer(of: field))
      fields.append(FieldBuffer(type: field.type))
      uses.append(FieldUse(field))
    }
    if languages == nil, uses.contains(where: \.isAuto) { languages = LanguageVariants() }
    schema = new
  }

  // MARK: Values

  private mutating func append(
    _ content: FieldContent, field: Int, inArray: Bool, document: borrowing Document, number: UInt32
  ) {
    let use = uses[field]
    checkpoints.removeAll(keepingCapacity: true)
    switch content {
    case .text(let range):
      if use.indexed {
        var place = field
        if use.isAuto, let variant = languages?.place(of: field, schema) { place = variant }
        invert(document.text(range), field: place, number: number, keep: use.stored)
      }
    case .keyword(let range):
      let text = document.text(range)
      if use.indexed { invert(text, field: field, number: number, keep: false) }
      if use.column {
        let form = entry(value: text, field: field)
        table.append(form, document: number)
        fields[field].appendColumn(document: number, value: Int64(form))
        columnBytes += 12
      }
    case .integer(let value): appendColumn(value, field, number)
    case .double(let value): appendColumn(SortableDouble.encode(value), field, number)
    case .date(let milliseconds, _): appendColumn(milliseconds, field, number)
    case .boolean(let value): appendColumn(value ? 1 : 0, field, number)
    }
    if use.stored {
      let kept = checkpoints
      encoder.append(
        content, field: field, inArray: inArray, of: document, checkpoints: kept.span)
    }
  }

  private mutating func appendColumn(_ value: Int64, _ field: Int, _ number: UInt32) {
    guard uses[field].column else { return }
    fields[field].appendColumn(document: number, value: value)
    columnBytes += 12
  }

  private mutating func appendID(
    _ document: borrowing Document, _ id: Range<UInt32>, number: UInt32
  ) {
    let text = document.text(id)
    let form = entry(value: text, field: 0)
    let last = unsafe table.all[form].lastDocument
    if last != 0 { _ = deadDocuments.insert(last &- 1) }
    table.append(form, document: number)
    fields[0].appendColumn(document: number, value: Int64(form))
    columnBytes += 12
    encoder.appendKeyword(field: 0, inArray: false, text)
  }

  private mutating func entry(value: RawSpan, field: Int) -> Int {
    unsafe value.withUnsafeBytes { bytes in
      var none: UInt8 = 0
      return unsafe withUnsafePointer(to: &none) { empty in
        let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? empty
        return unsafe table.entry(value: base, length: bytes.count, field: UInt16(field))
      }
    }
  }

  private func find(id: RawSpan) -> Int? {
    unsafe id.withUnsafeBytes { bytes in
      guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        return nil
      }
      return unsafe table.find(value: base, length: bytes.count, field: 0)
    }
  }

  /// Tokenises one value window by window; notes checkpoints when they are kept. Its words wait for those of
  /// other values until there are enough to look up together.
  private mutating func invert(_ text: RawSpan, field: Int, number: UInt32, keep: Bool) {
    let isVariant = field >= LanguageVariants.firstPlace
    guard let analyzer = isVariant ? languages?.analyzer(field) : analyzers[field] else { return }
    let base =
      isVariant ? languages?.nextPosition(field) ?? 0 : fields[field].nextPosition
    let space = FormTable.Form.space(field: UInt16(field), hasPositions: true)
    let isPrinted = nearField != nil && (isVariant || uses[field].type == .text)
    var counted = 0
    var offset = 0
    while offset < text.byteCount {
      let first = tokens.count
      counted += analyzer.tokenize(
        text, from: &offset, positionBase: Int(base) + counted, limit: Self.windowTokens,
        into: &tokens)
      if isPrinted { fingerprint.add(tokens, from: first) }
      if keep { Self.noteCheckpoints(of: tokens, from: first, base: base, in: &checkpoints) }
      if tokens.count > first {
        runs.append(TokenRun(end: tokens.count, space: space, document: number))
      }
      if tokens.count >= Self.windowTokens { insertTokens() }
    }
    if isPrinted { fingerprint.endValue() }
    if isVariant {
      languages?.endValue(field, positions: counted)
    } else {
      fields[field].endValue(positions: counted)
    }
  }

  /// Whose variants the texts of the document go to.
  private mutating func chooseLanguage(of document: borrowing Document) {
    languages?.beginDocument()
    for (field, content, _) in contents {
      if case .text(let range) = content, uses[field].isAuto {
        languages?.addSample(document.text(range))
      } else if case .keyword(let range) = content, uses[field].type == .keyword {
        let isLanguage = schema.fields.contains { $0.languageField == schema.fields[field].name }
        if isLanguage { languages?.say(document.string(range), by: field) }
      }
    }
  }

  /// One checkpoint for every 256 counted tokens, at a token where tokenising can begin again.
  private static func noteCheckpoints(
    of tokens: borrowing TokenBuffer, from first: Int, base: UInt32,
    in checkpoints: inout [StoredDocument.Checkpoint]
  ) {
    let all = unsafe tokens.tokenBase
    var last = checkpoints.last?.position ?? base
    // Most values are short.
    guard tokens.count > first,
      unsafe all[tokens.count - 1].position &- last >= UInt32(checkpointInterval)
    else { return }
    for index in first..<tokens.count {
      let token = unsafe all[index]
      if token.position &- last >= UInt32(checkpointInterval), token.isRestartPoint {
        checkpoints.append(.init(position: token.position, offset: token.start))
        last = token.position
      }
    }
  }

  /// Adds the words that wait.
  private mutating func insertTokens() {
    table.insert(tokens, runs)
    tokens.removeAll()
    runs.removeAll(keepingCapacity: true)
  }

  // MARK: The end

  /// Writes everything, makes the file durable and closes it. nil when there was no document; the file is
  /// gone then.
  mutating func finish() throws(IndexError) -> BuiltSegment? {
    guard documentCount > 0 else {
      abandon()
      return nil
    }
    insertTokens()
    try writer.beginFields(documentCount: documentCount)
    let variants = languages?.analyzers ?? []
    var all = analyzers
    if !variants.isEmpty {
      all += repeatElement(nil, count: LanguageVariants.firstPlace - all.count)
      all += variants
    }
    var terms = TermWriter(analyzers: all, table: table)
    for field in fields.indices {
      try writer.beginField(field, type: schema.fields[field].type.rawValue)
      try fields[field].writeNorms(documentCount: documentCount, to: writer)
      try terms.write(field: field, table: table, to: writer)
      if uses[field].column {
        try fields[field].writeColumn(ordinals: terms.ordinals, to: writer)
      }
    }
    for (number, place) in languages?.places ?? [] {
      try writer.beginField(number, type: FieldType.text.rawValue)
      try languages?.writeNorms(place, documentCount: documentCount, to: writer)
      try terms.write(field: place, table: table, to: writer)
    }
    let info = try writer.finish()
    return BuiltSegment(info: info, deadDocuments: deadDocuments.sorted)
  }

  /// Gives the file up.
  func abandon() { writer.abandon() }
}

/// A finished segment, not yet committed.
struct BuiltSegment: Sendable {
  let info: SegmentFileInfo
  /// Documents that were replaced or deleted by later ones of the same segment, ascending.
  let deadDocuments: [UInt32]
}

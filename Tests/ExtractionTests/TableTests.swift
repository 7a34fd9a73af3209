import Glibc
import InvertedIndex
import Testing

@testable import Extraction

@Suite struct TableTests {
  let folder = Folder()

  private func rows(
    _ text: String, _ name: String = "a.csv", options: DocumentSource.Options = .init()
  ) -> [[String: [String]]] {
    documents(folder.write(name, text), options: options)
  }

  @Test func theHeaderNamesTheFields() {
    let found = rows("id,name,price,open\nx1,Anchor,12.50,true\n\"x2\",\"Rope, long\",,false\n")
    #expect(
      found == [
        ["id": ["x1"], "name": ["Anchor"], "price": ["12.50"], "open": ["true"]],
        ["id": ["x2"], "name": ["Rope, long"], "open": ["false"]],
      ])
  }

  @Test func quotesHoldLineEndsDelimitersAndQuotes() {
    let found = rows("id,text\n1,\"two\r\nlines, and \"\"quotes\"\"\"\n2,5\" pipe\n3,\"\"\n")
    #expect(found.map { $0["text"] } == [["two\r\nlines, and \"quotes\""], ["5\" pipe"], nil])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func lineEnds(_ end: String) {
    let found = rows("\u{feff}id,n\(end)1,a\(end)\(end)2,b")
    #expect(found == [["id": ["1"], "n": ["a"]], ["id": ["2"], "n": ["b"]]])
  }

  @Test func rowsThatAreNoneAreRejectedByLine() {
    let path = folder.write(
      "a.csv", "id,a,b\n1,x\n2,x,y,z\n3,\"x\ny\",z\n4,\"x\"y,z\n5,x,y\n6,\"never closed,\n7,x,y\n")
    #expect(
      outcomes([path]) == [
        "reject 2 expected 3 fields, as the header has, found 2",
        "reject 3 expected 3 fields, as the header has, found 4", "3",
        "reject 6 text behind the closing quote of a field", "5",
        "reject 8 a quoted field that begins on line 8 is not closed",
      ])
  }

  @Test func theRawRowIsThereForARejectsFile() {
    let path = folder.write("a.csv", "id,a\n1\n2,x\n")
    let source = DocumentSource(paths: [path])
    var document = Document()
    #expect(source.next(into: &document) != nil)
    #expect(String(decoding: source.line, as: UTF8.self) == "1")
    #expect(source.lineNumber == 2)
  }

  @Test func withoutAColumnOfIdsTheyArePathAndRow() {
    let path = folder.write("a.tsv", "name\tn\nred\t1\nblue\nbrown\t3\n")
    #expect(
      outcomes([path]) == [
        "a.tsv#1", "reject 3 expected 2 fields, as the header has, found 1", "a.tsv#3", "3 rows",
      ])
    #expect(documents(path).first?["id"] == ["\(path)#1"])
  }

  @Test func theColumnOfIdsMayBeNamed() {
    var options = DocumentSource.Options()
    options.idColumn = "code"
    let found = rows("id,code\n1,x\n2,y\n", options: options)
    #expect(found == [["id": ["x"], "id_2": ["1"]], ["id": ["y"], "id_2": ["2"]]])
    options.idColumn = "nope"
    let path = folder.write("b.csv", "id,code\n1,x\n")
    #expect(
      outcomes([path], options: options) == [
        "skip b.csv: no column \"nope\" in its header: id, code"
      ])
    #expect(rows("ID,a\n7,x\n", "c.csv").first?["id"] == ["7"])
  }

  @Test(arguments: [
    ("name", "name"), ("a.b", "a.b"), ("Title (en)", "Title_en"), ("Größe", "Grosse"),
    ("_x", "_x"), ("-x-", "x-"), ("  ", ""), ("Łódź €", "Lodz"), ("a..b", "a.b"), ("%", ""),
    ("_score", "score"), ("日本", ""),
  ])
  func columnsBecomeFields(_ column: String, _ field: String) {
    let name = Table.fieldName(column)
    if column != "日本" { #expect(name == field) }
    #expect(name.isEmpty || FieldName.isValid(name))
  }

  @Test func columnsOfOneNameAreKeptApart() {
    let found = rows("id,a,a,,a b\n1,x,y,z,w\n")
    #expect(
      found == [["id": ["1"], "a": ["x"], "a_2": ["y"], "column_4": ["z"], "a_b": ["w"]]])
  }

  @Test func delimiters() {
    // One comma in the header: it is what delimits, as the extension says.
    #expect(rows("a;b,c\n1;2,3\n").first?["a_b"] == ["1;2"])
    #expect(rows("id;name\n1;x\n", "b.csv") == [["id": ["1"], "name": ["x"]]])
    #expect(
      outcomes([folder.path + "/b.csv"]) == [
        "1 !its header has no ',': read with ';' as delimiter"
      ])
    #expect(rows("sep=|\nid|n\n1|x\n", "c.csv") == [["id": ["1"], "n": ["x"]]])
    var options = DocumentSource.Options()
    options.delimiter = UInt8(ascii: ":")
    #expect(rows("id:n\n1:x,y\n", "d.csv", options: options) == [["id": ["1"], "n": ["x,y"]]])
  }

  @Test func numbersKeepTheirLiterals() {
    let path = folder.write("a.csv", "id,n\n1,1.50\n2,007\n3,-3\n4,1e999\n5,12345678901234567890\n")
    let source = DocumentSource(paths: [path])
    var document = Document()
    var kinds: [Document.Kind] = []
    var texts: [String] = []
    while case .document? = source.next(into: &document) {
      kinds.append(document.values[1].kind)
      texts.append(document.string(document.values[1].text))
    }
    #expect(kinds == [.double, .string, .integer, .string, .double])
    #expect(texts == ["1.50", "007", "-3", "1e999", "12345678901234567890"])
  }

  @Test func otherEncodings() {
    let latin = folder.write(
      "latin.csv", Array("id,a,b\n1,caf".utf8) + [0xe9] + Array(",x\n2,".utf8) + [0xfc, 0x2c, 0x0a])
    #expect(
      outcomes([latin]) == ["1 !not UTF-8 on line 2; read as Windows-1252", "2"])
    #expect(documents(latin).map { $0["a"] } == [["café"], ["ü"]])
    var wide: [UInt8] = [0xff, 0xfe]
    for unit in "id\ta\r\n1\té😀\r\n".utf16 { wide += [UInt8(unit & 0xff), UInt8(unit >> 8)] }
    #expect(
      documents(folder.write("wide.tsv", wide)) == [["id": ["1"], "a": ["é😀"]]])
  }

  @Test func compressed() {
    let path = folder.write("a.csv.gz", gzip("id,n\n1,x\n"))
    #expect(outcomes([path]) == ["1"])
  }

  @Test func aRowThatIsTooLongIsRejectedAndPassedOver() {
    let long = String(repeating: "x,\n", count: 1_000_000)
    let path = folder.write("a.csv", "id,t\n1,\"\(long)\"\n2,y\n")
    var options = DocumentSource.Options()
    options.maximumSize = 1_000_000
    #expect(
      outcomes([path], options: options) == [
        "reject 2 a row of more than 1000000 bytes; a quote opens on line 2", "2",
      ])
    #expect(outcomes([path]) == ["1", "2"])
  }

  @Test func whatIsNoTable() {
    #expect(outcomes([folder.write("a.csv", "\n\n")]) == ["skip a.csv: empty"])
    let wide = (0..<2_000).map { "c\($0)" }.joined(separator: ",")
    #expect(
      outcomes([folder.write("b.csv", wide)]) == [
        "skip b.csv: its header has 2000 columns; at most 1023"
      ])
    #expect(
      outcomes([folder.write("c.csv", [0x50, 0x4b, 3, 4, 0, 0])]) == [
        "skip c.csv: binary, not text (a zip archive)"
      ])
    #expect(outcomes([folder.write("d.csv", "id,n\n")]) == [])
  }

  /// However the input is cut into pieces, the rows are those of a reader that sees all at once.
  @Test func rowsDoNotDependOnWherePiecesEnd() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SmallRandom(seed: seed)
    let pieces = ["a", "\"", "\"\"", ",", "\n", "\r\n", "\r", "é", "\"x,\ny\"", "long text "]
    for _ in 0..<100 {
      var text = "id,a\n"
      for _ in 0..<random.below(40) { text += pieces[random.below(pieces.count)] }
      let plain = outcomes([folder.write("r.csv", text)])
      // Members of gzip are handed on one by one: pieces of one to three bytes.
      var members: [UInt8] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let count = min(1 + random.below(3), rest.count)
        members += gzip(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      let cut = outcomes([folder.write("r.csv", members)])
      #expect(plain == cut, "seed \(seed): \(text.debugDescription)")
    }
  }
}

import JSON
import Testing

@testable import Extraction

@Suite struct HTMLMeasureTests {
  /// The saved pages' lines as blocks of a page without any structure: the reader of HTML must do as well there
  /// as the reader of texts, from the lines alone.
  @Test(.enabled(if: shared != nil, "the development data is not there"))
  func tokenF1OnSavedPagesAsHTML() throws {
    let stream = try ByteStream(path: try #require(shared) + "/data/news/readability-pages.jsonl")
    var reader = LineReader(stream, limit: 64 << 20)
    var sum = TokenScore()
    var pages = 0
    while case .line(let range)? = try reader.next() {
      let row = try JSONValue.parse(Array(reader.buffer[range]))
      let noisy = try #require(row["noisy"]?.string)
      let clean = try #require(row["body"]?.string)
      var html = "<!DOCTYPE html><html><head><meta charset=utf-8><title>Page</title></head><body>\n"
      for line in noisy.split(separator: "\n") {
        html += "<p>"
        for character in line.unicodeScalars {
          switch character {
          case "&": html += "&amp;"
          case "<": html += "&lt;"
          default: html.unicodeScalars.append(character)
          }
        }
        html += "</p>\n"
      }
      let page = try HTMLPage.read(Array(html.utf8))
      sum.add(TokenScore(of: page.body, against: clean))
      pages += 1
    }
    print("\(pages) pages as HTML: \(sum.mean(of: pages))")
    #expect(sum.f1 / Double(pages) > 0.89)
    #expect(sum.recall / Double(pages) > 0.94)
  }
}

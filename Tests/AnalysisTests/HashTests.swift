import Testing

@testable import Analysis

@Suite("Hashes")
struct HashTests {
  @Test("a form has one hash, whichever way it came")
  func oneHash() throws {
    let analyzer = try #require(Analyzer.named("standard"))
    var buffer = TokenBuffer()
    let text = Array("2.27 27. 27 COVID-19 covid 19 Straße-27 straße".utf8)
    _ = unsafe analyzer.tokenize(text.span.bytes, into: &buffer)
    var hashes: [[UInt8]: UInt64] = [:]
    for index in 0..<buffer.count {
      let form = buffer.form(index)
      let token = buffer[index]
      #expect(hashes[form] ?? token.hash == token.hash, "\(String(decoding: form, as: UTF8.self))")
      #expect(unsafe token.hash == Analyzer.hash(of: form.span.bytes))
      hashes[form] = token.hash
    }
  }
}

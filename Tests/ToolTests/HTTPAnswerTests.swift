import Testing

@testable import martlet

@Suite("Answers of a daemon")
struct HTTPAnswerTests {
  /// Reads `text` as it comes in pieces of `size` bytes.
  private func read(_ text: String, size: Int = .max) throws -> HTTPAnswer {
    var rest = ArraySlice(text.utf8)
    return try HTTPAnswer.read { (buffer) throws(HTTPAnswer.Broken) in
      let part = rest.prefix(size)
      rest = rest.dropFirst(part.count)
      buffer += part
      return part.count
    } broken: {
      $0
    }
  }

  @Test(
    "a body of a given length, in chunks, or up to the end: the same in pieces of any size",
    arguments: 1...40)
  func bodies(size: Int) throws {
    let answers = [
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\": 12}",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n5;x=y\r\n: 12}\r\n0\r\nTrailer: t\r\n\r\n",
      "HTTP/1.0 200 OK\nServer: x\n\n{\"a\": 12}",
    ]
    for text in answers {
      let answer = try read(text, size: size)
      #expect(answer.status == 200)
      #expect(String(decoding: answer.body, as: UTF8.self) == "{\"a\": 12}")
    }
  }

  private static let breaches = [
    "", "HTTP/1.1 200 OK\r\n", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 abc OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n",
    "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 20_000) + "\r\n",
    "HTTP/1.1 200 " + String(repeating: "x", count: 200_000),
  ]

  @Test("what breaks the protocol is an error", arguments: breaches.indices)
  func broken(number: Int) {
    #expect(throws: HTTPAnswer.Broken.self) {
      try read(HTTPAnswerTests.breaches[number], size: 1000)
    }
  }
}

/// One HTTP/1.1 answer (RFC 9112), read from a stream of bytes: status line, fields, then a body of a given length, in
/// chunks, or up to the end of the connection.
struct HTTPAnswer: Equatable {
  var status = 0
  /// Names in lower case.
  var fields: [String: String] = [:]
  var body: [UInt8] = []

  /// An answer that breaks the protocol, and how.
  struct Broken: Error, Equatable { var reason: String }

  static let largestHead = 64 << 10
  static let largestBody = 1 << 30

  /// - Parameters:
  ///   - more: appends what came, returns how much; 0 at the end.
  ///   - piece: takes the body of a 200 as it comes; then `body` stays empty.
  static func read<E: Error>(
    _ more: @escaping (inout [UInt8]) throws(E) -> Int, broken: @escaping (Broken) -> E,
    piece: ((ArraySlice<UInt8>) throws(E) -> Void)? = nil
  ) throws(E) -> HTTPAnswer {
    var stream = Stream(more: more, broken: broken)
    var answer = HTTPAnswer()
    var whole: [UInt8] = []
    func take(_ bytes: ArraySlice<UInt8>) throws(E) {
      if let piece, answer.status == 200 { return try piece(bytes) }
      guard bytes.count <= largestBody - whole.count else {
        throw broken(Broken(reason: "an answer over 1 GiB"))
      }
      whole += bytes
    }
    let first = try stream.line(limit: largestHead)
    let parts = first.split(separator: " ", maxSplits: 2)
    guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), parts[1].utf8.count == 3,
      let status = Int(parts[1])
    else {
      throw broken(Broken(reason: "the answer does not begin as HTTP"))
    }
    answer.status = status
    var headBytes = first.utf8.count
    while true {
      let line = try stream.line(limit: largestHead)
      if line.isEmpty { break }
      headBytes += line.utf8.count
      guard headBytes <= largestHead, let colon = line.firstIndex(of: ":") else {
        throw broken(Broken(reason: "a bad header field"))
      }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      answer.fields[line[..<colon].lowercased()] = String(value)
    }
    if answer.fields["transfer-encoding"]?.lowercased() == "chunked" {
      while true {
        let size = try stream.line(limit: 1024).prefix { $0 != ";" && $0 != " " }
        guard let count = Int(size, radix: 16), (0...largestBody).contains(count) else {
          throw broken(Broken(reason: "a bad chunk size"))
        }
        if count == 0 { break }
        try stream.bytes(count, to: take)
        guard try stream.line(limit: 2).isEmpty else {
          throw broken(Broken(reason: "a chunk without its end"))
        }
      }
      while try !stream.line(limit: largestHead).isEmpty {}  // trailer fields
    } else if let length = answer.fields["content-length"] {
      guard let count = Int(length), (0...largestBody).contains(count) else {
        throw broken(Broken(reason: "a bad Content-Length"))
      }
      try stream.bytes(count, to: take)
    } else {
      try stream.rest(to: take)
    }
    answer.body = whole
    return answer
  }

  /// The bytes that have come and not been taken yet.
  private struct Stream<E: Error> {
    var buffer: [UInt8] = []
    var start = 0
    let more: (inout [UInt8]) throws(E) -> Int
    let broken: (Broken) -> E

    init(more: @escaping (inout [UInt8]) throws(E) -> Int, broken: @escaping (Broken) -> E) {
      self.more = more
      self.broken = broken
    }

    /// Up to CRLF (or LF), without it.
    mutating func line(limit: Int) throws(E) -> String {
      var searched = start
      while true {
        if let end = buffer[searched...].firstIndex(of: 0x0A) {
          var text = buffer[start..<end]
          if text.last == 0x0D { text.removeLast() }
          start = end + 1
          return String(decoding: text, as: UTF8.self)
        }
        guard buffer.count - start <= limit else {
          throw broken(Broken(reason: "a line that is too long"))
        }
        searched = buffer.count - start
        try fill()
      }
    }

    mutating func bytes(_ count: Int, to take: (ArraySlice<UInt8>) throws(E) -> Void) throws(E) {
      var left = count
      while true {
        let taken = min(left, buffer.count - start)
        try take(buffer[start..<start + taken])
        start += taken
        left -= taken
        if left == 0 { return }
        try fill()
      }
    }

    mutating func rest(to take: (ArraySlice<UInt8>) throws(E) -> Void) throws(E) {
      repeat {
        try take(buffer[start...])
        buffer.removeAll(keepingCapacity: true)
        start = 0
      } while try more(&buffer) > 0
    }

    private mutating func fill() throws(E) {
      if start > 0 {
        buffer.removeFirst(start)
        start = 0
      }
      guard try more(&buffer) > 0 else { throw broken(Broken(reason: "the answer ends too early")) }
    }
  }
}

import NIOCore
import WireAPI

/// A piece of a streamed answer.
enum Chunk: Sendable {
  case bytes([UInt8])
  case end
  case fault(Problem)

  /// Asks for the next one.
  init(_ next: Response.Next) {
    do throws(Problem) {
      self = try next().map(Chunk.bytes) ?? .end
    } catch {
      self = .fault(error)
    }
  }
}

/// An answer that is being given in pieces: what it is made of, and what its bytes look like on the connection (RFC
/// 9112, section 7.1).
struct AnswerStream {
  let response: Response
  let next: Response.Next
  /// To HTTP/1.1; the end of an answer to HTTP/1.0 is that of the connection.
  let isChunked: Bool
  /// Of the body, so far.
  private(set) var bytes = 0

  init(_ response: Response, _ next: @escaping Response.Next, isChunked: Bool) {
    self.response = response
    self.next = next
    self.isChunked = isChunked
  }

  var framing: ResponseHead.Framing { isChunked ? .chunked : .untilClose }

  /// - Parameter piece: not empty: that would be the end.
  mutating func frame(_ piece: [UInt8]) -> ByteBuffer {
    bytes += piece.count
    var buffer = ByteBufferAllocator().buffer(capacity: piece.count + 24)
    if isChunked { buffer.writeString("\(String(piece.count, radix: 16))\r\n") }
    buffer.writeBytes(piece)
    if isChunked { buffer.writeStaticString("\r\n") }
    return buffer
  }

  var end: ByteBuffer { isChunked ? ByteBuffer(string: "0\r\n\r\n") : ByteBuffer() }
}

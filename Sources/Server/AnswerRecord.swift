import Logging
import NIOHTTP1
import WireAPI

/// What is told of a request when its answer has been written.
struct AnswerRecord {
  var peer: Peer
  var request: IncomingRequest
  /// 499: the client hung up first.
  var status: Int
  var code: Problem.Code?
  /// Of the body, as far as it was written.
  var bytes: Int
  /// From the whole request to the whole answer.
  var nanoseconds: UInt64
  /// The answer has no end: something went wrong after its beginning.
  var isCut: Bool
  var note: Response.Note?

  init(
    _ request: IncomingRequest, peer: Peer, status: Int, code: Problem.Code?, bytes: Int,
    nanoseconds: UInt64, isCut: Bool, note: Response.Note?
  ) {
    self.request = request
    self.peer = peer
    self.status = status
    self.code = code
    self.bytes = bytes
    self.nanoseconds = nanoseconds
    self.isCut = isCut
    self.note = note
  }

  /// What is behind `?` may be a query, and is not told.
  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "uid": "\(peer.uid)", "gid": "\(peer.gid)", "pid": "\(peer.pid)",
      "method": "\(request.head.method)",
      "path": "\(Request.split(target: request.head.uri).path)", "id": "\(request.id)",
      "status": "\(status)",
      "bytes": "\(bytes)", "us": "\(nanoseconds / 1_000)",
    ]
    if let code { metadata["code"] = "\(code.rawValue)" }
    if isCut { metadata["cut"] = "true" }
    return metadata
  }
}

extension Response.Note {
  func metadata(withText: Bool) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      "index": "\(index)", "took_us": "\(tookMicroseconds)", "timed_out": "\(timedOut)",
    ]
    if let total { metadata["total"] = "\(total)" }
    if withText { metadata["query"] = "\(query)" }
    return metadata
  }
}

import Logging
import NIOHTTP1
import WireAPI

/// What is told of a request when its answer has been written.
struct AnswerRecord {
  var peer: Peer
  var method: HTTPMethod
  /// nil: refused before it was known, or there is none.
  var route: String?
  /// What is behind `?` may be a query, and is not told.
  var target: String
  var id: String
  /// 499: the client hung up first.
  var status: Int
  var code: Problem.Code?
  /// Of the body, as far as it was written.
  var bytes: Int
  /// From the whole request to the whole answer.
  var nanoseconds: UInt64
  /// The answer has no end: something went wrong after its beginning.
  var isCut = false
  var note: Response.Note?

  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "uid": "\(peer.uid)", "gid": "\(peer.gid)", "pid": "\(peer.pid)", "method": "\(method)",
      "path": "\(Request.split(target: target).path)", "id": "\(id)", "status": "\(status)",
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

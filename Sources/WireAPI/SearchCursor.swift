import InvertedIndex
import JSON

/// Where a search goes on: behind so many hits of the same question in the same generation. Opaque to clients.
///
/// As text `generation.place.question.uuid`, numbers in decimal but for the question, which is hexadecimal.
public struct SearchCursor: Equatable, Sendable, CustomStringConvertible {
  public var generation: UInt64
  /// Of the index: a name may come to mean another one.
  public var uuid: String
  /// Hits passed over.
  public var place: Int
  /// Of what decides on hits and their order, by FNV-1a: a cursor fits its own question alone.
  public var question: UInt64

  /// What stands for a cursor in the first request.
  static let first = "*"

  init(generation: UInt64, uuid: String, place: Int, question: UInt64) {
    self.generation = generation
    self.uuid = uuid
    self.place = place
    self.question = question
  }

  init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let generation = UInt64(parts[0]), let place = Int(parts[1]),
      (0...SearchRequest.maxLimit).contains(place), let question = UInt64(parts[2], radix: 16)
    else { return nil }
    self.init(
      generation: generation, uuid: String(parts[3]), place: place, question: question)
  }

  public var description: String {
    "\(generation).\(place).\(String(question, radix: 16)).\(uuid)"
  }

  /// Of a request's body: its members that bear on which hits there are and in what order.
  static func question(of object: JSONObject) -> UInt64 {
    var writer = JSONWriter()
    for name in [
      "query", "mode", "default_operator", "fields", "synonyms", "filter", "sort", "statistics",
    ] {
      writer.value(object[name] ?? .null)
      writer.newline()
    }
    return writer.bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

/// How a search is asked for in parts.
public struct Paging: Equatable, Sendable {
  /// nil: this is the first part.
  public var cursor: SearchCursor?
  fileprivate var question: UInt64

  /// The member `cursor`: `*`, or what the answer before had.
  /// - Returns: nil when the search is not asked for in parts.
  init?(_ members: Members) throws(Problem) {
    guard let text = try members.string("cursor") else { return nil }
    question = SearchCursor.question(of: members.object)
    if text == SearchCursor.first { return }
    guard let cursor = SearchCursor(text) else {
      throw members.invalid("cursor", "is neither \"*\" nor a cursor of an answer")
    }
    guard cursor.question == question else {
      throw members.invalid("cursor", "belongs to another search than this one")
    }
    self.cursor = cursor
  }

  /// The cursor behind an answer; nil when it was the last part, or nothing comes behind 10,000 hits.
  public func next(
    behind response: SearchResponse, to request: SearchRequest, of reader: IndexReader
  ) -> SearchCursor? {
    let place = request.offset + request.limit
    guard response.hits.count == request.limit, request.limit > 0, !response.timedOut,
      place < SearchRequest.maxLimit, response.total.value > place || !response.total.exact
    else { return nil }
    return SearchCursor(
      generation: response.generation, uuid: reader.uuid, place: place, question: question)
  }
}

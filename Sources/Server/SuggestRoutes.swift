import InvertedIndex
import WireAPI

/// Completion as one types.
extension SearchRoutes {
  func suggest(_ call: Call) throws(Problem) -> Response {
    var question = try SuggestCall(json: call.request.body)
    if try call.pretty() { question.pretty = true }
    return try suggest(question, on: registry.selectOne(path: call.path[0]), call)
  }

  func suggestByParameters(_ call: Call) throws(Problem) -> Response {
    let question = try SuggestCall(parameters: call.request.query)
    let selection = try registry.select(question.indexes)
    guard selection.single != nil else {
      throw Problem(
        .indexRequired,
        "words are completed from one index: name one of "
          + selection.names.prefix(20).joined(separator: ", "))
    }
    return try suggest(question, on: selection, call)
  }

  private func suggest(
    _ question: SuggestCall, on selection: IndexSelection, _ call: Call
  ) throws(Problem) -> Response {
    let name = selection.names[0]
    let opened = try registry.open(name)
    let tag = Response.tag(selection, [opened])
    if let response = Response.unchanged(tag, call.request) { return response }
    let limit = UInt64(question.timeoutMilliseconds) * 1_000_000
    let deadline = Deadline(nanoseconds: call.request.arrived &+ limit, cancel: call.flag)
    let answer = try registry.guarding(name, opened) { () throws(IndexError) in
      try opened.searcher.suggest(question.request, deadline: deadline)
    }
    let body = Wire.answer(answer, pretty: question.pretty)
    return answer.timedOut ? .json(body) : .json(body, tag: tag)
  }
}

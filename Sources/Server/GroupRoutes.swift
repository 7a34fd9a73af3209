import InvertedIndex
import WireAPI

/// Several indexes asked at once.
extension SearchRoutes {
  func searchGroup(
    _ question: SearchCall, _ selection: IndexSelection, _ call: Call
  ) throws(Problem) -> Response {
    var request = question.request
    request.maximumBytes = limits.value.answerBytes
    return try carryOut(question, selection, call) {
      (group, opened, deadline) throws(IndexGroup.Failure) in
      let answer = try group.search(request, deadline: deadline)
      let cursor = question.paging.map {
        $0.next(behind: answer, of: opened.map(\.reader), askedBy: selection.asked)
      }
      return Answered(
        took: answer.tookMicroseconds, total: answer.total.value, timedOut: answer.timedOut
      ) { isDegraded in
        Wire.answer(answer, degraded: isDegraded, cursor: cursor, pretty: question.pretty)
      }
    }
  }

  func countGroup(
    _ question: SearchCall, _ selection: IndexSelection, _ call: Call
  ) throws(Problem) -> Response {
    try carryOut(question, selection, call) { (group, _, deadline) throws(IndexGroup.Failure) in
      let answer = try group.count(question.request, deadline: deadline)
      return Answered(
        took: answer.tookMicroseconds, total: answer.total.value, timedOut: answer.timedOut
      ) { isDegraded in Wire.answer(answer, degraded: isDegraded, pretty: question.pretty) }
    }
  }

  private struct Answered {
    var took: Int
    var total: Int
    var timedOut: Bool
    /// Of whether an index is degraded.
    var body: (Bool) -> [UInt8]
  }

  private func carryOut(
    _ question: SearchCall, _ selection: IndexSelection, _ call: Call,
    _ body: (IndexGroup, [IndexRegistry.Opened], Deadline) throws(IndexGroup.Failure) -> Answered
  ) throws(Problem) -> Response {
    if let later = try awaiting(question, selection.names, call) { return later }
    let opened = try registry.open(selection)
    if question.paging != nil { registry.pinned.use(selection.names, opened, now: Deadline.now()) }
    let tag = Response.tag(selection, opened)
    if let response = Response.unchanged(tag, call.request) { return response }
    let answered = try registry.guarding(selection.names, opened) {
      () throws(IndexGroup.Failure) in
      let members = zip(selection.names, opened).map { (name: $0, reader: $1.reader) }
      return try body(try IndexGroup(members), opened, deadline(question, call))
    }
    return noted(
      answered.body(opened.contains { $0.isDegraded }), tag,
      .init(
        index: selection.names.joined(separator: ","), tookMicroseconds: answered.took,
        total: answered.total, timedOut: answered.timedOut, query: question.request.query))
  }
}

import InvertedIndex
import WireAPI

/// What a query is asked for: hits, a count, how a score came about, the statistics of its terms.
struct SearchRoutes: Sendable {
  let registry: IndexRegistry
  let limits: CurrentLimits

  func searchIndex(_ call: Call) throws(Problem) -> Response {
    try search(try question(call, .search), on: call.path[0], call)
  }

  func searchIndexBriefly(_ call: Call, _ deadline: Deadline) throws(Problem) -> Response? {
    try searchBriefly(try question(call, .search), on: call.path[0], call, deadline)
  }

  func search(_ call: Call) throws(Problem) -> Response {
    let question = try question(call, .searchNamingIndex)
    return try search(question, on: index(question), call)
  }

  func searchBriefly(_ call: Call, _ deadline: Deadline) throws(Problem) -> Response? {
    let question = try question(call, .searchNamingIndex)
    return try searchBriefly(question, on: index(question), call, deadline)
  }

  func searchByParameters(_ call: Call) throws(Problem) -> Response {
    let question = try SearchCall(parameters: call.request.query)
    return try search(question, on: index(question), call)
  }

  func searchByParametersBriefly(_ call: Call, _ deadline: Deadline) throws(Problem) -> Response? {
    let question = try SearchCall(parameters: call.request.query)
    return try searchBriefly(question, on: index(question), call, deadline)
  }

  private func search(
    _ question: SearchCall, on name: String, _ call: Call
  ) throws(Problem) -> Response {
    try carryOut(question, on: name, call) { (opened, deadline) throws(Problem) in
      let answer = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.search(bounded(question), deadline: deadline)
      }
      return response(answer, to: question, on: name, opened)
    }
  }

  /// On the event loop. What waits for a generation or goes on in an old one is for a worker.
  private func searchBriefly(
    _ question: SearchCall, on name: String, _ call: Call, _ deadline: Deadline
  ) throws(Problem) -> Response? {
    guard question.minimumGeneration == 0, question.paging == nil else { return nil }
    let opened = try registry.open(name)
    if let response = Response.unchanged(opened.reader.generation, call.request) {
      return response
    }
    let answer = try registry.guarding(name, opened) { () throws(IndexError) in
      try opened.searcher.searchBriefly(bounded(question), deadline: deadline)
    }
    return answer.map { response($0, to: question, on: name, opened) }
  }

  private func bounded(_ question: SearchCall) -> SearchRequest {
    var request = question.request
    request.maximumBytes = limits.value.answerBytes
    return request
  }

  private func response(
    _ answer: SearchResponse, to question: SearchCall, on name: String,
    _ opened: IndexRegistry.Opened
  ) -> Response {
    let cursor = question.paging.map {
      $0.next(behind: answer, to: question.request, of: opened.reader)
    }
    let body = Wire.answer(
      answer, degraded: opened.isDegraded, cursor: cursor, pretty: question.pretty)
    return noted(
      body, generation: answer.generation,
      .init(
        index: name, tookMicroseconds: answer.tookMicroseconds, total: answer.total.value,
        timedOut: answer.timedOut, query: question.request.query))
  }

  func count(_ call: Call) throws(Problem) -> Response {
    let question = try question(call, .count)
    let name = call.path[0]
    return try carryOut(question, on: name, call) { (opened, deadline) throws(Problem) in
      let answer = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.count(question.request, deadline: deadline)
      }
      let body = Wire.answer(answer, degraded: opened.isDegraded, pretty: question.pretty)
      return noted(
        body, generation: answer.generation,
        .init(
          index: name, tookMicroseconds: answer.tookMicroseconds, total: answer.total.value,
          timedOut: answer.timedOut, query: question.request.query))
    }
  }

  /// An answer with what the log of slow queries tells. What was found before the time ran out is not what the
  /// generation has, and gets no ETag.
  private func noted(
    _ body: [UInt8], generation: UInt64, _ note: Response.Note
  ) -> Response {
    var response = note.timedOut ? Response.json(body) : .json(body, generation: generation)
    response.note = note
    return response
  }

  func explain(_ call: Call) throws(Problem) -> Response {
    let question = try question(call, .explain)
    let name = call.path[0]
    let id = question.id ?? ""
    return try carryOut(question, on: name, call) { (opened, deadline) throws(Problem) in
      let answer = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.explain(question.request, id: id, deadline: deadline)
      }
      guard let answer else { throw .noSuchDocument(id, in: name) }
      let body = Wire.answer(answer, pretty: question.pretty)
      return .json(body, generation: answer.generation)
    }
  }

  /// With a query what its terms are ranked by, without one what the fields hold.
  func statisticsByParameters(_ call: Call) throws(Problem) -> Response {
    let question = try SearchCall(parameters: call.request.query, form: .statistics)
    guard question.request.query.isEmpty else { return try statistics(question, call) }
    let name = call.path[0]
    return try carryOut(question, on: name, call) { (opened, _) throws(Problem) in
      let fields = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.reader.fieldSummaries()
      }
      let body = Wire.answer(fields, of: opened.reader, pretty: question.pretty)
      return .json(body, generation: opened.reader.generation)
    }
  }

  func statistics(_ call: Call) throws(Problem) -> Response {
    try statistics(try question(call, .statistics), call)
  }

  private func statistics(_ question: SearchCall, _ call: Call) throws(Problem) -> Response {
    let name = call.path[0]
    return try carryOut(question, on: name, call) { (opened, deadline) throws(Problem) in
      let statistics = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.statistics(question.request, deadline: deadline)
      }
      let generation = opened.reader.generation
      let body = Wire.answer(statistics, generation: generation, pretty: question.pretty)
      return .json(body, generation: generation)
    }
  }

  // MARK: What all of them do first

  private func question(
    _ call: Call, _ form: SearchCall.Form
  ) throws(Problem) -> SearchCall {
    var question = try SearchCall(json: call.request.body, form: form)
    if try call.pretty() { question.pretty = true }
    return question
  }

  /// The index that a question without one in its path means: named, or the only one.
  private func index(_ question: SearchCall) throws(Problem) -> String {
    if let name = question.index { return name }
    let names = registry.entries.map(\.name)
    if names.count == 1 { return names[0] }
    try registry.mustBeScanned()
    if names.isEmpty { throw Problem(.noSuchIndex, "there is no index yet in \(registry.path)") }
    throw Problem(
      .indexRequired,
      "name one of the \(names.count) indexes: \(names.prefix(20).joined(separator: ", "))",
      errors: [.init(pointer: "/index", code: Problem.Code.missingMember.rawValue)])
  }

  /// Opens the index and answers by `body`, or without it: not yet (the generation that is wanted is not there) or no more
  /// than 304.
  private func carryOut(
    _ question: SearchCall, on name: String, _ call: Call,
    _ body: (IndexRegistry.Opened, Deadline) throws(Problem) -> Response
  ) throws(Problem) -> Response {
    let limit = UInt64(question.timeoutMilliseconds) * 1_000_000
    let deadline = Deadline(nanoseconds: call.request.arrived &+ limit, cancel: call.flag)
    let wanted = question.minimumGeneration
    let newest = registry.entry(name)?.opened?.reader.generation
    if wanted > newest ?? 0 {
      if !deadline.isPassed, try registry.mayWait() {
        return .later { [registry] resume in
          registry.wait(for: wanted, of: name, deadline: deadline, resume: resume)
        }
      }
      _ = try registry.open(name)
      throw Problem(
        .notYet, "\"\(name)\" is at generation \(newest ?? 0), not yet at \(wanted)", retryAfter: 1)
    }
    let opened: IndexRegistry.Opened
    if let cursor = question.paging?.cursor {
      opened = try registry.open(name, generation: cursor.generation, uuid: cursor.uuid)
    } else {
      opened = try registry.open(name)
    }
    if question.paging != nil { registry.pinned.use(name, opened, now: Deadline.now()) }
    if let response = Response.unchanged(opened.reader.generation, call.request) {
      return response
    }
    return try body(opened, deadline)
  }
}

import InvertedIndex
import WireAPI

/// What a query is asked for: hits, a count, how a score came about, the statistics of its terms.
struct SearchRoutes: Sendable {
  let registry: IndexRegistry
  let limits: CurrentLimits

  // MARK: Searches

  func searchIndex(_ call: Call) throws(Problem) -> Response {
    try search(try question(call, .search), on: registry.select(path: call.path[0]), call)
  }

  func searchIndexBriefly(_ call: Call, _ deadline: Deadline) throws(Problem) -> Response? {
    try searchBriefly(
      try question(call, .search), on: registry.select(path: call.path[0]), call, deadline)
  }

  func search(_ call: Call) throws(Problem) -> Response {
    let question = try question(call, .searchNamingIndex)
    return try search(question, on: registry.select(question.indexes), call)
  }

  func searchBriefly(_ call: Call, _ deadline: Deadline) throws(Problem) -> Response? {
    let question = try question(call, .searchNamingIndex)
    return try searchBriefly(question, on: registry.select(question.indexes), call, deadline)
  }

  func searchByParameters(_ call: Call) throws(Problem) -> Response {
    let question = try SearchCall(parameters: call.request.query)
    return try search(question, on: registry.select(question.indexes), call)
  }

  func searchByParametersBriefly(_ call: Call, _ deadline: Deadline) throws(Problem) -> Response? {
    let question = try SearchCall(parameters: call.request.query)
    return try searchBriefly(question, on: registry.select(question.indexes), call, deadline)
  }

  private func search(
    _ question: SearchCall, on selection: IndexSelection, _ call: Call
  ) throws(Problem) -> Response {
    let selection = try registry.going(on: question.paging, selection)
    guard selection.single != nil else { return try searchGroup(question, selection, call) }
    return try carryOut(question, on: selection, call) {
      (name, opened, deadline) throws(Problem) in
      let answer = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.search(bounded(question), deadline: deadline)
      }
      return response(answer, to: question, on: selection, opened)
    }
  }

  /// On the event loop. What waits for a generation or goes on in an old one is for a worker, and so are several
  /// indexes.
  private func searchBriefly(
    _ question: SearchCall, on selection: IndexSelection, _ call: Call, _ deadline: Deadline
  ) throws(Problem) -> Response? {
    guard let name = selection.single, question.awaited.isEmpty, question.paging == nil
    else { return nil }
    let opened = try registry.open(name)
    if call.request.ifNoneMatch != nil,
      let response = Response.unchanged(Response.tag(selection, [opened]), call.request)
    {
      return response
    }
    let answer = try registry.guarding(name, opened) { () throws(IndexError) in
      try opened.searcher.searchBriefly(bounded(question), deadline: deadline)
    }
    return answer.map { response($0, to: question, on: selection, opened) }
  }

  private func bounded(_ question: SearchCall) -> SearchRequest {
    var request = question.request
    request.maximumBytes = limits.value.answerBytes
    return request
  }

  private func response(
    _ answer: SearchResponse, to question: SearchCall, on selection: IndexSelection,
    _ opened: IndexRegistry.Opened
  ) -> Response {
    let cursor = question.paging.map {
      $0.next(behind: answer, of: [opened.reader], askedBy: selection.asked)
    }
    let answer = selection.isPlain ? answer : answer.naming(selection.names[0])
    let body = Wire.answer(
      answer, degraded: opened.isDegraded, cursor: cursor, pretty: question.pretty)
    return noted(
      body, Response.tag(selection, [opened]),
      .init(
        index: selection.names[0], tookMicroseconds: answer.tookMicroseconds,
        total: answer.total.value, timedOut: answer.timedOut, query: question.request.query))
  }

  func count(_ call: Call) throws(Problem) -> Response {
    let question = try question(call, .count)
    let selection = try registry.select(path: call.path[0])
    guard selection.single != nil else { return try countGroup(question, selection, call) }
    return try carryOut(question, on: selection, call) {
      (name, opened, deadline) throws(Problem) in
      var answer = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.count(question.request, deadline: deadline)
      }
      if !selection.isPlain { answer = answer.naming(name) }
      let body = Wire.answer(answer, degraded: opened.isDegraded, pretty: question.pretty)
      return noted(
        body, Response.tag(selection, [opened]),
        .init(
          index: name, tookMicroseconds: answer.tookMicroseconds, total: answer.total.value,
          timedOut: answer.timedOut, query: question.request.query))
    }
  }

  /// An answer with what the log of slow queries tells. What was found before the time ran out is not what the
  /// generation has, and gets no ETag.
  func noted(_ body: [UInt8], _ tag: String, _ note: Response.Note) -> Response {
    var response = note.timedOut ? Response.json(body) : .json(body, tag: tag)
    response.note = note
    return response
  }

  // MARK: Of one index

  func similar(_ call: Call) throws(Problem) -> Response {
    try similar(try question(call, .similar), call)
  }

  func similarByParameters(_ call: Call) throws(Problem) -> Response {
    try similar(try SearchCall(parameters: call.request.query, form: .similar), call)
  }

  private func similar(_ question: SearchCall, _ call: Call) throws(Problem) -> Response {
    let selection = try registry.selectOne(path: call.path[0])
    return try carryOut(question, on: selection, call) {
      (name, opened, deadline) throws(Problem) in
      var similar = question.similar
      similar.request.maximumBytes = limits.value.answerBytes
      let answer = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.similar(similar, deadline: deadline)
      }
      guard let answer else { throw .noSuchDocument(question.id ?? "", in: name) }
      return response(
        answer, to: question, on: IndexSelection(names: [name], isPlain: selection.isPlain), opened)
    }
  }

  func explain(_ call: Call) throws(Problem) -> Response {
    let question = try question(call, .explain)
    let selection = try registry.selectOne(path: call.path[0])
    let id = question.id ?? ""
    return try carryOut(question, on: selection, call) {
      (name, opened, deadline) throws(Problem) in
      let answer = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.explain(question.request, id: id, deadline: deadline)
      }
      guard let answer else { throw .noSuchDocument(id, in: name) }
      let body = Wire.answer(answer, pretty: question.pretty)
      return .json(body, tag: Response.tag(selection, [opened]))
    }
  }

  /// With a query what its terms are ranked by, without one what the fields hold.
  func statisticsByParameters(_ call: Call) throws(Problem) -> Response {
    let question = try SearchCall(parameters: call.request.query, form: .statistics)
    guard question.request.query.isEmpty else { return try statistics(question, call) }
    let selection = try registry.selectOne(path: call.path[0])
    return try carryOut(question, on: selection, call) { (name, opened, _) throws(Problem) in
      let fields = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.reader.fieldSummaries()
      }
      let body = Wire.answer(fields, of: opened.reader, pretty: question.pretty)
      return .json(body, tag: Response.tag(selection, [opened]))
    }
  }

  func statistics(_ call: Call) throws(Problem) -> Response {
    try statistics(try question(call, .statistics), call)
  }

  private func statistics(_ question: SearchCall, _ call: Call) throws(Problem) -> Response {
    let selection = try registry.selectOne(path: call.path[0])
    return try carryOut(question, on: selection, call) {
      (name, opened, deadline) throws(Problem) in
      let statistics = try registry.guarding(name, opened) { () throws(IndexError) in
        try opened.searcher.statistics(question.request, deadline: deadline)
      }
      let body = Wire.answer(
        statistics, generation: opened.reader.generation, pretty: question.pretty)
      return .json(body, tag: Response.tag(selection, [opened]))
    }
  }

  // MARK: What all of them do first

  func question(_ call: Call, _ form: SearchCall.Form) throws(Problem) -> SearchCall {
    var question = try SearchCall(json: call.request.body, form: form)
    if try call.pretty() { question.pretty = true }
    return question
  }

  func deadline(_ question: SearchCall, _ call: Call) -> Deadline {
    let limit = UInt64(question.timeoutMilliseconds) * 1_000_000
    return Deadline(nanoseconds: call.request.arrived &+ limit, cancel: call.flag)
  }

  /// Opens the index and answers by `body`, or without it: not yet (the generation that is wanted is not there) or no more
  /// than 304.
  /// - Parameter selection: of one index.
  func carryOut(
    _ question: SearchCall, on selection: IndexSelection, _ call: Call,
    _ body: (String, IndexRegistry.Opened, Deadline) throws(Problem) -> Response
  ) throws(Problem) -> Response {
    let name = selection.names[0]
    if let later = try awaiting(question, selection.names, call) { return later }
    let opened = try registry.open(selection)[0]
    if question.paging != nil { registry.pinned.use([name], [opened], now: Deadline.now()) }
    if call.request.ifNoneMatch != nil,
      let response = Response.unchanged(Response.tag(selection, [opened]), call.request)
    {
      return response
    }
    return try body(name, opened, deadline(question, call))
  }

  /// What to do while a generation that is wanted is not there.
  /// - Returns: nil when all are.
  /// - Throws: `not_yet` when the time has passed.
  func awaiting(
    _ question: SearchCall, _ names: [String], _ call: Call
  ) throws(Problem) -> Response? {
    for (name, wanted) in try question.awaited.of(names) {
      let newest = registry.entry(name)?.opened?.reader.generation
      guard wanted > newest ?? 0 else { continue }
      let deadline = deadline(question, call)
      if !deadline.isPassed, try registry.mayWait() {
        return .later { [registry] resume in
          registry.wait(for: wanted, of: name, deadline: deadline, resume: resume)
        }
      }
      _ = try registry.open(name)
      throw Problem(
        .notYet, "\"\(name)\" is at generation \(newest ?? 0), not yet at \(wanted)", retryAfter: 1)
    }
    return nil
  }
}

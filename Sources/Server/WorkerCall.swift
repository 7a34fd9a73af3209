/// A request on its way to the workers; once more if it was parked.
struct WorkerCall: Sendable {
  let answer: Endpoint.Answer
  let request: Request
  let captures: [Substring]
  let running: RunningRequest

  init(
    _ answer: @escaping Endpoint.Answer, _ request: Request, _ captures: [Substring],
    _ running: RunningRequest
  ) {
    self.answer = answer
    self.request = request
    self.captures = captures
    self.running = running
  }

  /// Asks the endpoint, and a stream for its first piece: what goes wrong there is still an answer of its own.
  func run() -> (Response, Chunk?) {
    running.begin()
    let response = answer(request, captures, running.cancel)
    if case .later = response.body { running.park() }
    guard case .chunks(let next) = response.body, request.method != .HEAD else {
      return (response, nil)
    }
    let first = Chunk(next)
    if case .fault(let problem) = first { return (.problem(problem), nil) }
    return (response, first)
  }
}

// One client's connection: requests in order, one at a time.
//
//              head               end                answer            taken by the client
//     idle ----------> receiving -----> running ---------------> writing -----------------> idle
//       \________________|  refused      |     ^                    |
//                        v               |     '--------------------+ the next piece of a stream
//                     closing <----------'--------------------------+ Connection: close, or refused
//
// Back-pressure: the socket is read only while nothing is left in `waiting`, and not while writing (and, when closing, to
// throw away what still comes). Of what a pipelining client sends ahead at most one read is there, the rest in the kernel.
// (Not to read while running would be two calls of epoll_ctl for each request.) At most one answer, or one piece
// of it, is being written, and the next request is not looked at before the client has taken all but the last 16 KiB of it.

import InvertedIndex
import Logging
import NIOCore
import NIOHTTP1
import WireAPI

/// Runs on its event loop alone.
final class HTTPConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  enum State { case idle, receiving, running, writing, closing }

  private enum Item {
    case part(HTTPServerRequestPart)
    case fault(Problem)
    case endOfInput
  }

  /// Answers from here on count as held before they are written, and are refused when too much is held already.
  private static let largeAnswer = 64 << 10

  let peer: Peer
  private let connections: Connections
  private var limits: Limits { connections.limits }
  private var context: ChannelHandlerContext?
  private var waiting = CircularBuffer<Item>()
  private var isPumping = false
  private var incoming: IncomingRequest?
  /// The request that the workers have been given, until its answer has been written.
  private var running: RunningRequest?
  /// It waits for its `Response.Park`, and no worker has it.
  private var isParked = false
  /// What a worker does or will do for this connection.
  private var ticket: WorkerPool.Ticket?
  private var stream: AnswerStream?
  private var held = HeldBytes()
  private var lingered = 0
  /// Of the write buffer when the sweep last looked.
  private var unwritten = 0

  private(set) var state = State.idle
  /// When the state began, as far as waiting is concerned: the longest waiting goes first when room is needed.
  private(set) var since: UInt64
  /// When patience ends; `.max` while a worker has the request, whose own limit counts then.
  private var deadline: UInt64
  /// The first byte of the next request has come, its headers not yet all.
  private var headBegun = false
  /// Nothing has come on it yet.
  private var isFresh = true

  init(_ connections: Connections, peer: Peer) {
    self.connections = connections
    self.peer = peer
    since = Deadline.now()
    deadline = since &+ seconds(connections.limits.idleSeconds)
  }

  // MARK: Events of the channel

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    switch connections.admit(self) {
    case .admitted: context.read()
    case .refused(let problem, let lingers): refuse(problem, lingers: lingers)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    connections.remove(self)
    running?.cancel.cancel()
    // What a worker has ends when the worker gives it back.
    if state != .running || isParked || ticket.map(connections.workers.withdraw) == true {
      abandon()
    }
    held.release(to: connections)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if state == .closing { return }
    waiting.append(.part(unwrapInboundIn(data)))
    pump()
  }

  func channelReadComplete(context: ChannelHandlerContext) { readMore() }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if state == .writing, context.channel.isWritable { wasTaken() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed {
      if state == .closing {
        context.close(promise: nil)
      } else {
        waiting.append(.endOfInput)
        pump()
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let fault = error as? HTTPParserError else {
      context.close(promise: nil)
      return
    }
    if state == .closing { return }
    waiting.append(Problem(fault, limits).map(Item.fault) ?? .endOfInput)
    pump()
  }

  /// Bytes have come, before they are parsed.
  /// - Returns: false if they are to be thrown away.
  func bytesArrived(_ count: Int) -> Bool {
    guard state == .closing else {
      switch state {
      case .idle where !headBegun:
        isFresh = false
        since = Deadline.now()
        deadline = since &+ seconds(limits.headerSeconds)
        headBegun = true
      case .running, .writing: headBegun = true
      case .idle, .receiving, .closing: break
      }
      return true
    }
    lingered += count
    if lingered > limits.lingerBytes { context?.close(promise: nil) }
    return false
  }

  // MARK: Requests

  private func pump() {
    guard !isPumping else { return }
    isPumping = true
    while state == .idle || state == .receiving, let item = waiting.popFirst() {
      switch item {
      case .part(.head(let head)): begin(head)
      case .part(.body(let bytes)): append(bytes)
      case .part(.end): dispatch()
      case .fault(let problem): refuse(problem)
      case .endOfInput: close(lingers: false)
      }
    }
    isPumping = false
  }

  /// Asks for one more read, unless there is work enough.
  private func readMore() {
    guard !isPumping, waiting.isEmpty, state != .writing else { return }
    context?.read()
  }

  private func begin(_ head: HTTPRequestHead) {
    connections.refreshLimits()
    let id = connections.requestID(head.headers.first(name: "x-request-id"))
    let request = IncomingRequest(head, id: id)
    incoming = request
    headBegun = false
    state = .receiving
    since = Deadline.now()
    deadline = since &+ seconds(limits.bodySeconds)
    if let problem = request.refusal(limits) { return refuse(problem) }
    if request.expectation != nil {
      if case .failure(let refusal) = connections.route(head) { return refuse(refusal.problem) }
      let buffer = ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")
      context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
  }

  private func append(_ bytes: ByteBuffer) {
    guard let had = incoming?.body.readableBytes else { return }
    guard had + bytes.readableBytes <= limits.bodyBytes else {
      return refuse(.bodyTooLarge(limits))
    }
    guard held.take(bytes.readableBytes, of: connections) else { return refuse(.busy) }
    incoming?.body.writeImmutableBuffer(bytes)
  }

  private func dispatch() {
    guard state == .receiving, let incoming else { return }
    let request = incoming.whole(from: peer)
    self.incoming?.body = ByteBuffer()
    state = .running
    since = request.arrived
    deadline = .max
    switch connections.route(incoming.head) {
    case .failure(let refusal):
      finish(.problem(refusal.problem, headers: refusal.headers))
    case .success(let found):
      self.incoming?.route = found.route
      switch found.endpoint {
      case .immediate(let answer): finish(answer(request, found.captures))
      case .queued(let answer, let brief):
        do throws(Problem) {
          try connections.mustHaveRoom(request)
          if let brief,
            let response = connections.answerBriefly(brief, request, found.captures, for: self)
          {
            return finish(response)
          }
          let running = connections.begin(request)
          self.running = running
          ask(WorkerCall(answer, request, found.captures, running))
        } catch {
          finish(.problem(error))
        }
      }
    }
  }

  private func ask(_ call: WorkerCall) {
    let eventLoop = connections.eventLoop
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    ticket = connections.workers.submit(waiting: limits.waitingRequests) {
      let (response, first) = call.run()
      eventLoop.execute { bound.value.answered(call, response, first) }
    }
    if ticket == nil { finish(.problem(.busy)) }
  }

  // MARK: Answers

  /// A worker gives the request back. The connection may be gone by then.
  private func answered(_ call: WorkerCall, _ response: Response, _ first: Chunk?) {
    guard let context else { return abandon() }
    switch response.body {
    case .bytes, .none: finish(response)
    case .chunks(let next):
      let stream = AnswerStream(
        response, next, isChunked: incoming?.head.version != .http1_0)
      if !stream.isChunked { incoming?.keepAlive = false }
      writeHead(of: response, stream.framing, context)
      guard let first else { return written(response, bytes: 0) }
      self.stream = stream
      write(first, context)
    case .later(let park):
      isParked = true
      let eventLoop = connections.eventLoop
      let bound = NIOLoopBound(self, eventLoop: eventLoop)
      park { if !call.running.isOver { eventLoop.execute { bound.value.resume(call) } } }
    }
  }

  /// A parked request is asked again.
  private func resume(_ call: WorkerCall) {
    guard isParked, running === call.running else { return }
    isParked = false
    ask(call)
  }

  /// Writes a whole answer to the request that runs.
  private func finish(_ response: Response) {
    guard let context, let incoming else { return abandon() }
    held.release(to: connections)
    var response = response
    var body = response.bytes
    if body.count >= Self.largeAnswer, !held.take(body.count, of: connections) {
      response = .problem(.busy)
      body = response.bytes
    }
    let framing: ResponseHead.Framing =
      if case .none = response.body { .none } else { .length(body.count) }
    if incoming.head.method == .HEAD { body = [] }
    writeHead(of: response, framing, context, body: body)
    written(response, bytes: body.count)
  }

  /// - Parameter body: what goes with it in one write.
  private func writeHead(
    of response: Response, _ framing: ResponseHead.Framing, _ context: ChannelHandlerContext,
    body: [UInt8] = []
  ) {
    guard let incoming else { return }
    var buffer = context.channel.allocator.buffer(capacity: 256 + body.count)
    let connection: ResponseHead.Connection? =
      stays ? (incoming.head.version == .http1_0 ? .keepAlive : nil) : .close
    ResponseHead.write(
      response, framing: framing, id: incoming.id, date: connections.date(),
      connection: connection, into: &buffer)
    buffer.writeBytes(body)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }

  /// The connection stays after the answer that is being given.
  private var stays: Bool { incoming?.keepAlive == true && !connections.isDraining }

  /// A whole answer is on its way.
  private func written(_ response: Response, bytes: Int) {
    guard let context else { return abandon() }
    tell(response.status, response.code, bytes: bytes, note: response.note)
    let stays = stays
    endRequest()
    if !stays { return close(lingers: false) }
    if context.channel.isWritable { return becomeIdle() }
    awaitTaking()
  }

  private func awaitTaking() {
    state = .writing
    unwritten = .max
    deadline = Deadline.now() &+ seconds(limits.writeSeconds)
  }

  /// The client has taken nearly all that was written.
  private func wasTaken() {
    held.release(to: connections)
    if let stream { pull(stream) } else { becomeIdle() }
  }

  /// Answers what has not been read to its end, and closes.
  private func refuse(_ problem: Problem, lingers: Bool = true) {
    guard let context else { return }
    if incoming == nil { incoming = IncomingRequest(id: connections.requestID(nil)) }
    incoming?.keepAlive = false
    let body = problem.json()
    writeHead(of: .problem(problem), .length(body.count), context, body: body)
    tell(problem.status, problem.code, bytes: body.count)
    endRequest()
    held.release(to: connections)
    close(lingers: lingers)
  }

  /// The client is gone, and with it what it asked for.
  private func abandon() {
    if running != nil { tell(499, nil, bytes: stream?.bytes ?? 0) }
    endRequest()
    held.release(to: connections)
  }

  private func endRequest() {
    if let running { connections.end(running) }
    running = nil
    isParked = false
    stream = nil
    incoming = nil
  }

  private func tell(
    _ status: Int, _ code: Problem.Code?, bytes: Int, isCut: Bool = false,
    note: Response.Note? = nil
  ) {
    guard let incoming else { return }
    connections.tell(
      AnswerRecord(
        incoming, peer: peer, status: status, code: code, bytes: bytes,
        nanoseconds: Deadline.now() &- since, isCut: isCut, note: note))
  }

  // MARK: Answers in pieces

  private func pull(_ stream: AnswerStream) {
    if running?.cancel.isCancelled == true { return cut(nil) }
    state = .running
    deadline = .max
    let eventLoop = connections.eventLoop
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let next = stream.next
    // What has begun does not stand back behind what has not.
    ticket = connections.workers.submit(waiting: .max) {
      let chunk = Chunk(next)
      eventLoop.execute {
        guard let context = bound.value.context else { return bound.value.abandon() }
        bound.value.write(chunk, context)
      }
    }
    if ticket == nil { cut(nil) }
  }

  private func write(_ chunk: Chunk, _ context: ChannelHandlerContext) {
    guard var stream else { return }
    switch chunk {
    case .bytes(let bytes):
      if !bytes.isEmpty {
        held.add(bytes.count, to: connections)
        context.writeAndFlush(wrapOutboundOut(stream.frame(bytes)), promise: nil)
        self.stream = stream
      }
      // A write can find the client gone.
      guard self.context != nil else { return abandon() }
      awaitTaking()
      if context.channel.isWritable { wasTaken() }
    case .end:
      context.writeAndFlush(wrapOutboundOut(stream.end), promise: nil)
      written(stream.response, bytes: stream.bytes)
    case .fault(let problem): cut(problem)
    }
  }

  /// Ends a stream so that the client sees that it is not whole.
  private func cut(_ problem: Problem?) {
    if let problem {
      connections.logger.error(
        "answer cut",
        metadata: ["id": "\(incoming?.id ?? "")", "detail": "\(problem.detail)"])
    }
    tell(stream?.response.status ?? 0, problem?.code, bytes: stream?.bytes ?? 0, isCut: true)
    endRequest()
    state = .closing
    context?.close(promise: nil)
  }

  // MARK: Between requests

  private func becomeIdle() {
    held.release(to: connections)
    state = .idle
    since = Deadline.now()
    if !waiting.isEmpty { headBegun = true }
    deadline = since &+ seconds(headBegun ? limits.headerSeconds : limits.idleSeconds)
    if connections.isDraining { return close(lingers: false) }
    pump()
    readMore()
  }

  /// Closes once everything has been written.
  ///
  /// To close a Unix socket with unread bytes in it breaks the client's next write; a client that is still sending would
  /// not get to read why it was refused. So the input stays open for a moment, and is thrown away.
  private func close(lingers: Bool) {
    guard let context else { return }
    state = .closing
    waiting.removeAll()
    unwritten = .max
    deadline = Deadline.now() &+ seconds(limits.writeSeconds)
    let bound = NIOLoopBound(self, eventLoop: connections.eventLoop)
    let buffer = context.channel.allocator.buffer(capacity: 0)
    context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { result in
      let connection = bound.value
      guard case .success = result, lingers else {
        connection.context?.close(promise: nil)
        return
      }
      connection.deadline = Deadline.now() &+ seconds(connection.limits.lingerSeconds)
      connection.context?.close(mode: .output, promise: nil)
      connection.context?.read()
    }
  }

  // MARK: Time and room

  /// Called about once a second.
  func sweep(now: UInt64) {
    guard let context else { return }
    if let rest = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes), rest > 0 {
      if rest < unwritten {
        unwritten = rest
        deadline = now &+ seconds(limits.writeSeconds)
      }
    } else {
      unwritten = .max
    }
    guard now >= deadline else { return }
    switch state {
    case .idle where !headBegun, .writing, .closing: context.close(promise: nil)
    case .idle: refuse(Problem(.requestTimeout, "the headers did not end in time"))
    case .receiving: refuse(Problem(.requestTimeout, "the body did not end in time"))
    case .running: break
    }
  }

  /// No request runs, none of whose answer is being written.
  var canBeClosed: Bool { state == .idle || state == .receiving || state == .closing }

  func closeNow() { context?.close(promise: nil) }

  func cancelRunning() { running?.cancel.cancel() }

  /// The daemon stops: a running request ends well; a half one has a second, and so has one whose connection was
  /// accepted a moment ago: it would not know that it may ask again.
  func drain() {
    switch state {
    case .idle where !headBegun && !isFresh: close(lingers: false)
    case .idle, .receiving: deadline = min(deadline, Deadline.now() &+ seconds(1))
    case .running, .writing, .closing: break
    }
  }
}

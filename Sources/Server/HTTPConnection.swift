// One client's connection: requests in order, one at a time.
//
//              head               end                answer            taken by the client
//     idle ----------> receiving -----> running ---------------> writing -----------------> idle
//       \________________|  refused      (a worker has it)          |
//                        v                                          | Connection: close, or refused
//                     closing <-------------------------------------+
//
// Back-pressure: the socket is read only while idle or receiving (and, when closing, to throw away what still
// comes). What a pipelining client has sent meanwhile stays in `waiting`, at most one read of it, or in the
// kernel. At most one answer is being written, and the next request is not looked at before the client has
// taken all but the last 64 KiB of it.

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

  private struct Incoming {
    var head: HTTPRequestHead
    var id: String
    var body = ByteBuffer()
    var keepAlive: Bool
  }

  private let connections: Connections
  private var limits: Limits { connections.limits }
  private var context: ChannelHandlerContext?
  private var waiting = CircularBuffer<Item>()
  private var isPumping = false
  private var incoming: Incoming?
  private var cancel: CancelFlag?
  /// Bytes of this connection that count towards `Limits.heldBytes`.
  private var held = 0
  private var lingered = 0
  /// Of the write buffer when the sweep last looked.
  private var unwritten = 0

  private(set) var state = State.idle
  /// When the state began, as far as waiting is concerned: the longest waiting goes first when room is needed.
  private(set) var since: UInt64
  /// When patience ends; `.max` while a worker has the request, whose own limit counts then.
  private var deadline: UInt64
  /// The first byte of a request has come, its headers not yet all.
  private var headBegun = false

  init(_ connections: Connections) {
    self.connections = connections
    since = Deadline.now()
    deadline = since &+ seconds(connections.limits.idleSeconds)
  }

  // MARK: Events of the channel

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    guard connections.admit(self) else { return refuse(.tooManyConnections, lingers: false) }
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    cancel?.cancel()
    release()
    connections.remove(self)
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if state == .closing { return }
    waiting.append(.part(unwrapInboundIn(data)))
    pump()
  }

  func channelReadComplete(context: ChannelHandlerContext) { readMore() }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if state == .writing, context.channel.isWritable { becomeIdle() }
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
    switch fault {
    case .invalidEOFState: waiting.append(.endOfInput)
    case .headerOverflow:
      waiting.append(
        .fault(
          Problem(
            .headersTooLarge,
            "request line and headers may have \(limits.headerBytes) bytes and "
              + "\(limits.headerFields) fields")))
    default: waiting.append(.fault(Problem(.badHTTP, "not HTTP/1.1: \(fault)")))
    }
    pump()
  }

  /// Bytes have come, before they are parsed.
  /// - Returns: false if they are to be thrown away.
  func bytesArrived(_ count: Int) -> Bool {
    guard state == .closing else {
      if state == .idle, !headBegun {
        headBegun = true
        since = Deadline.now()
        deadline = since &+ seconds(limits.headerSeconds)
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
      case .endOfInput: closeWhenWritten()
      }
    }
    isPumping = false
  }

  /// Asks for one more read, unless there is work enough.
  private func readMore() {
    guard !isPumping, waiting.isEmpty, state != .running, state != .writing else { return }
    context?.read()
  }

  private func begin(_ head: HTTPRequestHead) {
    // After an upgrade or CONNECT the decoder reads nothing more.
    let tunnels = head.method == .CONNECT || head.headers.contains(name: "upgrade")
    incoming = Incoming(
      head: head, id: connections.requestID(head.headers.first(name: "x-request-id")),
      keepAlive: head.isKeepAlive && !tunnels)
    headBegun = false
    state = .receiving
    since = Deadline.now()
    deadline = since &+ seconds(limits.bodySeconds)

    if let length = head.headers.first(name: "content-length"),
      Int(length) ?? .max > limits.bodyBytes
    {
      return refuse(bodyTooLarge)
    }
    if let coding = head.headers.first(name: "content-encoding"), coding.lowercased() != "identity"
    {
      return refuse(Problem(.unsupportedMediaType, "Content-Encoding: \(coding) is not read"))
    }
    if let expected = head.headers.first(name: "expect"), head.version != .http1_0 {
      guard expected.lowercased() == "100-continue" else {
        return refuse(Problem(.expectationFailed, "Expect: \(expected) cannot be met"))
      }
      if case .failure(let problem) = connections.route(head) { return refuse(problem.problem) }
      if let context {
        var buffer = context.channel.allocator.buffer(capacity: 32)
        buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
      }
    }
  }

  private func append(_ bytes: ByteBuffer) {
    guard let had = incoming?.body.readableBytes else { return }
    let count = had + bytes.readableBytes
    guard count <= limits.bodyBytes else { return refuse(bodyTooLarge) }
    guard hold(bytes.readableBytes) else { return refuse(.busy) }
    incoming?.body.writeImmutableBuffer(bytes)
  }

  private var bodyTooLarge: Problem {
    Problem(.bodyTooLarge, "a body may have \(limits.bodyBytes) bytes")
  }

  private func dispatch() {
    guard state == .receiving, let incoming else { return }
    let target = Request.split(target: incoming.head.uri)
    let request = Request(
      method: incoming.head.method, path: target.path, query: target.query,
      body: Array(incoming.body.readableBytesView), id: incoming.id, arrived: Deadline.now())
    self.incoming?.body = ByteBuffer()
    state = .running
    since = request.arrived
    deadline = .max
    switch connections.route(incoming.head) {
    case .failure(let refusal):
      finish(.problem(refusal.problem, headers: refusal.headers))
    case .success(let found):
      switch found.endpoint {
      case .immediate(let answer): finish(answer(request, found.captures))
      case .queued(let answer):
        let flag = CancelFlag()
        cancel = flag
        let eventLoop = connections.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let accepted = connections.workers.submit {
          let response = answer(request, found.captures, flag)
          eventLoop.execute { bound.value.finish(response) }
        }
        if !accepted { finish(.problem(.busy)) }
      }
    }
  }

  // MARK: Answers

  /// Writes the answer to the request that runs. The connection may be gone by then.
  private func finish(_ response: Response) {
    cancel = nil
    guard state == .running, let context, let request = incoming else { return release() }
    let keepAlive = request.keepAlive && !connections.isDraining
    let bytes = write(response, to: request, keepAlive: keepAlive, context)
    connections.log(
      method: request.head.method.rawValue, target: request.head.uri, id: request.id,
      status: response.status, bytes: bytes, nanoseconds: Deadline.now() &- since)
    incoming = nil
    release()
    if !keepAlive { return close(context, lingers: false) }
    if context.channel.isWritable { return becomeIdle() }
    state = .writing
    _ = hold(response.body.count)
    unwritten = .max
    deadline = Deadline.now() &+ seconds(limits.writeSeconds)
  }

  /// Answers what has not been read to its end, and closes.
  private func refuse(_ problem: Problem, lingers: Bool = true) {
    guard let context else { return }
    let request =
      incoming
      ?? Incoming(
        head: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"),
        id: connections.requestID(nil), keepAlive: false)
    let bytes = write(.problem(problem), to: request, keepAlive: false, context)
    connections.log(
      method: request.head.method.rawValue, target: request.head.uri, id: request.id,
      status: problem.status, bytes: bytes, nanoseconds: Deadline.now() &- since)
    incoming = nil
    release()
    close(context, lingers: lingers)
  }

  private func write(
    _ response: Response, to request: Incoming, keepAlive: Bool, _ context: ChannelHandlerContext
  ) -> Int {
    let hasBody = request.head.method != .HEAD
    var buffer = context.channel.allocator.buffer(
      capacity: 256 + (hasBody ? response.body.count : 0))
    ResponseHead.write(
      response, id: request.id, date: connections.date(),
      connection: keepAlive ? (request.head.version == .http1_0 ? .keepAlive : nil) : .close,
      into: &buffer)
    if hasBody { buffer.writeBytes(response.body) }
    let count = buffer.readableBytes
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    return count
  }

  private func becomeIdle() {
    release()
    state = .idle
    since = Deadline.now()
    headBegun = !waiting.isEmpty
    deadline = since &+ seconds(headBegun ? limits.headerSeconds : limits.idleSeconds)
    if connections.isDraining { return closeWhenWritten() }
    pump()
    readMore()
  }

  /// Closes once everything has been written.
  ///
  /// To close a Unix socket with unread bytes in it breaks the client's next write; a client that is still sending would
  /// not get to read why it was refused. So the input stays open for a moment, and is thrown away.
  private func close(_ context: ChannelHandlerContext, lingers: Bool) {
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

  private func closeWhenWritten() {
    if let context { close(context, lingers: false) }
  }

  func closeNow() { context?.close(promise: nil) }

  func cancelRunning() { cancel?.cancel() }

  /// The daemon stops: a running request ends well, a half one has a second.
  func drain() {
    switch state {
    case .idle where !headBegun: closeWhenWritten()
    case .idle, .receiving: deadline = min(deadline, Deadline.now() &+ seconds(1))
    case .running, .writing, .closing: break
    }
  }

  private func hold(_ bytes: Int) -> Bool {
    guard connections.heldBytes + bytes <= limits.heldBytes else { return false }
    connections.heldBytes += bytes
    held += bytes
    return true
  }

  private func release() {
    connections.heldBytes -= held
    held = 0
  }
}

/// In front of the HTTP decoder: tells the connection that bytes have come, and throws them away when it wants no more.
final class ByteArrival: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: HTTPConnection

  init(_ connection: HTTPConnection) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if connection.bytesArrived(unwrapInboundIn(data).readableBytes) {
      context.fireChannelRead(data)
    }
  }
}

func seconds(_ count: Int) -> UInt64 { UInt64(count) &* 1_000_000_000 }

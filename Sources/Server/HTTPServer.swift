// HTTP on a listening socket: accepts, parses, routes, writes. Knows nothing of indexes.

import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// One event loop for all connections (parsing and writing take microseconds), and worker threads behind it for what its
/// endpoints queue.
final class HTTPServer: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let connections: NIOLoopBound<Connections>
  private let listener: any Channel
  private let workers: WorkerPool

  /// Serves until `stop`.
  /// - Parameter descriptor: bound; closed by `stop`.
  init(
    descriptor: Int32, router: Router<Endpoint>, workers: Int, limits: CurrentLimits,
    running: RunningRequests = RunningRequests(), metrics: Metrics = Metrics(), logger: Logger
  ) throws(StartError) {
    let pool = try WorkerPool(threads: workers)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let eventLoop = group.next()
    do {
      let connections = try eventLoop.submit {
        NIOLoopBound(
          Connections(
            eventLoop: eventLoop, workers: pool, router: router, limits: limits, running: running,
            metrics: metrics, logger: logger),
          eventLoop: eventLoop)
      }.wait()
      listener = try Self.listen(descriptor, group, connections).wait()
      // NIO has just made it 128 for a socket that it did not bind; connect(2) fails at once on a full one.
      _ = Glibc.listen(descriptor, ListeningSocket.backlog)
      self.connections = connections
    } catch {
      throw StartError(.system, "cannot serve: \(error)")
    }
    self.group = group
    self.workers = pool
  }

  /// From now on every answer is its connection's last.
  func beginStopping() {
    let connections = connections
    try? group.next().submit { connections.value.beginDraining() }.wait()
  }

  /// Accepts nobody new and lets running requests finish. From a thread of the caller's.
  func drain() {
    try? listener.close().wait()
    let connections = connections
    try? group.next().flatSubmit { connections.value.drain() }.wait()
  }

  /// Drains, and ends all threads. Once, from a thread of the caller's.
  /// - Parameter processEnds: leaves the event loop's thread to the end of the process: NIO ends it by way of libdispatch,
  ///   whose threads want a priority that a sandbox does not let them have, and say so.
  func stop(processEnds: Bool = false) {
    drain()
    workers.stop()
    if !processEnds { try? group.syncShutdownGracefully() }
  }

  /// Has the event loop and a worker each say that it is there. Not after `stop`.
  func probe(loop: @escaping @Sendable () -> Void, worker: @escaping @Sendable () -> Void) {
    group.next().execute(loop)
    _ = workers.submit(waiting: .max, worker)
  }

  /// When a worker last began something, in nanoseconds of CLOCK_MONOTONIC; 0: never.
  var lastBegun: UInt64 { workers.lastBegun.load(ordering: .relaxed) }

  /// Of bodies and answers, for all clients.
  func heldBytes() throws -> Int {
    let connections = connections
    return try group.next().submit { connections.value.heldBytes }.wait()
  }

  private static func listen(
    _ descriptor: Int32, _ group: MultiThreadedEventLoopGroup,
    _ connections: NIOLoopBound<Connections>
  ) -> EventLoopFuture<any Channel> {
    ServerBootstrap(group: group)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            Acceptor(connections.value, listener: descriptor))
        }
      }
      // Clients that come all at once, or only to come, are let in faster than they are answered.
      .serverChannelOption(.maxMessagesPerRead, value: 64)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2_048, maximum: 16_384)
      )
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 << 10, high: 64 << 10))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try Self.furnish(channel, connections.value) }
      }
      .withBoundSocket(descriptor)
  }

  /// A client of whom the kernel does not tell who it is gets no answer: the channel is closed.
  private static func furnish(_ channel: any Channel, _ connections: Connections) throws {
    let pipeline = channel.pipeline.syncOperations
    let peer = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
      Peer(descriptor: $0)
    }
    guard let peer = peer ?? nil else {
      connections.logger.warning("client refused: its user cannot be told")
      throw StartError(.noPermission, "the client's user cannot be told")
    }
    var decoding = NIOHTTPDecoderLimitConfiguration()
    decoding.maxHeaderFieldSize = connections.limits.headerBytes
    decoding.maxHeaderListSize = connections.limits.headerBytes
    decoding.maxHeaderFieldCount = connections.limits.headerFields
    let connection = HTTPConnection(connections, peer: peer)
    let decoder = HTTPRequestDecoder(
      leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)
    try pipeline.addHandlers(ByteArrival(connection), ByteToMessageHandler(decoder), connection)
  }
}

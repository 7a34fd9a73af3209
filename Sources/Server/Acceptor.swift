// New connections when the process has no file descriptor left for them.
//
// accept(2) then fails at once and the connection keeps waiting, so that an event loop that just tried again would spin.
// Instead the connection that has waited longest without a running request is closed, and the next try succeeds. If
// all have running requests, the descriptor that is kept in reserve for this takes the new connection, tells it
// 503, and stays with it, ended, until it is needed again.

import CLinux
import Glibc
import Logging
import NIOCore
import WireAPI

/// In the listening channel's pipeline.
final class Acceptor: ChannelInboundHandler {
  typealias InboundIn = any Channel

  private let connections: Connections
  private let listener: Int32
  /// /dev/null, or the last connection that was told 503; -1: it could not be had back.
  private var reserve: Int32 = -1
  private var pause: Scheduled<Void>?
  private var told: UInt64?

  init(_ connections: Connections, listener: Int32) {
    self.connections = connections
    self.listener = listener
  }

  func handlerAdded(context: ChannelHandlerContext) { fillReserve() }

  func handlerRemoved(context: ChannelHandlerContext) {
    pause?.cancel()
    pause = nil
    if reserve >= 0 { Glibc.close(reserve) }
    reserve = -1
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // ECONNABORTED: the client did not wait. Other kinds concern one connection, which has been closed.
    guard let fault = error as? IOError else { return }
    switch fault.errnoCode {
    case EMFILE, ENFILE:
      warn(fault.errnoCode)
      if !connections.closeLongestWaiting(), !turnAway() { pauseReading(context) }
    case ENOBUFS, ENOMEM:
      warn(fault.errnoCode)
      pauseReading(context)
    default: break
    }
  }

  /// The last resort, when there is nothing to give away: a look every 50 ms.
  private func pauseReading(_ context: ChannelHandlerContext) {
    fillReserve()
    // A read that has failed stays wanted; without this the socket would be reported readable again at once.
    try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    pause = context.eventLoop.scheduleTask(in: .milliseconds(50)) {
      let (acceptor, context) = bound.value
      acceptor.pause = nil
      try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }
  }

  /// Answers the next connection with 503 in place of the reserve.
  /// - Returns: false if that was not possible.
  private func turnAway() -> Bool {
    guard reserve >= 0 else { return false }
    Glibc.close(reserve)
    reserve = martlet_accept(listener)
    if reserve < 0 {
      let isGone = errno == EAGAIN || errno == ECONNABORTED
      fillReserve()
      return isGone
    }
    var buffer = ByteBuffer()
    let response = Response.problem(
      Problem(
        .tooManyConnections,
        "no file descriptor is left, and every connection has a request running", retryAfter: 1))
    ResponseHead.write(
      response, framing: .length(response.bytes.count), id: connections.requestID(nil),
      date: connections.date(), connection: .close, into: &buffer)
    buffer.writeBytes(response.bytes)
    _ = unsafe buffer.withUnsafeReadableBytes {
      unsafe send(reserve, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    shutdown(reserve, Int32(SHUT_WR))
    return true
  }

  private func fillReserve() {
    if reserve < 0 { reserve = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
  }

  /// A line every ten seconds at most.
  private func warn(_ code: Int32) {
    let now = NIODeadline.now().uptimeNanoseconds
    if let told, now - told < 10_000_000_000 { return }
    told = now
    connections.logger.warning(
      "no descriptor for a new connection",
      metadata: ["error": "\(unsafe String(cString: strerror(code)))"])
  }
}

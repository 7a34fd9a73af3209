import NIOCore

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

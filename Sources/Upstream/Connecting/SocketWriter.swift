import Glibc
public import NIOCore

/// The way out of one connection, confined to its event loop. What the kernel takes at once goes to the socket without a
/// detour through the channel's pipeline and its queue; what it does not take, the channel keeps and sends when it can, as it
/// does with everything on a connection with TLS. The order of writes is kept, and so is the channel's back-pressure: only
/// what is left over counts as unsent.
public final class SocketWriter {
    private var channel: (any Channel)?
    private var socket: CInt?
    /// The channel was given something, and may still hold it: what follows must queue up behind it.
    private var isBehind = false

    /// A writer that is of use once `open` has been called.
    public init() {}

    /// Whether the kernel has everything that was written.
    public var hasSentAll: Bool { self.socket != nil && !self.isBehind || self.heldByChannel == 0 }

    private var heldByChannel: Int {
        let count = try? self.channel?.syncOptions?.getOption(.bufferedWritableBytes)
        return count ?? 0
    }

    /// Begins to write to a channel.
    ///
    /// - Parameters:
    ///   - context: The handler's place in the channel's pipeline.
    ///   - isPlain: No handler before it sees or changes what is written: no TLS, no proxy to be asked first.
    public func open(_ context: ChannelHandlerContext, isPlain: Bool) {
        self.channel = context.channel
        guard isPlain else { return }
        self.socket = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { $0 }
    }

    /// Lets go of the channel: there is nothing to write to any more.
    public func close() {
        self.channel = nil
        self.socket = nil
    }

    /// Writes.
    ///
    /// - Parameters:
    ///   - bytes: What to write.
    ///   - context: The handler's place in the pipeline.
    ///   - flush: Whether it goes at once; otherwise it goes with the next write.
    public func write(_ bytes: consuming ByteBuffer, _ context: ChannelHandlerContext, flush: Bool = true) {
        if self.isBehind { self.isBehind = self.heldByChannel > 0 }
        // A channel closes its socket and ceases to be active in one step.
        if flush, !self.isBehind, let socket = self.socket, let channel = self.channel, channel.isActive {
            let taken = bytes.withUnsafeReadableBytes { send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if taken == bytes.readableBytes { return }
            // An error is the channel's to find, and to act upon.
            if taken > 0 { bytes.moveReaderIndex(forwardBy: taken) }
        }
        self.isBehind = true
        if flush {
            context.writeAndFlush(NIOAny(bytes), promise: nil)
        } else {
            context.write(NIOAny(bytes), promise: nil)
        }
    }
}

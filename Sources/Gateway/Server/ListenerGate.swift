import Glibc
import Logging
import NIOCore
import Synchronization
import Telemetry
import Upstream

/// Stops taking connections where there is no room for more: they wait in the kernel's backlog instead of being closed, and
/// the descriptors that serve those who are in, and keep the process itself alive, are never given away.
///
/// NIO's own backoff leaves a read pending after a failed accept, which then fails again at once, for ever.
final class ListenerGate: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    /// What a gate is made of.
    struct Parts: Sendable {
        let maxConnections: Int
        let descriptors: DescriptorRoom
        let pauses: Counter
        let log: Logger
    }

    /// What closing connections, on whatever loop, tell the gate.
    private final class Count: Sendable {
        let open = Atomic(0)
        let isPaused = Atomic(false)
    }

    private static let pause = TimeAmount.seconds(1)

    private let parts: Parts
    private let count = Count()
    private var retry: Scheduled<Void>?
    private var warnedAt: NIODeadline?

    init(_ parts: Parts) {
        self.parts = parts
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = self.count
        let loop = context.eventLoop
        let gate = NIOLoopBound((self, context), eventLoop: loop)
        count.open.add(1, ordering: .relaxed)
        self.unwrapInboundIn(data).closeFuture.whenComplete { _ in
            count.open.subtract(1, ordering: .relaxed)
            guard count.isPaused.load(ordering: .relaxed) else { return }
            loop.execute { gate.value.0.lookAgain(gate.value.1) }
        }
        context.fireChannelRead(data)
        if !self.hasRoom { self.close(context, reason: "no room for more connections") }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (error as? IOError)?.errnoCode {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            self.close(context, reason: "a connection could not be accepted: \(error)")
        case ECONNABORTED:
            // That client has gone before its turn.
            return
        default:
            context.fireErrorCaught(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.count.isPaused.store(false, ordering: .relaxed)
        self.retry?.cancel()
        context.fireChannelInactive()
    }

    private var hasRoom: Bool {
        self.count.open.load(ordering: .relaxed) < self.parts.maxConnections
            && self.parts.descriptors.hasRoom(for: .client)
    }

    /// Takes no more; looks again when a connection closes, and after a second, for other things use descriptors too.
    private func close(_ context: ChannelHandlerContext, reason: String) {
        self.count.isPaused.store(true, ordering: .relaxed)
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        self.scheduleLook(context)
        self.parts.pauses.add()
        let now = context.eventLoop.now
        if let warnedAt = self.warnedAt, now - warnedAt < .minutes(1) { return }
        self.warnedAt = now
        self.parts.log.warning(
            "the listener pauses",
            metadata: ["reason": "\(reason)", "connections": "\(self.count.open.load(ordering: .relaxed))"]
        )
    }

    private func lookAgain(_ context: ChannelHandlerContext) {
        guard self.count.isPaused.load(ordering: .relaxed) else { return }
        guard self.hasRoom else { return self.scheduleLook(context) }
        self.retry?.cancel()
        self.count.isPaused.store(false, ordering: .relaxed)
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }

    private func scheduleLook(_ context: ChannelHandlerContext) {
        self.retry?.cancel()
        self.retry = context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { self.lookAgain(context) }
    }
}

import Glibc
public import NIOCore
import NIOPosix
import Synchronization

/// A client that sends and receives bytes as they are, for tests that mean the wire and not a library's view of it.
public final class RawClient: Sendable {
    /// How the peer ended a connection.
    public enum Ending: Sendable, Equatable {
        /// In good order (FIN), or this side closed.
        case closed
        /// By RST.
        case reset
    }

    /// Why a wait was in vain.
    public struct Failure: Error, CustomStringConvertible {
        /// What was waited for and what had arrived.
        public var description: String
    }

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// Connects to a port of this machine.
    ///
    /// - Parameters:
    ///   - port: Where to.
    ///   - prepareChannel: Called before this client's own handler is added, to put TLS in front of it.
    /// - Returns: The connected client.
    /// - Throws: Whatever the socket or `prepareChannel` throws.
    public static func connect(
        port: Int,
        prepareChannel: (@Sendable (any Channel) throws -> Void)? = nil
    ) async throws -> RawClient {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try prepareChannel?(channel)
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox: inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, inbox: inbox)
    }

    /// Sends text as UTF-8.
    public func send(_ text: String) async throws {
        try await self.send(Array(text.utf8))
    }

    /// Sends bytes and returns once the kernel has them.
    public func send(_ bytes: [UInt8]) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Everything received so far.
    public var received: [UInt8] {
        self.inbox.state.withLock { $0.bytes }
    }

    /// Everything received so far, as text.
    public var receivedText: String {
        String(decoding: self.received, as: UTF8.self)
    }

    /// How the connection ended; `nil` while it is open.
    public var ending: Ending? {
        self.inbox.state.withLock { $0.ending }
    }

    /// Stops or resumes reading, to be a client that does not take what it is sent.
    public func setReading(_ reads: Bool) async throws {
        try await self.channel.setOption(.autoRead, value: reads).get()
    }

    /// Closes in good order.
    public func close() async {
        try? await self.channel.close().get()
    }

    /// Closes by RST.
    public func reset() async {
        if let provider = self.channel as? any SocketOptionProvider {
            try? await provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        await self.close()
    }
}

// MARK: Waiting

extension RawClient {
    /// Waits until what was received fulfils a condition.
    ///
    /// - Returns: Everything received since the connection began.
    /// - Throws: `Failure` when the connection ends, or the limit passes, without that.
    @discardableResult
    public func receive(
        within limit: Duration = .seconds(10),
        until isFulfilled: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(Failure) -> [UInt8] {
        let fulfilled = await self.wait(within: limit) { isFulfilled($0.bytes) || $0.ending != nil }
        let (bytes, ending) = self.inbox.state.withLock { ($0.bytes, $0.ending) }
        if fulfilled, isFulfilled(bytes) { return bytes }
        let outcome = ending.map { "the connection was \($0)" } ?? "\(limit) passed"
        throw Failure(description: "\(outcome) after: \(String(decoding: bytes.suffix(500), as: UTF8.self))")
    }

    /// Waits until this text has arrived.
    ///
    /// - Returns: Everything received since the connection began, as text.
    /// - Throws: `Failure` when the connection ends, or the limit passes, without that.
    @discardableResult
    public func receive(_ text: String, within limit: Duration = .seconds(10)) async throws(Failure) -> String {
        let wanted = Array(text.utf8)
        let bytes = try await self.receive(within: limit) { $0.firstRange(of: wanted) != nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for the peer to end the connection.
    ///
    /// - Returns: How it ended, and everything received.
    /// - Throws: `Failure` when it does not within the limit.
    @discardableResult
    public func receiveToEnd(within limit: Duration = .seconds(10)) async throws(Failure) -> (Ending, [UInt8]) {
        _ = await self.wait(within: limit) { $0.ending != nil }
        let (bytes, ending) = self.inbox.state.withLock { ($0.bytes, $0.ending) }
        guard let ending else { throw Failure(description: "the connection did not end in \(limit)") }
        return (ending, bytes)
    }

    private func wait(
        within limit: Duration,
        until isFulfilled: @escaping @Sendable (borrowing InboxState) -> Bool
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            let id = self.inbox.wait(until: isFulfilled) { continuation.resume(returning: $0) }
            self.channel.eventLoop.scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) {
                self.inbox.finish(id, with: false)
            }
        }
    }
}

struct InboxState {
    var bytes: [UInt8] = []
    var ending: RawClient.Ending?
    var waiters: [Int: Inbox.Waiter] = [:]
    var waiterCount = 0
}

/// What has arrived, and who waits for more.
final class Inbox: Sendable {
    struct Waiter {
        var isFulfilled: @Sendable (borrowing InboxState) -> Bool
        var resume: @Sendable (Bool) -> Void
    }

    let state = Mutex(InboxState())

    func update(_ change: (inout InboxState) -> Void) {
        let fulfilled = self.state.withLock { state -> [Waiter] in
            change(&state)
            let ids = state.waiters.filter { $0.value.isFulfilled(state) }.keys
            return ids.compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in fulfilled { waiter.resume(true) }
    }

    func wait(
        until isFulfilled: @escaping @Sendable (borrowing InboxState) -> Bool,
        resume: @escaping @Sendable (Bool) -> Void
    ) -> Int {
        let id = self.state.withLock { state in
            state.waiterCount += 1
            state.waiters[state.waiterCount] = Waiter(isFulfilled: isFulfilled, resume: resume)
            return state.waiterCount
        }
        self.update { _ in }
        return id
    }

    func finish(_ id: Int, with fulfilled: Bool) {
        self.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(fulfilled)
    }
}

private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox

    init(inbox: Inbox) {
        self.inbox = inbox
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.inbox.update { $0.bytes.append(contentsOf: bytes.readableBytesView) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if (error as? IOError)?.errnoCode == ECONNRESET { self.inbox.update { $0.ending = .reset } }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.inbox.update { $0.ending = $0.ending ?? .closed }
    }
}

extension [UInt8] {
    /// Where these bytes first occur.
    func firstRange(of needle: [UInt8]) -> Range<Int>? {
        guard !needle.isEmpty, self.count >= needle.count else { return needle.isEmpty ? 0..<0 : nil }
        for start in 0...(self.count - needle.count)
        where self[start] == needle[0] && self[start..<(start + needle.count)].elementsEqual(needle) {
            return start..<(start + needle.count)
        }
        return nil
    }
}

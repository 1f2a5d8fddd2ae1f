import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import Upstream

@Suite("Socket writer", .timeLimit(.minutes(5)))
struct SocketWriterTests {
    /// One end of a socket pair in a channel that a writer writes to; the other is read by hand.
    private struct Pair: Sendable {
        let channel: any Channel
        let peer: CInt
        let handler: NIOLoopBound<Writing>

        init(isPlain: Bool = true) async throws {
            var ends: [CInt] = [-1, -1]
            try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
            let (near, loop) = (ends[0], MultiThreadedEventLoopGroup.singleton.next())
            self.peer = ends[1]
            // The machine's own defaults may be large; and a byte that is lost must not be waited for.
            var size: CInt = 64 * 1024
            setsockopt(near, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout.size(ofValue: size)))
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            setsockopt(self.peer, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
            self.handler = try await loop.submit { NIOLoopBound(Writing(isPlain: isPlain), eventLoop: loop) }.get()
            let handler = self.handler
            self.channel = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(handler.value.counter)
                        try channel.pipeline.syncOperations.addHandler(handler.value)
                    }
                }
                .withConnectedSocket(near).get()
        }

        func run<Value: Sendable>(_ body: @escaping @Sendable (Writing) -> Value) async throws -> Value {
            let handler = self.handler
            return try await self.channel.eventLoop.submit { body(handler.value) }.get()
        }

        /// Reads until this many bytes are there, or the end.
        func read(_ count: Int) -> [UInt8] {
            var all: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 65_536)
            while all.count < count {
                let got = recv(self.peer, &piece, min(piece.count, count - all.count), 0)
                guard got > 0 else { break }
                all += piece[..<got]
            }
            return all
        }

        func end() async {
            try? await self.channel.close().get()
            _ = Glibc.close(self.peer)
        }
    }

    /// Counts what comes by on its way out.
    private final class Counter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        var writes = 0

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            self.writes += 1
            context.write(data, promise: promise)
        }
    }

    private final class Writing: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        let writer = SocketWriter()
        let counter = Counter()
        private let isPlain: Bool
        private var context: ChannelHandlerContext?

        init(isPlain: Bool) {
            self.isPlain = isPlain
        }

        func handlerAdded(context: ChannelHandlerContext) {
            self.context = context
            self.writer.open(context, isPlain: self.isPlain)
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            self.context = nil
            self.writer.close()
        }

        func write(_ bytes: [UInt8], flush: Bool = true) {
            guard let context = self.context else { return }
            self.writer.write(ByteBuffer(bytes: bytes), context, flush: flush)
        }

        var unsentInChannel: Int {
            (try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        }
    }

    /// More than the kernel takes at once, and such that each piece tells where in the whole it belongs.
    private static let all: [UInt8] = (0..<4_000).flatMap { line in
        Array("line \(line) of four thousand, at sixty-four bytes each or about".utf8)
    }

    @Test("what the kernel takes is on its way at once, and the pipeline sees none of it", arguments: [true, false])
    func short(_ isPlain: Bool) async throws {
        let pair = try await Pair(isPlain: isPlain)
        let (isSent, seen) = try await pair.run { handler in
            for index in 0..<10 { handler.write(Array(Self.all[index * 100..<index * 100 + 100])) }
            return (handler.writer.hasSentAll && handler.unsentInChannel == 0, handler.counter.writes)
        }
        #expect(isSent)
        #expect(seen == (isPlain ? 0 : 10))
        #expect(pair.read(1_000) == Array(Self.all[..<1_000]))
        await pair.end()
    }

    @Test(
        "what the kernel does not take waits in the channel, and all later writes behind it",
        arguments: [true, false]
    )
    func long(_ isPlain: Bool) async throws {
        let pair = try await Pair(isPlain: isPlain)
        let all = Self.all
        let (hasSentAll, unsent) = try await pair.run { handler in
            // Into a buffer that is as good as full in the middle of it.
            for round in 0..<8 {
                let (half, isFlushed) = (all.count / 2, round % 3 != 1)
                handler.write(Array(all[..<half]), flush: isFlushed)
                handler.write(Array(all[half...]))
            }
            return (handler.writer.hasSentAll, handler.unsentInChannel)
        }
        #expect(!hasSentAll)
        #expect((1..<8 * all.count).contains(unsent))
        #expect(pair.read(8 * all.count) == Array(repeating: all, count: 8).flatMap { $0 })
        #expect(try await pair.run { $0.writer.hasSentAll })
        // Nothing is queued any more: the next one goes straight out again.
        try await pair.run { $0.write([1, 2, 3]) }
        #expect(pair.read(3) == [1, 2, 3])
        await pair.end()
    }

    @Test("what is not flushed goes with the next write, before it")
    func unflushed() async throws {
        let pair = try await Pair()
        let isHeld = try await pair.run { handler in
            handler.write([1, 2], flush: false)
            return !handler.writer.hasSentAll
        }
        #expect(isHeld)
        var byte: UInt8 = 0
        #expect(recv(pair.peer, &byte, 1, CInt(MSG_DONTWAIT)) == -1)
        try await pair.run { $0.write([3, 4]) }
        #expect(pair.read(4) == [1, 2, 3, 4])
        #expect(try await pair.run { $0.writer.hasSentAll })
        await pair.end()
    }

    @Test("an error of the socket is left to the channel, which closes")
    func gone() async throws {
        let pair = try await Pair()
        // In one turn of the loop, so that the channel hears of it by the write and not by its own reading.
        let (isActive, seen) = try await pair.run { handler in
            _ = Glibc.close(pair.peer)
            handler.write([1])
            return (pair.channel.isActive, handler.counter.writes)
        }
        #expect(!isActive)
        #expect(seen == 1)
    }

    /// Opens socket pairs until one end has this number, or another thread has: the kernel gives out the lowest that is free.
    private static func take(_ number: CInt) -> [CInt] {
        var all: [CInt] = []
        while all.suffix(2).allSatisfy({ $0 < number }) {
            var ends: [CInt] = [-1, -1]
            guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
                break
            }
            all += ends
        }
        return all
    }

    @Test("after the channel has closed, its number may be another's: nothing is written there")
    func reused() async throws {
        // Another thread may be quicker to take the number.
        for _ in 0..<20 {
            let pair = try await Pair()
            let socket = try await pair.channel.eventLoop.submit {
                try pair.channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { $0 }
            }.get()
            let number = try #require(socket)
            // In one turn of the loop: the handler is still there.
            let taken = try await pair.run { handler in
                pair.channel.close(promise: nil)
                let taken = Self.take(number)
                handler.write([1, 2, 3])
                return taken
            }
            defer { for open in taken + [pair.peer] { _ = Glibc.close(open) } }
            guard let index = taken.firstIndex(of: number) else { continue }
            var byte: UInt8 = 0
            #expect(recv(taken[index ^ 1], &byte, 1, CInt(MSG_DONTWAIT)) == -1)
            return
        }
        Issue.record("the number was never given out again")
    }
}

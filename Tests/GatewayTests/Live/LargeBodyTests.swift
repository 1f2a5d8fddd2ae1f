import Dispatch
import Exchange
import MartletTesting
import OpenAIChat
import Storage
import Synchronization
import Testing
import Wire

@testable import Gateway

/// Bodies that are inspected on a worker thread instead of the loop.
@Suite("Bodies over one mebibyte", .timeLimit(.minutes(5)))
struct LargeBodyTests {
    /// A chat request with an inline picture that makes it about `size` bytes long.
    private static func picture(_ size: Int, model: String = "fast") -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let data = (0..<size).map { alphabet[($0 &* 31 &+ $0 / 64) % 64] }
        return
            #"{ "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,"#
            + String(decoding: data, as: UTF8.self) + #""}},{"type":"text","text":"caf\u00e9 é"}]}], "model" : ""#
            + model + #"", "x_unknown": 1.0 }"#
    }

    /// The body in chunks of odd sizes.
    private static func chunked(_ body: String, size: Int) -> [UInt8] {
        let bytes = Array(body.utf8)
        var coded: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = bytes[start..<min(start + size, bytes.count)]
            coded += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
        }
        return coded + Array("0\r\n\r\n".utf8)
    }

    @Test("a long body passes byte for byte but for its model, counted or chunked", arguments: [0, 65_521, 1_048_583])
    func passes(_ chunkBytes: Int) async throws {
        try await LiveGateway.run { gateway, oracle in
            let body = Self.picture(3 << 20)
            let client = try await gateway.connect()
            for round in 1...2 {
                oracle.enqueue(Live.json(Live.chatAnswer))
                if chunkBytes == 0 {
                    try await client.send(gateway.post("/v1/chat/completions", body, id: "big-\(round)"))
                } else {
                    let head = gateway.head(
                        "/v1/chat/completions",
                        ["Transfer-Encoding: chunked"],
                        id: "big-\(round)"
                    )
                    try await client.send(Array(head.utf8) + Self.chunked(body, size: chunkBytes))
                }
                let request = try await oracle.request(round)
                #expect(request.body == Array(body.replacing(#""fast""#, with: #""gpt-real""#).utf8))
                #expect(try await gateway.record("big-\(round)").outcome == .completed)
            }
            await client.close()
            #expect(await gateway.isAtRest())
        }
    }

    @Test("a long body that is not acceptable JSON is a 400 and reaches no vendor", arguments: [false, true])
    func invalid(_ isChunked: Bool) async throws {
        try await LiveGateway.run { gateway, oracle in
            let body = String(Self.picture(2 << 20).dropLast()) + ",}"
            let client = try await gateway.connect()
            if isChunked {
                let head = gateway.head("/v1/chat/completions", ["Transfer-Encoding: chunked"], id: "bad-1")
                try await client.send(Array(head.utf8) + Self.chunked(body, size: 100_003))
            } else {
                try await client.send(gateway.post("/v1/chat/completions", body, id: "bad-1"))
            }
            let answer = try await client.answer()
            #expect(answer.status == 400)
            #expect(answer.body.contains("not acceptable JSON"))
            #expect(await gateway.isAtRest())
            // The connection is in step: the next request on it is served.
            oracle.enqueue(Live.json(Live.chatAnswer))
            try await client.send(gateway.post("/v1/chat/completions", Live.chat))
            try await client.receive(Live.chatAnswer)
            await client.close()
            #expect(oracle.requestCount == 1)
            #expect(try await gateway.record("bad-1").outcome == .refused)
        }
    }

    @Test("a client that leaves while a worker reads its body leaves nothing behind", arguments: [false, true])
    func leavesWorker(byReset: Bool) async throws {
        let format = HeldFormat()
        let configure: (inout LiveGateway.Setup) -> Void = { $0.formats[0] = format }
        try await LiveGateway.run(configure: configure) { gateway, oracle in
            defer { format.release() }
            let client = try await gateway.connect()
            try await client.send(gateway.post("/v1/chat/completions", Self.picture(2 << 20)))
            #expect(await eventually { format.arrivals == 1 })
            #expect(gateway.metric("martlet_held_body_bytes") ?? 0 > Double(2 << 20))
            if byReset { await client.reset() } else { await client.close() }
            // Given back at once, not when the worker is done.
            #expect(await gateway.isAtRest())
            #expect(await eventually { gateway.dataPlane.openConnections == 0 })
            format.release()
            // Others go on, and what the worker found is thrown away.
            oracle.enqueue(Live.json(Live.chatAnswer))
            #expect(try await gateway.ask("/v1/chat/completions", Live.chat).status == 200)
            #expect(oracle.requestCount == 1)
        }
    }

    @Test("a client that leaves inside a long body leaves nothing behind")
    func leavesBody() async throws {
        try await LiveGateway.run { gateway, oracle in
            let body = Self.picture(3 << 20)
            let counted = Array(gateway.post("/v1/chat/completions", body).utf8)
            let head = gateway.head("/v1/chat/completions", ["Transfer-Encoding: chunked"])
            let chunked = Array(head.utf8) + Self.chunked(body, size: 65_536)
            for bytes in [counted, chunked] {
                for part in [1 << 10, 1 << 20, bytes.count - 3] {
                    let client = try await gateway.connect()
                    try await client.send(Array(bytes.prefix(part)))
                    #expect(await eventually { gateway.dataPlane.openConnections == 1 })
                    await client.reset()
                    #expect(await eventually { gateway.dataPlane.openConnections == 0 })
                    #expect(await gateway.isAtRest())
                }
            }
            #expect(oracle.requestCount == 0)
        }
    }

    @Test("bodies beyond the byte budget are refused before they are read, and the budget comes back")
    func budget() async throws {
        let configure: (inout LiveGateway.Setup) -> Void = { $0.options.limits.bodyByteBudget = 3 << 20 }
        try await LiveGateway.run(configure: configure) { gateway, oracle in
            let body = Self.picture(2 << 20)
            let holder = try await gateway.connect()
            let whole = Array(gateway.post("/v1/chat/completions", body).utf8)
            try await holder.send(Array(whole.dropLast()))
            #expect(await eventually { gateway.metric("martlet_held_body_bytes") ?? 0 > Double(2 << 20) })
            let other = try await gateway.connect()
            try await other.send(gateway.head("/v1/chat/completions", ["Content-Length: \(body.utf8.count)"]))
            let refused = try await other.answer()
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] != nil)
            await other.close()
            oracle.enqueue(Live.json(Live.chatAnswer), Live.json(Live.chatAnswer))
            try await holder.send(Array(whole.suffix(1)))
            #expect(try await holder.answer().status == 200)
            await holder.close()
            #expect(try await gateway.ask("/v1/chat/completions", body).status == 200)
        }
    }
}

/// OpenAI's chat format, but reading a body takes until the test lets go.
private final class HeldFormat: WireFormat {
    private let room = OpenAIChatFormat()
    private let waiting = Atomic<Int>(0)
    private let released = DispatchSemaphore(value: 0)

    /// How many bodies are, or were, with a worker.
    var arrivals: Int { self.waiting.load(ordering: .relaxed) }

    /// Lets all go, now and later.
    func release() {
        self.released.signal()
    }

    var id: FormatID { self.room.id }
    var keepAlive: [UInt8] { self.room.keepAlive }

    func inspect(
        _ root: JSONValue,
        operation: Exchange.Operation,
        pathModel: String?
    ) throws(GatewayFailure) -> Inspected {
        self.waiting.add(1, ordering: .relaxed)
        _ = self.released.wait(timeout: .now() + 20)
        self.released.signal()
        return try self.room.inspect(root, operation: operation, pathModel: pathModel)
    }

    func errorAnswer(_ failure: GatewayFailure, operation: Exchange.Operation, requestID: String) -> ErrorAnswer {
        self.room.errorAnswer(failure, operation: operation, requestID: requestID)
    }

    func readAnswer(_ root: JSONValue, operation: Exchange.Operation) -> AnswerReading {
        self.room.readAnswer(root, operation: operation)
    }

    func classify(status: Int, root: JSONValue?) -> UpstreamFault {
        self.room.classify(status: status, root: root)
    }

    func makeStreamTap(
        operation: Exchange.Operation,
        hidesUsage: Bool,
        reader: EventReader
    ) -> any StreamTap {
        self.room.makeStreamTap(operation: operation, hidesUsage: hidesUsage, reader: reader)
    }
}

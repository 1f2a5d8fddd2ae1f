import Exchange
import Glibc
import MartletTesting
import NIOCore
import NIOEmbedded
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway

/// One vendor's streamed answer, as bytes on the wire, and how its client tells an end from a failure.
struct CutStream: Sendable, CustomTestStringConvertible {
    let name: String
    let path: String
    let request: String
    let events: [String]
    /// What stands in the last event of a stream that is whole.
    let terminal: String
    /// The event after which the vendor's grammar lets a stream end, counted from the end: Chat is complete with its finish
    /// reason, `[DONE]` only says so.
    let endsBefore: Int
    /// What a failure told inside the stream begins with.
    let failure: String

    var testDescription: String { self.name }

    /// Head and chunks, one event a chunk.
    var wire: String {
        OracleAnswer(events: self.events).steps.reduce(into: "") { text, step in
            if case .send(let bytes) = step { text += String(buffer: bytes) }
        }
    }

    /// How many bytes of the wire must have come for the text to have come whole.
    func end(of text: String) -> Int {
        guard let range = self.wire.range(ofLast: text) else { return .max }
        return self.wire.utf8.distance(from: self.wire.startIndex, to: range.upperBound)
    }

    /// How many bytes must have come for the stream to be whole in its grammar: the last event's data, its blank line not
    /// needed.
    var completeAt: Int {
        let last = self.events[self.events.count - 1 - self.endsBefore]
        return self.end(of: String(last.dropLast(2)))
    }

    static let all = [Self.chat, Self.responses, Self.messages]

    static let chat = CutStream(
        name: "chat",
        path: "/v1/chat/completions",
        request: Live.chatStream,
        events: [
            #"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-real","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}"#
                + "\n\n",
            Live.chunk("Ol\u{e9}"), Live.chunk("", finish: #""stop""#), Live.done,
        ],
        terminal: "[DONE]",
        endsBefore: 1,
        failure: #"data: {"error":{"#
    )

    static let responses = CutStream(
        name: "responses",
        path: "/v1/responses",
        request: #"{"model":"fast","stream":true,"input":"Hi"}"#,
        events: [
            Self.event(
                "response.created",
                #""response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}"#,
                0
            ),
            Self.event(
                "response.output_text.delta",
                #""item_id":"m1","output_index":0,"content_index":0,"delta":"Olé""#,
                1
            ),
            Self.event(
                "response.completed",
                #""response":{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}"#,
                2
            ),
        ],
        terminal: "response.completed",
        endsBefore: 0,
        failure: "event: response.failed\n"
    )

    private static func event(_ type: String, _ fields: String, _ number: Int) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\",\"sequence_number\":\(number),\(fields)}\n\n"
    }

    static let messages = CutStream(
        name: "messages",
        path: "/v1/messages",
        request: #"{"model":"claude","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#,
        events: [
            #"{"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"claude-real","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Olé"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#,
            #"{"type":"message_stop"}"#,
        ].map { data in
            let type = data.dropFirst(9).prefix { $0 != "\"" }
            return "event: \(type)\ndata: \(data)\n\n"
        },
        terminal: "message_stop",
        endsBefore: 0,
        failure: "event: error\n"
    )
}

extension String {
    fileprivate func range(ofLast text: String) -> Range<String.Index>? { self.ranges(of: text).last }
}

@Suite("Streams cut at every offset (N076, N116)", .timeLimit(.minutes(5)))
struct StreamCutTests {
    /// How the vendor's bytes end.
    enum Ending: String, CaseIterable, Sendable {
        case close, halfClose, error
    }

    /// Nothing cut looks complete, and everything cut ends the way its client understands.
    private func expectHonest(_ answer: Answer, _ stream: CutStream, cut: Int, _ scraps: inout Set<String>) {
        guard cut < stream.completeAt else {
            #expect(answer.status == 200 && answer.isWhole, "cut at \(cut)")
            if answer.body.contains(stream.failure) { scraps.insert("whole, yet failed by what follows") }
            return
        }
        #expect(answer.isWhole, "cut at \(cut)")
        guard answer.status == 200 else {
            #expect(answer.status == 502, "cut at \(cut)")
            #expect(answer.body.contains("error"), "cut at \(cut)")
            return
        }
        // Whole events of the vendor's, then the failure, and nothing after it.
        let blocks = Self.blocks(answer.body)
        let events = blocks.filter { Self.hasData($0) }
        let told = Array(events.prefix { !$0.hasPrefix(stream.failure) })
        #expect(told.count + 1 == events.count, "cut at \(cut): \(answer.body)")
        #expect(stream.events.starts(with: told) && told.count < stream.events.count, "cut at \(cut): \(told)")
        #expect(!told.contains { $0.contains(stream.terminal) }, "cut at \(cut): \(told)")
        scraps.formUnion(blocks.filter { !Self.hasData($0) })
    }

    /// What came of a last event that was cut. Without data it is nothing to a client that keeps to the letter, but vendors'
    /// SDKs try to parse it; and a stream that was whole before it needs no failure.
    private func expectNone(_ scraps: Set<String>) {
        #expect(scraps.isEmpty)
    }

    /// A stream's text at its blank lines.
    private static func blocks(_ text: String) -> [String] {
        text.split(separator: "\n\n", omittingEmptySubsequences: false).dropLast()
            .map { $0.drop { $0 == "\n" } + "\n\n" }
    }

    private static func hasData(_ block: String) -> Bool {
        block.split(separator: "\n").contains { $0.hasPrefix("data: ") && $0.utf8.count > 6 }
    }

    @Test("no cut stream looks complete", arguments: CutStream.all, Ending.allCases)
    func everyOffset(_ stream: CutStream, _ ending: Ending) throws {
        var scraps: Set<String> = []
        let road = try RoadHarness()
        let bytes = Array(stream.wire.utf8)
        for cut in 0...bytes.count {
            try road.post(stream.path, stream.request)
            let vendor = try #require(road.vendors.last)
            if cut > 0 { try vendor.writeInbound(ByteBuffer(bytes: bytes[..<cut])) }
            switch ending {
            case .close: vendor.closeAsVendor()
            case .halfClose: vendor.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            case .error: vendor.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
            }
            let answer = try road.answer()
            self.expectHonest(answer, stream, cut: cut, &scraps)
            let record = try #require(road.takeRecords().first)
            let looksWhole = answer.status == 200 && !answer.body.contains(stream.failure)
            #expect((record.outcome == .completed) == looksWhole, "cut at \(cut): \(record.outcome)")
            #expect(vendor.isActive == false || cut == bytes.count)
            if vendor.isActive { vendor.closeAsVendor() }
        }
        self.expectNone(scraps)
        #expect(road.client.isActive)
        #expect(road.shared.exchanges.value == 0)
    }

    @Test("no stream dribbled byte by byte and then cut looks complete", arguments: CutStream.all)
    func dribbled(_ stream: CutStream) throws {
        var scraps: Set<String> = []
        let road = try RoadHarness()
        let bytes = Array(stream.wire.utf8)
        for cut in stride(from: 1, through: bytes.count, by: 7) {
            try road.post(stream.path, stream.request)
            let vendor = try #require(road.vendors.last)
            for byte in bytes[..<cut] { try vendor.writeInbound(ByteBuffer(bytes: [byte])) }
            vendor.closeAsVendor()
            self.expectHonest(try road.answer(), stream, cut: cut, &scraps)
        }
        self.expectNone(scraps)
    }

    @Test("over real sockets too, closed or reset", arguments: CutStream.all, [OracleStep.close, .reset])
    func live(_ stream: CutStream, _ ending: OracleStep) async throws {
        var scraps: Set<String> = []
        try await LiveGateway.run { gateway, oracle in
            let whole = OracleScript(OracleAnswer(events: stream.events))
            let marks = [stream.completeAt - 1, stream.completeAt, whole.byteCount - 1, whole.byteCount]
            for cut in Array(stride(from: 0, to: whole.byteCount, by: 29)) + marks {
                oracle.enqueue(whole.cut(afterBytes: cut, then: ending))
                let answer = try await gateway.ask(stream.path, stream.request)
                if ending == .reset {
                    // A reset may overtake what was sent, so that less than the cut has come; never more.
                    self.expectHonestAfterReset(answer, stream, cut: cut, &scraps)
                } else {
                    self.expectHonest(answer, stream, cut: cut, &scraps)
                }
            }
        }
        self.expectNone(scraps)
    }

    private func expectHonestAfterReset(_ answer: Answer, _ stream: CutStream, cut: Int, _ scraps: inout Set<String>) {
        let isFailed = answer.status == 502 || answer.body.contains(stream.failure)
        guard !isFailed || cut < stream.completeAt else { return #expect(answer.isWhole) }
        self.expectHonest(answer, stream, cut: cut, &scraps)
    }
}

extension EmbeddedChannel {
    /// The vendor closes.
    func closeAsVendor() {
        try? self.close().wait()
    }
}

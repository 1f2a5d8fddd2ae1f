import Exchange
import MartletTesting
import NIOCore
import NIOEmbedded
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway

@Suite("Whole answers cut at every offset", .timeLimit(.minutes(5)))
struct AnswerCutTests {
    /// A recorded-like answer of each format.
    struct WholeAnswer: Sendable, CustomTestStringConvertible {
        let name: String
        let path: String
        let request: String
        let body: String

        var testDescription: String { self.name }

        static let all = [
            WholeAnswer(name: "chat", path: "/v1/chat/completions", request: Live.chat, body: Live.chatAnswer),
            WholeAnswer(
                name: "responses",
                path: "/v1/responses",
                request: #"{"model":"fast","input":"Hi"}"#,
                body:
                    #"{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"gpt-real","output":[{"type":"message","id":"m1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Olé","annotations":[]}]}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}"#
            ),
            WholeAnswer(
                name: "messages",
                path: "/v1/messages",
                request: #"{"model":"claude","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#,
                body:
                    #"{"id":"m1","type":"message","role":"assistant","model":"claude-real","content":[{"type":"text","text":"Olé"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}"#
            ),
        ]
    }

    /// How the end of the body is told.
    enum Framing: String, CaseIterable, Sendable {
        case counted, chunked, untilClose

        func answer(_ body: String) -> OracleAnswer {
            let answer = OracleAnswer(
                headers: [OracleHeader("content-type", "application/json")],
                pieces: [Array(body.utf8)]
            )
            switch self {
            case .counted: return answer
            case .chunked:
                var chunked = answer.split(every: 50)
                chunked.framing = .chunked
                return chunked
            case .untilClose:
                var unframed = answer
                unframed.framing = .untilClose
                return unframed
            }
        }
    }

    private func expectHonest(_ answer: Answer, _ whole: WholeAnswer, isWhole: Bool, cut: Int) {
        #expect(answer.status == (isWhole ? 200 : 502), "cut at \(cut)")
        #expect(answer.isWhole, "cut at \(cut)")
        if isWhole {
            #expect(answer.body == whole.body)
        } else {
            #expect(answer.body.contains("error") && !answer.body.contains("Olé"), "cut at \(cut): \(answer.body)")
        }
    }

    @Test("a cut answer is a 502, whatever its framing", arguments: WholeAnswer.all, Framing.allCases)
    func everyOffset(_ whole: WholeAnswer, _ framing: Framing) throws {
        let road = try RoadHarness()
        let script = OracleScript(framing.answer(whole.body))
        let bytes = script.steps.reduce(into: [UInt8]()) { bytes, step in
            if case .send(let buffer) = step { bytes += buffer.readableBytesView }
        }
        for cut in 0...bytes.count {
            try road.post(whole.path, whole.request)
            let vendor = try #require(road.vendors.last)
            if cut > 0 { try vendor.writeInbound(ByteBuffer(bytes: bytes[..<cut])) }
            vendor.closeAsVendor()
            self.expectHonest(try road.answer(), whole, isWhole: cut == bytes.count, cut: cut)
            let record = try #require(road.takeRecords().first)
            #expect((record.outcome == .completed) == (cut == bytes.count))
        }
        #expect(road.client.isActive)
        #expect(road.shared.exchanges.value == 0)
    }

    @Test("an error answer that is cut is told as the vendor's failure, never passed on in part")
    func cutRefusal() throws {
        let road = try RoadHarness()
        let body = #"{"error":{"message":"max_tokens is too large","type":"invalid_request_error"}}"#
        let text =
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
        let bytes = Array((text + body).utf8)
        for cut in 0...bytes.count {
            try road.post("/v1/chat/completions", Live.chat)
            let vendor = try #require(road.vendors.last)
            if cut > 0 { try vendor.writeInbound(ByteBuffer(bytes: bytes[..<cut])) }
            vendor.closeAsVendor()
            let answer = try road.answer()
            #expect(answer.status == (cut == bytes.count ? 400 : 502), "cut at \(cut)")
            #expect(answer.isWhole)
            #expect(answer.body.contains("too large") == (cut == bytes.count), "cut at \(cut)")
        }
    }

    @Test("over real sockets too", arguments: WholeAnswer.all, Framing.allCases)
    func live(_ whole: WholeAnswer, _ framing: Framing) async throws {
        try await LiveGateway.run { gateway, oracle in
            let script = OracleScript(framing.answer(whole.body))
            let end = script.byteCount
            for cut in Array(stride(from: 0, to: end, by: 37)) + [end - 1, end] {
                oracle.enqueue(script.cut(afterBytes: cut))
                let answer = try await gateway.ask(whole.path, whole.request)
                self.expectHonest(answer, whole, isWhole: cut == end, cut: cut)
            }
        }
    }
}

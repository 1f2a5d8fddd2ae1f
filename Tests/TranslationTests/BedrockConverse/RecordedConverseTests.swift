import BedrockConverse
import Exchange
import MartletTesting
import Testing
import Wire

/// Real answers, where the recordings are at hand.
@Suite(.enabled(if: Recordings.find() != nil))
struct RecordedConverseTests {
    @Test func `no recorded answer fails, and counts and calls are complete`() throws {
        let recordings = try #require(Recordings.find())
        for exchange in recordings.load("bedrock-converse") {
            let text = String(decoding: exchange.responseBody, as: UTF8.self)
            guard exchange.status == 200 else {
                let refusal = try Streams.refusal(exchange.status, text, "")
                #expect(refusal.failure.kind != .upstreamFailed, "\(exchange)")
                continue
            }
            let answer = try Streams.answer(text)
            let told = try Streams.reading(text) { root in
                let content = root["output"]?["message"]?["content"]
                let calls = content?.elements.count { $0["toolUse"] != nil && $0["toolUse"]?["type"] == nil }
                return (total: root["usage"]?["totalTokens"]?.int, calls: calls)
            }
            let usage = try #require(answer.usage)
            #expect(usage.inputTokens + usage.outputTokens == told.total && !usage.isAnomalous, "\(exchange)")
            let calls = answer.blocks.count { if case .toolCall = $0 { true } else { false } }
            #expect(calls == told.calls && answer.finish != nil, "\(exchange)")
        }
    }

    @Test func `no recorded stream fails, and cut ones always do`() throws {
        let recordings = try #require(Recordings.find())
        for exchange in recordings.load("bedrock-converse-stream") where exchange.status == 200 {
            let events = try Self.events(exchange.responseBody[...])
            let collected = Streams.collected(events)
            #expect(collected.isComplete && collected.finish != nil && collected.answer.usage != nil, "\(exchange)")
            for case .toolCall(let call) in collected.answer.blocks {
                #expect(call.input.objectText == call.input.argumentsText, "whole arguments")
            }
            let third = try Self.events(exchange.responseBody.prefix(exchange.responseBody.count / 3))
            guard case .fail? = third.last else {
                Issue.record("\(exchange) cut early is a success")
                continue
            }
        }
    }

    private static func events(_ bytes: ArraySlice<UInt8>) throws -> [AnswerEvent] {
        let decoder = BedrockConverseFormat().makeStreamDecoder(notes: Streams.notes)
        var events: [AnswerEvent] = []
        _ = try Frames.read([Array(bytes)]) { frame, bytes in
            decoder.decode(StreamMessage(frame, in: bytes), into: &events)
        }
        decoder.finish(into: &events)
        Streams.check(events)
        #expect(decoder.unknownCount == 0)
        return events
    }
}

import MartletTesting
import Storage
import Testing

@testable import Gateway

@Suite("Drained providers")
struct DrainedProviderTests {
    private static let message =
        #"{"id":"m","type":"message","role":"assistant","model":"claude-real","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}"#

    @Test("a drained provider is given no request, by a model's name or its own; the others serve on")
    func drained() async throws {
        try await LiveGateway.run(configure: { setup in
            setup.providers[0].isDraining = true
            setup.models.append((name: "both", provider: "openai", upstreamModel: "gpt-real"))
        }) { gateway, oracle in
            for model in ["fast", "both", "openai/gpt-real"] {
                let body = #"{"model":"\#(model)","messages":[{"role":"user","content":"Hi"}]}"#
                let answer = try await gateway.ask("/v1/chat/completions", body)
                #expect(answer.status == 503, "\(model): \(answer.body)")
            }
            #expect(oracle.requestCount == 0)
            oracle.enqueue(Live.json(Self.message))
            let message = #"{"model":"claude","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}"#
            #expect(try await gateway.ask("/v1/messages", message).status == 200)
            #expect(oracle.requestCount == 1)
        }
    }
}

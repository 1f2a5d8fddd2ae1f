@testable import MartletTesting
import Testing

@Suite struct VendorBehaviourTests {
    private func behaviour(_ change: (inout VendorBehaviour) -> Void) -> VendorBehaviour {
        var behaviour = VendorBehaviour(model: "")
        change(&behaviour)
        return behaviour
    }

    @Test(
        "real model names and unknown words ask for nothing special",
        arguments: [
            "", "gpt-4o", "gpt-5.4-mini", "claude-sonnet-5-20260901", "text-embedding-3-small", "echo", "a/b/c", "+",
            "status", "status-9", "status-x", "cut", "sse", "sse-x", "usage-1", "slow", "slow-x",
            "plain-9223372036854775807k",
        ]
    )
    func plainNames(_ model: String) {
        #expect(VendorBehaviour(model: model).isDefault)
    }

    @Test("sizes, paces and delays are read with their units")
    func quantities() {
        #expect(VendorBehaviour(model: "plain-2k") == self.behaviour { $0.textBytes = 2048 })
        #expect(VendorBehaviour(model: "oracle/plain-1m") == self.behaviour { $0.textBytes = 1 << 20 })
        #expect(
            VendorBehaviour(model: "sse-100x20")
                == self.behaviour {
                    $0.chunks = 100
                    $0.interval = .milliseconds(20)
                }
        )
        #expect(VendorBehaviour(model: "sse-3x0x64").chunkBytes == 64)
        #expect(VendorBehaviour(model: "slow-10").headDelay == .seconds(10))
        #expect(VendorBehaviour(model: "silent-250ms").bodyDelay == .milliseconds(250))
    }

    @Test("words are joined")
    func joined() {
        let behaviour = VendorBehaviour(model: "think+tools+sse-4x1+usage-100-20-5")
        #expect(behaviour.thinks)
        #expect(behaviour.callsTool)
        #expect(behaviour.chunks == 4)
        #expect(behaviour.usage == .fixed(input: 100, output: 20, cached: 5))
        #expect(VendorBehaviour(model: "usage-bad").usage == .absurd)
        #expect(VendorBehaviour(model: "usage-none").usage == .absent)
    }

    @Test(
        "each fault has its word",
        arguments: [
            ("hang", VendorBehaviour.Fault.hang), ("hang-head", .hangAfterHead), ("hang-3", .hangAfter(events: 3)),
            ("status-529", .status(529, retryAfter: nil, shouldRetry: nil)),
            ("status-429-retry-7", .status(429, retryAfter: 7, shouldRetry: nil)),
            ("status-503-retry-1-stop", .status(503, retryAfter: 1, shouldRetry: false)),
            ("status-400-again", .status(400, retryAfter: nil, shouldRetry: true)),
            ("status-503-retry", .status(503, retryAfter: nil, shouldRetry: nil)),
            ("flaky-503-2", .flaky(503, times: 2)), ("flaky-503", .flaky(503, times: 1)),
            ("redirect-307", .redirect(307)),
            ("cut-500", .cut(bodyBytes: 500, .close)), ("rst-1", .cut(bodyBytes: 1, .reset)),
            ("half-2", .cut(bodyBytes: 2, .halfClose)), ("stall-3", .cut(bodyBytes: 3, .hang)),
            ("end-2", .end(afterEvents: 2)), ("error-3", .error(afterEvents: 3)),
            ("badjson-1", .brokenJSON(afterEvents: 1)), ("badutf8-1", .brokenUTF8(afterEvents: 1)),
            ("badchunk", .badChunk), ("short", .statedLength(offBy: -10)), ("long", .statedLength(offBy: 10)),
            ("html", .html), ("crlf", .crlf), ("close", .close), ("reset", .reset),
            ("badheader-nul", .badHeader("nul")), ("line-16m", .hugeLine(16 << 20)), ("body-1k", .hugeBody(1024)),
            ("dribble-7x3", .dribble(7, .milliseconds(3))), ("split-5", .split(5)),
        ]
    )
    func faults(_ model: String, _ fault: VendorBehaviour.Fault) {
        #expect(VendorBehaviour(model: model) == self.behaviour { $0.fault = fault })
    }
}

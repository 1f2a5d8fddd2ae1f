import Exchange
import Testing

@Suite("Failures in normal form")
struct GatewayFailureTests {
    @Test("waiting helps with what is transient, and nothing else")
    func waiting() {
        let transient: Set<GatewayFailure.Kind> = [
            .requestTimeout, .rateLimited, .overloaded, .upstreamUnavailable, .upstreamFailed, .upstreamTimeout,
            .interrupted,
        ]
        for kind in GatewayFailure.Kind.allCases { #expect(kind.waitingHelps == transient.contains(kind)) }
    }

    @Test("every kind says whether to try again, or how long to wait, or nothing")
    func headers() {
        func headers(_ failure: GatewayFailure) -> [String] { failure.retryHeaders.map { "\($0.name): \($0.value)" } }
        #expect(headers(GatewayFailure(.invalidKey, "x")) == ["x-should-retry: false"])
        #expect(headers(GatewayFailure(.overloaded, "x")) == ["retry-after: 1"])
        #expect(headers(GatewayFailure(.overloaded, "x", retryAfter: .milliseconds(2500))) == ["retry-after: 3"])
        #expect(headers(GatewayFailure(.rateLimited, "x")).isEmpty)
        #expect(headers(GatewayFailure(.upstreamTimeout, "x")).isEmpty)
        let budget = GatewayFailure(.budgetExhausted, "x", retryAfter: .seconds(60))
        #expect(headers(budget) == ["retry-after: 60", "x-should-retry: false"])
    }
}

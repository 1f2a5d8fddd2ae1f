import Testing

@testable import Policy

@Suite("What is learnt of a target")
struct ModelUsageTests {
    @Test("it starts careful: a token for three bytes, 4,096 tokens of output under the cap")
    func start() {
        let usage = ModelUsage()
        #expect((999...1_001).contains(usage.inputTokens(bytes: 3_000)))
        #expect(usage.expectedOutput(cap: nil) == 4_096)
        #expect(usage.expectedOutput(cap: 100) == 100)
        #expect(usage.expectedOutput(cap: -1) == 0)
        #expect(usage.expectedOutput(cap: .max) == 4_096)
        #expect(usage.inputTokens(bytes: -1) == 0 && usage.streamedOutput(bytes: 0) == 0)
        #expect(usage.inputTokens(bytes: .max) > 0)
    }

    @Test("after a hundred settlements streamed bytes tell the tokens to a tenth", arguments: 0..<10 as Range<UInt64>)
    func streamed(_ seed: UInt64) {
        let random = Randomness.seeded(seed)
        let usage = ModelUsage()
        let bytesPerToken = 2 + Int(seed) % 5
        func tokens() -> Int { 50 + Int(random.bytes(1)[0]) * 8 }
        func noise(_ count: Int) -> Int { count * (95 + Int(random.bytes(1)[0]) % 11) / 100 }
        for _ in 0..<100 {
            let output = tokens()
            usage.learn(
                inputBytes: output * 4,
                inputTokens: output,
                outputTokens: output,
                streamedBytes: noise(output * bytesPerToken)
            )
        }
        for _ in 0..<20 {
            let output = tokens()
            let guess = usage.streamedOutput(bytes: output * bytesPerToken)
            #expect(abs(guess - output) * 10 <= output)
        }
        #expect((240...260).contains(usage.inputTokens(bytes: 1_000)))
    }

    @Test("the reservation is what nineteen of twenty recent answers stayed under")
    func p95() {
        let usage = ModelUsage()
        for output in 1...100 { usage.learn(inputBytes: 0, inputTokens: 0, outputTokens: output, streamedBytes: 0) }
        #expect((90...100).contains(usage.expectedOutput(cap: nil)))
        #expect((44...52).contains(usage.meanOutput))
        for _ in 0..<250 { usage.learn(inputBytes: 0, inputTokens: 0, outputTokens: 1_000, streamedBytes: 0) }
        #expect(usage.expectedOutput(cap: nil) == 1_000 && usage.meanOutput == 1_000)
    }

    @Test("numbers that cannot be teach nothing dangerous")
    func nonsense() {
        let usage = ModelUsage()
        for number in [Int.min, -1, 0, .max] {
            usage.learn(inputBytes: number, inputTokens: number, outputTokens: number, streamedBytes: number)
            usage.learn(inputBytes: 1, inputTokens: number, outputTokens: 1, streamedBytes: number)
        }
        #expect(usage.inputTokens(bytes: 1_000_000) <= 4_000_000)
        #expect(usage.expectedOutput(cap: 500) <= 500)
    }

    @Test("each target has its own, told apart by provider and name")
    func estimator() {
        let estimator = UsageEstimator()
        let one = estimator.model(provider: "a", upstreamModel: "m")
        #expect(estimator.model(provider: "a", upstreamModel: "m") === one)
        #expect(estimator.model(provider: "b", upstreamModel: "m") !== one)
        #expect(estimator.model(provider: "a", upstreamModel: "n") !== one)
    }
}

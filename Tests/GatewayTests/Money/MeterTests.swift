import Exchange
import Policy
import Testing

@testable import Gateway

@Suite("What an attempt is charged for")
struct MeterTests {
    private func counts(_ input: Int, _ output: Int) -> TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = input
        usage.visibleOutputTokens = output
        return usage
    }

    private func settle(
        _ ending: Meter.Ending,
        isStream: Bool = true,
        reported: TokenUsage? = nil,
        contentBytes: Int = 0,
        hasOutput: Bool = true,
        learned: ModelUsage = ModelUsage()
    ) -> (usage: TokenUsage, isEstimated: Bool) {
        Meter(ending: ending, isStream: isStream, reported: reported, contentBytes: contentBytes)
            .settle(inputTokens: 100, hasOutput: hasOutput, learned: learned)
    }

    @Test("the vendor's final counts stand as they are, zeros included (N097)")
    func answered() {
        let told = self.settle(.answered, reported: self.counts(7, 3), contentBytes: 9_000)
        #expect(told.usage == self.counts(7, 3) && !told.isEstimated)
        let nothing = self.settle(.answered, reported: TokenUsage(), contentBytes: 9_000)
        #expect(nothing.usage == TokenUsage() && !nothing.isEstimated)
    }

    @Test("an answer without counts is estimated from what was sent and what came")
    func answeredWithoutCounts() {
        let learned = ModelUsage()
        let settled = self.settle(.answered, contentBytes: 4_000, learned: learned)
        #expect(settled.isEstimated)
        #expect(settled.usage.inputTokens == 100)
        #expect(settled.usage.outputTokens == learned.streamedOutput(bytes: 4_000))
        #expect(settled.usage.outputTokens > 0)
        #expect(self.settle(.answered, contentBytes: 4_000, hasOutput: false).usage.outputTokens == 0)
    }

    @Test("a refusal costs nothing, and so does a vendor that never answered")
    func refused() {
        let refused = self.settle(.refused, reported: self.counts(7, 3))
        #expect(refused.usage == TokenUsage() && !refused.isEstimated)
        let silent = self.settle(.unanswered)
        #expect(silent.usage == TokenUsage() && silent.isEstimated)
    }

    @Test("a cut stream keeps what the vendor told and estimates the rest, never less than told")
    func cut() {
        let learned = ModelUsage()
        let expected = learned.streamedOutput(bytes: 3_000)
        let begun = self.settle(.cut, reported: self.counts(50, 1), contentBytes: 3_000, learned: learned)
        #expect(begun.isEstimated)
        #expect(begun.usage.inputTokens == 50)
        #expect(begun.usage.outputTokens == expected)
        let more = self.settle(.cut, reported: self.counts(50, 90_000), contentBytes: 3_000, learned: learned)
        #expect(more.usage.outputTokens == 90_000)
        let silent = self.settle(.cut, contentBytes: 3_000, learned: learned)
        #expect(silent.usage.inputTokens == 100 && silent.usage.outputTokens == expected)
    }

    @Test("an exchange given up while the vendor works: whole answers go on being made, streams do not")
    func abandoned() {
        let learned = ModelUsage()
        let whole = self.settle(.abandoned, isStream: false, learned: learned)
        #expect(whole.usage.inputTokens == 100 && whole.usage.outputTokens == learned.meanOutput && whole.isEstimated)
        let stream = self.settle(.abandoned, learned: learned)
        #expect(stream.usage.inputTokens == 100 && stream.usage.outputTokens == 0 && stream.isEstimated)
    }

    @Test("counts at the edge of the number range do not trap (N080)")
    func extremes() {
        let huge = self.settle(.cut, reported: self.counts(.max, .max), contentBytes: .max)
        #expect(huge.usage.inputTokens == .max && huge.usage.outputTokens == .max)
        let reasoning = {
            var usage = TokenUsage()
            usage.reasoningTokens = .max
            return usage
        }()
        #expect(self.settle(.cut, reported: reasoning, contentBytes: .max).usage.outputTokens == .max)
    }
}

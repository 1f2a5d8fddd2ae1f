import Exchange
import Policy

/// What of an attempt was seen, and so what it is charged for when the vendor's own final count did not arrive. A value: the
/// rules of settlement are here and nowhere else.
struct Meter {
    /// How an attempt ended.
    enum Ending: Equatable {
        /// With a whole answer.
        case answered
        /// With a refusal of the vendor's: nothing was generated.
        case refused
        /// With nothing: the connection broke before an answer began.
        case unanswered
        /// Inside the answer: cut by the vendor, the way, the caller or us.
        case cut
        /// Given up by the caller or by us while the vendor was still at work.
        case abandoned
    }

    /// How it ended.
    var ending: Ending
    /// The caller asked for a stream.
    var isStream: Bool
    /// Counts of the vendor's, as far as they came.
    var reported: TokenUsage?
    /// Bytes of content that came.
    var contentBytes: Int

    /// The counts to settle, and whether they are ours.
    ///
    /// - Parameters:
    ///   - inputTokens: The estimate made at admission.
    ///   - hasOutput: Whether answers have tokens at all (embeddings have none).
    ///   - learned: What is known of the model.
    /// - Returns: Disjoint counts.
    func settle(
        inputTokens: Int,
        hasOutput: Bool,
        learned: ModelUsage
    ) -> (usage: TokenUsage, isEstimated: Bool) {
        switch self.ending {
        case .answered:
            if let reported { return (reported, false) }
            return (self.estimated(inputTokens, hasOutput ? learned.streamedOutput(bytes: self.contentBytes) : 0), true)
        case .refused:
            return (TokenUsage(), false)
        case .unanswered:
            return (TokenUsage(), true)
        case .cut:
            return (self.estimated(inputTokens, hasOutput ? learned.streamedOutput(bytes: self.contentBytes) : 0), true)
        case .abandoned:
            return (self.estimated(inputTokens, self.isStream || !hasOutput ? 0 : learned.meanOutput), true)
        }
    }

    /// What the vendor told stands; what it did not is estimated. It tells the input first, the output last.
    private func estimated(_ inputTokens: Int, _ outputTokens: Int) -> TokenUsage {
        var usage = self.reported ?? TokenUsage()
        if usage.inputTokens == 0 { usage.uncachedInputTokens = max(0, inputTokens) }
        let (missing, overflow) = max(0, outputTokens).subtractingReportingOverflow(usage.outputTokens)
        if !overflow, missing > 0 {
            let (sum, tooMuch) = usage.visibleOutputTokens.addingReportingOverflow(missing)
            usage.visibleOutputTokens = tooMuch ? .max : sum
        }
        return usage
    }
}

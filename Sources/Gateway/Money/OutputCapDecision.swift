import Exchange
import Policy
import Storage
import Wire

/// How long an answer may be, and the edit that tells the vendor. The caller's own cap stands unless its key says less; a
/// request without one gets one where its key has one, or where a budget needs a true upper bound.
struct OutputCapDecision {
    /// The cap that the vendor is told, ours or the caller's; `nil` when it is not told.
    let tokens: Int?
    /// The cap to write into a translated request, when it is not the caller's own.
    let override: Int?
    /// The edit of a body that is passed through; none when the caller's own cap stands.
    let patches: [BytePatch]

    init(_ facts: borrowing Inspected, _ operation: Exchange.Operation, _ key: KeyEntry, _ target: Target) {
        let asked = facts.maxOutputTokens
        let pricing = target.pricing
        guard let ours = Self.ours(asked, operation, key, target), ours < asked ?? .max else {
            self.tokens = asked
            self.override = nil
            self.patches = []
            return
        }
        self.tokens = ours
        self.override = ours
        let field = Self.field(operation, pricing)
        self.patches = facts.outputCap?.capPatches(ours, field: field) ?? []
    }

    private static func ours(
        _ asked: Int?,
        _ operation: Exchange.Operation,
        _ key: KeyEntry,
        _ target: Target
    ) -> Int? {
        let pricing = target.pricing
        switch operation {
        case .chat, .responses, .messages, .completions: break
        case .countTokens, .embeddings, .moderations, .responsesInputTokens, .responsesCompact, .models: return nil
        }
        let (ofKey, ofTarget) = (key.maxOutputTokens, target.overrides.maxOutputTokens)
        if let limit = ofKey.map({ min($0, ofTarget ?? $0) }) ?? ofTarget {
            return min(limit, pricing.largestOutput ?? limit)
        }
        guard asked == nil, key.limits.wantsUpperBound else { return nil }
        return pricing.largestOutput
    }

    private static func field(_ operation: Exchange.Operation, _ pricing: TargetPricing) -> String {
        switch operation {
        case .chat: pricing.chatCapField
        case .responses: "max_output_tokens"
        default: "max_tokens"
        }
    }
}

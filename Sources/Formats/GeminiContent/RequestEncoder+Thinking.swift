import Exchange
import Wire

extension RequestEncoder {
    /// Writes `thinkingConfig`: a level or a budget, never both, as the model takes it; nothing where the model's own
    /// default is meant.
    mutating func writeThinking() throws(TranslationRefusal) {
        let intent = self.request.reasoning
        let plan: ThinkingPlan
        switch self.target.capabilities.reasoning {
        case .none:
            let wants = !intent.isUnset && !intent.isOff
            if wants { try self.report.dropped(.parameter(.reasoning)) }
            return
        case .effort(let levels), .adaptive(let levels, _): plan = try self.level(intent, levels)
        case .budget(let range, let canDisable): plan = try self.budget(intent, range, canDisable)
        }
        let isShown = intent.isShown == true && !intent.isOff
        guard plan != .unset || isShown else { return }
        self.writer.member(
            "thinkingConfig",
            object: { writer in
                switch plan {
                case .unset: break
                case .level(let level): writer.member("thinkingLevel", level.rawValue.uppercased())
                case .budget(let tokens): writer.member("thinkingBudget", tokens)
                }
                if isShown { writer.member("includeThoughts", true) }
            }
        )
    }

    private enum ThinkingPlan: Equatable {
        case unset
        case level(ReasoningIntent.Effort)
        case budget(Int)
    }

    private mutating func level(
        _ intent: ReasoningIntent,
        _ levels: Set<ReasoningIntent.Effort>
    ) throws(TranslationRefusal) -> ThinkingPlan {
        let known = levels.filter { $0 != .none && $0 != .max }.sorted()
        guard let lowest = known.first else { return .unset }
        if intent.isOff {
            try self.report.approximated(.parameter(.reasoning), "\(lowest)")
            return .level(lowest)
        }
        if let effort = intent.effort {
            let level = Self.nearest(effort, known) ?? lowest
            if level != effort { try self.report.approximated(.parameter(.reasoningEffort), "\(level)") }
            return .level(level)
        }
        guard intent.mode == .budgeted, let budget = intent.budget else { return .unset }
        let level = Self.nearest(Self.effort(of: budget), known) ?? lowest
        try self.report.approximated(.parameter(.reasoningBudget), "\(level)")
        return .level(level)
    }

    /// The grade itself, or the next one below; a middle one becomes high where there is none (Gemini 3 Pro).
    private static func nearest(
        _ effort: ReasoningIntent.Effort,
        _ known: [ReasoningIntent.Effort]
    ) -> ReasoningIntent.Effort? {
        if effort == .medium, !known.contains(.medium), known.contains(.high) { return .high }
        return known.last { $0 <= effort }
    }

    private static func effort(of budget: Int) -> ReasoningIntent.Effort {
        switch budget {
        case ..<4096: .low
        case ..<16_384: .medium
        case ..<32_768: .high
        default: .xhigh
        }
    }

    private mutating func budget(
        _ intent: ReasoningIntent,
        _ range: ClosedRange<Int>,
        _ canDisable: Bool
    ) throws(TranslationRefusal) -> ThinkingPlan {
        if intent.isOff || intent.budget == 0 {
            if canDisable { return .budget(0) }
            try self.report.approximated(.parameter(.reasoning), "\(range.lowerBound)")
            return .budget(range.lowerBound)
        }
        // Thoughts count towards the cap on output: some of it has to be left for the answer.
        let most = max(min(range.upperBound, (self.request.maxOutputTokens ?? .max) - 1), range.lowerBound)
        if intent.mode == .budgeted, let budget = intent.budget {
            return .budget(try self.clamp(budget, to: range.lowerBound...most))
        }
        if let effort = intent.effort {
            let tokens = min(Self.tokens(of: effort, most: range.upperBound), range.upperBound)
            return .budget(try self.clamp(max(tokens, range.lowerBound), to: range.lowerBound...most))
        }
        // The model decides, also one that does not think by itself.
        return intent.mode == .adaptive ? .budget(-1) : .unset
    }

    private mutating func clamp(_ tokens: Int, to range: ClosedRange<Int>) throws(TranslationRefusal) -> Int {
        let clamped = min(max(tokens, range.lowerBound), range.upperBound)
        if clamped != tokens {
            try self.report.clamped(.parameter(self.request.reasoning.field), to: "\(clamped)")
        }
        return clamped
    }

    private static func tokens(of effort: ReasoningIntent.Effort, most: Int) -> Int {
        switch effort {
        case .none: 0
        case .minimal: 512
        case .low: 1024
        case .medium: 8192
        case .high: 24_576
        case .xhigh, .max: most
        }
    }
}

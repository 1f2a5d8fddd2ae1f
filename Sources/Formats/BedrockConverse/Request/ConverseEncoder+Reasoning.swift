import Exchange
import Wire

extension ConverseEncoder {
    private var intent: ReasoningIntent { self.request.reasoning }

    /// Whether the caller wants no thinking.
    private var wantsNone: Bool { self.intent.mode == .off || self.intent.effort == ReasoningIntent.Effort.none }

    /// Decides how the model is asked to think, and settles it with a forced tool.
    mutating func planReasoning() throws(TranslationRefusal) {
        switch self.capabilities.reasoning {
        case .none:
            guard !self.intent.isUnset, !self.wantsNone else { return }
            try self.report.dropped(.parameter(.reasoning))
        case .adaptive(let grades, let canDisable): try self.planAdaptive(grades, canDisable: canDisable)
        case .budget(let range, let canDisable): try self.planBudget(range, canDisable: canDisable)
        case .effort(let grades): try self.planEffort(grades)
        }
        try self.settleWithForcedTool()
    }

    private mutating func planAdaptive(
        _ grades: Set<ReasoningIntent.Effort>,
        canDisable: Bool
    ) throws(TranslationRefusal) {
        if self.wantsNone {
            if canDisable {
                self.reasoning.thinking = .disabled
            } else {
                try self.report.approximated(.parameter(.reasoning), "lowest_effort")
                self.reasoning.effort = grades.filter { $0 != .none }.min()?.rawValue
                self.reasoning.isThinking = true
            }
            return
        }
        guard !self.intent.isUnset else {
            self.reasoning.isThinking = !canDisable || self.capabilities.reasonsByDefault
            return
        }
        var effort = self.intent.effort
        if effort == nil, let budget = self.intent.budget {
            let grade = ReasoningIntent.Effort(budget: budget)
            try self.report.approximated(.parameter(.reasoningBudget), grade.rawValue)
            effort = grade
        }
        if let effort { self.reasoning.effort = try self.nearest(effort, in: grades)?.rawValue }
        // A Messages caller who gives a grade without thinking wants a brief answer, not thoughts.
        if self.intent.mode == .unset, self.request.origin == .messages {
            self.reasoning.isThinking = !canDisable || self.capabilities.reasonsByDefault
            return
        }
        self.reasoning.thinking = .adaptive(display: self.intent.isShown.map { $0 ? "summarized" : "omitted" })
        self.reasoning.isThinking = true
    }

    private mutating func planBudget(
        _ range: ClosedRange<Int>,
        canDisable: Bool
    ) throws(TranslationRefusal) {
        guard !self.intent.isUnset else {
            self.reasoning.isThinking = !canDisable || self.capabilities.reasonsByDefault
            return
        }
        let lowest = max(range.lowerBound, 1024)
        if self.wantsNone {
            guard !canDisable else { return }
            try self.report.approximated(.parameter(.reasoning), "lowest_budget")
            try self.set(budget: lowest, in: range)
            return
        }
        if let budget = self.intent.budget {
            try self.set(budget: budget, in: range)
        } else if let effort = self.intent.effort {
            guard self.intent.mode != .unset || self.request.origin != .messages else {
                return try self.report.dropped(.parameter(.reasoningEffort))
            }
            try self.set(budget: effort.budget, in: range)
        } else {
            try self.report.approximated(.parameter(.reasoning), "medium_budget")
            try self.set(budget: ReasoningIntent.Effort.medium.budget, in: range)
        }
    }

    /// A budget lies between the model's bounds and below the cap on all output.
    private mutating func set(budget: Int, in range: ClosedRange<Int>) throws(TranslationRefusal) {
        let lowest = max(range.lowerBound, 1024)
        var highest = max(range.upperBound, lowest)
        let cap = self.request.maxOutputTokens ?? self.capabilities.maxOutputTokens
        if let cap {
            let cap = min(cap, self.capabilities.maxOutputTokens ?? cap)
            guard cap > lowest else {
                return try self.report.approximated(.parameter(.reasoning), "off_for_want_of_tokens")
            }
            highest = min(highest, cap - 1)
        }
        let settled = min(max(budget, lowest), highest)
        if settled != budget { try self.report.clamped(.parameter(self.intent.field), to: "\(settled)") }
        self.reasoning.thinking = .budget(settled)
        self.reasoning.isThinking = true
    }

    private mutating func planEffort(_ grades: Set<ReasoningIntent.Effort>) throws(TranslationRefusal) {
        guard !self.intent.isUnset else {
            self.reasoning.isThinking = self.capabilities.reasonsByDefault
            return
        }
        var wanted = self.intent.effort ?? self.intent.budget.map { ReasoningIntent.Effort(budget: $0) } ?? .medium
        if self.wantsNone { wanted = .none }
        if self.intent.effort == nil, self.intent.budget != nil, wanted != .none {
            try self.report.approximated(.parameter(.reasoningBudget), wanted.rawValue)
        }
        switch self.family {
        case .claude: self.reasoning.effort = try self.nearest(wanted, in: grades)?.rawValue
        case .openAI: self.reasoning.openAIEffort = try self.nearest(wanted, in: grades)?.rawValue
        case .nova: try self.planNova(wanted, grades)
        case .qwen:
            guard wanted != .none else { return }
            self.reasoning.qwenEffort = try self.nearest(wanted, in: grades)?.rawValue
        case .mistral, .cohere, .other:
            if wanted != .none { try self.report.dropped(.parameter(self.intent.field)) }
            self.reasoning.isThinking = self.capabilities.reasonsByDefault
            return
        }
        self.reasoning.isThinking = wanted != .none
    }

    /// At the highest grade Nova takes no cap on output; a cap that the caller set counts more.
    private mutating func planNova(
        _ wanted: ReasoningIntent.Effort,
        _ grades: Set<ReasoningIntent.Effort>
    ) throws(TranslationRefusal) {
        guard wanted != .none else {
            self.reasoning.novaEffort = "none"
            return
        }
        var effort = try self.nearest(wanted, in: grades) ?? .low
        if effort >= .high, self.request.maxOutputTokens != nil {
            try self.report.approximated(.parameter(self.intent.field), "medium")
            effort = .medium
        }
        self.reasoning.novaEffort = effort.rawValue
    }

    private mutating func nearest(
        _ effort: ReasoningIntent.Effort,
        in grades: Set<ReasoningIntent.Effort>
    ) throws(TranslationRefusal) -> ReasoningIntent.Effort? {
        let nearest = effort.nearest(in: grades)
        if nearest != effort { try self.report.approximated(.parameter(.reasoningEffort), nearest?.rawValue ?? "none") }
        return nearest
    }

    /// Claude cannot be forced to call while it thinks: thinking gives way, unless the caller's own format has the same
    /// rule and its vendor is to decide.
    private mutating func settleWithForcedTool() throws(TranslationRefusal) {
        guard self.tools.choice != nil, self.reasoning.isThinking, !self.capabilities.forcesToolsWhileReasoning,
            self.request.origin != .messages
        else { return }
        let canDisable =
            switch self.capabilities.reasoning {
            case .adaptive(_, let canDisable), .budget(_, let canDisable): canDisable
            case .effort, .none: false
            }
        guard canDisable else {
            throw self.report.refusal(
                .parameter(.toolChoice),
                "cannot be forced to call a tool while it thinks",
                wayOut: "Leave the choice open."
            )
        }
        try self.report.approximated(.parameter(.reasoning), "off_for_forced_tool")
        self.reasoning = ReasoningPlan()
        if case .adaptive = self.capabilities.reasoning { self.reasoning.thinking = .disabled }
    }
}

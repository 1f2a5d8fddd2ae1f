import Exchange
import Wire

/// How the model is told to think.
struct ThinkingPlan: Equatable {
    /// The value of `thinking`; `nil` leaves it out.
    enum Mode: Equatable {
        case adaptive, disabled
        case enabled(budget: Int)
    }

    var mode: Mode?
    /// `output_config.effort`
    var effort: ReasoningIntent.Effort?
    /// `thinking.display`
    var display: String?

    /// Thinking was asked for, so that sampling settings have no place.
    var isOn: Bool { self.mode != nil && self.mode != .disabled }

    /// Tokens set aside for thinking.
    var budget: Int? { if case .enabled(let budget) = self.mode { budget } else { nil } }

    /// Writes `thinking` and `output_config`.
    func write(to writer: inout JSONWriter, schema: RawJSON?) {
        if let mode = self.mode {
            writer.member("thinking") { writer in
                switch mode {
                case .adaptive: writer.member("type", "adaptive")
                case .disabled: writer.member("type", "disabled")
                case .enabled(let budget):
                    writer.member("type", "enabled")
                    writer.member("budget_tokens", budget)
                }
                if let display = self.display, mode != .disabled { writer.member("display", display) }
            }
        }
        guard self.effort != nil || schema != nil else { return }
        writer.member("output_config") { writer in
            if let effort = self.effort { writer.member("effort", effort.rawValue) }
            guard let schema else { return }
            writer.member("format") { writer in
                writer.member("type", "json_schema")
                writer.member("schema", schema)
            }
        }
    }
}

extension MessagesRequestEncoder {
    /// The plan, by what the model knows; a forced tool may switch thinking off.
    mutating func preparedThinking(choice: PreparedChoice, turns: [Turn]) throws(TranslationRefusal) -> ThinkingPlan {
        var plan = try self.plannedThinking()
        plan.display = self.request.reasoning.isShown.map { $0 ? "summarized" : "omitted" }
        if choice.isForced, !self.capabilities.forcesToolsWhileReasoning, !self.isNative || choice.isForOutput {
            plan = try self.withoutThinking(plan)
        }
        // A budget needs the thoughts that led to the calls whose results come now; callers that cannot carry thoughts
        // have lost them.
        if plan.budget != nil, Self.lacksThoughts(turns) {
            try self.report.approximated(.parameter(.reasoning), "off_in_tool_loop")
            plan = ThinkingPlan(mode: nil)
        }
        return plan
    }

    private mutating func plannedThinking() throws(TranslationRefusal) -> ThinkingPlan {
        let intent = self.request.reasoning
        let isOff = intent.mode == .off || intent.effort == ReasoningIntent.Effort.none
        switch self.capabilities.reasoning {
        case .none:
            if !isOff, !intent.isUnset { try self.report.dropped(.parameter(.reasoning)) }
            return ThinkingPlan()
        case .effort(let grades):
            guard !isOff, let effort = try self.effort(among: grades) else { return ThinkingPlan() }
            return ThinkingPlan(effort: effort)
        case .adaptive(let grades, let canDisable):
            return try self.adaptive(grades, canDisable: canDisable, isOff: isOff)
        case .budget(let range, let canDisable):
            return try self.budgeted(range, canDisable: canDisable, isOff: isOff)
        }
    }

    private mutating func adaptive(
        _ grades: Set<ReasoningIntent.Effort>,
        canDisable: Bool,
        isOff: Bool
    ) throws(TranslationRefusal) -> ThinkingPlan {
        let intent = self.request.reasoning
        if isOff {
            var plan = ThinkingPlan(mode: .disabled, effort: try self.effort(among: grades))
            guard !canDisable else { return plan }
            try self.report.approximated(.parameter(.reasoning), "lowest_effort")
            plan.mode = nil
            plan.effort = grades.filter { $0 != .none }.min()
            return plan
        }
        let effort = try self.effort(among: grades)
        switch intent.mode {
        case .adaptive, .budgeted: return ThinkingPlan(mode: .adaptive, effort: effort)
        case .unset, .off: break
        }
        // An effort alone does not switch a Messages caller's thinking on; elsewhere it means just that.
        let isWanted = !self.isNative && (effort != nil || intent.isShown == true)
        return ThinkingPlan(mode: isWanted ? .adaptive : nil, effort: effort)
    }

    /// The grade asked for, or what the budget amounts to, brought down to one that the model knows.
    private mutating func effort(
        among grades: Set<ReasoningIntent.Effort>
    ) throws(TranslationRefusal) -> ReasoningIntent.Effort? {
        let intent = self.request.reasoning
        var asked = intent.effort
        if asked == nil, intent.mode != .off, let budget = intent.budget {
            let grade: ReasoningIntent.Effort =
                budget < 4096 ? .low : budget < 16384 ? .medium : budget < 32768 ? .high : .xhigh
            try self.report.approximated(.parameter(.reasoningBudget), grade.rawValue)
            asked = grade
        }
        guard let asked, asked != ReasoningIntent.Effort.none else { return nil }
        let known = grades.filter { $0 != ReasoningIntent.Effort.none }
        guard let nearest = known.filter({ $0 <= asked }).max() ?? known.min() else { return nil }
        if nearest != asked, intent.effort != nil {
            try self.report.approximated(.parameter(.reasoningEffort), nearest.rawValue)
        }
        return nearest
    }

    private mutating func budgeted(
        _ range: ClosedRange<Int>,
        canDisable: Bool,
        isOff: Bool
    ) throws(TranslationRefusal) -> ThinkingPlan {
        let intent = self.request.reasoning
        if isOff {
            if canDisable { return ThinkingPlan(mode: .disabled) }
            try self.report.approximated(.parameter(.reasoning), "lowest_budget")
        }
        guard let asked = isOff ? range.lowerBound : try self.budget(intent) else { return ThinkingPlan() }
        let least = max(range.lowerBound, 1024)
        var most = max(range.upperBound, least)
        if let cap = self.request.maxOutputTokens { most = min(most, cap - 1) }
        if let highest = self.capabilities.maxOutputTokens { most = min(most, highest - 1) }
        guard most >= least else {
            try self.report.approximated(.parameter(.reasoning), "off_for_want_of_tokens")
            return ThinkingPlan()
        }
        let budget = min(max(asked, least), most)
        if budget != asked { try self.report.clamped(.parameter(.reasoningBudget), to: String(budget)) }
        return ThinkingPlan(mode: .enabled(budget: budget))
    }

    /// Tokens for what was asked; `nil` when nothing was.
    private mutating func budget(_ intent: ReasoningIntent) throws(TranslationRefusal) -> Int? {
        if let budget = intent.budget { return budget }
        switch intent.effort {
        case .minimal: return 1024
        case .low: return 2048
        case .medium: return 8192
        case .high: return 24576
        case .xhigh, .max: return 32000
        case nil, .some(.none): break
        }
        guard intent.mode == .adaptive || intent.mode == .budgeted else { return nil }
        try self.report.approximated(.parameter(.reasoning), "high_budget")
        return 24576
    }

    /// The model thinks: it was told to, or does so when nothing is said.
    func thinks(_ plan: ThinkingPlan) -> Bool {
        plan.isOn || plan.mode == nil && self.capabilities.reasoning != .none && self.capabilities.reasonsByDefault
    }

    /// A forced tool and thoughts exclude each other.
    private mutating func withoutThinking(_ plan: ThinkingPlan) throws(TranslationRefusal) -> ThinkingPlan {
        let canDisable: Bool
        switch self.capabilities.reasoning {
        case .none, .effort: return plan
        case .adaptive(_, let flag), .budget(_, let flag): canDisable = flag
        }
        guard canDisable else {
            throw self.report.refusal(
                .parameter(.toolChoice),
                "always thinks, and cannot be forced to call a tool while it does",
                wayOut: "Leave the choice to the model."
            )
        }
        if self.thinks(plan) { try self.report.approximated(.parameter(.reasoning), "off_for_forced_tool") }
        if case .budget = self.capabilities.reasoning { return ThinkingPlan() }
        return ThinkingPlan(mode: .disabled)
    }

    /// Whether the conversation ends in results of calls that no thoughts of this vendor's led to.
    private static func lacksThoughts(_ turns: [Turn]) -> Bool {
        guard let last = turns.last, last.role == .user, let first = last.blocks.first else { return false }
        guard case .toolResult = first.content, let turn = turns.dropLast().last else { return false }
        return !turn.blocks.contains { if case .reasoning = $0.content { true } else { false } }
    }
}

import Exchange
import Wire

extension ChatRequestWriter {
    mutating func writeSampling() throws(TranslationRefusal) {
        let sampling = self.request.sampling
        try self.writeRandomness(sampling)
        if sampling.topK.value != nil { try self.report.dropped(.parameter(.topK)) }
        try self.writePenalty("frequency_penalty", sampling.frequencyPenalty.value, .frequencyPenalty)
        try self.writePenalty("presence_penalty", sampling.presencePenalty.value, .presencePenalty)
        if let seed = sampling.seed.value { self.json.member("seed", seed) }
        try self.writeVerbosity()
        guard let alternatives = self.request.logprobs else { return }
        guard self.takesRandomness else {
            throw self.report.refusal(.parameter(.logprobs), "tells no log probabilities", wayOut: "Leave it out.")
        }
        self.json.member("logprobs", true)
        if alternatives > 0 { self.json.member("top_logprobs", alternatives) }
    }

    /// OpenAI's models that think take temperature, top-p and log probabilities only when they do not.
    private var takesRandomness: Bool {
        guard self.can.sampling != .none else { return self.isOpenAI && self.effort == ReasoningIntent.Effort.none }
        return self.can.samplesWhileReasoning || !self.thinks
    }

    /// The model thinks: it was told to, or does so when nothing is said.
    private var thinks: Bool {
        guard self.can.reasoning != .none else { return false }
        return self.effort.map { $0 != ReasoningIntent.Effort.none } ?? self.can.reasonsByDefault
    }

    private mutating func writeRandomness(_ sampling: Sampling) throws(TranslationRefusal) {
        let temperature = sampling.temperature.value
        let topP = sampling.topP.value
        guard self.takesRandomness else {
            // 1 is what these models do anyway.
            if let temperature, temperature != 1 { try self.report.dropped(.parameter(.temperature)) }
            if let topP, topP != 1 { try self.report.dropped(.parameter(.topP)) }
            return
        }
        if let temperature {
            self.json.member(
                "temperature",
                try self.clamped(temperature, 0...max(self.can.maxTemperature, 0), .temperature)
            )
        }
        guard let topP else { return }
        if self.can.sampling == .temperatureOrTopP, temperature != nil {
            if topP != 1 { try self.report.dropped(.parameter(.topP)) }
        } else {
            self.json.member("top_p", try self.clamped(topP, 0...1, .topP))
        }
    }

    private mutating func writePenalty(
        _ name: StaticString,
        _ value: Double?,
        _ parameter: RequestField.Parameter
    ) throws(TranslationRefusal) {
        guard let value, value != 0 else { return }
        guard self.can.takesPenalties, self.can.sampling != .none else {
            return try self.report.dropped(.parameter(parameter))
        }
        self.json.member(name, try self.clamped(value, -2...2, parameter))
    }

    private mutating func clamped(
        _ value: Double,
        _ bounds: ClosedRange<Double>,
        _ parameter: RequestField.Parameter
    ) throws(TranslationRefusal) -> Double {
        let near = min(max(value, bounds.lowerBound), bounds.upperBound)
        if near != value {
            var text = JSONWriter()
            text.double(near)
            try self.report.clamped(.parameter(parameter), to: String(decoding: text.bytes, as: UTF8.self))
        }
        return near
    }

    /// OpenAI's newer models alone know how much to say; the others say a medium amount.
    private mutating func writeVerbosity() throws(TranslationRefusal) {
        guard let verbosity = self.request.verbosity else { return }
        if self.isOpenAI, self.can.reasoning != .none {
            self.json.member("verbosity", verbosity)
        } else if verbosity != "medium" {
            try self.report.dropped(.parameter(.verbosity))
        }
    }

    mutating func writeReasoning() throws(TranslationRefusal) {
        self.effort = try self.nearestEffort()
        if let effort = self.effort { self.json.member("reasoning_effort", effort.rawValue) }
        self.notes.isReasoning = self.can.reasoning != .none && self.effort != ReasoningIntent.Effort.none
        guard self.request.reasoning.isShown == true, self.isOpenAI, self.can.reasoning != .none else { return }
        // OpenAI's Chat door never shows thoughts; compatible servers show them unasked.
        try self.report.dropped(.parameter(.reasoningSummary))
    }

    /// The grade that comes nearest to what was asked, downwards where it can be.
    private mutating func nearestEffort() throws(TranslationRefusal) -> ReasoningIntent.Effort? {
        guard let supported = self.supportedEfforts else {
            let intent = self.request.reasoning
            if !intent.isUnset, intent.mode != .off, intent.effort != ReasoningIntent.Effort.none {
                try self.report.dropped(.parameter(intent.field))
            }
            return nil
        }
        guard let wanted = try self.wantedEffort(supported) else { return nil }
        if supported.contains(wanted) { return wanted }
        let thinking = supported.filter { $0 != ReasoningIntent.Effort.none }
        guard let nearest = thinking.filter({ $0 < wanted }).max() ?? thinking.min() else {
            try self.report.dropped(.parameter(.reasoningEffort))
            return nil
        }
        let isSwitch = self.request.reasoning.effort == nil && self.request.reasoning.budget == nil
        try self.report.approximated(.parameter(isSwitch ? .reasoning : .reasoningEffort), nearest.rawValue)
        return nearest
    }

    /// Grades by which this door takes thinking; `nil` when the model does not think.
    private var supportedEfforts: Set<ReasoningIntent.Effort>? {
        switch self.can.reasoning {
        case .none: nil
        case .effort(let efforts): efforts
        case .adaptive(let efforts, let canDisable): canDisable ? efforts.union([.none]) : efforts
        case .budget(_, let canDisable): canDisable ? [.none, .low, .medium, .high] : [.low, .medium, .high]
        }
    }

    private mutating func wantedEffort(
        _ supported: Set<ReasoningIntent.Effort>
    ) throws(TranslationRefusal) -> ReasoningIntent.Effort? {
        let intent = self.request.reasoning
        if intent.mode == .off { return ReasoningIntent.Effort.none }
        if let effort = intent.effort { return effort }
        if let budget = intent.budget {
            let effort: ReasoningIntent.Effort =
                switch budget {
                case ..<4096: .low
                case ..<16384: .medium
                case 32768... where supported.contains(.xhigh): .xhigh
                default: .high
                }
            try self.report.approximated(.parameter(.reasoningBudget), effort.rawValue)
            return effort
        }
        // Models whose grades begin with none do not think unless told to.
        return intent.mode == .adaptive && self.isOpenAI && supported.contains(.none) ? .medium : nil
    }
}

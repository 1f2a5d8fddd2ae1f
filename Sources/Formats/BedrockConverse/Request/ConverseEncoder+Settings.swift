import Exchange
import Wire

extension ConverseEncoder {
    /// Refuses what no model here can do, and reports what only steers.
    mutating func judgeWhatCannotBe() throws(TranslationRefusal) {
        if self.request.choiceCount > 1 {
            throw self.report.refusal(.parameter(.choiceCount), "gives one answer", wayOut: "Ask several times.")
        }
        if self.request.logprobs != nil {
            throw self.report.refusal(.parameter(.logprobs), "has no log probabilities", wayOut: "Leave it out.")
        }
        if self.request.verbosity != nil { try self.report.dropped(.parameter(.verbosity)) }
        if self.request.store == true { try self.report.dropped(.parameter(.store)) }
        let sampling = self.request.sampling
        if sampling.seed.value != nil { try self.report.dropped(.parameter(.seed)) }
        if let penalty = sampling.frequencyPenalty.value, penalty != 0 {
            try self.report.dropped(.parameter(.frequencyPenalty))
        }
        if let penalty = sampling.presencePenalty.value, penalty != 0 {
            try self.report.dropped(.parameter(.presencePenalty))
        }
    }

    /// Writes `inferenceConfig`.
    mutating func writeInferenceConfig() throws(TranslationRefusal) {
        let maxTokens = try self.maxTokens()
        let temperature = try self.temperature()
        let topP = try self.topP(hasTemperature: temperature != nil)
        let stop = try self.stopSequences()
        guard maxTokens != nil || temperature != nil || topP != nil || !stop.isEmpty else { return }
        self.writer.key("inferenceConfig")
        self.writer.beginObject()
        if let maxTokens { self.writer.member("maxTokens", maxTokens) }
        if let temperature { self.writer.member("temperature", temperature) }
        if let topP { self.writer.member("topP", topP) }
        if !stop.isEmpty {
            self.writer.key("stopSequences")
            self.writer.beginArray()
            for text in stop { self.writer.string(text) }
            self.writer.endArray()
        }
        self.writer.endObject()
    }

    /// The cap. Claude gets one in any case, for its own default cuts answers short; the configured one is moderate,
    /// for quotas are charged by it.
    private mutating func maxTokens() throws(TranslationRefusal) -> Int? {
        let most = self.capabilities.maxOutputTokens
        guard let wanted = self.request.maxOutputTokens else {
            guard self.family == .claude else { return nil }
            var cap = self.capabilities.defaultOutputTokens
            if case .budget(let budget) = self.reasoning.thinking {
                let (sum, overflow) = budget.addingReportingOverflow(4096)
                cap = max(cap, overflow ? budget : sum)
            }
            return min(cap, most ?? cap)
        }
        guard wanted > 0 else {
            throw self.report.refusal(
                .parameter(.maxOutputTokens),
                "needs room for one token at least",
                wayOut: "Send 1 or more."
            )
        }
        guard let most, wanted > most else { return wanted }
        try self.report.clamped(.parameter(.maxOutputTokens), to: "\(most)")
        return most
    }

    /// Between 0 and 1, whatever scale the caller's format has: cut, never rescaled.
    private mutating func temperature() throws(TranslationRefusal) -> Double? {
        guard let wanted = self.request.sampling.temperature.value else { return nil }
        guard self.capabilities.sampling != .none, !self.isHighNova else {
            try self.report.dropped(.parameter(.temperature))
            return nil
        }
        let settled = min(max(wanted, 0), min(self.capabilities.maxTemperature, 1))
        if self.isTooThoughtful, settled != 1 {
            try self.report.dropped(.parameter(.temperature))
            return nil
        }
        if settled != wanted {
            try self.report.clamped(.parameter(.temperature), to: settled == 1 ? "1" : "\(settled)")
        }
        return settled
    }

    private mutating func topP(hasTemperature: Bool) throws(TranslationRefusal) -> Double? {
        guard let wanted = self.request.sampling.topP.value else { return nil }
        let isRefused =
            switch self.capabilities.sampling {
            case .all: false
            case .temperatureOrTopP: hasTemperature
            case .none: true
            }
        guard !isRefused, !self.isHighNova, !(self.isTooThoughtful && wanted < self.leastTopP) else {
            try self.report.dropped(.parameter(.topP))
            return nil
        }
        let settled = min(max(wanted, 0), 1)
        if settled != wanted { try self.report.clamped(.parameter(.topP), to: settled == 1 ? "1" : "0") }
        return settled
    }

    /// The model thinks, and then takes no sampling settings.
    private var isTooThoughtful: Bool { self.reasoning.isThinking && !self.capabilities.samplesWhileReasoning }
    /// What Claude still takes while it thinks; others take none but what says nothing.
    private var leastTopP: Double { self.family == .claude ? 0.95 : 1 }
    private var isHighNova: Bool { self.reasoning.novaEffort == "high" }

    private mutating func stopSequences() throws(TranslationRefusal) -> [String] {
        let stop = self.request.stop.filter { !$0.isBlank }
        let most = self.capabilities.maxStopSequences
        guard stop.count <= most else {
            throw self.report.refusal(
                .parameter(.stop),
                most == 0 ? "has no stop texts" : "takes at most \(most) stop texts",
                wayOut: most == 0 ? "Leave them out." : "Send fewer."
            )
        }
        return stop
    }

    /// Writes `additionalModelRequestFields`, and asks Claude to tell which stop text came up.
    mutating func writeModelFields() throws(TranslationRefusal) {
        let topK = try self.topK()
        let betas = self.betas
        var fields = JSONWriter()
        fields.beginObject()
        self.reasoning.write(to: &fields)
        if let topK { self.write(topK: topK, to: &fields) }
        if !betas.isEmpty {
            fields.key("anthropic_beta")
            fields.beginArray()
            for beta in betas { fields.string(beta) }
            fields.endArray()
        }
        fields.endObject()
        if fields.bytes.count > 2 {
            self.writer.key("additionalModelRequestFields")
            self.writer.raw(fields.bytes)
        }
        guard self.family == .claude, !self.request.stop.allSatisfy(\.isBlank) else { return }
        self.writer.key("additionalModelResponseFieldPaths")
        self.writer.raw(#"["/stop_sequence"]"#)
    }

    private var betas: [String] {
        guard self.family == .claude else { return [] }
        let isAdaptive = if case .adaptive = self.capabilities.reasoning { true } else { false }
        return CloudBetas.filter(self.request.betas, allowing: CloudBetas.converse(isAdaptive: isAdaptive))
    }

    private mutating func topK() throws(TranslationRefusal) -> Int? {
        guard let wanted = self.request.sampling.topK.value else { return nil }
        let isKnown =
            switch self.family {
            case .claude, .nova, .mistral, .cohere: true
            case .openAI, .qwen, .other: false
            }
        guard isKnown, self.capabilities.sampling != .none, !self.isTooThoughtful else {
            try self.report.dropped(.parameter(.topK))
            return nil
        }
        return wanted
    }

    private func write(topK: Int, to fields: inout JSONWriter) {
        switch self.family {
        case .nova:
            fields.key("inferenceConfig")
            fields.beginObject()
            fields.member("topK", topK)
            fields.endObject()
        case .cohere: fields.member("k", topK)
        case .claude, .mistral, .openAI, .qwen, .other: fields.member("top_k", topK)
        }
    }

    /// Writes `serviceTier`; the default tier is not named.
    mutating func writeServiceTier() throws(TranslationRefusal) {
        switch self.request.serviceTier {
        case nil, .auto, .standard: return
        case .other: try self.report.dropped(.parameter(.serviceTier))
        case .flex, .priority:
            self.writer.key("serviceTier")
            self.writer.beginObject()
            self.writer.member("type", self.request.serviceTier == .flex ? "flex" : "priority")
            self.writer.endObject()
        }
    }
}

extension ReasoningPlan {
    /// Writes members of `additionalModelRequestFields`.
    fileprivate func write(to fields: inout JSONWriter) {
        if let thinking = self.thinking {
            fields.key("thinking")
            fields.beginObject()
            switch thinking {
            case .adaptive(let display):
                fields.member("type", "adaptive")
                if let display { fields.member("display", display) }
            case .budget(let budget):
                fields.member("type", "enabled")
                fields.member("budget_tokens", budget)
            case .disabled: fields.member("type", "disabled")
            }
            fields.endObject()
        }
        if let effort = self.effort {
            fields.key("output_config")
            fields.beginObject()
            fields.member("effort", effort)
            fields.endObject()
        }
        if let effort = self.novaEffort {
            fields.key("reasoningConfig")
            fields.beginObject()
            fields.member("type", effort == "none" ? "disabled" : "enabled")
            if effort != "none" { fields.member("maxReasoningEffort", effort) }
            fields.endObject()
        }
        if let effort = self.openAIEffort { fields.member("reasoning_effort", effort) }
        if let effort = self.qwenEffort { fields.member("reasoning_config", effort) }
    }
}

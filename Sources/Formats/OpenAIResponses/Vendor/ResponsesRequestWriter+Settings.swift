import Exchange
import Wire

/// The shape of the output as it will be asked for.
enum PlannedFormat {
    case text
    case json
    case schema(OutputSchema)
}

extension ResponsesRequestWriter {
    // MARK: Output

    /// How the output's shape is asked for; in words where the target has no better way.
    mutating func plannedFormat(hasTools: Bool) throws(TranslationRefusal) -> PlannedFormat {
        let support = self.capabilities.structuredOutput
        switch self.request.output {
        case .text: return .text
        case .json:
            guard support == .none else {
                // OpenAI refuses this mode unless the word is somewhere in the messages; looked for in the system text
                // alone, so that later turns change nothing.
                if !self.request.system.contains(where: \.saysJSON) { self.addedSystem.append("Respond with JSON.") }
                return .json
            }
            try self.report.approximated(.parameter(.outputFormat), "instruction")
            self.addedSystem.append("Respond with a JSON object and nothing else.")
            return .text
        case .schema(let schema):
            if support == .native, !hasTools || self.capabilities.structuredOutputWithTools { return .schema(schema) }
            if schema.strict == true {
                let wayOut = "Ask without 'strict', or ask another model."
                let reason = "cannot hold its output to a schema"
                throw self.report.refusal(.parameter(.outputFormat), reason, wayOut: wayOut)
            }
            try self.report.approximated(.parameter(.outputFormat), "instruction")
            self.addedSystem.append(
                "Respond with JSON that is valid under this JSON Schema, and nothing else:\n\(schema.schema.text)"
            )
            return support == .none ? .text : .json
        }
    }

    /// `text`: format and verbosity; models that do not reason know one verbosity alone.
    mutating func writeText(_ format: PlannedFormat) throws(TranslationRefusal) {
        var verbosity = self.request.verbosity
        if let wanted = verbosity, !self.notes.isReasoning || !["low", "medium", "high"].contains(wanted) {
            if wanted != "medium" { try self.report.dropped(.parameter(.verbosity)) }
            verbosity = nil
        }
        if case .text = format, verbosity == nil { return }
        self.writer.key("text")
        self.writer.beginObject()
        self.write(format: format)
        if let verbosity { self.writer.member("verbosity", verbosity) }
        self.writer.endObject()
    }

    private mutating func write(format: PlannedFormat) {
        if case .text = format { return }
        self.writer.key("format")
        self.writer.beginObject()
        switch format {
        case .text: break
        case .json: self.writer.member("type", "json_object")
        case .schema(let schema):
            self.writer.member("type", "json_schema")
            self.writer.member("name", SafeName.make(schema.name ?? "response"))
            if let description = schema.description { self.writer.member("description", description) }
            self.writer.member("schema", schema.schema)
            if let strict = schema.strict { self.writer.member("strict", strict) }
        }
        self.writer.endObject()
    }

    // MARK: Reasoning

    mutating func writeReasoning() throws(TranslationRefusal) {
        guard self.notes.isReasoning else { return try self.dropReasoning() }
        let effort = try self.plannedEffort()
        self.thinks = effort.map { $0 != ReasoningIntent.Effort.none } ?? self.capabilities.reasonsByDefault
        var summary: String?
        if self.request.reasoning.isShown == true {
            let wanted = self.request.reasoning.display ?? "auto"
            summary = ["auto", "concise", "detailed"].contains(wanted) ? wanted : "auto"
        }
        guard effort != nil || summary != nil else { return }
        self.writer.key("reasoning")
        self.writer.beginObject()
        if let effort { self.writer.member("effort", effort.rawValue) }
        if let summary { self.writer.member("summary", summary) }
        self.writer.endObject()
    }

    private mutating func dropReasoning() throws(TranslationRefusal) {
        let intent = self.request.reasoning
        guard intent.mode != .off, intent.effort != ReasoningIntent.Effort.none else { return }
        if !intent.isUnset {
            try self.report.dropped(.parameter(intent.field))
        } else if intent.isShown == true {
            try self.report.dropped(.parameter(.reasoningSummary))
        }
    }

    /// The grade asked for, or the nearest that the model knows: downwards first.
    private mutating func plannedEffort() throws(TranslationRefusal) -> ReasoningIntent.Effort? {
        let known = self.knownEfforts
        guard let wanted = self.wantedEffort(known) else { return nil }
        let intent = self.request.reasoning
        let isCounted = intent.mode != .off && intent.effort == nil && intent.budget != nil
        if isCounted { try self.report.approximated(.parameter(.reasoningBudget), wanted.rawValue) }
        guard !known.isEmpty, !known.contains(wanted) else { return wanted }
        let weaker = known.filter { $0 < wanted && $0 != ReasoningIntent.Effort.none }.max()
        let nearest = weaker ?? known.filter { $0 > wanted }.min() ?? ReasoningIntent.Effort.none
        if !isCounted { try self.report.approximated(.parameter(.reasoningEffort), nearest.rawValue) }
        return nearest
    }

    private var knownEfforts: Set<ReasoningIntent.Effort> {
        switch self.capabilities.reasoning {
        case .none: []
        case .effort(let known), .adaptive(let known, _): known
        case .budget: [.low, .medium, .high]
        }
    }

    private func wantedEffort(_ known: Set<ReasoningIntent.Effort>) -> ReasoningIntent.Effort? {
        let intent = self.request.reasoning
        if intent.mode == .off { return ReasoningIntent.Effort.none }
        if let effort = intent.effort { return effort }
        if let budget = intent.budget {
            switch budget {
            case ..<4096: return .low
            case ..<16_384: return .medium
            case ..<32_768: return .high
            default: return known.contains(.xhigh) ? .xhigh : .high
            }
        }
        // Models that can do without thinking do so unless told.
        return intent.mode != .unset && known.contains(ReasoningIntent.Effort.none) ? .medium : nil
    }

    mutating func writeInclude() {
        var include: [String] = []
        if self.notes.isReasoning { include.append("reasoning.encrypted_content") }
        if self.request.logprobs != nil { include.append("message.output_text.logprobs") }
        if !include.isEmpty {
            self.writer.key("include")
            self.writer.beginArray()
            for entry in include { self.writer.string(entry) }
            self.writer.endArray()
        }
        if let count = self.request.logprobs, count > 0 { self.writer.member("top_logprobs", count) }
    }

    // MARK: Limits and sampling

    /// The least cap that OpenAI takes.
    private static let leastOutput = 16

    mutating func writeLimits() throws(TranslationRefusal) {
        guard let wanted = self.request.maxOutputTokens else { return }
        let field = RequestField.parameter(.maxOutputTokens)
        guard wanted > 0 else {
            throw self.report.refusal(field, "always answers with some output", wayOut: "Ask for at least one token.")
        }
        var cap = max(wanted, Self.leastOutput)
        if let most = self.capabilities.maxOutputTokens { cap = min(cap, max(most, Self.leastOutput)) }
        if cap != wanted { try self.report.clamped(field, to: String(cap)) }
        self.writer.member("max_output_tokens", cap)
    }

    mutating func writeSampling() throws(TranslationRefusal) {
        let sampling = self.request.sampling
        if sampling.topK.value != nil { try self.report.dropped(.parameter(.topK)) }
        if sampling.seed.value != nil { try self.report.dropped(.parameter(.seed)) }
        if let penalty = sampling.frequencyPenalty.value, penalty != 0 {
            try self.report.dropped(.parameter(.frequencyPenalty))
        }
        if let penalty = sampling.presencePenalty.value, penalty != 0 {
            try self.report.dropped(.parameter(.presencePenalty))
        }
        var topP = sampling.topP.value
        if self.capabilities.sampling == .none || self.thinks && !self.capabilities.samplesWhileReasoning {
            if let temperature = sampling.temperature.value, temperature != 1 {
                try self.report.dropped(.parameter(.temperature))
            }
            if let topP, topP != 1 { try self.report.dropped(.parameter(.topP)) }
            return
        }
        if self.capabilities.sampling == .temperatureOrTopP, sampling.temperature.value != nil, topP != nil {
            try self.report.dropped(.parameter(.topP))
            topP = nil
        }
        if let temperature = sampling.temperature.value {
            let most = self.capabilities.maxTemperature
            self.writer.member("temperature", try self.clamped(.temperature, temperature, to: 0...max(most, 0)))
        }
        if let topP { self.writer.member("top_p", try self.clamped(.topP, topP, to: 0...1)) }
    }

    private mutating func clamped(
        _ parameter: RequestField.Parameter,
        _ value: Double,
        to range: ClosedRange<Double>
    ) throws(TranslationRefusal) -> Double {
        let clamped = min(max(value, range.lowerBound), range.upperBound)
        if clamped != value {
            var text = JSONWriter()
            text.double(clamped)
            try self.report.clamped(.parameter(parameter), to: String(decoding: text.bytes, as: UTF8.self))
        }
        return clamped
    }

    // MARK: Account

    /// What concerns the account: storage, tier, user, labels, cache routing.
    mutating func writeAccount() throws(TranslationRefusal) {
        let isOwn = self.request.origin == .responses
        if !isOwn, self.request.store == true { try self.report.dropped(.parameter(.store)) }
        self.writer.member("store", isOwn ? self.request.store ?? false : false)
        switch self.request.serviceTier {
        case nil, .auto: break
        case .standard, .flex, .priority: self.writer.member("service_tier", self.request.serviceTier?.openAIName)
        case .other: try self.report.dropped(.parameter(.serviceTier))
        }
        if let user = self.request.endUser, !user.isEmpty {
            self.writer.member("safety_identifier", user.utf8.count <= 128 ? user : SafeName.make(user, limit: 128))
        }
        if let key = self.request.cacheKey, !key.isEmpty {
            self.writer.member("prompt_cache_key", key.utf8.count <= 64 ? key : SafeName.make(key, limit: 64))
        }
        try self.writeMetadata()
    }

    private mutating func writeMetadata() throws(TranslationRefusal) {
        let fitting = self.request.metadata.filter { $0.name.utf8.count <= 64 && $0.value.utf8.count <= 512 }.prefix(16)
        if fitting.count < self.request.metadata.count { try self.report.dropped(.parameter(.metadata)) }
        guard !fitting.isEmpty else { return }
        self.writer.key("metadata")
        self.writer.beginObject()
        for label in fitting {
            self.writer.key(label.name)
            self.writer.string(label.value)
        }
        self.writer.endObject()
    }
}

extension Block {
    /// Whether the word JSON is in its text.
    fileprivate var saysJSON: Bool {
        guard case .text(let text) = self.content else { return false }
        var window: UInt32 = 0
        for byte in text.text.utf8 {
            window = window << 8 | UInt32(byte | 0x20)
            if window == 0x6A73_6F6E { return true }
        }
        return false
    }
}

import Exchange
import Wire

/// Writes a request for Claude.
///
/// Members stand in the order of the vendor's cache: model, system, tools, settings; the conversation comes last.
struct MessagesRequestEncoder {
    let request: ExchangeRequest
    let target: TranslationTarget
    var report: TranslationReport
    var notes = ReplyNotes()
    /// Betas that something in the body needs.
    var betas: [String] = []
    var arguments = ArgumentsGate()

    var capabilities: ModelCapabilities { self.target.capabilities }
    /// The caller speaks this format: what only it knows may stay.
    var isNative: Bool { self.request.origin == .messages }

    init(request: ExchangeRequest, target: TranslationTarget, report: TranslationReport) {
        self.request = request
        self.target = target
        self.report = report
        self.notes.reasoningOwner = target.reasoningOwner
        self.notes.seed = target.seed
    }

    mutating func encode() throws(TranslationRefusal) -> EncodedRequest {
        try self.judgeSettings()
        var turns = try self.preparedTurns()
        var tools = try self.preparedTools(calledIn: turns)
        let shape = try self.preparedOutput(hasTools: !tools.declared.isEmpty)
        var system = self.request.system.filter { !$0.isBlankText }
        if let instruction = shape.instruction { system.append(.text(instruction)) }
        if turns.isEmpty {
            if !system.isEmpty { try self.report.approximated(.parameter(.system), "sent_as_user") }
            turns = [Turn(.user, system.isEmpty ? [.text("(empty)")] : system)]
            system = []
        }
        let choice = try self.preparedChoice(tools, forcing: shape.tool?.name)
        let thinking = try self.preparedThinking(choice: choice, turns: turns)
        let maxTokens = try self.maxTokens(thinking)
        CacheBudget.settle(&tools.declared, &system, &turns, isAutomatic: self.request.cache != nil)

        var writer = JSONWriter(capacity: self.request.roughBytes)
        writer.beginObject()
        writer.member("model", self.target.model)
        try self.write(system: system, to: &writer)
        try self.write(tools, shape.tool, choice, to: &writer)
        thinking.write(to: &writer, schema: shape.schema)
        writer.member("max_tokens", maxTokens)
        try self.writeSampling(isThinking: self.thinks(thinking), to: &writer)
        try self.writeSettings(to: &writer)
        writer.key("messages")
        writer.beginArray()
        for turn in turns { try self.write(turn, to: &writer) }
        writer.endArray()
        writer.endObject()
        self.notes.isReasoning = thinking.isOn

        var encoded = EncodedRequest(body: writer.bytes)
        encoded.notes = self.notes
        if !self.betas.isEmpty { encoded.headers = [.init("anthropic-beta", self.betas.joined(separator: ","))] }
        return encoded
    }

    /// What no message can carry.
    private mutating func judgeSettings() throws(TranslationRefusal) {
        if self.request.choiceCount > 1 {
            throw self.report.refusal(.parameter(.choiceCount), "gives one answer", wayOut: "Ask once for each answer.")
        }
        if self.request.logprobs != nil {
            throw self.report.refusal(.parameter(.logprobs), "tells no log probabilities", wayOut: "Leave it out.")
        }
        if let verbosity = self.request.verbosity, verbosity != "medium" {
            try self.report.dropped(.parameter(.verbosity))
        }
        if !self.request.metadata.isEmpty { try self.report.dropped(.parameter(.metadata)) }
        if self.request.store == true { try self.report.dropped(.parameter(.store)) }
        let sampling = self.request.sampling
        if sampling.seed.value != nil { try self.report.dropped(.parameter(.seed)) }
        if sampling.frequencyPenalty.value ?? 0 != 0 { try self.report.dropped(.parameter(.frequencyPenalty)) }
        if sampling.presencePenalty.value ?? 0 != 0 { try self.report.dropped(.parameter(.presencePenalty)) }
    }

    /// The cap, which is required here. A default leaves room for a thinking budget.
    private mutating func maxTokens(_ thinking: ThinkingPlan) throws(TranslationRefusal) -> Int {
        let highest = self.capabilities.maxOutputTokens ?? .max
        guard let asked = self.request.maxOutputTokens else {
            return min(highest, max(self.capabilities.defaultOutputTokens, 1) &+ (thinking.budget ?? 0))
        }
        let least = self.isNative ? 0 : 1
        let cap = min(max(asked, least), highest)
        if cap != asked { try self.report.clamped(.parameter(.maxOutputTokens), to: String(cap)) }
        return cap
    }

    private mutating func writeSampling(
        isThinking: Bool,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        let isThinking = isThinking && !self.capabilities.samplesWhileReasoning
        let sampling = self.request.sampling
        let takesNone = self.capabilities.sampling == .none
        var hasTemperature = false
        if let asked = sampling.temperature.value {
            let value = min(max(asked, 0), min(self.capabilities.maxTemperature, 1))
            if takesNone || isThinking {
                if value != 1 || asked != 1 { try self.report.dropped(.parameter(.temperature)) }
            } else {
                if value != asked { try self.report.clamped(.parameter(.temperature), to: Self.short(value)) }
                writer.member("temperature", value)
                hasTemperature = true
            }
        }
        if let asked = sampling.topP.value {
            let value = min(max(asked, 0), 1)
            let clashes = hasTemperature && self.capabilities.sampling == .temperatureOrTopP
            if takesNone || clashes || isThinking && value < 0.95 {
                if asked != 1 { try self.report.dropped(.parameter(.topP)) }
            } else {
                if value != asked { try self.report.clamped(.parameter(.topP), to: Self.short(value)) }
                writer.member("top_p", value)
            }
        }
        if let topK = sampling.topK.value {
            if takesNone || isThinking {
                try self.report.dropped(.parameter(.topK))
            } else {
                writer.member("top_k", topK)
            }
        }
    }

    private static func short(_ value: Double) -> String { value == 0 ? "0" : value == 1 ? "1" : "\(value)" }

    private mutating func writeSettings(to writer: inout JSONWriter) throws(TranslationRefusal) {
        try self.writeStop(to: &writer)
        if let user = self.request.endUser {
            let isLong = user.utf8.count > 256
            if isLong { try self.report.approximated(.parameter(.endUser), "hashed") }
            writer.member("metadata") { $0.member("user_id", isLong ? SafeName.make(user, limit: 256) : user) }
        }
        switch self.request.serviceTier {
        case nil, .auto: break
        case .standard: writer.member("service_tier", "standard_only")
        case .priority:
            try self.report.approximated(.parameter(.serviceTier), "auto")
            writer.member("service_tier", "auto")
        case .flex, .other: try self.report.dropped(.parameter(.serviceTier))
        }
        if let mark = self.request.cache, self.capabilities.cacheMarks {
            writer.member("cache_control") { self.write(mark, to: &$0) }
        }
        if self.request.isStream { writer.member("stream", true) }
    }

    private mutating func writeStop(to writer: inout JSONWriter) throws(TranslationRefusal) {
        let texts = self.request.stop.filter { !$0.isBlank }
        if texts.count < self.request.stop.count { try self.report.dropped(.parameter(.stop), "blank") }
        guard !texts.isEmpty else { return }
        guard texts.count <= self.capabilities.maxStopSequences else {
            let most = self.capabilities.maxStopSequences
            let reason = most == 0 ? "has no stop sequences" : "takes \(most) stop sequences at most"
            throw self.report.refusal(.parameter(.stop), reason, wayOut: "Leave some out.")
        }
        writer.member("stop_sequences", array: { writer in for text in texts { writer.string(text) } })
    }

    private mutating func write(system: [Block], to writer: inout JSONWriter) throws(TranslationRefusal) {
        guard !system.isEmpty else { return }
        writer.key("system")
        writer.beginArray()
        for block in system {
            guard case .text(let text) = block.content else { throw self.unknown(block, in: "system text") }
            writer.beginObject()
            writer.member("type", "text")
            writer.member("text", text.text)
            self.writeMark(block.cache, to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    /// The refusal of content that has no place there.
    func unknown(_ block: Block, in place: String) -> TranslationRefusal {
        self.report.refusal(.place(block.place), "has no such content in \(place)", wayOut: "Send text instead.")
    }
}

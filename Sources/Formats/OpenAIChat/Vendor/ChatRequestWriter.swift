import Exchange
import Wire

/// Writes one Chat request. What conversations have in common comes first and the messages last, for the prompt cache.
struct ChatRequestWriter {
    let request: ExchangeRequest
    let target: TranslationTarget
    var report: TranslationReport
    var json: JSONWriter
    var notes = ReplyNotes()
    /// Tools that the target is offered, by the caller's name.
    var offered: [String: OfferedTool] = [:]
    /// What the system prompt says about the shape of the output, where the target has no other way.
    var outputInstruction: String?
    /// The grade of thinking that the target is told.
    var effort: ReasoningIntent.Effort?
    var arguments = ArgumentsGate()

    struct OfferedTool {
        /// What the target is told.
        var name: String
        var isCustom: Bool
    }

    init(request: ExchangeRequest, target: TranslationTarget, report: TranslationReport) {
        self.request = request
        self.target = target
        self.report = report
        self.json = JSONWriter(capacity: request.roughBytes)
        self.notes.reasoningOwner = target.reasoningOwner
        self.notes.seed = target.seed
    }

    var isOpenAI: Bool { self.target.chat.isOpenAI }
    var can: ModelCapabilities { self.target.capabilities }

    mutating func write() throws(TranslationRefusal) -> EncodedRequest {
        self.json.beginObject()
        self.json.member("model", self.target.model)
        try self.writeLimits()
        try self.writeReasoning()
        try self.writeSampling()
        try self.writeIdentity()
        try self.writeTools()
        try self.writeOutput()
        if self.request.isStream {
            self.json.member("stream", true)
            if self.target.chat.includesUsage {
                self.json.member("stream_options", object: { $0.member("include_usage", true) })
            }
        }
        try self.writeMessages()
        self.json.endObject()
        var encoded = EncodedRequest(body: self.json.bytes)
        encoded.notes = self.notes
        return encoded
    }

    private mutating func writeLimits() throws(TranslationRefusal) {
        if var cap = self.request.maxOutputTokens {
            guard cap > 0 else {
                throw self.report.refusal(
                    .parameter(.maxOutputTokens),
                    "cannot answer without output",
                    wayOut: "Allow at least 1 token."
                )
            }
            if let largest = self.can.maxOutputTokens, largest > 0, cap > largest {
                cap = largest
                try self.report.clamped(.parameter(.maxOutputTokens), to: "\(largest)")
            }
            if self.isOpenAI {
                self.json.member("max_completion_tokens", cap)
            } else {
                self.json.member("max_tokens", cap)
            }
        }
        guard self.request.choiceCount == 1 else {
            throw self.report.refusal(
                .parameter(.choiceCount),
                "gives one answer at a time",
                wayOut: "Ask several times."
            )
        }
        guard !self.request.stop.isEmpty else { return }
        guard self.request.stop.count <= self.can.maxStopSequences else {
            let largest = self.can.maxStopSequences
            throw self.report.refusal(
                .parameter(.stop),
                largest > 0 ? "takes at most \(largest) stop sequences" : "has no stop sequences",
                wayOut: largest > 0 ? "Send fewer." : "Leave them out."
            )
        }
        self.json.member("stop", array: { json in self.request.stop.forEach { json.string($0) } })
    }

    private mutating func writeIdentity() throws(TranslationRefusal) {
        if let user = self.request.endUser {
            let fitting = user.utf8.count <= 128 ? user : SafeName.make(user, limit: 128)
            if self.isOpenAI {
                self.json.member("safety_identifier", fitting)
            } else {
                self.json.member("user", fitting)
            }
        }
        if !self.request.metadata.isEmpty {
            // OpenAI keeps labels with stored completions only, and nothing is stored in another format's name.
            try self.report.dropped(.parameter(.metadata))
        }
        if self.request.store == true { try self.report.dropped(.parameter(.store)) }
        if let key = self.request.cacheKey, self.isOpenAI { self.json.member("prompt_cache_key", key) }
        guard let tier = self.request.serviceTier, tier != .auto else { return }
        let word: String? =
            switch tier {
            case .standard: "default"
            case .flex: "flex"
            case .priority: "priority"
            case .auto, .other: nil
            }
        if let word, self.isOpenAI {
            self.json.member("service_tier", word)
        } else if tier != .standard {
            try self.report.dropped(.parameter(.serviceTier))
        }
    }
}

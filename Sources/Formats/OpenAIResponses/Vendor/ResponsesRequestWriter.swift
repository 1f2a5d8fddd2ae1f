public import Exchange
import Wire

/// Writes a request of any caller's as the body of `POST /v1/responses`, for OpenAI, Azure and compatible servers.
///
/// Nothing is kept at the vendor unless the caller speaks this format and asked for it: reasoning goes back and forth
/// encrypted. What stays the same from turn to turn comes first, `input` last.
struct ResponsesRequestWriter {
    let request: ExchangeRequest
    let target: TranslationTarget
    var report: TranslationReport
    var notes = ReplyNotes()
    var writer = JSONWriter(capacity: 4096)
    /// System text that the translation itself needs, after the caller's.
    var addedSystem: [String] = []
    /// Calls of custom tools, whose results are items of their own kind.
    var customCalls: Set<String> = []
    /// The model thinks: it was told to, or does so when nothing is said.
    var thinks = false

    var capabilities: ModelCapabilities { self.target.capabilities }

    init(_ request: ExchangeRequest, _ target: TranslationTarget, _ report: TranslationReport) {
        self.request = request
        self.target = target
        self.report = report
        self.notes.reasoningOwner = target.reasoningOwner
        self.notes.isReasoning = target.capabilities.reasoning != .none
        self.notes.seed = target.seed
    }

    /// Writes the body.
    mutating func write() throws(TranslationRefusal) -> EncodedRequest {
        try self.refuseWhatIsMissing()
        let turns = try Conversation.paired(self.request.turns, merges: false, report: &self.report)
        try self.refusePrefill(turns)
        let tools = try self.plannedTools()
        let format = try self.plannedFormat(hasTools: !tools.isEmpty)
        self.writer.beginObject()
        self.writer.member("model", self.target.model)
        let hasInstructions = self.writeInstructions(hasTurns: !turns.isEmpty)
        try self.write(tools: tools)
        try self.writeReasoning()
        try self.writeText(format)
        self.writeInclude()
        try self.writeLimits()
        try self.writeSampling()
        try self.writeAccount()
        if self.request.isStream { self.writer.member("stream", true) }
        self.writer.key("input")
        self.writer.beginArray()
        if !hasInstructions { try self.writeSystem() }
        for turn in turns { try self.write(turn: turn) }
        self.writer.endArray()
        self.writer.endObject()
        var encoded = EncodedRequest(body: self.writer.bytes)
        encoded.notes = self.notes
        return encoded
    }

    private func refuseWhatIsMissing() throws(TranslationRefusal) {
        if !self.request.stop.isEmpty {
            let wayOut = "Leave it out and cut the answer yourself."
            throw self.report.refusal(.parameter(.stop), "has no stop texts in its Responses API", wayOut: wayOut)
        }
        if self.request.choiceCount > 1 {
            let wayOut = "Send the request several times."
            throw self.report.refusal(.parameter(.choiceCount), "gives one answer a request", wayOut: wayOut)
        }
    }

    /// An assistant's text at the end is history here, while a Messages caller wants it continued.
    private func refusePrefill(_ turns: [Turn]) throws(TranslationRefusal) {
        guard self.request.origin == .messages, !self.capabilities.prefill else { return }
        guard let last = turns.last, last.role == .assistant else { return }
        throw self.report.refusal(
            .place(last.place),
            "cannot continue an assistant's message",
            wayOut: "End the conversation with a user's message."
        )
    }

    // MARK: System text

    /// The role of the application's own words.
    var systemRole: String { self.capabilities.usesDeveloperRole || self.notes.isReasoning ? "developer" : "system" }

    private var systemBlocks: [Block] { self.request.system + self.addedSystem.map { .text($0) } }

    /// One block of system text goes into `instructions`, unless it would be all there is.
    private mutating func writeInstructions(hasTurns: Bool) -> Bool {
        let blocks = self.systemBlocks
        guard hasTurns, blocks.count == 1, blocks[0].cache == nil, case .text(let text) = blocks[0].content else {
            return false
        }
        self.writer.member("instructions", text.text)
        return true
    }

    /// Several blocks of system text are the parts of the first item.
    private mutating func writeSystem() throws(TranslationRefusal) {
        try self.writeMessage(self.systemRole, self.systemBlocks[...])
    }
}

extension OpenAIResponsesFormat: VendorFormat {
    /// `text/event-stream`
    public var streamFraming: StreamFraming { .serverSentEvents }

    /// Writes a request.
    ///
    /// - Parameters:
    ///   - request: What the caller asked.
    ///   - target: Who is asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body, and names that were changed.
    /// - Throws: For stop texts, several answers, forced tools that cannot be forced, content that only another format
    ///   knows; in strict mode for any loss.
    public func encodeRequest(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var writer = ResponsesRequestWriter(request, target, report)
        defer { report = writer.report }
        return try writer.write()
    }
}

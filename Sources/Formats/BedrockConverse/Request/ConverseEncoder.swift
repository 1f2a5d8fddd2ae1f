import Exchange
import Wire

/// Writes one request. Everything is planned first, for settings depend on each other; then it is written in one go,
/// stable parts first.
struct ConverseEncoder {
    let request: ExchangeRequest
    let target: TranslationTarget
    let family: ConverseFamily
    var report: TranslationReport
    var notes = ReplyNotes()
    var writer = JSONWriter(capacity: 4096)

    /// Sentences that stand for what the format has no field for; they end the system prompt.
    var instructions: [String] = []
    var tools = ToolPlan()
    var reasoning = ReasoningPlan()
    /// Cache marks still to be left out, for only the last four may stay.
    var marksToSkip = 0
    var documentCount = 0
    var arguments = ArgumentsGate()

    init(_ request: ExchangeRequest, _ target: TranslationTarget, _ report: TranslationReport) {
        self.request = request
        self.target = target
        self.family = ConverseFamily(target)
        self.report = report
        self.notes.reasoningOwner = target.reasoningOwner
        self.notes.seed = target.seed
    }

    var capabilities: ModelCapabilities { self.target.capabilities }

    /// The body of Converse and ConverseStream.
    mutating func encode() throws(TranslationRefusal) -> EncodedRequest {
        try self.judgeWhatCannotBe()
        let turns = try self.makeTurns()
        try self.planTools(for: turns)
        try self.planReasoning()
        let schema = try self.planOutput()
        let system = self.systemBlocks(turns)
        self.countMarks(system, turns)
        self.writer.beginObject()
        self.writeTools()
        self.write(system: system)
        try self.writeInferenceConfig()
        try self.writeModelFields()
        self.write(outputSchema: schema)
        try self.writeServiceTier()
        try self.writeMetadata()
        try self.write(turns)
        self.writer.endObject()
        return self.finished()
    }

    /// The body of CountTokens, which takes the parts that are read and no settings.
    mutating func encodeForCounting() throws(TranslationRefusal) -> EncodedRequest {
        let turns = try self.makeTurns()
        try self.planTools(for: turns)
        try self.planReasoning()
        _ = try self.planOutput()
        let system = self.systemBlocks(turns)
        self.countMarks(system, turns)
        self.writer.beginObject()
        self.writer.key("input")
        self.writer.beginObject()
        self.writer.key("converse")
        self.writer.beginObject()
        self.writeTools()
        self.write(system: system)
        try self.write(turns)
        for _ in 0..<3 { self.writer.endObject() }
        return self.finished()
    }

    private mutating func finished() -> EncodedRequest {
        self.notes.isReasoning = self.reasoning.isThinking
        var encoded = EncodedRequest(body: self.writer.bytes)
        encoded.notes = self.notes
        return encoded
    }
}

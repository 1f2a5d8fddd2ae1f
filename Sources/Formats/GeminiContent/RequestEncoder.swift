import Exchange
import Wire

/// Writes one request.
struct RequestEncoder {
    let request: ExchangeRequest
    let target: TranslationTarget
    let traits: ModelTraits
    let tools: ToolList
    var report: TranslationReport
    var writer: JSONWriter
    let output: OutputFormat
    /// The names of the calls written so far, by id, for their results.
    var calledNames: [String: String] = [:]
    var arguments = ArgumentsGate()
    let turns: [Turn]
    private let system: [Block]

    /// Judges what stands at the beginning of the body; `write` judges the rest.
    init(
        _ request: ExchangeRequest,
        _ target: TranslationTarget,
        _ report: TranslationReport
    ) throws(TranslationRefusal) {
        var report = report
        self.request = request
        self.target = target
        self.traits = ModelTraits(target)
        self.tools = try ToolList(request, target, &report)
        self.output = try OutputFormat(request, target, hasTools: self.tools.areOffered, &report)
        var system = request.system.filter { !$0.isBlankText }
        var turns = try TurnList(request, target, &report).turns
        if turns.isEmpty {
            guard !system.isEmpty else {
                throw report.refusal(
                    .parameter(.messages),
                    "needs at least one message",
                    wayOut: "Send a user message."
                )
            }
            try report.approximated(.parameter(.system), "sent_as_user")
            turns = [Turn(.user, system)]
            system = []
        }
        self.system = system
        self.turns = turns
        self.report = report
        self.writer = JSONWriter(capacity: 4096)
    }

    /// What the answer's reader has to know.
    var notes: ReplyNotes {
        var notes = ReplyNotes()
        notes.toolNames = self.tools.callerNames
        notes.customTools = self.tools.customNames
        notes.reasoningOwner = self.target.reasoningOwner
        notes.isReasoning = self.target.capabilities.reasoning != .none && !self.request.reasoning.isOff
        notes.seed = self.target.seed
        return notes
    }

    /// Writes the body.
    mutating func write() throws(TranslationRefusal) {
        self.writer.beginObject()
        try self.writeSystem()
        self.tools.write(to: &self.writer)
        try self.writeToolConfig()
        try self.writeGenerationConfig()
        try self.writeTier()
        try self.writeLabels()
        try self.judgeTheRest()
        try self.writeContents()
        self.writer.endObject()
    }

    /// Writes only what is read, into an object that is open.
    mutating func writePrompt() throws(TranslationRefusal) {
        try self.writeSystem()
        self.tools.write(to: &self.writer)
        try self.writeContents()
    }

    private mutating func writeSystem() throws(TranslationRefusal) {
        guard !self.system.isEmpty || self.output.instruction != nil else { return }
        var texts: [String] = []
        for block in self.system {
            guard case .text(let text) = block.content else {
                throw self.report.refusal(
                    .parameter(.system),
                    "takes only text as system prompt",
                    wayOut: "Send the other content in a user message."
                )
            }
            texts.append(text.text)
        }
        if let instruction = self.output.instruction { texts.append(instruction) }
        self.writer.member(
            "systemInstruction",
            object: { writer in
                writer.member(
                    "parts",
                    array: { writer in
                        for text in texts { writer.object { $0.member("text", text) } }
                    }
                )
            }
        )
    }

    private mutating func writeTier() throws(TranslationRefusal) {
        switch self.request.serviceTier {
        case nil, .auto: return
        case .standard: self.writer.member("serviceTier", "standard")
        case .flex: self.writer.member("serviceTier", "flex")
        case .priority: self.writer.member("serviceTier", "priority")
        case .other: try self.report.dropped(.parameter(.serviceTier))
        }
    }

    /// Vertex takes labels of lower-case letters, digits, `_` and `-`; others, and those beyond 64, are left out.
    private mutating func writeLabels() throws(TranslationRefusal) {
        let metadata = self.request.metadata
        let labels = self.target.gemini.isVertex ? metadata.filter(\.isVertexLabel).prefix(64) : []
        if labels.count < metadata.count { try self.report.dropped(.parameter(.metadata)) }
        guard !labels.isEmpty else { return }
        self.writer.member(
            "labels",
            object: { writer in
                for label in labels {
                    writer.key(label.name)
                    writer.string(label.value)
                }
            }
        )
    }

    /// What steers only quality, cost or tracing and has no place here.
    private mutating func judgeTheRest() throws(TranslationRefusal) {
        let request = self.request
        if request.verbosity != nil { try self.report.dropped(.parameter(.verbosity)) }
        if request.endUser != nil { try self.report.dropped(.parameter(.endUser)) }
        if request.store == true { try self.report.dropped(.parameter(.store)) }
    }

    private mutating func writeContents() throws(TranslationRefusal) {
        self.writer.key("contents")
        self.writer.beginArray()
        for turn in self.turns { try self.write(turn) }
        self.writer.endArray()
    }
}

extension Block {
    /// Text of nothing but white space, with no vendor's state.
    var isBlankText: Bool {
        guard case .text(let text) = self.content else { return false }
        return text.isBlank && text.state == nil
    }
}

extension ReasoningIntent {
    /// The caller wants no thinking.
    var isOff: Bool { self.mode == .off || self.effort == ReasoningIntent.Effort.none }
}

extension ExchangeRequest.Label {
    /// Source: Google Cloud, requirements for labels, November 2026.
    fileprivate var isVertexLabel: Bool {
        guard let first = self.name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
            return false
        }
        return [self.name, self.value].allSatisfy { text in
            text.utf8.count <= 63
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }
}

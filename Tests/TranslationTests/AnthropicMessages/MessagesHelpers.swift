import AnthropicMessages
import Exchange
import Wire

/// Shorthands for the Messages room's tests.
enum MessagesRoom {
    static let format = AnthropicMessagesFormat()

    static func parsed<R>(_ json: String, _ body: (JSONValue) throws -> R) throws -> R {
        let bytes = Array(json.utf8)
        let tape = JSONTape()
        return try withExtendedLifetime(tape) { try bytes.withUnsafeBytes { try body(try tape.parse($0)) } }
    }

    static func decode(_ json: String, version: String? = nil) throws -> ExchangeRequest {
        try Self.parsed(json) { try Self.format.decodeRequest($0, version: version) }
    }

    /// A request with these members besides model and cap.
    static func decode(members: String, version: String? = nil) throws -> ExchangeRequest {
        try Self.decode("{\"model\":\"m\",\"max_tokens\":64,\(members)}", version: version)
    }

    /// The blocks of a conversation's only message.
    static func blocks(_ content: String, role: String = "user") throws -> [Block] {
        let message = "{\"role\":\"\(role)\",\"content\":\(content)}"
        return try Self.decode(members: "\"messages\":[\(message)]").turns.flatMap(\.blocks)
    }

    /// A Claude model that thinks adaptively.
    static var target: TranslationTarget {
        var capabilities = ModelCapabilities()
        capabilities.family = "claude-opus-4-6"
        capabilities.maxOutputTokens = 64000
        capabilities.samplesWhileReasoning = false
        capabilities.reasoning = .adaptive([.low, .medium, .high, .max], canDisable: true)
        capabilities.forcesToolsWhileReasoning = false
        capabilities.midConversationSystem = false
        capabilities.prefill = false
        return TranslationTarget(
            provider: "anthropic",
            model: "claude",
            capabilities: capabilities,
            reasoningOwner: ReasoningState.anthropic
        )
    }

    struct Encoded {
        var body: String
        var encoded: EncodedRequest
        var warnings: [String]
    }

    static func encode(
        _ request: ExchangeRequest,
        isStrict: Bool = false,
        _ change: (inout ModelCapabilities) -> Void = { _ in }
    ) throws -> Encoded {
        var target = Self.target
        change(&target.capabilities)
        var report = TranslationReport(target: target.description, isStrict: isStrict)
        let encoded = try Self.format.encodeRequest(request, for: target, report: &report)
        return Encoded(
            body: String(decoding: encoded.body, as: UTF8.self),
            encoded: encoded,
            warnings: report.warnings.map { $0.token(Self.format.spelling) }
        )
    }

    /// A request of another format's caller with these turns.
    static func foreign(_ turns: [Turn], _ change: (inout ExchangeRequest) -> Void = { _ in }) -> ExchangeRequest {
        var request = ExchangeRequest(origin: .chat, model: "m")
        request.maxOutputTokens = 100
        request.turns = turns
        change(&request)
        return request
    }

    /// What stands in the body under `messages`.
    static func messages(of body: String) -> String {
        guard let start = body.range(of: "\"messages\":") else { return "" }
        return String(body[start.upperBound...].dropLast())
    }

    static func answer(_ json: String, notes: ReplyNotes = ReplyNotes()) throws -> Answer {
        try Self.parsed(json) { try Self.format.decodeAnswer($0, notes: notes) }
    }

    /// The events that a vendor's stream means, end of stream included.
    static func events(_ payloads: [String], notes: ReplyNotes = ReplyNotes()) -> [AnswerEvent] {
        let decoder = Self.format.makeStreamDecoder(notes: notes)
        var events: [AnswerEvent] = []
        for payload in payloads {
            Array(payload.utf8).withUnsafeBytes { decoder.decode(StreamMessage(name: nil, data: $0), into: &events) }
        }
        decoder.finish(into: &events)
        return events
    }

    static let context = AnswerContext(model: "asked", seed: "seed1", created: 1)

    static func encoder() -> any AnswerEncoder {
        Self.format.makeAnswerEncoder(for: ExchangeRequest(origin: .messages, model: "asked"), context: Self.context)
    }

    static func stream(_ events: [AnswerEvent]) -> String {
        let encoder = Self.encoder()
        var out: [UInt8] = []
        for event in events { encoder.encode(event, requestID: "req_1", into: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    static func whole(_ answer: Answer) -> String {
        String(decoding: Self.encoder().encode(answer), as: UTF8.self)
    }

    /// The payloads of a stream written for a caller.
    static func payloads(_ stream: String) -> [String] {
        stream.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    }

    /// Puts a stream together.
    static func collected(_ events: [AnswerEvent]) -> AnswerCollector {
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        return collector
    }
}

extension String {
    /// Where a text first occurs.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        guard !text.isEmpty else { return nil }
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].hasPrefix(text) { return start..<self.index(start, offsetBy: text.count) }
            start = self.index(after: start)
        }
        return nil
    }
}

extension Block {
    /// A call by its parts.
    static func messagesCall(_ id: String, _ name: String = "look", _ input: String = "{}") -> Block {
        Block(.toolCall(ToolCall(id: id, name: name, input: ToolInput(.claimedObject, input))))
    }

    /// A result of text.
    static func messagesResult(_ id: String, _ text: String = "done", isError: Bool? = nil) -> Block {
        Block(.toolResult(ToolResult(callID: id, blocks: text.isEmpty ? [] : [.text(text)], isError: isError)))
    }

    /// Thoughts with a state.
    static func messagesThoughts(_ text: String?, _ value: String, owner: String = ReasoningState.anthropic) -> Block {
        let state = ReasoningState(owner: owner, value: value)
        return Block(.reasoning(Reasoning(text: text, state: state, isRedacted: text == nil)))
    }
}

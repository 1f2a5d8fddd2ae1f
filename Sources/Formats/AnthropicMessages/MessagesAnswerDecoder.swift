import Exchange
import Wire

/// Reads a whole message of a vendor's.
struct MessagesAnswerDecoder {
    let notes: ReplyNotes

    func decode(_ root: JSONValue) throws(GatewayFailure) -> Answer {
        if root["type"]?.equals("error") ?? false { throw VendorError(root).failure }
        guard let content = root["content"], content.kind == .array else {
            if root["error"] != nil { throw VendorError(root).failure }
            throw GatewayFailure(.upstreamFailed, "the provider's answer has no content")
        }
        var answer = Answer()
        answer.head.id = root["id"]?.string
        answer.head.model = root["model"]?.string
        answer.blocks = content.elements.compactMap { self.block($0) }
        var counts = MessagesCounts()
        if let usage = root["usage"] { counts.merge(usage) }
        answer.usage = counts.usage
        answer.serviceTier = Self.tier(root["usage"]?["service_tier"])
        let stop = MessagesStop(root)
        if let explanation = stop.explanation { answer.blocks.append(.refusal(explanation)) }
        let hasCall = answer.blocks.contains { if case .toolCall = $0 { true } else { false } }
        answer.finish = stop.reason.map { MessagesStop.settled($0, hasCall: hasCall) }
        return answer
    }

    private func block(_ block: JSONValue) -> AnswerBlock? {
        switch block["type"]?.string ?? "" {
        case "text":
            var text = AnswerText(block["text"]?.string ?? "")
            text.citations = block["citations"]?.elements.map { MessagesCitation.read($0) } ?? []
            return text.text.isEmpty && text.citations.isEmpty ? nil : .text(text)
        case "thinking":
            let state = self.notes.state(block["signature"]?.string)
            let text = block["thinking"]?.string ?? ""
            return state == nil && text.isEmpty ? nil : .reasoning(Reasoning(text: text, state: state))
        case "redacted_thinking":
            guard let state = self.notes.state(block["data"]?.string) else { return nil }
            return .reasoning(Reasoning(text: nil, state: state, isRedacted: true))
        case "tool_use": return self.call(block)
        case let type: return .opaque(Opaque(format: .messages, type: type, json: RawJSON(block)))
        }
    }

    private func call(_ block: JSONValue) -> AnswerBlock {
        let name = block["name"]?.string ?? ""
        let input = block["input"].flatMap { $0.kind == .object ? RawJSON($0).text : nil } ?? "{}"
        if name == self.notes.outputTool { return .text(AnswerText(input)) }
        var call = ToolCall(
            id: block["id"]?.string ?? "",
            name: self.notes.callerName(name),
            input: ToolInput(.object, input)
        )
        if self.notes.customTools.contains(name) {
            var reader = CustomToolInput()
            let text = reader.read(input)
            call.input = ToolInput(.freeText, text + reader.finish())
        }
        return .toolCall(call)
    }

    private static func tier(_ value: JSONValue?) -> ServiceTier? {
        switch value?.string {
        case nil: nil
        case "standard": .standard
        case "priority": .priority
        default: .other
        }
    }
}

extension ReplyNotes {
    /// A signature, or hidden thoughts, with its owner; `nil` for an empty one.
    func state(_ value: String?) -> ReasoningState? {
        guard let value, !value.isEmpty else { return nil }
        let owner = self.reasoningOwner.isEmpty ? ReasoningState.anthropic : self.reasoningOwner
        return ReasoningState(owner: owner, value: value)
    }
}

/// Why a message stopped: of a whole message, or of a stream's `message_delta`.
struct MessagesStop {
    /// `nil` when the vendor has not told.
    var reason: FinishReason?
    /// The vendor's own words about a refusal.
    var explanation: String?

    init(_ value: JSONValue) {
        guard let reason = value["stop_reason"]?.string else { return }
        switch reason {
        case "end_turn": self.reason = .stop
        case "max_tokens": self.reason = .length
        case "stop_sequence": self.reason = .stopSequence(value["stop_sequence"]?.string)
        case "tool_use": self.reason = .toolCalls
        case "pause_turn": self.reason = .pause
        case "refusal": self.reason = .refusal
        case "model_context_window_exceeded": self.reason = .contextWindow
        default: self.reason = .other(reason)
        }
        guard self.reason == .refusal else { return }
        let explanation = value["stop_details"]?["explanation"]?.string ?? ""
        self.explanation = explanation.isEmpty ? nil : explanation
    }

    /// A call of a client's tool means that tools are to be run, and none means that none are, whatever the vendor says.
    static func settled(_ reason: FinishReason, hasCall: Bool) -> FinishReason {
        switch reason {
        case .stop, .stopSequence, .other: hasCall ? .toolCalls : reason
        case .toolCalls: hasCall ? reason : .stop
        case .length, .contextWindow, .contentFilter, .refusal, .pause: reason
        }
    }
}

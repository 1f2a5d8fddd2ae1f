import Exchange
import Wire

/// Reads a whole `chat.completion`.
struct ChatAnswerReader {
    let notes: ReplyNotes

    func read(_ root: JSONValue) throws(GatewayFailure) -> Answer {
        guard root.kind == .object else { throw Self.broken("is no object") }
        if OpenAIChatFormat.isError(root) { throw VendorError(root).failure }
        guard let choice = root["choices"]?.element(0) else { throw Self.broken("has no choices") }
        let reason = ChatReply.reason(choice)
        let message = choice["message"]
        guard message?.kind == .object || reason != nil else { throw Self.broken("has no message") }

        var answer = Answer()
        answer.head = ChatReply.head(root)
        answer.usage = ChatReply.usage(root)
        answer.serviceTier = ChatReply.tier(root)
        var hasCalls = false
        if let message {
            self.readText(message, choice, root, &answer)
            let calls = try self.calls(message)
            hasCalls = !calls.isEmpty
            answer.blocks += calls.map { .toolCall($0) }
        }
        answer.finish = ChatReply.agreed(reason, hasCalls: hasCalls)
        return answer
    }

    private static func broken(_ what: String) -> GatewayFailure {
        GatewayFailure(.upstreamFailed, "The provider's answer \(what).")
    }

    private func readText(_ message: JSONValue, _ choice: JSONValue, _ root: JSONValue, _ answer: inout Answer) {
        if let thoughts = ChatReply.thoughts(message) {
            answer.blocks.append(.reasoning(Reasoning(text: thoughts)))
        }
        let content = ChatContent(message)
        if !content.thoughts.isEmpty { answer.blocks.append(.reasoning(Reasoning(text: content.thoughts))) }
        let logprobs = choice.logprobs
        if !content.text.isEmpty {
            var text = AnswerText(content.text)
            let citations = ChatReply.citations(message)
            text.citations = citations.isEmpty ? ChatReply.pages(root) : citations
            text.logprobs = logprobs
            if !Self.hasCalls(message) { text.state = ChatReply.signature(message) }
            answer.blocks.append(.text(text))
        }
        if let refusal = message["refusal"]?.string, !refusal.isEmpty { answer.blocks.append(.refusal(refusal)) }
    }

    private static func hasCalls(_ message: JSONValue) -> Bool {
        let legacy = message["function_call"]?["name"]?.string ?? ""
        return (message["tool_calls"]?.count ?? 0) > 0 || !legacy.isEmpty
    }

    private func calls(_ message: JSONValue) throws(GatewayFailure) -> [ToolCall] {
        var calls: [ToolCall] = []
        for value in message["tool_calls"]?.elements ?? message.elements {
            guard let call = ChatCallPiece(value), !call.isEmpty else { continue }
            try self.append(call, ChatReply.signature(value), &calls)
        }
        if calls.isEmpty, let value = message["function_call"], value.kind == .object {
            let call = ChatCallPiece(legacy: value)
            if !call.isEmpty { try self.append(call, nil, &calls) }
        }
        // Google signs the message where it makes a call.
        if !calls.isEmpty, calls[0].state == nil { calls[0].state = ChatReply.signature(message) }
        return calls
    }

    private func append(
        _ call: ChatCallPiece,
        _ state: ReasoningState?,
        _ calls: inout [ToolCall]
    ) throws(GatewayFailure) {
        guard !call.name.isEmpty else { throw Self.broken("has a tool call without a name") }
        if let inner = ParallelCalls.unwrap(call.name, call.input) {
            for (name, input) in inner {
                let id = call.id.isEmpty ? "" : "\(call.id)_\(calls.count)"
                try self.append(ChatCallPiece(id: id, name: name, input: input), state, &calls)
            }
            return
        }
        let id = call.id.isEmpty ? "call_\(self.notes.seed)_\(calls.count)" : call.id
        calls.append(
            ToolCall(id: id, name: self.notes.callerName(call.name), input: self.input(of: call), state: state)
        )
    }

    private func input(of call: ChatCallPiece) -> ToolInput {
        if call.isCustom { return ToolInput(.freeText, call.input) }
        guard self.notes.customTools.contains(call.name) else { return ToolInput(.claimedObject, call.input) }
        var reader = CustomToolInput()
        let text = reader.read(call.input)
        return ToolInput(.freeText, text + reader.finish())
    }
}

/// Text and thoughts of a message's, or a delta's, `content`: a string, or a list of parts (Mistral).
struct ChatContent {
    var text = ""
    var thoughts = ""

    init(_ message: JSONValue) {
        guard let content = message["content"], !content.isNull else {
            // The words of a spoken answer.
            self.text = message["audio"]?["transcript"]?.string ?? ""
            return
        }
        if let text = content.string {
            self.text = text
        } else if content.kind == .object {
            // A server that was asked for JSON sends the object itself.
            self.text = RawJSON(content).text
        }
        for part in content.elements {
            if let text = part.string ?? part["text"]?.string { self.text += text }
            guard let thinking = part["thinking"] else { continue }
            self.thoughts += thinking.string ?? thinking.elements.compactMap { $0["text"]?.string }.joined()
        }
    }
}

/// A tool call, or a piece of one.
struct ChatCallPiece {
    var index: Int?
    var id = ""
    var name = ""
    var input = ""
    var isCustom = false
    var state: ReasoningState?

    /// Whether it tells nothing: Snowflake sends all members of a message, used or not.
    var isEmpty: Bool { self.id.isEmpty && self.name.isEmpty && self.input.isEmpty && self.state == nil }

    /// `nil` for what is no object. Servers leave out `type`, or set what they do not use to `null`.
    init?(_ value: JSONValue) {
        guard value.kind == .object else { return nil }
        self.index = value["index"]?.int
        self.id = value["id"]?.string ?? ""
        self.state = ChatReply.signature(value)
        // Snowflake sends both, one of them empty.
        if let function = value["function"], function.kind == .object, value["type"]?.equals("custom") != true {
            self.name = function["name"]?.string ?? ""
            self.input = ChatReply.text(function["arguments"])
        } else if let custom = value["custom"], custom.kind == .object {
            self.isCustom = true
            self.name = custom["name"]?.string ?? ""
            self.input = ChatReply.text(custom["input"])
        }
    }

    /// A whole call.
    init(id: String, name: String, input: String) {
        self.id = id
        self.name = name
        self.input = input
    }

    /// The legacy single call.
    init(legacy value: JSONValue) {
        self.name = value["name"]?.string ?? ""
        self.input = ChatReply.text(value["arguments"])
    }
}

extension JSONValue {
    /// A choice's log probabilities; `nil` when there are none, or they are no array.
    var logprobs: RawJSON? {
        guard let list = self["logprobs"]?["content"], list.kind == .array, list.count > 0 else { return nil }
        return RawJSON(list)
    }
}

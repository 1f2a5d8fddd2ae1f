import Wire

/// Anthropic Messages, as the sandbox speaks it. Source: docs.claude.com/en/api/messages, November 2026.
struct SandboxMessages {
    var prompt: SandboxPrompt
    var reply: SandboxReply
    var hash: SandboxHash
    /// Thinking is asked for without its text: only the signature is sent.
    var omitsThinking = false

    var id: String { self.hash.id("msg_") }
    var requestID: String { self.hash.id("req_") }

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - root: The body.
    ///   - hash: Of the body.
    ///   - countsOnly: `count_tokens` takes the same body without `max_tokens`.
    /// - Throws: What the vendor would answer 400 to.
    init(_ root: JSONValue, hash: SandboxHash, countsOnly: Bool = false) throws(SandboxFault) {
        self.prompt = try Self.prompt(root, countsOnly: countsOnly)
        self.reply = SandboxReply(self.prompt)
        self.hash = hash
        self.omitsThinking = root["thinking"]?["display"]?.equals("omitted") == true
    }

    private static func prompt(_ root: JSONValue, countsOnly: Bool) throws(SandboxFault) -> SandboxPrompt {
        guard let model = root["model"]?.string, !model.isEmpty else { throw self.required("model") }
        var prompt = SandboxPrompt(model: model)
        if !countsOnly { try self.readLimits(root, into: &prompt) }
        try self.readTools(root, into: &prompt)
        self.readSystem(root["system"], into: &prompt)
        try self.readMessages(root, into: &prompt)
        if let marker = root["cache_control"], !marker.isNull { self.mark(marker, in: &prompt) }
        prompt.input.add(SandboxTokens.perMessage)
        prompt.forbidsReasoning = root["thinking"]?["type"]?.equals("disabled") == true
        prompt.schema = (root["output_config"]?["format"] ?? root["output_format"])?["schema"]
        return prompt
    }

    private static func required(_ field: String) -> SandboxFault {
        SandboxFault(message: "\(field): Field required")
    }

    private static func readLimits(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        guard let limit = root["max_tokens"] else { throw self.required("max_tokens") }
        guard let tokens = limit.int else { throw SandboxFault(message: "max_tokens: Input should be a valid integer") }
        guard tokens >= 0 else { throw SandboxFault(message: "max_tokens: Input should be greater than or equal to 0") }
        prompt.maxOutputTokens = tokens
        prompt.stopSequences = root["stop_sequences"]?.elements.compactMap(\.string) ?? []
        if let stream = root["stream"], !stream.isNull {
            guard let flag = stream.bool else { throw SandboxFault(message: "stream: Input should be a valid boolean") }
            prompt.isStream = flag
        }
        guard let temperature = root["temperature"], !temperature.isNull else { return }
        guard let number = temperature.double, (0...1).contains(number) else {
            throw SandboxFault(message: "temperature: range: 0..1")
        }
    }

    private static func readTools(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        guard let tools = root["tools"], !tools.isNull else { return }
        guard tools.kind == .array else { throw SandboxFault(message: "tools: Input should be a valid list") }
        for (index, tool) in tools.elements.enumerated() {
            guard let name = tool["name"]?.string else { throw self.required("tools.\(index).name") }
            prompt.input.add(SandboxTokens.count(bytes: tool.range.count))
            self.mark(tool["cache_control"], in: &prompt)
            guard let schema = tool["input_schema"] else { continue }  // the vendor's own tools have none
            prompt.tools.append(SandboxTool(name: name, schema: schema))
        }
        guard let choice = root["tool_choice"] else { return }
        prompt.allowsParallelCalls = choice["disable_parallel_tool_use"]?.bool != true
        switch choice["type"]?.string {
        case "any": prompt.toolChoice = .required
        case "none": prompt.toolChoice = .none
        case "tool": prompt.toolChoice = .named(choice["name"]?.string ?? "")
        default: prompt.toolChoice = .auto
        }
    }

    private static func readSystem(_ system: JSONValue?, into prompt: inout SandboxPrompt) {
        guard let system, system.kind == .array else { return prompt.input.add(SandboxContent.tokens(system)) }
        for block in system.elements { self.read(block, into: &prompt) }
    }

    private static func readMessages(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        guard let messages = root["messages"] else { throw self.required("messages") }
        guard messages.kind == .array else { throw SandboxFault(message: "messages: Input should be a valid list") }
        guard messages.count > 0 else { throw SandboxFault(message: "messages: at least one message is required") }
        for (index, message) in messages.elements.enumerated() {
            let role = message["role"]?.string ?? ""
            guard ["user", "assistant", "system"].contains(role) else {
                throw SandboxFault(message: "messages.\(index).role: Input should be 'user', 'assistant' or 'system'")
            }
            guard index > 0 || role == "user" else {
                throw SandboxFault(message: "messages: first message must use the \"user\" role")
            }
            prompt.input.beginMessage(isUser: role == "user", isAnswer: role == "assistant")
            try self.readContent(message["content"], at: index, isUser: role == "user", into: &prompt)
        }
    }

    private static func readContent(
        _ content: JSONValue?,
        at index: Int,
        isUser: Bool,
        into prompt: inout SandboxPrompt
    ) throws(SandboxFault) {
        guard let content else { throw self.required("messages.\(index).content") }
        guard content.kind == .string || content.kind == .array else {
            throw SandboxFault(message: "messages.\(index).content: Input should be a valid list")
        }
        guard content.count > 0 || !content.contentRange.isEmpty else {
            throw SandboxFault(
                message:
                    "messages.\(index): all messages must have non-empty content except for the optional final assistant message"
            )
        }
        if isUser { prompt.toolResult = nil }
        if content.kind == .string { prompt.input.add(SandboxContent.tokens(content)) }
        for block in content.elements {
            self.read(block, into: &prompt)
            guard isUser, block["type"]?.equals("tool_result") == true else { continue }
            prompt.toolResult = SandboxContent.allText(block["content"])
        }
        if isUser, let text = SandboxContent.lastText(content) { prompt.userText = text }
    }

    private static func read(_ block: JSONValue, into prompt: inout SandboxPrompt) {
        prompt.input.add(SandboxContent.tokens(block))
        self.mark(block["cache_control"], in: &prompt)
    }

    private static func mark(_ marker: JSONValue?, in prompt: inout SandboxPrompt) {
        guard let marker, marker.kind == .object else { return }
        prompt.input.mark(oneHour: marker["ttl"]?.equals("1h") == true)
    }
}

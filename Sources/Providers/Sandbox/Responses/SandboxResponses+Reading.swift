import Wire

/// OpenAI Responses, as the sandbox speaks it. Source: platform.openai.com/docs/api-reference/responses, November 2026.
struct SandboxResponses {
    var prompt: SandboxPrompt
    var reply: SandboxReply
    var hash: SandboxHash
    var created: Int
    /// The request, much of which the response object repeats.
    var root: JSONValue
    /// Input tokens served from the prompt cache.
    var cachedTokens: Int
    /// A summary of the reasoning was asked for.
    var wantsSummary: Bool
    /// The reasoning's encrypted form was asked for.
    var wantsEncryptedReasoning: Bool

    var id: String { self.hash.id("resp_", length: 48) }
    var requestID: String { self.hash.id("req_") }

    init(_ root: JSONValue, hash: SandboxHash, created: Int) throws(SandboxFault) {
        self.prompt = try Self.prompt(root)
        self.reply = SandboxReply(self.prompt)
        self.hash = hash
        self.created = created
        self.root = root
        let hasKey = root["prompt_cache_key"]?.string?.isEmpty == false
        self.cachedTokens = hasKey ? self.prompt.input.keyedRead : 0
        self.wantsSummary = root["reasoning"]?["summary"]?.string != nil
        let include = root["include"]?.elements
        self.wantsEncryptedReasoning = include?.contains { $0.equals("reasoning.encrypted_content") } == true
    }

    private static func prompt(_ root: JSONValue) throws(SandboxFault) -> SandboxPrompt {
        var prompt = SandboxPrompt(model: try SandboxReader.model(root))
        try self.refuseState(root)
        try self.readTools(root, into: &prompt)
        prompt.input.add(SandboxContent.tokens(root["instructions"]))
        try self.readInput(root, into: &prompt)
        try self.readLimits(root, into: &prompt)
        prompt.input.add(SandboxTokens.perMessage)
        return prompt
    }

    /// The sandbox stores nothing, so nothing can be referred to.
    private static func refuseState(_ root: JSONValue) throws(SandboxFault) {
        if let previous = root["previous_response_id"], !previous.isNull {
            throw SandboxFault(
                message: "Previous response with id '\(previous.string ?? "")' not found.",
                parameter: "previous_response_id",
                code: "previous_response_not_found"
            )
        }
        if let conversation = root["conversation"], !conversation.isNull {
            throw SandboxFault(status: 404, message: "Conversation not found.", parameter: "conversation")
        }
        guard root["background"]?.bool == true else { return }
        throw SandboxFault(
            message: "Background responses are not supported by the sandbox.",
            parameter: "background",
            code: "unsupported_parameter"
        )
    }

    private static func readInput(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        guard let input = root["input"], !input.isNull else { throw .missing("input") }
        if let text = input.string {
            prompt.input.beginMessage(isUser: true, isAnswer: false)
            prompt.input.add(SandboxTokens.count(text))
            prompt.userText = text
            return
        }
        for item in try SandboxReader.objects(root, "input") { self.read(item, into: &prompt) }
    }

    private static func read(_ item: JSONValue, into prompt: inout SandboxPrompt) {
        let type = item["type"]?.string ?? "message"
        let role = type == "message" ? item["role"]?.string : nil
        let isAnswer = role == "assistant" || type.hasSuffix("_call") || type == "reasoning"
        let isResult = type.hasSuffix("_call_output")
        prompt.input.beginMessage(isUser: role == "user", isAnswer: isAnswer)
        prompt.input.add(SandboxContent.tokens(item["content"] ?? item["output"] ?? item))
        prompt.toolResult = isResult ? SandboxContent.allText(item["output"]) : nil
        if role == "user", let text = SandboxContent.lastText(item["content"]) { prompt.userText = text }
    }

    private static func readTools(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        guard let tools = root["tools"], !tools.isNull else { return }
        guard tools.kind == .array else { throw .type("tools", expected: "an array of objects") }
        prompt.input.add(SandboxTokens.count(bytes: tools.range.count))
        for (index, tool) in tools.elements.enumerated() {
            let isCustom = tool["type"]?.equals("custom") == true
            // Agents declare tools of kinds that the vendor executes, or that come next year: they are not called.
            guard isCustom || tool["type"]?.equals("function") == true else { continue }
            guard let name = tool["name"]?.string else { throw .missing("tools[\(index)].name") }
            prompt.tools.append(SandboxTool(name: name, isCustom: isCustom, schema: tool["parameters"]))
        }
        prompt.toolChoice = self.toolChoice(root["tool_choice"])
        prompt.allowsParallelCalls = try SandboxReader.flag(root, "parallel_tool_calls") ?? true
    }

    private static func toolChoice(_ value: JSONValue?) -> SandboxPrompt.ToolChoice {
        guard let value else { return .auto }
        if let name = value["name"]?.string { return .named(name) }
        let mode = value["mode"] ?? value
        if mode.equals("none") { return .none }
        return mode.equals("required") ? .required : .auto
    }

    private static func readLimits(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        try SandboxReader.checkNumber(root, "temperature", in: 0...2)
        try SandboxReader.checkNumber(root, "top_p", in: 0...1)
        prompt.maxOutputTokens = try SandboxReader.integer(root, "max_output_tokens", in: 16...(.max))
        prompt.isStream = try SandboxReader.flag(root, "stream") ?? false
        prompt.forbidsReasoning = root["reasoning"]?["effort"]?.equals("none") == true
        guard let format = root["text"]?["format"] else { return }
        prompt.schema = format["schema"]
        prompt.wantsJSONObject = format["type"]?.equals("json_object") == true
    }
}

import Wire

/// Chat Completions, as the sandbox speaks it. Source: platform.openai.com/docs/api-reference/chat, November 2026.
struct SandboxChat {
    var prompt: SandboxPrompt
    var reply: SandboxReply
    var hash: SandboxHash
    var created: Int
    /// Input tokens served from the prompt cache.
    var cachedTokens: Int

    var id: String { self.hash.id("chatcmpl-") }
    var requestID: String { self.hash.id("req_") }

    init(_ root: JSONValue, hash: SandboxHash, created: Int) throws(SandboxFault) {
        self.prompt = try Self.prompt(root)
        self.reply = SandboxReply(self.prompt)
        self.hash = hash
        self.created = created
        let hasKey = root["prompt_cache_key"]?.string?.isEmpty == false
        self.cachedTokens = hasKey ? self.prompt.input.keyedRead : 0
    }

    private static func prompt(_ root: JSONValue) throws(SandboxFault) -> SandboxPrompt {
        var prompt = SandboxPrompt(model: try SandboxReader.model(root))
        let messages = try SandboxReader.objects(root, "messages")
        try self.readTools(root, into: &prompt)
        try self.readMessages(messages, into: &prompt)
        try self.readLimits(root, into: &prompt)
        prompt.input.add(SandboxTokens.perMessage)
        return prompt
    }

    private static func readMessages(_ messages: JSONElements, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        for (index, message) in messages.enumerated() {
            let role = message["role"]?.string ?? ""
            guard ["developer", "system", "user", "assistant", "tool", "function"].contains(role) else {
                throw .range(
                    "messages[\(index)].role",
                    "expected one of developer, system, user, assistant, tool and function",
                    code: "invalid_value"
                )
            }
            let content = message["content"]
            guard [.string, .array, .null, nil].contains(content?.kind) else {
                throw .type("messages[\(index)].content", expected: "one of a string or array of objects")
            }
            prompt.input.beginMessage(isUser: role == "user", isAnswer: role == "assistant")
            prompt.input.add(SandboxContent.tokens(content))
            prompt.input.add(SandboxTokens.count(bytes: message["tool_calls"]?.range.count ?? 0))
            prompt.toolResult = role == "tool" || role == "function" ? SandboxContent.allText(content) : nil
            if role == "user", let text = SandboxContent.lastText(content) { prompt.userText = text }
        }
    }

    private static func readTools(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        guard let tools = root["tools"], !tools.isNull else { return }
        guard tools.kind == .array else { throw .type("tools", expected: "an array of objects") }
        prompt.input.add(SandboxTokens.count(bytes: tools.range.count))
        for (index, tool) in tools.elements.enumerated() {
            let isCustom = tool["type"]?.equals("custom") == true
            guard let definition = isCustom ? tool["custom"] : tool["function"], let name = definition["name"]?.string
            else {
                throw .missing("tools[\(index)].\(isCustom ? "custom" : "function").name")
            }
            prompt.tools.append(SandboxTool(name: name, isCustom: isCustom, schema: definition["parameters"]))
        }
        prompt.toolChoice = self.toolChoice(root["tool_choice"])
        prompt.allowsParallelCalls = try SandboxReader.flag(root, "parallel_tool_calls") ?? true
    }

    private static func toolChoice(_ value: JSONValue?) -> SandboxPrompt.ToolChoice {
        guard let value else { return .auto }
        if let name = (value["function"] ?? value["custom"])?["name"]?.string { return .named(name) }
        let mode = value["allowed_tools"]?["mode"] ?? value
        if mode.equals("none") { return .none }
        return mode.equals("required") ? .required : .auto
    }

    private static func readLimits(_ root: JSONValue, into prompt: inout SandboxPrompt) throws(SandboxFault) {
        try SandboxReader.checkNumber(root, "temperature", in: 0...2)
        try SandboxReader.checkNumber(root, "top_p", in: 0...1)
        prompt.choiceCount = try SandboxReader.integer(root, "n", in: 1...128) ?? 1
        prompt.maxOutputTokens = try SandboxReader.integer(root, "max_completion_tokens", in: 1...(.max))
        let older = try SandboxReader.integer(root, "max_tokens", in: 1...(.max))
        prompt.maxOutputTokens = prompt.maxOutputTokens ?? older
        prompt.stopSequences = try SandboxReader.stops(root)
        prompt.isStream = try SandboxReader.flag(root, "stream") ?? false
        if let options = root["stream_options"], !options.isNull {
            guard prompt.isStream else {
                throw SandboxFault(
                    message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                    parameter: "stream_options"
                )
            }
            prompt.includesUsage = try SandboxReader.flag(options, "include_usage") ?? false
        }
        prompt.forbidsReasoning = root["reasoning_effort"]?.equals("none") == true
        guard let format = root["response_format"] else { return }
        prompt.schema = format["json_schema"]?["schema"]
        prompt.wantsJSONObject = format["type"]?.equals("json_object") == true
    }
}

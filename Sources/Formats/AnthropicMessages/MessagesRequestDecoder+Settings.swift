import Exchange
import Wire

extension MessagesRequestDecoder {
    mutating func readThinking(_ node: MessagesNode?) throws(GatewayFailure) {
        guard let node else { return }
        switch try node.object().requiredString("type") {
        case "enabled":
            self.request.reasoning.mode = .budgeted
            self.request.reasoning.budget = try node["budget_tokens"]?.int(atLeast: 1)
        case "adaptive": self.request.reasoning.mode = .adaptive
        case "disabled": self.request.reasoning.mode = .off
        case "between_tools":
            self.request.reasoning.mode = .adaptive
            self.drop("thinking.between_tools")
        default:
            throw node.at("type")
                .refusal("must be one of enabled, adaptive, disabled, between_tools")
        }
        if let display = node["display"] {
            let text = try display.string()
            self.request.reasoning.display = text
            self.request.reasoning.isShown = text != "omitted"
        }
        for name in node.unknownMembers(beside: ["type", "budget_tokens", "display"]) { self.drop(name) }
    }

    /// `output_config`, and `output_format`, which was its beta.
    mutating func readOutput(_ root: MessagesNode) throws(GatewayFailure) {
        let config = try root["output_config"]?.object()
        if let effort = config?["effort"] {
            guard let grade = ReasoningIntent.Effort(rawValue: try effort.string()), grade != .none else {
                throw effort.refusal("must be one of low, medium, high, xhigh, max")
            }
            self.request.reasoning.effort = grade
        }
        for name in config?.unknownMembers(beside: ["effort", "format"]) ?? [] { self.drop(name) }
        guard let format = config?["format"] ?? root["output_format"] else { return }
        guard try format.object().requiredString("type") == "json_schema" else {
            throw format.at("type").refusal("must be \"json_schema\"")
        }
        guard let schema = format["schema"] else { throw format.missing("schema", "an object") }
        self.request.output = .schema(OutputSchema(schema: RawJSON(try schema.object().value)))
        for name in format.unknownMembers(beside: ["type", "schema"]) { self.drop(name) }
    }

    mutating func readToolChoice(_ node: MessagesNode?) throws(GatewayFailure) {
        guard let node else { return }
        switch try node.object().requiredString("type") {
        case "auto": self.request.toolChoice = .auto
        case "any": self.request.toolChoice = .required
        case "none": self.request.toolChoice = ToolChoice.none
        case "tool":
            let name = try node.requiredString("name")
            self.request.toolChoice = .named(name)
            for tool in self.request.tools where tool.name == name {
                if case .hosted(let type) = tool.kind { self.request.toolChoice = .hosted(type: type) }
            }
        default:
            throw node.at("type").refusal("must be one of auto, any, tool, none")
        }
        if try node["disable_parallel_tool_use"]?.bool() ?? false { self.request.parallelToolCalls = false }
        for name in node.unknownMembers(beside: ["type", "name", "disable_parallel_tool_use"]) { self.drop(name) }
    }

    /// Judges what has no neutral meaning.
    mutating func judgeOthers(_ root: MessagesNode) throws(GatewayFailure) {
        for (key, value) in root.value.members where !value.isNull {
            let name = key.string ?? ""
            switch name {
            case "model", "messages", "system", "max_tokens", "stream", "stop_sequences", "temperature", "top_p",
                "top_k", "tools", "tool_choice", "thinking", "output_config", "output_format", "metadata",
                "service_tier", "speed", "cache_control":
                continue
            case "anthropic_version", "anthropic_beta": continue
            case "mcp_servers", "fallbacks":
                guard value.kind == .array else {
                    throw MessagesNode(value, .root).refused(name, "must be an array, got \(value.kind.noun)")
                }
                if value.count > 0 { self.judge(name) }
            case "context_management": try self.judgeEdits(MessagesNode(value, .member(.root, "context_management")))
            default: self.judge(name)
            }
        }
    }

    private mutating func judge(_ name: String) {
        let wayOut: String? =
            switch name {
            case "mcp_servers": "Offer the server's tools as your own, or use an Anthropic model."
            case "container", "thread", "compaction": "It lives at Anthropic: leave it out, or use an Anthropic model."
            case "inference_geo": "Where a request may run is promised by Anthropic alone: leave it out."
            default: nil
            }
        self.request.leftovers.append(Leftover(.named(name), wayOut.map { .reject(wayOut: $0) } ?? .drop))
    }

    /// Edits of thinking lose nothing elsewhere, where old thinking is not sent at all. Others keep the context small,
    /// which the caller relies on.
    private mutating func judgeEdits(_ node: MessagesNode) throws(GatewayFailure) {
        let edits = try node.object()["edits"]?.elements() ?? []
        var onlyThinking = true
        for edit in edits {
            let type = try edit.object().requiredString("type")
            if !type.hasPrefix("clear_thinking") { onlyThinking = false }
        }
        if edits.isEmpty { return }
        guard !onlyThinking else { return self.drop("context_management") }
        let wayOut = "Shorten the conversation yourself, or use an Anthropic model."
        self.request.leftovers.append(Leftover(.named("context_management"), .reject(wayOut: wayOut)))
    }
}

extension MessagesNode {
    /// The refusal of a member whose name is not known at compile time.
    fileprivate func refused(_ name: String, _ text: String) -> GatewayFailure {
        GatewayFailure(.invalidRequest, "\(name) \(text)", parameter: name)
    }
}

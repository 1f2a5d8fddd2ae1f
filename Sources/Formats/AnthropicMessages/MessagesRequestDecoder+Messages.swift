import Exchange
import Wire

extension MessagesRequestDecoder {
    mutating func readMessages(_ root: MessagesNode) throws(GatewayFailure) {
        guard let messages = root["messages"] else { throw root.missing("messages", "an array") }
        for (index, message) in try messages.elements().enumerated() {
            try self.readMessage(try message.object(), index)
        }
    }

    private mutating func readMessage(_ message: MessagesNode, _ index: Int) throws(GatewayFailure) {
        guard let role = Turn.Role(rawValue: try message.requiredString("role")) else {
            throw message.at("role")
                .refusal("must be user, assistant or system")
        }
        var turn = Turn(role, [], place: Place(message: index))
        if let text = message.value["content"]?.string {
            turn.blocks = [.text(text, place: Place(message: index))]
        } else {
            guard let content = message["content"] else {
                throw message.missing("content", "a string or an array of blocks")
            }
            guard content.value.kind == .array else {
                throw content.refusal("must be a string or an array of blocks, got \(content.value.kind.noun)")
            }
            for (part, block) in try content.elements().enumerated() {
                let place = Place(message: index, part: part)
                if let block = try self.block(try block.object(), place, role) { turn.blocks.append(block) }
            }
        }
        for name in message.unknownMembers(beside: ["role", "content"]) { self.drop(name) }
        // The vendor takes no system text before the first turn; what stands there leads, whatever it is called.
        if role == .system, self.request.turns.isEmpty, turn.blocks.allSatisfy(\.isText) {
            self.request.system += turn.blocks
        } else {
            self.request.turns.append(turn)
        }
    }

    /// One block; `nil` when nothing of it goes on.
    private mutating func block(
        _ node: MessagesNode,
        _ place: Place,
        _ role: Turn.Role
    ) throws(GatewayFailure) -> Block? {
        let type = try node.requiredString("type")
        let cache = try Self.cacheMark(node)
        switch type {
        case "thinking", "redacted_thinking":
            return try Self.reasoning(node, isRedacted: type != "thinking").map { Block(.reasoning($0), place: place) }
        case "tool_use": return Block(.toolCall(try self.toolCall(node)), place: place, cache: cache)
        case "tool_result":
            let (result, inner) = try self.toolResult(node, place)
            return Block(.toolResult(result), place: place, cache: cache ?? inner)
        case "server_tool_use", "web_search_tool_result", "tool_search_tool_result":
            return try self.hostedStep(node, type, place, cache)
        case "document" where self.isStricter && role == .assistant:
            throw node.refusal("must not be a document in an assistant message (version \(Self.stricterVersion))")
        default:
            if self.isStricter, role == .user, type == "text", node["citations"].map({ $0.value.count > 0 }) ?? false {
                throw node.at("citations").refusal("must be empty in a user message (version \(Self.stricterVersion))")
            }
            return Block(try self.content(node, type, place), place: place, cache: cache)
        }
    }

    /// What may stand in a message as well as in a tool's result.
    mutating func content(_ node: MessagesNode, _ type: String, _ place: Place) throws(GatewayFailure) -> Block.Content
    {
        switch type {
        case "text":
            var text = Text(try node.requiredString("text"))
            if let citations = node["citations"] {
                for citation in try citations.elements() {
                    text.citations.append(MessagesCitation.read(try citation.object().value))
                }
            }
            self.dropUnknown(node, ["type", "text", "citations", "cache_control"])
            return .text(text)
        case "image":
            self.dropUnknown(node, ["type", "source", "cache_control"])
            return try self.image(node)
        case "document":
            self.dropUnknown(node, ["type", "source", "title", "context", "citations", "cache_control"])
            return try self.document(node, place)
        case "search_result": return try self.searchResult(node, place)
        case "tool_reference": return .text(Text("Tool found: \(try node.requiredString("tool_name"))"))
        default: return .opaque(Opaque(format: .messages, type: type, json: RawJSON(node.value)))
        }
    }

    private mutating func dropUnknown(_ node: MessagesNode, _ known: [StaticString]) {
        for name in node.unknownMembers(beside: known) { self.drop(name) }
    }

    /// Thoughts in an envelope of ours are what was sealed; damaged ones are cut. Unsigned thoughts are kept for servers
    /// that sign nothing, unless they are empty.
    private static func reasoning(
        _ node: MessagesNode,
        isRedacted: Bool
    ) throws(GatewayFailure) -> Reasoning? {
        let state = isRedacted ? try node.requiredString("data") : try node.string("signature") ?? ""
        let text = isRedacted ? nil : try node.string("thinking") ?? ""
        if ReasoningEnvelope.isEnvelope(state) { return ReasoningEnvelope.open(state) }
        guard state.isEmpty else {
            let native = ReasoningState(owner: ReasoningState.anthropic, value: state)
            return Reasoning(text: text, state: native, isRedacted: isRedacted)
        }
        guard let text, !text.isEmpty else { return nil }
        return Reasoning(text: text)
    }

    private mutating func toolCall(_ node: MessagesNode) throws(GatewayFailure) -> ToolCall {
        var input = "{}"
        if let node = node["input"] { input = RawJSON(try node.object().value).text }
        // Who called is only of interest when it was not the model itself.
        if !(node["caller"]?.value["type"]?.equals("direct") ?? true) { self.drop(node.path.text(appending: "caller")) }
        self.dropUnknown(node, ["type", "id", "name", "input", "caller", "cache_control"])
        return ToolCall(
            id: try node.requiredString("id"),
            name: try node.requiredString("name"),
            input: ToolInput(.object, input)
        )
    }

    /// A result, and the last cache mark inside it: for other vendors the whole result is the smallest piece to end at.
    private mutating func toolResult(
        _ node: MessagesNode,
        _ place: Place
    ) throws(GatewayFailure) -> (ToolResult, CacheMark?) {
        var inner: CacheMark?
        var result = ToolResult(callID: try node.requiredString("tool_use_id"), blocks: [])
        result.isError = try node["is_error"]?.bool()
        self.dropUnknown(node, ["type", "tool_use_id", "content", "is_error", "cache_control"])
        if let text = node.value["content"]?.string {
            result.blocks = text.isEmpty ? [] : [.text(text, place: place)]
            return (result, nil)
        }
        guard let content = node["content"] else { return (result, nil) }
        guard content.value.kind == .array else {
            throw content.refusal("must be a string or an array of blocks, got \(content.value.kind.noun)")
        }
        for element in try content.elements() {
            let type = try element.object().requiredString("type")
            inner = try Self.cacheMark(element) ?? inner
            result.blocks.append(Block(try self.content(element, type, place), place: place))
        }
        return (result, inner)
    }

    /// Searches by the vendor's own tools: of a web search the addresses found go on as text; a search for tools means
    /// nothing where all tools are offered. Other steps are known here alone.
    private mutating func hostedStep(
        _ node: MessagesNode,
        _ type: String,
        _ place: Place,
        _ cache: CacheMark?
    ) throws(GatewayFailure) -> Block? {
        let name = type == "server_tool_use" ? try node.requiredString("name") : type
        let isSearch = name.hasPrefix("web_search") || name.hasPrefix("tool_search")
        guard isSearch else {
            let opaque = Opaque(format: .messages, type: type, json: RawJSON(node.value))
            return Block(.opaque(opaque), place: place, cache: cache)
        }
        self.request.leftovers.append(Leftover(.place(place), .drop))
        guard type == "web_search_tool_result" else { return nil }
        var lines = ["Web search results:"]
        for hit in (node["content"]?.value ?? node.value).elements {
            guard let url = hit["url"]?.string else { continue }
            lines.append("- \(hit["title"]?.string ?? ""): \(url)")
        }
        return lines.count > 1 ? .text(lines.joined(separator: "\n"), place: place, cache: cache) : nil
    }
}

extension Block {
    /// Whether this is plain text.
    var isText: Bool {
        if case .text = self.content { true } else { false }
    }
}

import Exchange
import Wire

extension ResponsesRequestReader {
    /// A string is one user message; otherwise items.
    mutating func read(input: JSONValue) throws(GatewayFailure) {
        let path = FieldPath("input")
        switch input.kind {
        case .string:
            let place = Place(message: 0)
            self.request.turns.append(Turn(.user, [.text(input.string ?? "", place: place)], place: place))
        case .array:
            for (index, item) in input.elements.enumerated() {
                try self.read(item: item, Place(message: index), FieldPath("input", index))
            }
        case .object, .number, .true, .false, .null:
            throw path.refusal(nil, "must be a string or an array, got \(input.kind.noun)")
        }
    }

    private mutating func read(item: JSONValue, _ place: Place, _ path: FieldPath) throws(GatewayFailure) {
        let type = try item.asObject(path).string("type", path)
        switch type ?? Self.impliedType(of: item) {
        case "message": try self.read(message: item, place, path)
        case "reasoning": try self.read(reasoning: item, place, path)
        case "function_call", "custom_tool_call": try self.read(call: item, place, path)
        case "function_call_output", "custom_tool_call_output": try self.read(result: item, place, path)
        case "item_reference":
            self.rejectItem(place, wayOut: "Send the item itself.")
        case "compaction", "compaction_trigger", "compaction_summary", "configuration_update":
            self.rejectItem(place, wayOut: "Send the conversation without it.")
        case "additional_tools": try self.read(additionalTools: item, path)
        case "web_search_call", "web_search_call_output":
            // What was found is in the text that follows, with its citations.
            self.request.leftovers.append(Leftover(.place(place), .drop))
        case nil: throw path.refusal("type", "must be a string, but is missing")
        case let type?: self.keep(opaque: item, type, place)
        }
    }

    /// Tools that are offered from here on; those that were held back in `tools` are there already.
    private mutating func read(additionalTools item: JSONValue, _ path: FieldPath) throws(GatewayFailure) {
        guard let tools = try item.array("tools", path) else { return }
        let known = Set(self.request.tools.map(\.name))
        let count = self.request.tools.count
        for (index, tool) in tools.elements.enumerated() {
            try self.read(tool: tool, index: count + index, path.element("tools", index))
        }
        let added = self.request.tools[count...].filter { !known.contains($0.name) }
        self.request.tools.replaceSubrange(count..., with: added)
    }

    /// Clients leave the type out: a role makes a message, a lone id a reference.
    private static func impliedType(of item: JSONValue) -> String? {
        if item["role"] != nil { return "message" }
        return item["id"] != nil && item["content"] == nil ? "item_reference" : nil
    }

    private mutating func rejectItem(_ place: Place, wayOut: String) {
        self.request.leftovers.append(Leftover(.place(place), .reject(wayOut: wayOut)))
    }

    /// An item that only this format knows: what a program hands in is the user's, everything else the assistant's.
    private mutating func keep(opaque item: JSONValue, _ type: String, _ place: Place) {
        let block = Block(.opaque(Opaque(format: .responses, type: type, json: RawJSON(item))), place: place)
        if type.hasSuffix("_output") || type.hasSuffix("_response") {
            self.append(Turn(.user, [block], place: place))
        } else {
            self.appendToAssistant([block], place)
        }
    }

    // MARK: Turns

    mutating func append(_ turn: Turn) {
        self.endAssistantTurn()
        self.request.turns.append(turn)
    }

    mutating func appendToAssistant(_ blocks: [Block], _ place: Place) {
        guard !blocks.isEmpty else { return }
        if self.assistantTurn == nil { self.assistantTurn = Turn(.assistant, [], place: place) }
        self.assistantTurn?.blocks += blocks
    }

    mutating func endAssistantTurn() {
        if let turn = self.assistantTurn { self.request.turns.append(turn) }
        self.assistantTurn = nil
    }

    // MARK: Items

    private mutating func read(message: JSONValue, _ place: Place, _ path: FieldPath) throws(GatewayFailure) {
        let role = try message.requiredString("role", path)
        let blocks = try self.content(of: message, "content", place, path)
        switch role {
        case "user": self.append(Turn(.user, blocks, place: place))
        case "assistant":
            self.appendToAssistant(blocks.filter { $0.content != .text(Text("")) }, place)
        case "system", "developer":
            let isLeading = self.request.turns.isEmpty && self.assistantTurn == nil
            let texts = self.texts(of: blocks)
            if isLeading { self.request.system += texts } else { self.append(Turn(.system, texts, place: place)) }
        default: throw path.refusal("role", "must be one of user, assistant, system, developer")
        }
    }

    /// The application's words; what else it shows there is refused.
    private mutating func texts(of blocks: [Block]) -> [Block] {
        blocks.filter { block in
            if case .text = block.content { return true }
            self.rejectItem(block.place, wayOut: "Send images and files in a user message.")
            return false
        }
    }

    /// Reasoning that nobody can read again (neither text nor state: it is stored at the vendor) and damaged envelopes
    /// are cut.
    private mutating func read(reasoning item: JSONValue, _ place: Place, _ path: FieldPath) throws(GatewayFailure) {
        let summary = try Self.joined(item, "summary", path)
        let thoughts = try Self.joined(item, "content", path)
        let text = summary ?? thoughts
        guard let state = try item.string("encrypted_content", path), !state.isEmpty else {
            guard text != nil else { return }
            self.appendToAssistant([Block(.reasoning(Reasoning(text: text)), place: place)], place)
            return
        }
        guard ReasoningEnvelope.isEnvelope(state) else {
            let native = ReasoningState(owner: ReasoningState.responsesCaller, value: state)
            let reasoning = Reasoning(text: text ?? "", state: native)
            self.appendToAssistant([Block(.reasoning(reasoning), place: place)], place)
            return
        }
        guard let reasoning = ReasoningEnvelope.open(state) else { return }
        self.append(opened: reasoning, place)
    }

    /// State that belongs to a call or a text is written after it, because a stream tells it last; its vendor's room
    /// looks for it before.
    private mutating func append(opened reasoning: Reasoning, _ place: Place) {
        let block = Block(.reasoning(reasoning), place: place)
        guard SignedBlock.isCarrier(reasoning), let last = self.assistantTurn?.blocks.last, last.canBeSigned else {
            return self.appendToAssistant([block], place)
        }
        self.assistantTurn?.blocks.removeLast()
        self.appendToAssistant([block, last], place)
    }

    /// The texts of a list of parts, one paragraph each; `nil` when there are none.
    private static func joined(
        _ item: JSONValue,
        _ key: StaticString,
        _ path: FieldPath
    ) throws(GatewayFailure) -> String? {
        guard let list = try item.array(key, path), list.count > 0 else { return nil }
        var texts: [String] = []
        for (index, part) in list.elements.enumerated() {
            let path = path.element(key, index)
            texts.append(try part.asObject(path).requiredString("text", path))
        }
        return texts.joined(separator: "\n\n")
    }

    private mutating func read(call item: JSONValue, _ place: Place, _ path: FieldPath) throws(GatewayFailure) {
        let isCustom = item["type"]?.equals("custom_tool_call") ?? false
        let input =
            isCustom
            ? ToolInput(.freeText, try item.requiredString("input", path))
            : ToolInput(.claimedObject, try item.requiredString("arguments", path))
        let name = Namespace.flattened(try item.requiredName("name", path), in: try item.string("namespace", path))
        let call = ToolCall(id: try item.requiredName("call_id", path), name: name, input: input)
        self.appendToAssistant([Block(.toolCall(call), place: place)], place)
    }

    private mutating func read(result item: JSONValue, _ place: Place, _ path: FieldPath) throws(GatewayFailure) {
        let callID = try item.requiredName("call_id", path)
        guard item.told("output") != nil else {
            throw path.refusal("output", "must be a string or an array, but is missing")
        }
        let blocks = try self.content(of: item, "output", place, path).filter { $0.content != .text(Text("")) }
        let result = Block(.toolResult(ToolResult(callID: callID, blocks: blocks)), place: place)
        self.append(Turn(.user, [result], place: place))
    }
}

/// State that a vendor bound to a call or a text, on its way through a format that has no place for it there.
enum SignedBlock {
    /// What carries the state.
    static func carrier(of state: ReasoningState) -> Reasoning {
        Reasoning(text: nil, state: state, isRedacted: true)
    }

    /// Whether reasoning carries the state of a call or a text.
    static func isCarrier(_ reasoning: Reasoning) -> Bool {
        reasoning.isRedacted && reasoning.text == nil && reasoning.state?.owner == ReasoningState.gemini
    }
}

extension Block {
    fileprivate var canBeSigned: Bool {
        switch self.content {
        case .text, .toolCall: true
        case .image, .document, .audio, .toolResult, .reasoning, .refusal, .opaque: false
        }
    }
}

public import Exchange
public import Wire

extension AnthropicMessagesFormat {
    /// Reads model, stream flag, output cap and references to stored state, and finds thinking blocks to cut;
    /// everything else is left to the vendor.
    public func inspect(
        _ root: JSONValue,
        operation: Operation,
        pathModel: String?
    ) throws(GatewayFailure) -> Inspected {
        let fields = try RequestFields(root)
        var inspected = try fields.inspected(pathModel: pathModel)
        inspected.session = SessionLabel.find(in: fields.root)
        inspected.storedStateFields = Self.storedStateFields(of: root)
        if let messages = root["messages"] {
            inspected.edits = UnsignedThinking.cuts(in: messages, newest: &inspected.reasoningState)
        }
        inspected.prefix.tools = fields.root["tools"]?.range
        inspected.prefix.instructions = fields.root["system"]?.range
        guard operation.streams else { return inspected }
        inspected.isStream = try fields.flag("stream", allowsNull: false)
        // No tokens at all only warms the cache. A missing cap is the vendor's to refuse.
        inspected.outputCap = OutputCap(into: root)
        inspected.maxOutputTokens = try fields.cap(.maxTokens, in: 0...Int.max, noting: &inspected.outputCap)
        MessagesCost.gather(fields.root, into: &inspected.cost)
        return inspected
    }

    /// Fields by which the vendor would resume what it keeps under the account's name.
    private static func storedStateFields(of root: JSONValue) -> [String] {
        root.members.compactMap { key, value in
            guard !value.isNull else { return nil }
            return key.equals("container") ? "container" : key.equals("thread") ? "thread" : nil
        }
    }
}

/// Thinking blocks that the vendor refuses: with an empty signature, or with an envelope of ours, which belongs to another
/// vendor.
///
/// Claude Code sends a thinking block that it got without a signature back with an empty one. The cut depends on the
/// block alone, so that a conversation's earlier bytes stay the same from turn to turn and prompt caches hold.
enum UnsignedThinking {
    /// The edits that cut them, ascending and disjoint.
    ///
    /// A message that would be left empty is cut as a whole, for empty content is refused for ever after; unless no
    /// message at all would remain.
    ///
    /// - Parameters:
    ///   - messages: The conversation.
    ///   - newest: Set to the content of the last signature, or of the last redacted thoughts, whoever made them.
    /// - Returns: The edits.
    static func cuts(in messages: JSONValue, newest: inout Range<Int>?) -> [BytePatch] {
        self.cuts(in: messages) { self.indices(in: $0, newest: &newest) }
    }

    /// The edits that cut all thinking blocks, whoever signed them.
    static func allCuts(in messages: JSONValue) -> [BytePatch] {
        self.cuts(in: messages) { content in
            Set(
                content.elements.enumerated().compactMap { index, block in
                    guard let type = block["type"] else { return nil }
                    return type.equals("thinking") || type.equals("redacted_thinking") ? index : nil
                }
            )
        }
    }

    private static func cuts(in messages: JSONValue, _ indices: (JSONValue) -> Set<Int>) -> [BytePatch] {
        var emptied: Set<Int> = []
        var patches: [BytePatch] = []
        for (index, message) in messages.elements.enumerated() where message["role"]?.equals("assistant") ?? false {
            guard let content = message["content"], content.kind == .array else { continue }
            let unsigned = indices(content)
            if unsigned.isEmpty { continue }
            if unsigned.count == content.count {
                emptied.insert(index)
            } else {
                patches += BytePatch.cuttingElements(unsigned, from: content)
            }
        }
        guard !emptied.isEmpty, emptied.count < messages.count else { return patches }
        patches += BytePatch.cuttingElements(emptied, from: messages)
        return patches.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private static func indices(in content: JSONValue, newest: inout Range<Int>?) -> Set<Int> {
        var unsigned: Set<Int> = []
        for (index, block) in content.elements.enumerated() {
            guard let type = block["type"] else { continue }
            if type.equals("thinking"), let signature = block["signature"] {
                self.note(signature, &newest)
                if signature.equals("") || self.isEnvelope(signature) { unsigned.insert(index) }
            } else if type.equals("redacted_thinking"), let data = block["data"] {
                self.note(data, &newest)
                if self.isEnvelope(data) { unsigned.insert(index) }
            }
        }
        return unsigned
    }

    private static func note(_ state: JSONValue, _ newest: inout Range<Int>?) {
        if state.kind == .string, !state.contentRange.isEmpty { newest = state.contentRange }
    }

    /// Signatures are long: they are decoded only where escapes could hide an envelope's beginning.
    private static func isEnvelope(_ state: JSONValue) -> Bool {
        guard state.kind == .string else { return false }
        if state.hasEscapes { return state.string.map(ReasoningEnvelope.isEnvelope) ?? false }
        return state.bytes.dropFirst().starts(with: ReasoningEnvelope.prefix.utf8)
    }
}

extension AnthropicMessagesFormat {
    /// All thinking blocks of the assistant's turns.
    public func reasoningCuts(in root: JSONValue) -> [BytePatch] {
        root["messages"].map { UnsignedThinking.allCuts(in: $0) } ?? []
    }
}

import Exchange
import Wire

/// Reads a complete answer.
struct ConverseAnswer {
    private let notes: ReplyNotes
    private var answer = Answer()
    private var callCount = 0
    private var hasStandIn = false

    init(notes: ReplyNotes) {
        self.notes = notes
    }

    /// - Throws: When there is no message, or it is malformed by the vendor's own account.
    consuming func read(_ root: JSONValue) throws(GatewayFailure) -> Answer {
        guard let content = root["output"]?["message"]?["content"], content.kind == .array else {
            throw ConverseFault(status: 200, root: root, text: "").failureOfSuccess
        }
        guard let reason = root["stopReason"]?.string else {
            throw GatewayFailure(.upstreamFailed, "the provider's answer says no reason to stop")
        }
        // Signed thoughts are checked block by block when they come back: then empty text counts too.
        let isSigned = content.elements.contains { $0["reasoningContent"] != nil }
        for block in content.elements { self.add(block, keepsEmpty: isSigned) }
        self.answer.finish = try ConverseFinish.read(
            reason,
            fields: root["additionalModelResponseFields"],
            hasCalls: self.callCount > 0,
            isStandIn: self.hasStandIn
        )
        self.answer.usage = ConverseUsage.read(root)
        self.answer.serviceTier = ConverseUsage.tier(root["serviceTier"])
        return self.answer
    }

    private mutating func add(_ block: JSONValue, keepsEmpty: Bool) {
        if let text = block["text"]?.string {
            if keepsEmpty || !text.isEmpty { self.answer.blocks.append(.text(AnswerText(text))) }
        } else if let call = block["toolUse"] {
            self.add(call: call)
        } else if let reasoning = block["reasoningContent"] {
            self.add(reasoning: reasoning)
        } else if let cited = block["citationsContent"] {
            self.add(cited: cited)
        }
        // Everything else comes of the vendor's own tools and means nothing to callers of other formats.
    }

    private mutating func add(call: JSONValue) {
        guard call["type"] == nil, let name = call["name"]?.string else { return }
        let input = call["input"]
        let text = input.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "{}"
        if name == self.notes.outputTool {
            self.hasStandIn = true
            self.answer.blocks.append(.text(AnswerText(text)))
            return
        }
        self.callCount += 1
        var content = ToolInput(input?.kind == .object || input == nil ? .object : .claimedObject, text)
        if self.notes.customTools.contains(name) {
            var reader = CustomToolInput()
            content = ToolInput(.freeText, reader.read(text) + reader.finish())
        }
        let id = call["toolUseId"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        self.answer.blocks.append(
            .toolCall(
                ToolCall(
                    id: id ?? self.notes.madeUpID(self.callCount),
                    name: self.notes.callerName(name),
                    input: content
                )
            )
        )
    }

    private mutating func add(reasoning: JSONValue) {
        if let data = reasoning["redactedContent"]?.string {
            let state = ReasoningState(owner: self.notes.reasoningOwner, value: data)
            self.answer.blocks.append(.reasoning(Reasoning(text: nil, state: state, isRedacted: true)))
        } else if let text = reasoning["reasoningText"] {
            let signature = text["signature"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            let state = signature.map { ReasoningState(owner: self.notes.reasoningOwner, value: $0) }
            let thoughts = text["text"]?.string ?? ""
            if state == nil, thoughts.isEmpty { return }
            self.answer.blocks.append(.reasoning(Reasoning(text: thoughts, state: state)))
        }
    }

    /// Text may be missing: then the citations belong to the text before.
    private mutating func add(cited: JSONValue) {
        let citations = cited["citations"]?.elements.map(Citation.init(converse:)) ?? []
        let text = cited["content"]?.elements.compactMap { $0["text"]?.string }.joined() ?? ""
        if text.isEmpty, let last = self.answer.blocks.indices.last, case .text(var before) = self.answer.blocks[last] {
            before.citations += citations
            self.answer.blocks[last] = .text(before)
            return
        }
        guard !text.isEmpty || !citations.isEmpty else { return }
        var content = AnswerText(text)
        content.citations = citations
        self.answer.blocks.append(.text(content))
    }
}

extension ReplyNotes {
    /// An id for a call that came without one.
    func madeUpID(_ number: Int) -> String { "call_\(self.seed)\(number)" }
}

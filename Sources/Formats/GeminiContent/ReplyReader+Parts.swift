import Exchange
import Wire

extension ReplyReader {
    /// Reads one part of a candidate's content.
    mutating func read(part: JSONValue, into events: inout [AnswerEvent]) {
        guard part.kind == .object else { return }
        let state = part["thoughtSignature"]?.string.flatMap { self.state($0) }
        if part["thought"]?.bool == true { return self.read(thought: part, state, into: &events) }
        if let call = part["functionCall"], call.kind == .object { return self.read(call, state, into: &events) }
        if let text = part["text"]?.string { return self.read(text, state, into: &events) }
        if let type = Self.dataType(of: part) {
            let opaque = Opaque(format: .gemini, type: type, json: RawJSON(part))
            return self.blocks.add(.opaque(opaque), "", nil, into: &events)
        }
        if state != nil { self.read("", state, into: &events) }
    }

    private func state(_ signature: String) -> ReasoningState? {
        guard !signature.isEmpty else { return nil }
        let owner = self.notes.reasoningOwner.isEmpty ? ReasoningState.gemini : self.notes.reasoningOwner
        return ReasoningState(owner: owner, value: signature)
    }

    /// Thoughts in words. Images and code that a model makes while it thinks are no output.
    private mutating func read(thought part: JSONValue, _ state: ReasoningState?, into events: inout [AnswerEvent]) {
        guard let text = part["text"]?.string, !text.isEmpty else { return }
        self.blocks.addThoughts(text, into: &events)
        if let state { self.blocks.sign(state, into: &events) }
    }

    /// A signature that arrives with a later piece of a text, or with an empty one, gets an empty block of its own:
    /// what was sent cannot be signed any more, and Gemini takes it back like this.
    private mutating func read(_ text: String, _ state: ReasoningState?, into events: inout [AnswerEvent]) {
        self.grounding.saw(text)
        guard let state else {
            if !text.isEmpty { self.blocks.addText(text, into: &events) }
            return
        }
        guard self.blocks.openText != nil else { return self.blocks.add(.text, text, state, into: &events) }
        if !text.isEmpty { self.blocks.addText(text, into: &events) }
        self.grounding.cite(in: self.blocks, into: &events)
        self.blocks.add(.text, "", state, into: &events)
    }

    /// A call comes whole. An id is made up where there is none, of what is the same for every reading of this answer.
    private mutating func read(_ call: JSONValue, _ state: ReasoningState?, into events: inout [AnswerEvent]) {
        guard let name = call["name"]?.string, !name.isEmpty else { return }
        self.calls += 1
        let given = call["id"]?.string ?? ""
        let id = given.isEmpty ? "call_\(self.notes.seed)_\(self.calls)" : given
        let args = call["args"].flatMap { $0.kind == .object ? $0 : nil }
        let isFreeText = self.notes.customTools.contains(name)
        let input = isFreeText ? args?["input"]?.string : nil
        let opening = BlockOpening.toolCall(id: id, name: self.notes.callerName(name), isFreeText: isFreeText)
        let text = args.map { RawJSON($0).text } ?? "{}"
        self.blocks.add(opening, input ?? (isFreeText && args?.count ?? 0 == 0 ? "" : text), state, into: &events)
    }

    /// The name of the member that holds a part's data.
    private static func dataType(of part: JSONValue) -> String? {
        for (key, _) in part.members {
            let isMark =
                key.equals("thought") || key.equals("thoughtSignature") || key.equals("videoMetadata")
                || key.equals("mediaResolution") || key.equals("partMetadata") || key.equals("text")
                || key.equals("functionCall")
            if !isMark { return key.string }
        }
        return nil
    }
}

/// What the sandbox says, whatever the format: decided once, then written plain or as a stream.
struct SandboxReply: Equatable {
    enum Finish: Equatable {
        case natural
        case length
        case stopSequence(String)
        case toolUse
    }

    struct Call: Equatable {
        var name: String
        var isCustom: Bool
        /// JSON text, or free text for custom tools, as tokens.
        var arguments: [String]

        var text: String { self.arguments.joined() }
    }

    /// Tokens of the reasoning; `nil` when there is none.
    var reasoning: [String]?
    /// Tokens of the text.
    var text: [String] = []
    var calls: [Call] = []
    var finish = Finish.natural

    /// All output tokens of one choice. A call costs as much as a message beside its arguments.
    var outputTokens: Int {
        self.reasoningTokens + self.text.count
            + self.calls.reduce(0) { $0 + SandboxTokens.perMessage + $1.arguments.count }
    }

    /// The part of the output tokens that is reasoning.
    var reasoningTokens: Int { self.reasoning?.count ?? 0 }
}

extension SandboxReply {
    /// Decides what to say.
    init(_ prompt: SandboxPrompt) {
        if prompt.behaviour.behaviour == .think, !prompt.forbidsReasoning {
            self.reasoning = SandboxTokens.split(Self.thought(prompt))
        }
        let tools = Self.chosenTools(prompt)
        if tools.isEmpty {
            var text = Self.bounded(Self.text(prompt))
            if let stop = Self.cut(&text, at: prompt.stopSequences) { self.finish = .stopSequence(stop) }
            self.text = SandboxTokens.split(text)
        } else {
            self.calls = tools.map { tool in
                let arguments = tool.isCustom ? Self.bounded(Self.spoken(prompt)) : SandboxSchema.sample(tool.schema)
                return Call(name: tool.name, isCustom: tool.isCustom, arguments: SandboxTokens.split(arguments))
            }
            self.finish = .toolUse
        }
        self.truncate(to: min(prompt.maxOutputTokens ?? .max, SandboxModel.maxOutputTokens))
    }

    /// No more text than one token beyond the most that is ever answered, so that foreign lengths end here.
    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > SandboxModel.maxOutputTokens else { return text }
        return SandboxTokens.split(text, limit: SandboxModel.maxOutputTokens + 1).joined()
    }

    private static func thought(_ prompt: SandboxPrompt) -> String {
        "The user said \"\(String(self.spoken(prompt).prefix(80)))\". I am a sandbox, so I shall say it back."
    }

    private static func spoken(_ prompt: SandboxPrompt) -> String {
        prompt.userText.isEmpty ? "Hello from the sandbox." : prompt.userText
    }

    private static func text(_ prompt: SandboxPrompt) -> String {
        if let schema = prompt.schema { return SandboxSchema.sample(schema) }
        if prompt.wantsJSONObject { return #"{"sandbox":true}"# }
        if let result = prompt.toolResult { return "The tool answered: \(result)" }
        guard case .long(let count) = prompt.behaviour.behaviour else { return self.spoken(prompt) }
        return (0..<count).map { String($0 % 1_000) }.joined(separator: " ")
    }

    /// The tools to call: none, the first, or the first two.
    private static func chosenTools(_ prompt: SandboxPrompt) -> [SandboxTool] {
        guard !prompt.tools.isEmpty else { return [] }
        switch prompt.toolChoice {
        case .none: return []
        case .named(let name):
            return prompt.tools.first { $0.name.utf8.elementsEqual(name.utf8) }.map { [$0] } ?? []
        case .required:
            // After a result the last tool: frameworks that force calls put the one that ends the conversation last.
            return Array(prompt.toolResult == nil ? prompt.tools.prefix(1) : prompt.tools.suffix(1))
        case .auto:
            guard prompt.behaviour.behaviour == .tools, prompt.toolResult == nil else { return [] }
            return Array(prompt.tools.prefix(prompt.allowsParallelCalls ? 2 : 1))
        }
    }

    /// Cuts a text before the earliest stop sequence, and says which it was.
    private static func cut(_ text: inout String, at stops: [String]) -> String? {
        let bytes = Array(text.utf8)
        var found: (index: Int, stop: String)?
        for stop in stops where (1...256).contains(stop.utf8.count) {
            guard let index = self.firstIndex(of: Array(stop.utf8), in: bytes) else { continue }
            if found.map({ index < $0.index }) ?? true { found = (index, stop) }
        }
        guard let found else { return nil }
        text = String(decoding: bytes[..<found.index], as: UTF8.self)
        return found.stop
    }

    private static func firstIndex(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        for index in 0...(bytes.count - needle.count) where bytes[index] == first {
            if bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
        }
        return nil
    }

    /// Keeps the first tokens, in the order they would be produced.
    private mutating func truncate(to limit: Int) {
        guard self.outputTokens > limit else { return }
        self.finish = .length
        var left = max(limit, 0)
        func take(_ tokens: [String]) -> [String] {
            let kept = Array(tokens.prefix(left))
            left -= kept.count
            return kept
        }
        self.reasoning = self.reasoning.map(take)
        self.text = take(self.text)
        for index in self.calls.indices {
            left = max(0, left - SandboxTokens.perMessage)
            self.calls[index].arguments = take(self.calls[index].arguments)
        }
    }
}

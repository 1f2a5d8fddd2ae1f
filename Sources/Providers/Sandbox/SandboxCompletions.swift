import Wire

/// The older completions: the prompt comes back as the answer.
/// Source: platform.openai.com/docs/api-reference/completions, November 2026.
struct SandboxCompletions {
    private var model: String
    private var choices: [Choice] = []
    private var promptTokens = 0
    private var isStream: Bool
    private var includesUsage = false
    private var hash: SandboxHash
    private var created: Int

    private struct Choice {
        var prefix: String
        var reply: SandboxReply
    }

    init(_ root: JSONValue, hash: SandboxHash, created: Int) throws(SandboxFault) {
        self.model = try SandboxReader.model(root)
        self.hash = hash
        self.created = created
        self.isStream = try SandboxReader.flag(root, "stream") ?? false
        if let options = root["stream_options"], options.kind == .object {
            self.includesUsage = try SandboxReader.flag(options, "include_usage") ?? false
        }
        let echoes = try SandboxReader.flag(root, "echo") ?? false
        let count = try SandboxReader.integer(root, "n", in: 1...128) ?? 1
        var prompt = SandboxPrompt(model: self.model)
        prompt.maxOutputTokens = try SandboxReader.integer(root, "max_tokens", in: 0...(.max)) ?? 16
        prompt.stopSequences = try SandboxReader.stops(root)
        for input in try SandboxInputs.read(root, "prompt") {
            self.promptTokens += input.tokens
            prompt.userText = input.text
            let choice = Choice(prefix: echoes ? input.text : "", reply: SandboxReply(prompt))
            self.choices += Array(repeating: choice, count: count)
            guard self.choices.count <= 128 else {
                throw .range("n", "prompts × n must be at most 128", code: "invalid_value")
            }
        }
    }

    func answer() -> SandboxAnswer {
        let requestID = self.hash.id("req_")
        let behaviour = SandboxModel(self.model)
        guard self.isStream else {
            return .json(.openAI, id: requestID, model: behaviour, outputTokens: self.outputTokens) { writer in
                self.writeHead(to: &writer)
                writer.member(
                    "choices",
                    array: { writer in
                        for (index, choice) in self.choices.enumerated() {
                            let text = choice.prefix + choice.reply.text.joined()
                            writer.object { self.writeChoice(index, text, Self.finishReason(choice.reply), to: &$0) }
                        }
                    }
                )
                writer.member("usage", object: self.writeUsage)
            }
        }
        var stream = SandboxStream(behaviour)
        self.writeStream(to: &stream)
        return stream.answer(.openAI, id: requestID)
    }

    private var outputTokens: Int { self.choices.reduce(0) { $0 + $1.reply.outputTokens } }

    private func writeStream(to stream: inout SandboxStream) {
        for (index, choice) in self.choices.enumerated() {
            if !choice.prefix.isEmpty { stream.addContent(self.chunk(index, choice.prefix)) }
            for delta in SandboxStream.deltas(stream.sent(choice.reply.text), copies: self.choices.count) {
                stream.addContent(self.chunk(index, delta))
            }
            guard stream.ending == .complete else { break }
            stream.add(self.chunk(index, "", Self.finishReason(choice.reply)))
        }
        switch stream.ending {
        case .cut: return
        case .failed:
            stream.addContent(
                SandboxStream.data { writer in
                    writer.key("error")
                    SandboxFault.requested(500).writeOpenAIError(&writer)
                }
            )
        case .complete: if self.includesUsage { stream.add(self.usageChunk()) }
        }
        stream.add(Array("data: [DONE]\n\n".utf8))
    }

    private func chunk(_ index: Int, _ text: String, _ finishReason: String? = nil) -> [UInt8] {
        SandboxStream.data { writer in
            self.writeHead(to: &writer)
            writer.member(
                "choices",
                array: { writer in
                    writer.object { self.writeChoice(index, text, finishReason, to: &$0) }
                }
            )
            if self.includesUsage { writer.member("usage", nil as Int?) }
        }
    }

    private func usageChunk() -> [UInt8] {
        SandboxStream.data { writer in
            self.writeHead(to: &writer)
            writer.member("choices", array: { _ in })
            writer.member("usage", object: self.writeUsage)
        }
    }

    private func writeHead(to writer: inout JSONWriter) {
        writer.member("id", self.hash.id("cmpl-"))
        writer.member("object", "text_completion")
        writer.member("created", self.created)
        writer.member("model", self.model)
    }

    private func writeChoice(_ index: Int, _ text: String, _ finishReason: String?, to writer: inout JSONWriter) {
        writer.member("text", text)
        writer.member("index", index)
        writer.member("logprobs", nil as Int?)
        writer.member("finish_reason", finishReason)
    }

    private func writeUsage(to writer: inout JSONWriter) {
        writer.member("prompt_tokens", self.promptTokens)
        writer.member("completion_tokens", self.outputTokens)
        writer.member("total_tokens", self.promptTokens + self.outputTokens)
    }

    private static func finishReason(_ reply: SandboxReply) -> String {
        reply.finish == .length ? "length" : "stop"
    }
}

import Wire

extension SandboxMessages {
    /// The complete answer, plain or streamed.
    func answer() -> SandboxAnswer {
        guard self.prompt.isStream else {
            return .json(
                .anthropic,
                id: self.requestID,
                model: self.prompt.behaviour,
                outputTokens: self.reply.outputTokens
            ) { self.writeMessage(to: &$0) }
        }
        var stream = SandboxStream(self.prompt.behaviour)
        self.writeStream(to: &stream)
        return stream.answer(.anthropic, id: self.requestID)
    }

    /// The answer of `count_tokens`.
    func countAnswer() -> SandboxAnswer {
        .json(.anthropic, id: self.requestID) { $0.member("input_tokens", self.prompt.input.total) }
    }

    private func writeMessage(to writer: inout JSONWriter) {
        self.writeHead(to: &writer)
        writer.member(
            "content",
            array: { writer in
                if self.reply.reasoning != nil { writer.object { self.writeThinking(to: &$0) } }
                if !self.reply.text.isEmpty { writer.object { self.writeText(self.reply.text.joined(), to: &$0) } }
                for (index, call) in self.reply.calls.enumerated() {
                    writer.object { writer in
                        self.writeToolUse(call, index, to: &writer)
                        writer.key("input")
                        writer.raw(self.reply.finish == .length ? "{}" : call.text)
                    }
                }
            }
        )
        self.writeStop(to: &writer)
        writer.member("usage", object: { self.writeUsage(outputTokens: self.reply.outputTokens, to: &$0) })
    }

    /// What every message object begins with.
    func writeHead(to writer: inout JSONWriter) {
        writer.member("id", self.id)
        writer.member("type", "message")
        writer.member("role", "assistant")
        writer.member("model", self.prompt.model)
    }

    private func writeThinking(to writer: inout JSONWriter) {
        writer.member("type", "thinking")
        writer.member("thinking", self.omitsThinking ? "" : self.reply.reasoning?.joined() ?? "")
        writer.member("signature", self.signature)
    }

    /// Opaque, and bound to the request it was made for.
    var signature: String { self.hash.opaque(0, byteCount: 96) }

    func writeText(_ text: String, to writer: inout JSONWriter) {
        writer.member("type", "text")
        writer.member("text", text)
    }

    func writeToolUse(_ call: SandboxReply.Call, _ index: Int, to writer: inout JSONWriter) {
        writer.member("type", "tool_use")
        writer.member("id", self.hash.id("toolu_", index))
        writer.member("name", call.name)
    }

    func writeStop(to writer: inout JSONWriter) {
        switch self.reply.finish {
        case .natural: writer.member("stop_reason", "end_turn")
        case .length: writer.member("stop_reason", "max_tokens")
        case .toolUse: writer.member("stop_reason", "tool_use")
        case .stopSequence: writer.member("stop_reason", "stop_sequence")
        }
        if case .stopSequence(let stop) = self.reply.finish {
            writer.member("stop_sequence", stop)
        } else {
            writer.member("stop_sequence", nil as String?)
        }
        writer.member("stop_details", nil as String?)
    }

    /// Usage by Anthropic's convention: what was cached is not part of `input_tokens`, thinking is part of the output.
    func writeUsage(outputTokens: Int, to writer: inout JSONWriter) {
        self.writeInputUsage(to: &writer)
        writer.member(
            "cache_creation",
            object: { writer in
                let isLong = self.prompt.input.markerIsOneHour
                writer.member("ephemeral_5m_input_tokens", isLong ? 0 : self.prompt.input.markedWrite)
                writer.member("ephemeral_1h_input_tokens", isLong ? self.prompt.input.markedWrite : 0)
            }
        )
        writer.member("output_tokens", outputTokens)
        writer.member("service_tier", "standard")
    }

    func writeInputUsage(to writer: inout JSONWriter) {
        writer.member("input_tokens", self.prompt.input.total - self.prompt.input.marked)
        writer.member("cache_creation_input_tokens", self.prompt.input.markedWrite)
        writer.member("cache_read_input_tokens", self.prompt.input.markedRead)
    }
}

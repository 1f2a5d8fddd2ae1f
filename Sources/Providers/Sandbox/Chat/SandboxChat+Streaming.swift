import Wire

extension SandboxChat {
    /// Chunks as OpenAI sends them: the role, the content, the finish, usage if it was asked for, `[DONE]`.
    func writeStream(to stream: inout SandboxStream) {
        for index in 0..<self.prompt.choiceCount {
            stream.add(self.chunk(index) { self.writeOpening(to: &$0) })
        }
        for delta in SandboxStream.deltas(stream.sent(self.reply.reasoning ?? []), copies: self.prompt.choiceCount) {
            self.eachChoice(&stream) { $0.member("reasoning_content", delta) }
        }
        for delta in SandboxStream.deltas(stream.sent(self.reply.text), copies: self.prompt.choiceCount) {
            self.eachChoice(&stream) { $0.member("content", delta) }
        }
        for (index, call) in self.reply.calls.enumerated() { self.writeCall(call, index, to: &stream) }
        self.writeEnd(to: &stream)
    }

    private func writeOpening(to writer: inout JSONWriter) {
        writer.member("role", "assistant")
        writer.member("content", self.reply.calls.isEmpty ? "" : nil)
        writer.member("refusal", nil as String?)
    }

    private func writeCall(_ call: SandboxReply.Call, _ index: Int, to stream: inout SandboxStream) {
        self.eachChoice(&stream) { writer in
            self.writeCallDelta(index, to: &writer) { self.writeCall(call, index, arguments: "", to: &$0) }
        }
        for delta in SandboxStream.deltas(stream.sent(call.arguments), copies: self.prompt.choiceCount) {
            self.eachChoice(&stream) { writer in
                self.writeCallDelta(index, to: &writer) { writer in
                    writer.key(call.isCustom ? "custom" : "function")
                    writer.object { writer in
                        writer.key(call.isCustom ? "input" : "arguments")
                        writer.string(delta)
                    }
                }
            }
        }
    }

    private func writeCallDelta(_ index: Int, to writer: inout JSONWriter, _ content: (inout JSONWriter) -> Void) {
        writer.member(
            "tool_calls",
            array: { writer in
                writer.object { writer in
                    writer.member("index", index)
                    content(&writer)
                }
            }
        )
    }

    private func writeEnd(to stream: inout SandboxStream) {
        switch stream.ending {
        case .cut: return
        case .failed:
            stream.addContent(
                SandboxStream.data { writer in
                    writer.key("error")
                    SandboxFault.requested(500).writeOpenAIError(&writer)
                }
            )
        case .complete:
            for index in 0..<self.prompt.choiceCount {
                stream.add(self.chunk(index, finishReason: self.finishReason) { _ in })
            }
            if self.prompt.includesUsage { stream.add(self.usageChunk()) }
        }
        stream.add(Array("data: [DONE]\n\n".utf8))
    }

    /// The same content delta for each choice in turn.
    private func eachChoice(_ stream: inout SandboxStream, _ delta: (inout JSONWriter) -> Void) {
        for index in 0..<self.prompt.choiceCount { stream.addContent(self.chunk(index, delta)) }
    }

    /// A chunk with one choice. When usage was asked for, every chunk but the last says `null`.
    private func chunk(_ index: Int, finishReason: String? = nil, _ delta: (inout JSONWriter) -> Void) -> [UInt8] {
        SandboxStream.data { writer in
            self.writeHead("chat.completion.chunk", to: &writer)
            writer.member(
                "choices",
                array: { writer in
                    writer.object { writer in
                        writer.member("index", index)
                        writer.member("delta", object: delta)
                        writer.key("logprobs")
                        writer.null()
                        writer.member("finish_reason", finishReason)
                    }
                }
            )
            if self.prompt.includesUsage { writer.member("usage", nil as Int?) }
        }
    }

    private func usageChunk() -> [UInt8] {
        SandboxStream.data { writer in
            self.writeHead("chat.completion.chunk", to: &writer)
            writer.member("choices", array: { _ in })
            writer.member("usage", object: self.writeUsage)
        }
    }
}

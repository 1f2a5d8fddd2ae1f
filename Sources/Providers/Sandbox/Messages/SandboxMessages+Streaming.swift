import Wire

extension SandboxMessages {
    /// Events as Anthropic sends them: start, a ping after the first block opened, blocks one after the other, cumulative
    /// usage, stop.
    func writeStream(to stream: inout SandboxStream) {
        stream.add(
            SandboxStream.event("message_start") { writer in
                writer.member("message", object: self.writeStart)
            }
        )
        var index = 0
        if self.reply.reasoning != nil { self.writeThinking(&index, to: &stream) }
        if !self.reply.text.isEmpty { self.writeText(&index, to: &stream) }
        for (position, call) in self.reply.calls.enumerated() where stream.ending == .complete || position == 0 {
            self.writeCall(call, position, &index, to: &stream)
        }
        self.writeEnd(to: &stream)
    }

    private func writeStart(to writer: inout JSONWriter) {
        self.writeHead(to: &writer)
        writer.member("content", array: { _ in })
        writer.member("stop_reason", nil as String?)
        writer.member("stop_sequence", nil as String?)
        writer.member("stop_details", nil as String?)
        writer.member("usage", object: { self.writeUsage(outputTokens: min(1, self.reply.outputTokens), to: &$0) })
    }

    private func writeThinking(_ index: inout Int, to stream: inout SandboxStream) {
        self.open(index, to: &stream) { writer in
            writer.member("type", "thinking")
            writer.member("thinking", "")
            writer.member("signature", "")
        }
        let tokens = self.omitsThinking ? [] : stream.sent(self.reply.reasoning ?? [])
        for delta in SandboxStream.deltas(tokens) {
            self.delta(index, "thinking_delta", to: &stream) { $0.member("thinking", delta) }
        }
        self.delta(index, "signature_delta", to: &stream) { $0.member("signature", self.signature) }
        self.close(&index, to: &stream)
    }

    private func writeText(_ index: inout Int, to stream: inout SandboxStream) {
        self.open(index, to: &stream) { self.writeText("", to: &$0) }
        for delta in SandboxStream.deltas(stream.sent(self.reply.text)) {
            self.delta(index, "text_delta", to: &stream) { $0.member("text", delta) }
        }
        self.close(&index, to: &stream)
    }

    private func writeCall(
        _ call: SandboxReply.Call,
        _ position: Int,
        _ index: inout Int,
        to stream: inout SandboxStream
    ) {
        self.open(index, to: &stream) { writer in
            self.writeToolUse(call, position, to: &writer)
            writer.member("input", object: { _ in })
        }
        // The vendor begins with an empty piece, and sends nothing else for a call without arguments.
        let pieces = call.text == "{}" ? [] : SandboxStream.deltas(stream.sent(call.arguments))
        for delta in [""] + pieces {
            self.delta(index, "input_json_delta", to: &stream) { $0.member("partial_json", delta) }
        }
        self.close(&index, to: &stream)
    }

    private func open(_ index: Int, to stream: inout SandboxStream, _ block: (inout JSONWriter) -> Void) {
        stream.add(
            SandboxStream.event("content_block_start") { writer in
                writer.member("index", index)
                writer.member("content_block", object: block)
            }
        )
        if index == 0 { stream.add(SandboxStream.event("ping") { _ in }) }
    }

    private func delta(
        _ index: Int,
        _ type: String,
        to stream: inout SandboxStream,
        _ content: (inout JSONWriter) -> Void
    ) {
        stream.addContent(
            SandboxStream.event("content_block_delta") { writer in
                writer.member("index", index)
                writer.member(
                    "delta",
                    object: { writer in
                        writer.member("type", type)
                        content(&writer)
                    }
                )
            }
        )
    }

    /// Closes a block, unless the stream ends inside it.
    private func close(_ index: inout Int, to stream: inout SandboxStream) {
        guard stream.ending == .complete else { return }
        stream.add(SandboxStream.event("content_block_stop") { $0.member("index", index) })
        index += 1
    }

    private func writeEnd(to stream: inout SandboxStream) {
        switch stream.ending {
        case .cut: return
        case .failed: stream.addContent(self.errorEvent())
        case .complete:
            stream.add(
                SandboxStream.event("message_delta") { writer in
                    writer.member("delta", object: self.writeStop)
                    writer.member("usage", object: self.writeFinalUsage)
                }
            )
            stream.add(SandboxStream.event("message_stop") { _ in })
        }
    }

    private func writeFinalUsage(to writer: inout JSONWriter) {
        self.writeInputUsage(to: &writer)
        writer.member("output_tokens", self.reply.outputTokens)
        guard self.reply.reasoning != nil else { return }
        writer.member("output_tokens_details", object: { $0.member("thinking_tokens", self.reply.reasoningTokens) })
    }

    private func errorEvent() -> [UInt8] {
        var writer = JSONWriter()
        writer.bytes = Array("event: error\ndata: ".utf8)
        SandboxFault.requested(529).writeBody(.anthropic, id: self.requestID, to: &writer)
        return writer.bytes + [0x0a, 0x0a]
    }
}

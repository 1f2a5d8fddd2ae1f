import Wire

extension SandboxResponses {
    /// The finished output items in order: reasoning, then calls or a message.
    func writeOutput(to writer: inout JSONWriter) {
        if self.reply.reasoning != nil { writer.object { self.writeReasoning(isDone: true, to: &$0) } }
        if self.reply.calls.isEmpty { writer.object { self.writeMessage(isDone: true, to: &$0) } }
        for (index, call) in self.reply.calls.enumerated() {
            writer.object { self.writeCall(call, index, isDone: true, to: &$0) }
        }
    }

    var reasoningID: String { self.hash.id("rs_", length: 48) }
    var messageID: String { self.hash.id("msg_", length: 48) }

    func callID(_ call: SandboxReply.Call, _ index: Int) -> String {
        self.hash.id(call.isCustom ? "ctc_" : "fc_", index, length: 48)
    }

    private func itemStatus(isDone: Bool) -> String {
        guard isDone else { return "in_progress" }
        return self.reply.finish == .length ? "incomplete" : "completed"
    }

    /// A reasoning item. It has no status; what it shows is what was asked for.
    func writeReasoning(isDone: Bool, to writer: inout JSONWriter) {
        writer.member("id", self.reasoningID)
        writer.member("type", "reasoning")
        writer.member(
            "summary",
            array: { writer in
                guard isDone, self.wantsSummary else { return }
                writer.object { self.writeSummaryPart(self.reply.reasoning?.joined() ?? "", to: &$0) }
            }
        )
        guard self.wantsEncryptedReasoning else { return }
        writer.member("encrypted_content", self.hash.opaque(0, byteCount: 192))
    }

    func writeSummaryPart(_ text: String, to writer: inout JSONWriter) {
        writer.member("type", "summary_text")
        writer.member("text", text)
    }

    func writeMessage(isDone: Bool, to writer: inout JSONWriter) {
        writer.member("id", self.messageID)
        writer.member("type", "message")
        writer.member("status", self.itemStatus(isDone: isDone))
        writer.member(
            "content",
            array: { writer in
                guard isDone else { return }
                writer.object { self.writeTextPart(self.reply.text.joined(), to: &$0) }
            }
        )
        writer.member("role", "assistant")
    }

    func writeTextPart(_ text: String, to writer: inout JSONWriter) {
        writer.member("type", "output_text")
        writer.member("annotations", array: { _ in })
        writer.member("logprobs", array: { _ in })
        writer.member("text", text)
    }

    func writeCall(_ call: SandboxReply.Call, _ index: Int, isDone: Bool, to writer: inout JSONWriter) {
        writer.member("id", self.callID(call, index))
        writer.member("type", call.isCustom ? "custom_tool_call" : "function_call")
        writer.member("status", self.itemStatus(isDone: isDone))
        writer.member("call_id", self.hash.id("call_", index))
        writer.member("name", call.name)
        writer.key(call.isCustom ? "input" : "arguments")
        writer.string(isDone ? call.text : "")
    }
}

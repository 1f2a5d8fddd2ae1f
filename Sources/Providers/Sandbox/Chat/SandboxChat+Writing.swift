import Wire

extension SandboxChat {
    /// The complete answer, plain or streamed.
    func answer() -> SandboxAnswer {
        guard self.prompt.isStream else {
            return .json(
                .openAI,
                id: self.requestID,
                model: self.prompt.behaviour,
                outputTokens: self.reply.outputTokens
            ) { self.writeCompletion(to: &$0) }
        }
        var stream = SandboxStream(self.prompt.behaviour)
        self.writeStream(to: &stream)
        return stream.answer(.openAI, id: self.requestID)
    }

    private func writeCompletion(to writer: inout JSONWriter) {
        self.writeHead("chat.completion", to: &writer)
        writer.member(
            "choices",
            array: { writer in
                for index in 0..<self.prompt.choiceCount {
                    writer.object { writer in
                        writer.member("index", index)
                        writer.member("message", object: self.writeMessage)
                        writer.key("logprobs")
                        writer.null()
                        writer.member("finish_reason", self.finishReason)
                    }
                }
            }
        )
        writer.member("usage", object: self.writeUsage)
    }

    /// The members that every object of one answer shares.
    func writeHead(_ object: String, to writer: inout JSONWriter) {
        writer.member("id", self.id)
        writer.member("object", object)
        writer.member("created", self.created)
        writer.member("model", self.prompt.model)
        writer.member("service_tier", "default")
        writer.member("system_fingerprint", "fp_sandbox")
    }

    private func writeMessage(to writer: inout JSONWriter) {
        writer.member("role", "assistant")
        writer.member("content", self.reply.calls.isEmpty ? self.reply.text.joined() : nil)
        writer.member("refusal", nil as String?)
        if let reasoning = self.reply.reasoning { writer.member("reasoning_content", reasoning.joined()) }
        writer.member("annotations", array: { _ in })
        guard !self.reply.calls.isEmpty else { return }
        writer.member(
            "tool_calls",
            array: { writer in
                for (index, call) in self.reply.calls.enumerated() {
                    writer.object { self.writeCall(call, index, arguments: call.text, to: &$0) }
                }
            }
        )
    }

    /// Id, type and either arguments or free input of a call.
    func writeCall(_ call: SandboxReply.Call, _ index: Int, arguments: String, to writer: inout JSONWriter) {
        writer.member("id", self.hash.id("call_", index))
        writer.member("type", call.isCustom ? "custom" : "function")
        writer.key(call.isCustom ? "custom" : "function")
        writer.object { writer in
            writer.member("name", call.name)
            writer.key(call.isCustom ? "input" : "arguments")
            writer.string(arguments)
        }
    }

    var finishReason: String {
        switch self.reply.finish {
        case .natural, .stopSequence: "stop"
        case .length: "length"
        case .toolUse: "tool_calls"
        }
    }

    /// Usage by OpenAI's convention: cached tokens are part of the prompt, reasoning is part of the completion.
    func writeUsage(to writer: inout JSONWriter) {
        let output = self.reply.outputTokens * self.prompt.choiceCount
        writer.member("prompt_tokens", self.prompt.input.total)
        writer.member("completion_tokens", output)
        writer.member("total_tokens", self.prompt.input.total + output)
        writer.member(
            "prompt_tokens_details",
            object: { writer in
                writer.member("cached_tokens", self.cachedTokens)
                writer.member("audio_tokens", 0)
            }
        )
        writer.member(
            "completion_tokens_details",
            object: { writer in
                writer.member("reasoning_tokens", self.reply.reasoningTokens * self.prompt.choiceCount)
                writer.member("audio_tokens", 0)
                writer.member("accepted_prediction_tokens", 0)
                writer.member("rejected_prediction_tokens", 0)
            }
        )
    }
}

/// OpenAI Chat Completions.
struct ChatDialect: VendorDialect {
    let headers = openAIHeaders

    func plain(_ reply: VendorReply) -> PlainJSON {
        var message: PlainJSON = [
            "role": "assistant", "content": reply.toolCalls.isEmpty ? .string(reply.text) : nil, "refusal": nil,
        ]
        if !reply.thought.isEmpty { message = message.setting("reasoning_content", .string(reply.thoughtText)) }
        if !reply.toolCalls.isEmpty {
            message = message.setting("tool_calls", .array(reply.toolCalls.map(self.toolCall)))
        }
        let choice: PlainJSON = [
            "index": 0, "message": message, "logprobs": nil, "finish_reason": self.finishReason(reply),
        ]
        let answer = self.envelope(reply, object: "chat.completion").setting("choices", [choice])
        guard let usage = reply.usage else { return answer }
        return answer.setting("usage", self.usage(usage))
    }

    func events(_ reply: VendorReply, includesUsage: Bool) -> [String] {
        var deltas: [PlainJSON] = [["role": "assistant", "content": "", "refusal": nil]]
        deltas += reply.thought.map { ["reasoning_content": .string($0)] }
        deltas += reply.pieces.map { ["content": .string($0)] }
        for (index, call) in reply.toolCalls.enumerated() { deltas += self.toolDeltas(call, index: .int(index)) }
        var events = deltas.map { self.chunk(reply, delta: $0, finish: nil, includesUsage: includesUsage) }
        events.append(self.chunk(reply, delta: [:], finish: self.finishReason(reply), includesUsage: includesUsage))
        if includesUsage, let usage = reply.usage {
            let last = self.envelope(reply, object: "chat.completion.chunk").setting("choices", [])
            events.append(self.event(last.setting("usage", self.usage(usage))))
        }
        return events + ["data: [DONE]\n\n"]
    }

    func errorBody(status: Int, message: String) -> PlainJSON {
        openAIErrorBody(status: status, message: message)
    }

    func errorEvents(message: String) -> [String] {
        [self.event(self.errorBody(status: 500, message: message))]
    }

    private func finishReason(_ reply: VendorReply) -> PlainJSON {
        reply.toolCalls.isEmpty ? "stop" : "tool_calls"
    }

    private func envelope(_ reply: VendorReply, object: PlainJSON) -> PlainJSON {
        [
            "id": "chatcmpl-oracle", "object": object, "created": .int(reply.created), "model": .string(reply.model),
            "service_tier": "default", "system_fingerprint": "fp_oracle",
        ]
    }

    private func chunk(
        _ reply: VendorReply,
        delta: PlainJSON,
        finish: PlainJSON?,
        includesUsage: Bool
    ) -> String {
        let choice: PlainJSON = ["index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish ?? .null]
        let chunk = self.envelope(reply, object: "chat.completion.chunk").setting("choices", [choice])
        return self.event(includesUsage ? chunk.setting("usage", nil) : chunk)
    }

    private func toolCall(_ call: VendorReply.ToolCall) -> PlainJSON {
        [
            "id": .string("call_" + call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
        ]
    }

    private func toolDeltas(_ call: VendorReply.ToolCall, index: PlainJSON) -> [PlainJSON] {
        let opening = self.toolCall(.init(id: call.id, name: call.name, arguments: "")).setting("index", index)
        let halves = call.arguments.halves.map { part -> PlainJSON in
            ["tool_calls": [["index": index, "function": ["arguments": .string(part)]]]]
        }
        return [["tool_calls": [opening]]] + halves
    }

    private func usage(_ usage: VendorReply.Usage) -> PlainJSON {
        [
            "prompt_tokens": usage.absurd ?? .int(usage.input),
            "completion_tokens": .int(usage.output),
            "total_tokens": .int(usage.input + usage.output),
            "prompt_tokens_details": ["cached_tokens": .int(usage.cached), "audio_tokens": 0],
            "completion_tokens_details": [
                "reasoning_tokens": .int(usage.reasoning), "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            ],
        ]
    }
}

extension String {
    /// The text in two parts, so that streamed arguments come in more than one delta.
    var halves: [String] {
        let middle = self.index(self.startIndex, offsetBy: self.count / 2)
        return [String(self[..<middle]), String(self[middle...])]
    }
}

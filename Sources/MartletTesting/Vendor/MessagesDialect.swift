/// Anthropic Messages.
struct MessagesDialect: VendorDialect {
    let headers = [
        OracleHeader("request-id", "req_oracle"),
        OracleHeader("anthropic-organization-id", "org-oracle"),
        OracleHeader("anthropic-ratelimit-requests-remaining", "4999"),
        OracleHeader("set-cookie", "oracle=1; path=/"),
    ]

    func plain(_ reply: VendorReply) -> PlainJSON {
        let message = self.message(reply, content: .array(self.blocks(reply)), stopReason: self.stopReason(reply))
        guard let usage = reply.usage else { return message }
        return message.setting("usage", self.usage(usage, output: usage.output))
    }

    func events(_ reply: VendorReply, includesUsage: Bool) -> [String] {
        var opening = self.message(reply, content: [], stopReason: nil)
        if let usage = reply.usage { opening = opening.setting("usage", self.usage(usage, output: 1)) }
        var events = [
            self.event("message_start", ["type": "message_start", "message": opening]),
            self.event("ping", ["type": "ping"]),
        ]
        for (index, block) in self.blocks(reply).enumerated() {
            events += self.events(of: block, index: .int(index), reply)
        }
        var end: PlainJSON = [
            "type": "message_delta",
            "delta": ["stop_reason": self.stopReason(reply), "stop_sequence": nil],
        ]
        if let usage = reply.usage { end = end.setting("usage", ["output_tokens": .int(usage.output)]) }
        events.append(self.event("message_delta", end))
        return events + [self.event("message_stop", ["type": "message_stop"])]
    }

    func errorBody(status: Int, message: String) -> PlainJSON {
        let types = [
            400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
            404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 504: "timeout_error",
            529: "overloaded_error",
        ]
        let type = types[status] ?? (status < 500 ? "invalid_request_error" : "api_error")
        return [
            "type": "error", "error": ["type": .string(type), "message": .string(message)],
            "request_id": "req_oracle",
        ]
    }

    func errorEvents(message: String) -> [String] {
        [self.event("error", self.errorBody(status: 529, message: message))]
    }

    private func stopReason(_ reply: VendorReply) -> PlainJSON {
        reply.toolCalls.isEmpty ? "end_turn" : "tool_use"
    }

    private func message(_ reply: VendorReply, content: PlainJSON, stopReason: PlainJSON) -> PlainJSON {
        [
            "id": "msg_oracle", "type": "message", "role": "assistant", "model": .string(reply.model),
            "content": content, "stop_reason": stopReason, "stop_sequence": nil,
        ]
    }

    private func blocks(_ reply: VendorReply) -> [PlainJSON] {
        var blocks: [PlainJSON] = []
        if !reply.thought.isEmpty {
            blocks.append([
                "type": "thinking", "thinking": .string(reply.thoughtText), "signature": "b3JhY2xlLXNpZ25hdHVyZQ==",
            ])
        }
        if reply.toolCalls.isEmpty { blocks.append(["type": "text", "text": .string(reply.text)]) }
        for call in reply.toolCalls {
            let input = (try? PlainJSON(parsing: call.arguments)) ?? [:]
            blocks.append([
                "type": "tool_use", "id": .string("toolu_" + call.id), "name": .string(call.name), "input": input,
            ])
        }
        return blocks
    }

    private func events(of block: PlainJSON, index: PlainJSON, _ reply: VendorReply) -> [String] {
        let (shell, deltas) = self.parts(of: block, reply)
        let start: PlainJSON = ["type": "content_block_start", "index": index, "content_block": shell]
        let middle = deltas.map { delta in
            self.event(
                "content_block_delta",
                ["type": "content_block_delta", "index": index, "delta": delta]
            )
        }
        let stop: PlainJSON = ["type": "content_block_stop", "index": index]
        return [self.event("content_block_start", start)] + middle + [self.event("content_block_stop", stop)]
    }

    /// A block's empty shell, and the deltas that fill it.
    private func parts(of block: PlainJSON, _ reply: VendorReply) -> (shell: PlainJSON, deltas: [PlainJSON]) {
        switch block["type"]?.string {
        case "thinking":
            let thoughts = reply.thought.map { ["type": "thinking_delta", "thinking": .string($0)] as PlainJSON }
            let signature: PlainJSON = ["type": "signature_delta", "signature": block["signature"] ?? ""]
            return (["type": "thinking", "thinking": "", "signature": ""], thoughts + [signature])
        case "tool_use":
            let parts = [""] + (block["input"]?.text.halves ?? [])
            let deltas = parts.map { ["type": "input_json_delta", "partial_json": .string($0)] as PlainJSON }
            return (block.setting("input", [:]), deltas)
        default:
            let deltas = reply.pieces.map { ["type": "text_delta", "text": .string($0)] as PlainJSON }
            return (["type": "text", "text": ""], deltas)
        }
    }

    private func usage(_ usage: VendorReply.Usage, output: Int) -> PlainJSON {
        [
            "input_tokens": usage.absurd ?? .int(usage.input),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": .int(usage.cached),
            "cache_creation": ["ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0],
            "output_tokens": .int(output),
            "service_tier": "standard",
        ]
    }
}

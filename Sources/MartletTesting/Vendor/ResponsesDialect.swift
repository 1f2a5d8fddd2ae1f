/// OpenAI Responses.
struct ResponsesDialect: VendorDialect {
    let headers = openAIHeaders

    func plain(_ reply: VendorReply) -> PlainJSON {
        self.response(reply, status: "completed", output: self.output(reply))
    }

    func events(_ reply: VendorReply, includesUsage: Bool) -> [String] {
        var stream = Stream()
        let opening = self.response(reply, status: "in_progress", output: []).setting("usage", nil)
        stream.add("response.created", ["response": opening])
        stream.add("response.in_progress", ["response": opening])
        var index = 0
        if !reply.thought.isEmpty {
            self.addReasoning(reply, index: index, to: &stream)
            index += 1
        }
        if reply.toolCalls.isEmpty { self.addMessage(reply, index: index, to: &stream) }
        for (offset, call) in reply.toolCalls.enumerated() {
            self.addCall(call, index: index + offset, to: &stream)
        }
        stream.add("response.completed", ["response": self.plain(reply)])
        return stream.events
    }

    func errorBody(status: Int, message: String) -> PlainJSON {
        openAIErrorBody(status: status, message: message)
    }

    func errorEvents(message: String) -> [String] {
        let error: PlainJSON = ["code": "server_error", "message": .string(message)]
        let response: PlainJSON = [
            "id": "resp_oracle", "object": "response", "created_at": 1_790_000_000, "status": "failed",
            "model": "oracle", "output": [], "error": error, "parallel_tool_calls": true, "tool_choice": "auto",
            "tools": [],
        ]
        let event: PlainJSON = ["type": "response.failed", "sequence_number": 99, "response": response]
        return [self.event("response.failed", event)]
    }

    /// Events with their running number.
    private struct Stream {
        var events: [String] = []

        mutating func add(_ type: String, _ fields: PlainJSON) {
            let head: [PlainJSON.Member] = [
                .init("type", .string(type)), .init("sequence_number", .int(self.events.count)),
            ]
            self.events.append("event: \(type)\ndata: \(PlainJSON.object(head + fields.members).text)\n\n")
        }
    }

    private func response(_ reply: VendorReply, status: PlainJSON, output: PlainJSON) -> PlainJSON {
        let response: PlainJSON = [
            "id": "resp_oracle", "object": "response", "created_at": .int(reply.created), "status": status,
            "background": false, "error": nil, "incomplete_details": nil, "instructions": nil,
            "max_output_tokens": nil, "model": .string(reply.model), "output": output, "parallel_tool_calls": true,
            "previous_response_id": nil, "reasoning": ["effort": nil, "summary": nil], "service_tier": "default",
            "store": false, "temperature": 1, "text": ["format": ["type": "text"]], "tool_choice": "auto",
            "tools": [], "top_p": 1, "truncation": "disabled", "metadata": [:],
        ]
        guard let usage = reply.usage else { return response }
        return response.setting("usage", self.usage(usage))
    }

    private func output(_ reply: VendorReply) -> PlainJSON {
        var items: [PlainJSON] = reply.thought.isEmpty ? [] : [self.reasoning(reply)]
        if reply.toolCalls.isEmpty { items.append(self.message([self.part(reply.text)], status: "completed")) }
        items += reply.toolCalls.map { self.call($0, arguments: $0.arguments, status: "completed") }
        return .array(items)
    }

    private func part(_ text: String) -> PlainJSON {
        ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
    }

    private func message(_ content: [PlainJSON], status: PlainJSON) -> PlainJSON {
        [
            "id": "msg_oracle", "type": "message", "status": status, "role": "assistant",
            "content": .array(content),
        ]
    }

    private func reasoning(_ reply: VendorReply) -> PlainJSON {
        [
            "id": "rs_oracle", "type": "reasoning", "encrypted_content": "b3JhY2xlLXJlYXNvbmluZw==",
            "summary": [["type": "summary_text", "text": .string(reply.thoughtText)]],
        ]
    }

    private func call(_ call: VendorReply.ToolCall, arguments: String, status: PlainJSON) -> PlainJSON {
        [
            "id": .string("fc_" + call.id), "type": "function_call", "status": status,
            "arguments": .string(arguments), "call_id": .string("call_" + call.id), "name": .string(call.name),
        ]
    }

    private func addReasoning(_ reply: VendorReply, index: Int, to stream: inout Stream) {
        let whole = self.reasoning(reply)
        let at: [PlainJSON.Member] = [
            .init("item_id", "rs_oracle"), .init("output_index", .int(index)), .init("summary_index", 0),
        ]
        let text = PlainJSON.string(reply.thoughtText)
        stream.add("response.output_item.added", ["output_index": .int(index), "item": whole.setting("summary", [])])
        stream.add(
            "response.reasoning_summary_part.added",
            .object(at + [.init("part", ["type": "summary_text", "text": ""])])
        )
        for piece in reply.thought {
            stream.add("response.reasoning_summary_text.delta", .object(at + [.init("delta", .string(piece))]))
        }
        stream.add("response.reasoning_summary_text.done", .object(at + [.init("text", text)]))
        stream.add(
            "response.reasoning_summary_part.done",
            .object(at + [.init("part", ["type": "summary_text", "text": text])])
        )
        stream.add("response.output_item.done", ["output_index": .int(index), "item": whole])
    }

    private func addMessage(_ reply: VendorReply, index: Int, to stream: inout Stream) {
        let at: [PlainJSON.Member] = [
            .init("item_id", "msg_oracle"), .init("output_index", .int(index)), .init("content_index", 0),
        ]
        let whole = self.part(reply.text)
        let opened = self.message([], status: "in_progress")
        stream.add("response.output_item.added", ["output_index": .int(index), "item": opened])
        stream.add("response.content_part.added", .object(at + [.init("part", self.part(""))]))
        for piece in reply.pieces {
            let delta: [PlainJSON.Member] = [.init("delta", .string(piece)), .init("logprobs", [])]
            stream.add("response.output_text.delta", .object(at + delta))
        }
        let done: [PlainJSON.Member] = [.init("text", .string(reply.text)), .init("logprobs", [])]
        stream.add("response.output_text.done", .object(at + done))
        stream.add("response.content_part.done", .object(at + [.init("part", whole)]))
        let closed = self.message([whole], status: "completed")
        stream.add("response.output_item.done", ["output_index": .int(index), "item": closed])
    }

    private func addCall(_ call: VendorReply.ToolCall, index: Int, to stream: inout Stream) {
        let at: [PlainJSON.Member] = [
            .init("item_id", .string("fc_" + call.id)), .init("output_index", .int(index)),
        ]
        let opened = self.call(call, arguments: "", status: "in_progress")
        stream.add("response.output_item.added", ["output_index": .int(index), "item": opened])
        for part in call.arguments.halves {
            stream.add("response.function_call_arguments.delta", .object(at + [.init("delta", .string(part))]))
        }
        let arguments = PlainJSON.Member("arguments", .string(call.arguments))
        stream.add("response.function_call_arguments.done", .object(at + [arguments]))
        let closed = self.call(call, arguments: call.arguments, status: "completed")
        stream.add("response.output_item.done", ["output_index": .int(index), "item": closed])
    }

    private func usage(_ usage: VendorReply.Usage) -> PlainJSON {
        [
            "input_tokens": usage.absurd ?? .int(usage.input),
            "input_tokens_details": ["cached_tokens": .int(usage.cached), "cache_write_tokens": 0],
            "output_tokens": .int(usage.output),
            "output_tokens_details": ["reasoning_tokens": .int(usage.reasoning)],
            "total_tokens": .int(usage.input + usage.output),
        ]
    }
}

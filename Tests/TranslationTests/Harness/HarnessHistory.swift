import Exchange
import MartletTesting
import Testing

/// Makes the next request out of an answer, as clients do.
enum HarnessHistory {
    /// The conversation with the answer in it, its calls answered, and one more question.
    static func request(_ answer: PlainJSON, _ client: HarnessClient) throws -> String {
        switch client {
        case .chat:
            let message = try #require(answer["choices"]?[0]?["message"])
            let kept = message.members.filter { $0.name != "annotations" && $0.name != "reasoning_content" }
            var messages: [PlainJSON] = [["role": "user", "content": "Go on."], .object(kept)]
            for call in message["tool_calls"]?.elements ?? [] {
                messages.append(["role": "tool", "tool_call_id": call["id"] ?? .null, "content": "They will like it."])
            }
            messages.append(["role": "user", "content": "And then?"])
            return PlainJSON.object([.init("model", "fast"), .init("messages", .array(messages))]).text
        case .responses:
            var input: [PlainJSON] = [["role": "user", "content": "Go on."]]
            let output = try #require(answer["output"]).elements
            input += output
            for call in output where call["type"]?.string == "function_call" {
                input.append([
                    "type": "function_call_output", "call_id": call["call_id"] ?? .null, "output": "They will like it.",
                ])
            }
            input.append(["role": "user", "content": "And then?"])
            return PlainJSON.object([.init("model", "fast"), .init("input", .array(input))]).text
        case .messages:
            let content = try #require(answer["content"])
            var results: [PlainJSON] = content.elements.filter { $0["type"]?.string == "tool_use" }.map { call in
                ["type": "tool_result", "tool_use_id": call["id"] ?? .null, "content": "They will like it."]
            }
            results.append(["type": "text", "text": "And then?"])
            let messages: [PlainJSON] = [
                ["role": "user", "content": "Go on."], ["role": "assistant", "content": content],
                ["role": "user", "content": .array(results)],
            ]
            let members: [PlainJSON.Member] = [
                .init("model", "fast"), .init("max_tokens", 9000), .init("messages", .array(messages)),
            ]
            return PlainJSON.object(members).text
        }
    }

    // MARK: Streams put together as clients do

    static func assembled(_ stream: String, _ client: HarnessClient) throws -> PlainJSON {
        let payloads = try HarnessGrammar.payloads(stream)
        switch client {
        case .chat: return self.chat(payloads)
        case .responses: return try #require(payloads.last?["response"])
        case .messages: return ["content": .array(try self.content(payloads))]
        }
    }

    private static func chat(_ payloads: [PlainJSON]) -> PlainJSON {
        var message: PlainJSON = ["role": "assistant", "content": nil]
        var calls: [PlainJSON] = []
        for delta in payloads.compactMap({ $0["choices"]?[0]?["delta"] }) {
            for name in ["content", "refusal"] {
                guard let piece = delta[name]?.string else { continue }
                message = message.setting(name, .string((message[name]?.string ?? "") + piece))
            }
            if let extra = delta["extra_content"] { message = message.setting("extra_content", extra) }
            for piece in delta["tool_calls"]?.elements ?? [] {
                let index = piece["index"]?.int ?? 0
                if index == calls.count { calls.append(piece) }
                guard piece["id"] == nil else { continue }
                if let extra = piece["extra_content"] { calls[index] = calls[index].setting("extra_content", extra) }
                let arguments = piece["function"]?["arguments"]?.string ?? ""
                let function = calls[index]["function"] ?? [:]
                let text = (function["arguments"]?.string ?? "") + arguments
                calls[index] = calls[index].setting("function", function.setting("arguments", .string(text)))
            }
        }
        if !calls.isEmpty { message = message.setting("tool_calls", .array(calls)) }
        return ["choices": [["message": message]]]
    }

    private static func content(_ payloads: [PlainJSON]) throws -> [PlainJSON] {
        var blocks: [PlainJSON] = []
        var input = ""
        for payload in payloads {
            let delta = payload["delta"]
            switch payload["type"]?.string {
            case "content_block_start": blocks.append(payload["content_block"] ?? .null)
            case "content_block_delta":
                let last = blocks.count - 1
                for name in ["text", "thinking", "signature"] {
                    guard let piece = delta?[name]?.string else { continue }
                    blocks[last] = blocks[last].setting(name, .string((blocks[last][name]?.string ?? "") + piece))
                }
                input += delta?["partial_json"]?.string ?? ""
            case "content_block_stop":
                if !input.isEmpty {
                    blocks[blocks.count - 1] = blocks[blocks.count - 1].setting("input", try PlainJSON(parsing: input))
                }
                input = ""
            default: break
            }
        }
        return blocks
    }

    // MARK: What there is, in short

    /// The assistant's blocks in a request that came back.
    static func sketch(_ request: ExchangeRequest) -> [String] {
        request.turns.filter { $0.role == .assistant }.flatMap(\.blocks).compactMap { block in
            switch block.content {
            case .text(let text): text.text.isEmpty ? nil : "text \(text.text)"
            case .refusal(let text): "refusal \(text)"
            case .toolCall(let call): "call \(call.id) \(call.name) \(self.compact(call.input.objectText))"
            case .reasoning(let reasoning): self.sketch(reasoning)
            case let other: "\(other)"
            }
        }
    }

    /// The blocks of an answer, as far as this caller's format can say them.
    static func sketch(_ answer: Answer, as client: HarnessClient) -> [String] {
        var lines: [String] = []
        for block in answer.blocks {
            switch block {
            case .text(let text):
                if client == .responses, let state = text.state { lines.append(self.carrier(state)) }
                lines.append("text \(text.text)")
                if client == .messages, let state = text.state { lines.append(self.carrier(state)) }
            case .refusal(let text): lines.append(client == .messages ? "text \(text)" : "refusal \(text)")
            case .reasoning(let reasoning): if client != .chat { lines += [self.sketch(reasoning)].compactMap { $0 } }
            case .toolCall(let call):
                if client != .chat, let state = call.state { lines.append(self.carrier(state)) }
                lines.append("call \(call.id) \(call.name) \(self.compact(call.input.objectText))")
            case .opaque: break
            }
        }
        return lines
    }

    private static func sketch(_ reasoning: Reasoning) -> String? {
        guard let state = reasoning.state else { return nil }
        return "thoughts \(reasoning.text ?? "") \(state.value)"
    }

    /// Clients keep values, not spaces.
    private static func compact(_ json: String) -> String { (try? PlainJSON(parsing: json).text) ?? "broken \(json)" }

    private static func carrier(_ state: ReasoningState) -> String { "thoughts  \(state.value)" }

    /// Every call has its result, under the same name.
    static func checkPairs(_ body: PlainJSON, _ target: HarnessTarget) {
        let text = body.text
        var calls: [String] = []
        var results: [String] = []
        self.visit(body) { object in
            if let id = object["toolUseId"]?.string {
                if object["content"] != nil { results.append(id) } else { calls.append(id) }
            }
            switch object["type"]?.string {
            case "tool_use": calls.append(object["id"]?.string ?? "")
            case "tool_result": results.append(object["tool_use_id"]?.string ?? "")
            case "function_call", "custom_tool_call": calls.append(object["call_id"]?.string ?? "")
            case "function_call_output", "custom_tool_call_output": results.append(object["call_id"]?.string ?? "")
            case "function" where object["id"] != nil: calls.append(object["id"]?.string ?? "")
            default: break
            }
            if object["role"]?.string == "tool" { results.append(object["tool_call_id"]?.string ?? "") }
            if let call = object["functionCall"] { calls.append(call["name"]?.string ?? "") }
            if let result = object["functionResponse"] { results.append(result["name"]?.string ?? "") }
        }
        #expect(calls == results && !calls.contains(""), "\(target.name): \(text)")
    }

    private static func visit(_ json: PlainJSON, _ body: (PlainJSON) -> Void) {
        if case .object = json { body(json) }
        for member in json.members { self.visit(member.value, body) }
        for element in json.elements { self.visit(element, body) }
    }
}

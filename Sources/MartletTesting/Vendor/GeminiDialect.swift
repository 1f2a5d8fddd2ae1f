/// Gemini's generateContent. Source: ai.google.dev/api/generate-content, November 2026: CRLF line ends, no event names, no
/// `[DONE]`, zeros left out, thoughts outside `candidatesTokenCount`, calls without ids, the first of them signed.
struct GeminiDialect: VendorDialect {
    let headers = [
        OracleHeader("x-gemini-service-tier", "standard"),
        OracleHeader("server", "scaffolding on HTTPServer2"),
    ]

    static let signature: PlainJSON = "b3JhY2xlLWdlbWluaQ=="

    func plain(_ reply: VendorReply) -> PlainJSON {
        var parts: [PlainJSON] = reply.thought.isEmpty ? [] : [self.thought(reply.thoughtText)]
        if reply.toolCalls.isEmpty {
            let text: PlainJSON = ["text": .string(reply.text)]
            parts.append(reply.thought.isEmpty ? text : text.setting("thoughtSignature", Self.signature))
        }
        return self.answer(reply, parts + self.calls(reply), finishes: true)
    }

    func events(_ reply: VendorReply, includesUsage: Bool) -> [String] {
        var parts = reply.thought.map(self.thought)
        if reply.toolCalls.isEmpty { parts += reply.pieces.map { ["text": .string($0)] } }
        let events = (parts + self.calls(reply)).map { self.answer(reply, [$0], finishes: false) }
        // The reason comes in a chunk of its own, and with it the signature of a text.
        let isSigned = !reply.thought.isEmpty && reply.toolCalls.isEmpty
        let last: [PlainJSON] = isSigned ? [["text": "", "thoughtSignature": Self.signature]] : []
        return (events + [self.answer(reply, last, finishes: true)]).map { "data: \($0.text)\r\n\r\n" }
    }

    func errorBody(status: Int, message: String) -> PlainJSON {
        let names = [
            400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
            429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
        ]
        let name = names[status] ?? (status < 500 ? "INVALID_ARGUMENT" : "INTERNAL")
        return ["error": ["code": .int(status), "message": .string(message), "status": .string(name)]]
    }

    func errorEvents(message: String) -> [String] {
        ["data: \(self.errorBody(status: 503, message: message).text)\r\n\r\n"]
    }

    private func thought(_ text: String) -> PlainJSON {
        ["text": .string(text), "thought": true]
    }

    private func calls(_ reply: VendorReply) -> [PlainJSON] {
        reply.toolCalls.enumerated().map { index, call in
            let arguments = (try? PlainJSON(parsing: call.arguments)) ?? [:]
            let part: PlainJSON = ["functionCall": ["name": .string(call.name), "args": arguments]]
            return index == 0 ? part.setting("thoughtSignature", Self.signature) : part
        }
    }

    private func answer(_ reply: VendorReply, _ parts: [PlainJSON], finishes: Bool) -> PlainJSON {
        var candidate: PlainJSON = ["content": parts.isEmpty ? [:] : ["role": "model", "parts": .array(parts)]]
        if finishes { candidate = candidate.setting("finishReason", "STOP") }
        let answer: PlainJSON = [
            "candidates": [candidate], "modelVersion": .string(reply.model), "responseId": "oracle-response",
        ]
        guard let usage = reply.usage else { return answer }
        return answer.setting("usageMetadata", self.usage(usage, finishes: finishes))
    }

    /// Cumulative: a chunk before the last tells the prompt only.
    private func usage(_ usage: VendorReply.Usage, finishes: Bool) -> PlainJSON {
        var counts: PlainJSON = ["promptTokenCount": usage.absurd ?? .int(usage.input)]
        if usage.cached > 0 { counts = counts.setting("cachedContentTokenCount", .int(usage.cached)) }
        guard finishes else { return counts.setting("totalTokenCount", .int(usage.input)) }
        counts = counts.setting("candidatesTokenCount", .int(usage.output - usage.reasoning))
        if usage.reasoning > 0 { counts = counts.setting("thoughtsTokenCount", .int(usage.reasoning)) }
        return counts.setting("totalTokenCount", .int(usage.input + usage.output))
    }
}

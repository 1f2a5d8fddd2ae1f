/// AWS Bedrock's Converse. Source: docs.aws.amazon.com/bedrock, November 2026: no ids, text and thoughts open no block,
/// usage after the stop, counts without the cached ones.
struct ConverseDialect: VendorDialect {
    let headers = bedrockHeaders

    static let signature: PlainJSON = "b3JhY2xlLWNvbnZlcnNl"

    func plain(_ reply: VendorReply) -> PlainJSON {
        let answer: PlainJSON = [
            "output": ["message": ["role": "assistant", "content": .array(self.blocks(reply))]],
            "stopReason": self.stopReason(reply), "metrics": ["latencyMs": 12],
        ]
        guard let usage = reply.usage else { return answer }
        return answer.setting("usage", self.usage(usage))
    }

    func events(_ reply: VendorReply, includesUsage: Bool) -> [String] {
        var blocks: [(start: PlainJSON?, deltas: [PlainJSON])] = []
        if !reply.thought.isEmpty {
            let thoughts = reply.thought.map { ["reasoningContent": ["text": .string($0)]] as PlainJSON }
            blocks.append((nil, thoughts + [["reasoningContent": ["signature": Self.signature]]]))
        }
        if reply.toolCalls.isEmpty { blocks.append((nil, reply.pieces.map { ["text": .string($0)] })) }
        for call in reply.toolCalls {
            let start: PlainJSON = [
                "toolUse": ["toolUseId": .string("tooluse_" + call.id), "name": .string(call.name)]
            ]
            blocks.append((start, call.arguments.halves.map { ["toolUse": ["input": .string($0)]] }))
        }
        var events = [self.event("messageStart", ["role": "assistant"])]
        for (index, block) in blocks.enumerated() {
            events += self.events(index: .int(index), start: block.start, deltas: block.deltas)
        }
        events.append(self.event("messageStop", ["stopReason": self.stopReason(reply)]))
        var last: PlainJSON = ["metrics": ["latencyMs": 12]]
        if let usage = reply.usage { last = last.setting("usage", self.usage(usage)) }
        return events + [self.event("metadata", last)]
    }

    func errorBody(status: Int, message: String) -> PlainJSON {
        ["message": .string(message)]
    }

    func errorHeaders(status: Int) -> [OracleHeader] {
        bedrockErrorHeaders(status: status)
    }

    func errorEvents(message: String) -> [String] {
        ["!serviceUnavailableException \(self.errorBody(status: 503, message: message).text)"]
    }

    var brokenEvent: String { "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{" }

    func stream(_ events: [String]) -> OracleAnswer {
        bedrockStream(events)
    }

    /// The text form that `AWSFrame` reads, with the padding every event carries.
    private func event(_ name: String, _ payload: PlainJSON) -> String {
        "\(name) \(payload.setting("p", "abcdefgh").text)"
    }

    private func events(index: PlainJSON, start: PlainJSON?, deltas: [PlainJSON]) -> [String] {
        var events: [String] = []
        if let start { events.append(self.event("contentBlockStart", ["contentBlockIndex": index, "start": start])) }
        events += deltas.map { self.event("contentBlockDelta", ["contentBlockIndex": index, "delta": $0]) }
        return events + [self.event("contentBlockStop", ["contentBlockIndex": index])]
    }

    private func blocks(_ reply: VendorReply) -> [PlainJSON] {
        var blocks: [PlainJSON] = []
        if !reply.thought.isEmpty {
            let text: PlainJSON = ["text": .string(reply.thoughtText), "signature": Self.signature]
            blocks.append(["reasoningContent": ["reasoningText": text]])
        }
        if reply.toolCalls.isEmpty { blocks.append(["text": .string(reply.text)]) }
        return blocks
            + reply.toolCalls.map { call in
                let input = (try? PlainJSON(parsing: call.arguments)) ?? [:]
                return [
                    "toolUse": [
                        "toolUseId": .string("tooluse_" + call.id), "name": .string(call.name), "input": input,
                    ]
                ]
            }
    }

    private func stopReason(_ reply: VendorReply) -> PlainJSON {
        reply.toolCalls.isEmpty ? "end_turn" : "tool_use"
    }

    /// The counts of the cache come twice, as the service sends them.
    private func usage(_ usage: VendorReply.Usage) -> PlainJSON {
        [
            "inputTokens": usage.absurd ?? .int(usage.input), "outputTokens": .int(usage.output),
            "totalTokens": .int(usage.input + usage.cached + usage.output),
            "cacheReadInputTokens": .int(usage.cached), "cacheReadInputTokenCount": .int(usage.cached),
            "cacheWriteInputTokens": 0, "cacheWriteInputTokenCount": 0, "serverToolUsage": [:],
        ]
    }
}

/// Headers of Bedrock's runtime.
let bedrockHeaders = [OracleHeader("x-amzn-RequestId", "req-oracle")]

/// How Bedrock names an error: in a header, with a tail that clients cut.
func bedrockErrorHeaders(status: Int) -> [OracleHeader] {
    let names = [
        400: "ValidationException", 401: "UnrecognizedClientException", 403: "AccessDeniedException",
        404: "ResourceNotFoundException", 408: "ModelTimeoutException", 424: "ModelErrorException",
        429: "ThrottlingException", 503: "ServiceUnavailableException",
    ]
    let name = names[status] ?? (status < 500 ? "ValidationException" : "InternalServerException")
    return bedrockHeaders + [OracleHeader("x-amzn-ErrorType", "\(name):http://internal.amazon.com/coral/")]
}

/// A stream of frames from their text forms, one chunk each.
func bedrockStream(_ events: [String]) -> OracleAnswer {
    let type = OracleHeader("content-type", "application/vnd.amazon.eventstream")
    return OracleAnswer(headers: [type] + bedrockHeaders, pieces: events.map(AWSFrame.bytes), framing: .chunked)
}

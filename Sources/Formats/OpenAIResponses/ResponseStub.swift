import Exchange
import Wire

/// As much of a response object as strict clients demand, for a stream that ends as failed.
struct ResponseStub {
    /// How the response ended.
    struct Ending {
        var code: String
        var message: String
        var usage: TokenUsage?
    }

    /// From `response.created`, or made up from the request's id.
    var id: String?
    var model: String?
    /// Seconds since 1970, from `response.created`.
    var createdAt: Int?
    /// Whether the client has seen `response.created`.
    var wasCreated = false

    /// Writes the object: in progress, or failed when there is an ending.
    func write(to writer: inout JSONWriter, ending: Ending?) {
        writer.beginObject()
        writer.key("id")
        writer.string(self.id ?? "resp_failed")
        writer.key("object")
        writer.string("response")
        writer.key("created_at")
        writer.int(self.createdAt ?? 0)
        writer.key("status")
        writer.string(ending == nil ? "in_progress" : "failed")
        writer.key("error")
        self.write(error: ending, to: &writer)
        writer.key("model")
        writer.string(self.model ?? "")
        // What strict clients demand and a failed answer cannot know better.
        writer.key("incomplete_details")
        writer.raw(
            #"null,"instructions":null,"metadata":{},"output":[],"parallel_tool_calls":true,"temperature":null,"#
                + #""text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":null"#
        )
        writer.member(usage: ending?.usage)
        writer.endObject()
    }

    private func write(error ending: Ending?, to writer: inout JSONWriter) {
        guard let ending else { return writer.null() }
        writer.beginObject()
        writer.key("code")
        writer.string(ending.code)
        writer.key("message")
        writer.string(ending.message)
        writer.endObject()
    }
}

/// Writes numbered `response.…` events.
struct EventWriter {
    private(set) var bytes: [UInt8] = []
    private var next: Int

    init(next: Int) {
        self.next = next
    }

    /// Appends one event whose `response` the closure writes.
    mutating func event(_ type: String, _ response: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(type)
        writer.key("sequence_number")
        writer.int(self.next)
        writer.key("response")
        response(&writer)
        writer.endObject()
        self.bytes += "event: \(type)\ndata: ".utf8
        self.bytes += writer.bytes
        self.bytes += "\n\n".utf8
        self.next &+= 1
    }
}

extension JSONWriter {
    /// Writes `usage` in this format's convention: cached and written tokens are inside the input, reasoning is inside
    /// the output; `null` when nothing is known.
    mutating func member(usage: TokenUsage?) {
        self.key("usage")
        guard let usage else { return self.null() }
        let (written, _) = usage.cacheWrite5mTokens.addingReportingOverflow(usage.cacheWrite1hTokens)
        let (total, _) = usage.inputTokens.addingReportingOverflow(usage.outputTokens)
        self.object { writer in
            writer.member("input_tokens", usage.inputTokens)
            writer.member(
                "input_tokens_details",
                object: { details in
                    details.member("cached_tokens", usage.cacheReadTokens)
                    details.member("cache_write_tokens", written)
                }
            )
            writer.member("output_tokens", usage.outputTokens)
            writer.member("output_tokens_details", object: { $0.member("reasoning_tokens", usage.reasoningTokens) })
            writer.member("total_tokens", total)
        }
    }
}

import Wire

extension SandboxResponses {
    /// How far a response object has come.
    enum Stage: Equatable {
        case inProgress
        case finished
        case failed
    }

    /// The complete answer, plain or streamed.
    func answer() -> SandboxAnswer {
        guard self.prompt.isStream else {
            return .json(
                .openAI,
                id: self.requestID,
                model: self.prompt.behaviour,
                outputTokens: self.reply.outputTokens
            ) { self.writeResponse(.finished, to: &$0) }
        }
        var stream = SandboxStream(self.prompt.behaviour)
        self.writeStream(to: &stream)
        return stream.answer(.openAI, id: self.requestID)
    }

    /// The answer of `input_tokens`.
    func countAnswer() -> SandboxAnswer {
        .json(.openAI, id: self.requestID) { writer in
            writer.member("object", "response.input_tokens")
            writer.member("input_tokens", self.prompt.input.total)
        }
    }

    /// The answer of `compact`: the last user message, and an opaque item that stands for the rest.
    func compactAnswer() -> SandboxAnswer {
        .json(.openAI, id: self.requestID) { writer in
            writer.member("id", self.id)
            writer.member("object", "response.compaction")
            writer.member("created_at", self.created)
            writer.member(
                "output",
                array: { writer in
                    writer.object { self.writeUserMessage(to: &$0) }
                    writer.object { writer in
                        writer.member("id", self.hash.id("cmp_", length: 48))
                        writer.member("type", "compaction")
                        writer.member("encrypted_content", self.hash.opaque(1, byteCount: 192))
                    }
                }
            )
            writer.member("usage", object: self.writeUsage)
        }
    }

    private func writeUserMessage(to writer: inout JSONWriter) {
        writer.member("id", self.hash.id("msg_", 1, length: 48))
        writer.member("type", "message")
        writer.member("status", "completed")
        writer.member("role", "user")
        writer.member(
            "content",
            array: { writer in
                writer.object { writer in
                    writer.member("type", "input_text")
                    writer.member("text", self.prompt.userText)
                }
            }
        )
    }

    /// The response object, in any stage of its life.
    func writeResponse(_ stage: Stage, to writer: inout JSONWriter) {
        let isCut = self.reply.finish == .length
        writer.member("id", self.id)
        writer.member("object", "response")
        writer.member("created_at", self.created)
        writer.member("status", self.status(stage))
        writer.member("background", false)
        writer.member("completed_at", stage == .finished && !isCut ? self.created : nil)
        writer.key("error")
        if stage == .failed { self.writeFailure(to: &writer) } else { writer.null() }
        writer.key("incomplete_details")
        if stage == .finished, isCut {
            writer.object { $0.member("reason", "max_output_tokens") }
        } else {
            writer.null()
        }
        writer.member("model", self.prompt.model)
        writer.member("output", array: { if stage == .finished { self.writeOutput(to: &$0) } })
        self.writeEcho(to: &writer)
        writer.key("usage")
        if stage == .inProgress { writer.null() } else { writer.object(self.writeUsage) }
    }

    private func status(_ stage: Stage) -> String {
        switch stage {
        case .inProgress: "in_progress"
        case .failed: "failed"
        case .finished: self.reply.finish == .length ? "incomplete" : "completed"
        }
    }

    private func writeFailure(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("code", "server_error")
            writer.member("message", SandboxFault.requested(500).message)
        }
    }

    /// The members that repeat the request, with the vendor's defaults.
    private func writeEcho(to writer: inout JSONWriter) {
        for (name, fallback) in Self.echoed {
            writer.key(name)
            if let value = self.root[name], !value.isNull {
                SandboxJSON.copy(value, to: &writer)
            } else {
                writer.raw(fallback)
            }
        }
        writer.member(
            "reasoning",
            object: { writer in
                self.echo("effort", of: self.root["reasoning"], to: &writer)
                self.echo("summary", of: self.root["reasoning"], to: &writer)
            }
        )
        writer.member(
            "text",
            object: { writer in
                writer.key("format")
                if let format = self.root["text"]?["format"], format.kind == .object {
                    SandboxJSON.copy(format, to: &writer)
                } else {
                    writer.object { $0.member("type", "text") }
                }
                writer.member("verbosity", self.root["text"]?["verbosity"]?.string ?? "medium")
            }
        )
        writer.member("service_tier", "default")
    }

    private func echo(_ name: StaticString, of object: JSONValue?, to writer: inout JSONWriter) {
        writer.member(name, object?[name]?.string)
    }

    private static let echoed: [(StaticString, String)] = [
        ("instructions", "null"), ("max_output_tokens", "null"), ("max_tool_calls", "null"), ("metadata", "{}"),
        ("parallel_tool_calls", "true"), ("previous_response_id", "null"), ("prompt_cache_key", "null"),
        ("safety_identifier", "null"), ("store", "true"), ("temperature", "1.0"), ("tool_choice", "\"auto\""),
        ("tools", "[]"),
        ("top_logprobs", "0"), ("top_p", "1.0"), ("truncation", "\"disabled\""), ("user", "null"),
    ]

    /// Usage by OpenAI's convention: cached tokens are part of the input, reasoning is part of the output.
    func writeUsage(to writer: inout JSONWriter) {
        writer.member("input_tokens", self.prompt.input.total)
        writer.member(
            "input_tokens_details",
            object: { writer in
                writer.member("cached_tokens", self.cachedTokens)
                writer.member("cache_write_tokens", 0)
            }
        )
        writer.member("output_tokens", self.reply.outputTokens)
        writer.member("output_tokens_details", object: { $0.member("reasoning_tokens", self.reply.reasoningTokens) })
        writer.member("total_tokens", self.prompt.input.total + self.reply.outputTokens)
    }
}

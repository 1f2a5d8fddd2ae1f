import BedrockConverse
import Exchange
import Testing

@Suite struct ConverseAnswerTests {
    @Test func `an answer is read block by block`() throws {
        let answer = try Streams.answer(
            #"""
            {"output":{"message":{"role":"assistant","content":[
              {"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},
              {"reasoningContent":{"redactedContent":"AQI="}},
              {"text":""},
              {"toolUse":{"toolUseId":"a","name":"f","input":{"b":1.0,"a":12345678901234567890}}},
              {"toolUse":{"name":"g","input":{}}},
              {"toolUse":{"toolUseId":"x","name":"own","input":{},"type":"server_tool_use"}},
              {"toolResult":{"toolUseId":"x","content":[]}},
              {"citationsContent":{"content":[{"text":"so"}],"citations":[
                {"title":"T","sourceContent":[{"text":"q1"},{"text":"q2"}],"location":{"documentPage":{"start":1}}}]}},
              {"citationsContent":{"citations":[{"location":{"web":{"url":"https://x"}}}]}},
              {"somethingNew":{}}]}},
             "stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7},
             "serviceTier":{"type":"flex"},"metrics":{"latencyMs":1}}
            """#
        )
        var cited = AnswerText("so")
        #expect(answer.blocks.count == 6)
        #expect(
            answer.blocks.prefix(5) == [
                .reasoning(Reasoning(text: "hm", state: ReasoningState(owner: "anthropic", value: "c2ln"))),
                .reasoning(
                    Reasoning(text: nil, state: ReasoningState(owner: "anthropic", value: "AQI="), isRedacted: true)
                ),
                .text(AnswerText("")),
                .toolCall(
                    ToolCall(id: "a", name: "f", input: ToolInput(.object, #"{"b":1.0,"a":12345678901234567890}"#))
                ),
                .toolCall(ToolCall(id: "call_s2", name: "g", input: ToolInput(.object, "{}"))),
            ]
        )
        guard case .text(let text)? = answer.blocks.last else { return }
        cited.citations = text.citations
        #expect(text == cited && text.citations.map(\.title) == ["T", nil])
        #expect(text.citations.map(\.quote) == ["q1q2", nil] && text.citations.map(\.url) == [nil, "https://x"])
        #expect(answer.finish == .toolCalls && answer.serviceTier == .flex)
        #expect(answer.usage?.inputTokens == 3 && answer.usage?.outputTokens == 4)
    }

    @Test func `reasons to stop are told apart`() throws {
        let cases: [(String, FinishReason)] = [
            (#""end_turn""#, .stop), (#""max_tokens""#, .length), (#""guardrail_intervened""#, .contentFilter),
            (#""content_filtered""#, .contentFilter), (#""model_context_window_exceeded""#, .contextWindow),
            (#""refusal""#, .refusal), (#""pause_turn""#, .pause), (#""stop_sequence""#, .stopSequence(nil)),
            (#""stop_sequence","additionalModelResponseFields":{"stop_sequence":"END"}"#, .stopSequence("END")),
            (#""brand_new""#, .other("brand_new")),
        ]
        for (reason, finish) in cases {
            let answer = try Streams.answer(
                #"{"output":{"message":{"content":[{"text":"a"}]}},"stopReason":\#(reason)}"#
            )
            #expect(answer.finish == finish && answer.usage == nil)
        }
    }

    @Test func `E05: a success without output is a failure`() throws {
        let cases: [(String, GatewayFailure.Kind)] = [
            (
                #"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#,
                .upstreamFailed
            ),
            ("{}", .upstreamFailed), ("[]", .upstreamFailed), ("3", .upstreamFailed),
            (#"{"output":{"message":{}}}"#, .upstreamFailed),
            (#"{"output":{"message":{"content":[]}}}"#, .upstreamFailed),
            (#"{"__type":"ThrottlingException","message":"slow"}"#, .upstreamUnavailable),
            (#"{"output":{"message":{"content":[]}},"stopReason":"malformed_tool_use"}"#, .upstreamFailed),
        ]
        for (json, kind) in cases {
            #expect {
                try Streams.answer(json)
            } throws: { ($0 as? GatewayFailure)?.kind == kind }
        }
    }

    @Test func `U01 U02 U11: counts are disjoint, and odd ones are flagged`() throws {
        func usage(_ json: String) throws -> TokenUsage? {
            try Streams.answer(
                #"{"output":{"message":{"content":[]}},"stopReason":"end_turn","usage":\#(json)}"#
            ).usage
        }
        let cached = try usage(
            #"{"inputTokens":5,"outputTokens":2,"totalTokens":107,"cacheReadInputTokens":60,"cacheWriteInputTokens":40}"#
        )
        #expect(cached?.uncachedInputTokens == 5 && cached?.cacheReadTokens == 60 && cached?.cacheWrite5mTokens == 40)
        let split = try usage(#"{"inputTokens":5,"outputTokens":2,"cacheDetails":[{"ttl":"1h","inputTokens":9}]}"#)
        #expect(split?.cacheWrite1hTokens == 9 && split?.cacheWrite5mTokens == 0)
        let odd = try usage(#"{"inputTokens":-5,"outputTokens":1e300,"cacheReadInputTokens":"x"}"#)
        #expect(odd?.isAnomalous == true && odd?.uncachedInputTokens == 0)
        #expect(try usage("null") == nil)
    }

    @Test func `errors say whose fault it is`() throws {
        let cases: [(Int, String?, String, UpstreamFault, GatewayFailure.Kind)] = [
            (400, #"{"message":"bad"}"#, "ValidationException:http://internal.amazon.com/x", .caller, .invalidRequest),
            (400, #"{"message":"The provided model identifier is invalid."}"#, "", .caller, .modelNotFound),
            (400, #"{"message":"on-demand throughput isn\u2019t supported"}"#, "", .caller, .modelNotFound),
            (
                400, #"{"Message":"x"}"#, "com.amazon.coral#ServiceQuotaExceededException", .credential,
                .upstreamCredential
            ),
            (400, #"{"message":"x"}"#, "ExpiredTokenException", .credential, .upstreamCredential),
            (403, #"{"message":"x"}"#, "", .credential, .upstreamCredential),
            (404, #"{"message":"x"}"#, "ResourceNotFoundException", .caller, .modelNotFound),
            (408, "{}", "ModelTimeoutException", .vendor, .upstreamTimeout),
            (424, #"{"originalStatusCode":400}"#, "ModelErrorException", .vendor, .upstreamFailed),
            (429, #"{"message":"Too many requests"}"#, "ThrottlingException", .throttled, .upstreamUnavailable),
            (429, #"{"message":"Too many tokens per day"}"#, "", .credential, .upstreamCredential),
            (429, "{}", "ModelNotReadyException", .vendor, .upstreamUnavailable),
            (413, nil, "<html>too large</html>", .caller, .bodyTooLarge), (500, nil, "", .vendor, .upstreamFailed),
            (503, "{}", "ServiceUnavailableException", .vendor, .upstreamUnavailable),
            (502, nil, "bad gateway", .vendor, .upstreamFailed), (599, "[1]", "", .vendor, .upstreamFailed),
            (400, #"{"__type":"ThrottlingException"}"#, "", .throttled, .upstreamUnavailable),
        ]
        for (status, json, text, fault, kind) in cases {
            let refusal = try Streams.refusal(status, json, text)
            #expect(refusal.fault == fault && refusal.failure.kind == kind, "\(status) \(json ?? "") \(text)")
        }
    }

    @Test func `E04: the vendor's words reach the caller, without the account`() throws {
        let masked = try Streams.refusal(
            400,
            #"{"message":"bad arn:aws:bedrock:us-east-1:123456789012:x/y for 123456789012\nnow"}"#,
            "ValidationException"
        )
        #expect(masked.failure.message == "the provider refused the request: bad [resource] for [number]")
        let long = try Streams.refusal(400, #"{"message":"Input is too long for requested model."}"#, "")
        #expect(long.failure.code == "context_length_exceeded")
        #expect(long.failure.message == "prompt is too long: Input is too long for requested model.")
        let plain = try Streams.refusal(400, nil, "no JSON at all")
        #expect(plain.failure.message == "the provider refused the request: no JSON at all")
        let secret = try Streams.refusal(403, #"{"message":"User arn:aws:iam::123456789012:user/x is not"}"#, "")
        #expect(secret.failure.message == "the provider refused this gateway's account")
    }
}

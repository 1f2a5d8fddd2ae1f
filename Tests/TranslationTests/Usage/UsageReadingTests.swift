import Exchange
import MartletTesting
import Testing

/// Counts that have prices of their own, in every vendor's words.
@Suite struct UsageReadingTests {
    private static func chat(_ usage: String, _ members: String = #""x":0"#) throws -> TokenUsage {
        let body =
            #"{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":\#(usage),\#(members)}"#
        return try #require(try UsageSource.whole(body, .chat))
    }

    @Test func `Chat: images are parts, and what of them was cached is counted there`() throws {
        let usage = try Self.chat(
            #"""
            {"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,
             "prompt_tokens_details":{"cached_tokens":80,"audio_tokens":5,"image_tokens":60},
             "completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":4,"image_tokens":20}}
            """#
        )
        #expect(usage.audioInputTokens == 5 && usage.imageInputTokens == 15 && usage.uncachedInputTokens == 0)
        #expect(usage.imageOutputTokens == 20 && usage.visibleOutputTokens == 3 && usage.audioOutputTokens == 4)
        #expect(usage.inputTokens == 100 && usage.outputTokens == 30 && !usage.isAnomalous)
    }

    @Test func `N080 more images than tokens are clamped and flagged`() throws {
        let details = #""prompt_tokens_details":{"image_tokens":11},"completion_tokens_details":{"image_tokens":-1}"#
        let usage = try Self.chat(#"{"prompt_tokens":10,"completion_tokens":2,\#(details)}"#)
        #expect(usage.imageInputTokens == 10 && usage.uncachedInputTokens == 0 && usage.imageOutputTokens == 0)
        #expect(usage.inputTokens == 10 && usage.outputTokens == 2 && usage.isAnomalous)
    }

    static let tiers: [(String, PriceTier?)] = [
        ("default", .standard), ("flex", .flex), ("priority", .priority), ("on_demand", .standard), ("auto", nil),
        ("scale", nil), ("", nil),
    ]

    @Test(arguments: Self.tiers)
    func `OpenAI tells the tier beside the counts`(_ word: String, _ tier: PriceTier?) throws {
        let counts = #"{"prompt_tokens":1,"completion_tokens":1}"#
        #expect(try Self.chat(counts, #""service_tier":"\#(word)""#).serviceTier == tier)
        let responses = Self.response(#""service_tier":"\#(word)""#)
        #expect(try UsageSource.whole(responses, .responses)?.serviceTier == tier)
        let chunk = #"data: {"id":"1","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}],"#
        let stream = chunk + #""service_tier":"\#(word)","usage":\#(counts)}"# + "\n\ndata: [DONE]\n\n"
        #expect(try UsageSource.streamed(Array(stream.utf8), .chat)?.serviceTier == tier)
    }

    @Test func `Mistral tells the tier, and OpenRouter the searches, inside the counts`() throws {
        let counts = #""prompt_tokens":1,"completion_tokens":1"#
        #expect(try Self.chat(#"{\#(counts),"service_tier":"standard"}"#).serviceTier == .standard)
        let searches = #""server_tool_use_details":{"web_search_requests":2}"#
        #expect(try Self.chat(#"{\#(counts),\#(searches)}"#).webSearchRequests == 2)
        #expect(try Self.chat(#"{\#(counts),"server_tool_use_details":null}"#).webSearchRequests == 0)
    }

    @Test func `Groq puts a stream's counts aside`() throws {
        let choice = #"{"id":"1","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}],"#
        let counts = #""x_groq":{"usage":{"prompt_tokens":18,"completion_tokens":73,"total_tokens":91}}}"#
        let stream = "data: \(choice)\(counts)\n\ndata: [DONE]\n\n"
        let usage = try #require(try UsageSource.streamed(Array(stream.utf8), .chat))
        #expect(usage.inputTokens == 18 && usage.outputTokens == 73)
    }

    // MARK: Responses

    private static let counts = #""usage":{"input_tokens":5,"output_tokens":2,"total_tokens":7}"#
    private static let searchCalls = [
        #"{"type":"web_search_call","id":"1","status":"completed","action":{"type":"search","query":"a"}}"#,
        #"{"type":"web_search_call","id":"2","status":"completed","action":{"type":"open_page","url":"u"}}"#,
        #"{"type":"web_search_call","id":"3","status":"failed","action":{"type":"search","query":"b"}}"#,
        #"{"type":"web_search_call","id":"4","status":"completed"}"#,
    ]

    private static func response(_ members: String, output: [String] = []) -> String {
        #"{"id":"r","status":"completed","output":[\#(output.joined(separator: ","))],\#(Self.counts),\#(members)}"#
    }

    @Test func `Responses: searches are counted, pages that were opened are not`() throws {
        let counted = try UsageSource.whole(Self.response(#""x":0"#, output: Self.searchCalls), .responses)
        #expect(counted?.webSearchRequests == 2)
        let told = #""tool_usage":{"web_search":{"num_requests":7}}"#
        #expect(
            try UsageSource.whole(Self.response(told, output: Self.searchCalls), .responses)?.webSearchRequests == 7
        )
        let wrong = #""tool_usage":{"web_search":{"num_requests":-7}}"#
        let usage = try UsageSource.whole(Self.response(wrong), .responses)
        #expect(usage?.webSearchRequests == 0 && usage?.isAnomalous == true)
    }

    @Test func `Responses: a stream's items count where its end repeats none`() throws {
        var stream = #"data: {"type":"response.created","response":{"id":"r"}}"# + "\n\n"
        for (index, item) in Self.searchCalls.enumerated() {
            let members = #""output_index":\#(index),"item":\#(item)"#
            stream += #"data: {"type":"response.output_item.done",\#(members)}"# + "\n\n"
        }
        for output in [[], Self.searchCalls] {
            let end = Self.response(#""service_tier":"priority""#, output: output)
            let whole = stream + #"data: {"type":"response.completed","response":\#(end)}"# + "\n\n"
            let usage = try UsageSource.streamed(Array(whole.utf8), .responses)
            #expect(usage?.webSearchRequests == 2 && usage?.serviceTier == .priority && usage?.inputTokens == 5)
        }
    }

    // MARK: Messages

    @Test func `Messages: tier, searches and lifetimes, the last told of each`() throws {
        let stream = [
            #"""
            {"type":"message_start","message":{"id":"m","usage":{"input_tokens":9,"output_tokens":1,
             "cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,
             "ephemeral_1h_input_tokens":20},"service_tier":"priority"}}}
            """#,
            #"""
            {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4,
             "server_tool_use":{"web_search_requests":3,"web_fetch_requests":1}}}
            """#,
            #"{"type":"message_stop"}"#,
        ]
        let text = stream.map { "data: \($0.replacing("\n", with: " "))\n\n" }.joined()
        let usage = try #require(try UsageSource.streamed(Array(text.utf8), .messages))
        #expect(usage.serviceTier == .priority && usage.webSearchRequests == 3)
        #expect(usage.cacheWrite5mTokens == 10 && usage.cacheWrite1hTokens == 20 && usage.outputTokens == 4)
    }

    @Test func `Messages: batch and fast answers`() throws {
        func tier(_ members: String) throws -> PriceTier? {
            let usage = #"{"input_tokens":1,"output_tokens":1,\#(members)}"#
            return try UsageSource.whole(#"{"type":"message","content":[],"usage":\#(usage)}"#, .messages)?.serviceTier
        }
        #expect(try tier(#""service_tier":"batch""#) == .batch)
        #expect(try tier(#""service_tier":"standard","speed":"fast""#) == .priority)
        #expect(try tier(#""service_tier":"standard","speed":"standard""#) == .standard)
        #expect(try tier(#""service_tier":null"#) == nil)
    }

    @Test func `Messages: what a caller of another vendor's answer is told`() throws {
        var answer = Answer()
        var usage = TokenUsage()
        usage.uncachedInputTokens = 1
        usage.imageInputTokens = 20
        usage.audioInputTokens = 300
        usage.imageOutputTokens = 4
        usage.webSearchRequests = 2
        answer.usage = usage
        answer.finish = .stop
        for client in HarnessClient.allCases {
            let told = HarnessDriver.whole(answer, for: HarnessDriver.plainRequest(client), as: client)
            HarnessUsage.check(usage, try PlainJSON(parsing: told)["usage"], client, told)
            if client == .messages { #expect(told.contains(#""server_tool_use":{"web_search_requests":2,"#)) }
        }
    }

    // MARK: Gemini and Bedrock

    private static func gemini(
        _ usage: String,
        _ members: String = #""x":0"#,
        model: String = "gemini-3-pro"
    ) throws
        -> TokenUsage
    {
        let candidate = #"{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP",\#(members)}"#
        let body = #"{"candidates":[\#(candidate)],"modelVersion":"\#(model)","usageMetadata":\#(usage)}"#
        let stream = try UsageSource.streamed(Array("data: \(body.replacing("\n", with: " "))\n\n".utf8), .gemini)
        let whole = try UsageSource.whole(body, .gemini)
        #expect(stream == whole)
        return try #require(whole)
    }

    @Test func `Gemini: parts by modality are disjoint, whatever of them was cached`() throws {
        let usage = try Self.gemini(
            #"""
            {"promptTokenCount":100,"cachedContentTokenCount":50,"candidatesTokenCount":30,"thoughtsTokenCount":7,
             "toolUsePromptTokenCount":3,"totalTokenCount":140,
             "promptTokensDetails":[{"modality":"TEXT","tokenCount":30},{"modality":"AUDIO","tokenCount":25},
              {"modality":"IMAGE","tokenCount":40},{"modality":"DOCUMENT","tokenCount":5}],
             "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":20},{"modality":"IMAGE","tokenCount":30}],
             "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":12},{"modality":"IMAGE","tokenCount":"8"},
              {"modality":4,"tokenCount":6}],"trafficType":"ON_DEMAND"}
            """#
        )
        #expect(usage.cacheReadTokens == 50 && usage.audioInputTokens == 5 && usage.imageInputTokens == 10)
        #expect(usage.uncachedInputTokens == 38 && usage.reasoningTokens == 7)
        #expect(usage.imageOutputTokens == 20 && usage.audioOutputTokens == 6 && usage.visibleOutputTokens == 4)
        #expect(usage.inputTokens == 103 && usage.outputTokens == 37 && !usage.isAnomalous)
        #expect(usage.serviceTier == .standard)
    }

    @Test func `Gemini: modalities beyond the sums are clamped`() throws {
        let details = #"[{"modality":"AUDIO","tokenCount":1000000000},{"modality":"AUDIO","tokenCount":1000000000}]"#
        let members = #""promptTokensDetails":\#(details),"candidatesTokensDetails":\#(details)"#
        let usage = try Self.gemini(#"{"promptTokenCount":3,"candidatesTokenCount":2,\#(members)}"#)
        #expect(usage.inputTokens == 3 && usage.outputTokens == 2 && usage.isAnomalous)
        #expect(usage.audioInputTokens == 3 && usage.audioOutputTokens == 2)
    }

    @Test func `Gemini: searches count by query, before Gemini 3 by answer`() throws {
        let counts = #"{"promptTokenCount":3,"candidatesTokenCount":2,"serviceTier":"PRIORITY"}"#
        let searched = #""groundingMetadata":{"webSearchQueries":["a","b","c"]}"#
        #expect(try Self.gemini(counts, searched).webSearchRequests == 3)
        #expect(try Self.gemini(counts, searched, model: "gemini-2.5-flash").webSearchRequests == 1)
        #expect(try Self.gemini(counts, #""groundingMetadata":{"webSearchQueries":[]}"#).webSearchRequests == 0)
        #expect(try Self.gemini(counts).serviceTier == .priority)
        let bought = #"{"promptTokenCount":3,"trafficType":"PROVISIONED_THROUGHPUT"}"#
        #expect(try Self.gemini(bought).serviceTier == nil)
    }

    @Test func `Bedrock: the tier stands beside the counts`() throws {
        let body = #"""
            {"output":{"message":{"content":[{"text":"Hi"}]}},"stopReason":"end_turn","serviceTier":{"type":"flex"},
             "usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5}}
            """#
        #expect(try UsageSource.whole(body, .converse)?.serviceTier == .flex)
        let other = body.replacing(#""flex""#, with: #""reserved""#)
        #expect(try UsageSource.whole(other, .converse)?.serviceTier == nil)
    }

    @Test(arguments: HarnessFixtures.rooms.map(\.id))
    func `N097 zeros that a vendor tells stay zeros`(_ format: FormatID) throws {
        let bodies: [FormatID: String] = [
            .chat: #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":0}}"#,
            .responses: #"{"status":"completed","output":[],"usage":{"input_tokens":0,"output_tokens":0}}"#,
            .messages: #"{"type":"message","content":[],"usage":{"input_tokens":0,"output_tokens":0}}"#,
            .gemini: #"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":0}}"#,
            .converse:
                #"{"output":{"message":{"content":[]}},"stopReason":"end_turn","usage":{"inputTokens":0}}"#,
        ]
        let body = try #require(bodies[format])
        #expect(try UsageSource.whole(body, format) == TokenUsage())
    }
}

import Exchange
import GeminiContent
import Testing
import Wire

@Suite struct GeminiAnswerTests {
    @Test func `a plain answer is read with its counts (U07, U08)`() throws {
        let answer = try Gemini.answer(
            #"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}],"#
                + #""usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":86,"candidatesTokenCount":5,"#
                + #""thoughtsTokenCount":7,"toolUsePromptTokenCount":3,"totalTokenCount":115,"serviceTier":"FLEX"},"#
                + #""modelVersion":"gemini-3-flash","responseId":"r1"}"#
        )
        #expect(answer.blocks == [.text(AnswerText("Hi"))])
        #expect(answer.finish == .stop)
        #expect(answer.head.id == "r1" && answer.head.model == "gemini-3-flash" && answer.serviceTier == .flex)
        var usage = TokenUsage()
        usage.uncachedInputTokens = 17
        usage.cacheReadTokens = 86
        usage.visibleOutputTokens = 5
        usage.reasoningTokens = 7
        usage.serviceTier = .flex
        #expect(answer.usage == usage)
    }

    @Test func `counts that do not add up are settled or marked`() throws {
        func usage(_ members: String) throws -> TokenUsage? {
            try Gemini.answer(Gemini.response(finish: "STOP", extra: #","usageMetadata":{\#(members)}"#)).usage
        }
        #expect(
            try usage(#""promptTokenCount":10,"candidatesTokenCount":2,"totalTokenCount":20"#)?.reasoningTokens == 8
        )
        #expect(try usage(#""promptTokenCount":10,"cachedContentTokenCount":12"#)?.isAnomalous == true)
        #expect(try usage(#""promptTokenCount":-1"#)?.isAnomalous == true)
        #expect(try usage(#""promptTokenCount":"10","totalTokenCount":"10""#)?.uncachedInputTokens == 10)
        #expect(try usage(#""promptTokenCount":"99999999999999999999""#)?.isAnomalous == true)
        #expect(try usage(#""trafficType":"ON_DEMAND""#) == nil)
        let audio = #""promptTokenCount":9,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":4}]"#
        #expect(try usage(audio)?.audioInputTokens == 4)
    }

    @Test func `calls make STOP a call for tools; missing ids are made up (T03, T09, T37)`() throws {
        let json = Gemini.response(
            #"{"text":"Let me see."}"#,
            #"{"functionCall":{"name":"f","args":{"n":12345678901234567890,"x":1.0}}}"#,
            #"{"functionCall":{"name":"g"}}"#,
            #"{"functionCall":{"id":"own","name":"g","args":{}}}"#,
            finish: "STOP"
        )
        let answer = try Gemini.answer(json)
        let calls = answer.blocks.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
        #expect(calls.map(\.id) == ["call_s1_1", "call_s1_2", "own"])
        #expect(calls.map(\.input.text) == [#"{"n":12345678901234567890,"x":1.0}"#, "{}", "{}"])
        #expect(answer.finish == .toolCalls)
        #expect(try Gemini.answer(json) == answer)
    }

    @Test func `reasons for the end`() throws {
        let text = #"{"text":"a"}"#
        let call = #"{"functionCall":{"name":"f"}}"#
        let cases: [(parts: String, reason: String, finish: FinishReason?)] = [
            (text, "MAX_TOKENS", .length), (call, "MAX_TOKENS", .length), ("", "MAX_TOKENS", .length),
            (text, "SAFETY", .contentFilter), ("", "RECITATION", .contentFilter), (text, "SPII", .contentFilter),
            ("", "STOP", .stop), (text, "CONTINUATION", .pause), (text, "OTHER", .other("OTHER")), ("", "OTHER", nil),
            (call, "OTHER", .toolCalls), (text, "SOMETHING_NEW", .other("SOMETHING_NEW")),
            (text, "MALFORMED_FUNCTION_CALL", nil), (text, "UNEXPECTED_TOOL_CALL", nil),
            (text, "odd words", .other("UNKNOWN")),
        ]
        for (parts, reason, finish) in cases {
            let json = Gemini.response(parts, finish: reason)
            if let finish {
                #expect(try Gemini.answer(json).finish == finish)
            } else {
                #expect(throws: GatewayFailure.self) { try Gemini.answer(json) }
            }
        }
    }

    @Test func `numbers stand for reasons where enums are numbers`() throws {
        for (number, finish) in [(1, FinishReason.stop), (2, .length), (3, .contentFilter), (77, .other("OTHER"))] {
            let json = #"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":\#(number)}]}"#
            #expect(try Gemini.answer(json).finish == finish)
        }
    }

    @Test func `a blocked prompt is a filtered answer without content (S20)`() throws {
        let answer = try Gemini.answer(
            #"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":4}}"#
        )
        #expect(answer.blocks.isEmpty && answer.finish == .contentFilter && answer.usage?.inputTokens == 4)
    }

    @Test func `an answer without content is no crash`() throws {
        for content in [#""content":{}"#, #""content":{"parts":[]}"#, #""index":0"#, #""content":null"#] {
            let json = #"{"candidates":[{\#(content),"finishReason":"MAX_TOKENS"}]}"#
            #expect(try Gemini.answer(json).finish == .length)
        }
    }

    @Test func `a success that holds an error, or nothing, is a failure (E05)`() throws {
        let bodies = [
            #"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#,
            #"[{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}]"#, "{}", "[]", #"{"candidates":[]}"#,
            #"{"message":"x"}"#, "3", "null",
        ]
        for body in bodies { #expect(throws: GatewayFailure.self) { try Gemini.answer(body) } }
        let failure = #expect(throws: GatewayFailure.self) { try Gemini.answer(bodies[0]) }
        #expect(failure?.kind == .upstreamUnavailable)
    }

    @Test func `N129 the array of a stream without events is read as one answer`() throws {
        let first = Gemini.response(#"{"text":"a"}"#)
        let last = Gemini.response(#"{"text":"b"}"#, finish: "STOP")
        #expect(try Gemini.answer("[\(first),\n\(last)]").blocks == [.text(AnswerText("ab"))])
        #expect(throws: GatewayFailure.self) { try Gemini.answer("[\(first)]") }
        #expect(try Gemini.answer(#"{"response":\#(last)}"#).blocks == [.text(AnswerText("b"))])
    }

    @Test func `log probabilities take Chat's shape`() throws {
        let json =
            #"{"candidates":[{"content":{"parts":[{"text":"é"}]},"finishReason":"STOP","logprobsResult":{"#
            + #""chosenCandidates":[{"token":"é","tokenId":1,"logProbability":-0.5}],"#
            + #""topCandidates":[{"candidates":[{"token":"e","logProbability":-1}]}]}}]}"#
        guard case .text(let text) = try Gemini.answer(json).blocks.first else { throw Missing() }
        #expect(
            text.logprobs?.text == #"[{"token":"é","logprob":-0.5,"bytes":[195,169],"#
                + #""top_logprobs":[{"token":"e","logprob":-1,"bytes":[101]}]}]"#
        )
    }

    @Test func `sources become citations, with a range where bytes are characters (S26)`() throws {
        func answer(_ text: String) throws -> AnswerText? {
            let json =
                #"{"candidates":[{"content":{"parts":[{"text":"\#(text)"}]},"finishReason":"STOP","#
                + #""groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}}],"groundingSupports":["#
                + #"{"segment":{"endIndex":3},"groundingChunkIndices":[0,9]}]}}]}"#
            guard case .text(let text) = try Gemini.answer(json).blocks.first else { return nil }
            return text
        }
        let plain = try answer("yes it is")
        #expect(plain?.citations.map(\.url) == ["https://a.example"] && plain?.citations.first?.range == 0..<3)
        #expect(try answer("äöü")?.citations.first?.range == nil)
    }

    @Test func `parts of Gemini's own are opaque; thoughts that are no words are no output (S27)`() throws {
        let answer = try Gemini.answer(
            Gemini.response(
                #"{"inlineData":{"mimeType":"image/png","data":"AA=="},"thought":true}"#,
                #"{"inlineData":{"mimeType":"image/png","data":"BB=="}}"#,
                #"{"thoughtSignature":"s","toolCall":{"id":"1"}}"#,
                #"{"text":"hm","thought":true}"#,
                finish: "STOP"
            )
        )
        let types = answer.blocks.map { if case .opaque(let opaque) = $0 { opaque.type } else { "-" } }
        #expect(types == ["inlineData", "toolCall", "-"])
        #expect(answer.blocks.last == .reasoning(Reasoning(text: "hm")))
    }

    @Test func `garbage of every type never traps`() {
        let values = ["null", "1", "-1e400", "\"x\"", "[]", "{}", "[1]", "true", "[[[]]]", #"{"parts":{}}"#]
        let places = [
            #"{"candidates":@}"#, #"{"candidates":[@]}"#, #"{"candidates":[{"content":@}]}"#,
            #"{"candidates":[{"content":{"parts":@}}]}"#, #"{"candidates":[{"content":{"parts":[@]}}]}"#,
            #"{"candidates":[{"content":{"parts":[{"text":@,"thought":@,"thoughtSignature":@}]}}]}"#,
            #"{"candidates":[{"content":{"parts":[{"functionCall":@}]}}]}"#,
            #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":@,"id":@,"args":@}}]}}]}"#,
            #"{"candidates":[{"index":@,"finishReason":@,"groundingMetadata":@,"logprobsResult":@}]}"#,
            #"{"candidates":[{"groundingMetadata":{"groundingChunks":@,"groundingSupports":@}}]}"#,
            #"{"candidates":[{"groundingMetadata":{"groundingChunks":[@],"groundingSupports":[{"segment":@}]}}]}"#,
            #"{"candidates":[{"logprobsResult":{"chosenCandidates":[@],"topCandidates":[@]}}]}"#,
            #"{"usageMetadata":@,"promptFeedback":@,"error":@,"response":@}"#,
            #"{"usageMetadata":{"promptTokenCount":@,"totalTokenCount":@,"promptTokensDetails":@}}"#,
        ]
        for place in places {
            for value in values {
                let json = place.split(separator: "@", omittingEmptySubsequences: false).joined(separator: value)
                _ = try? Gemini.answer(json)
                _ = Gemini.stream([json, json])
                _ = Gemini.refusal(status: 400, json)
            }
        }
    }

    private struct Missing: Error {}
}

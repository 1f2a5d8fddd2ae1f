import Exchange
import GeminiContent
import Testing

@Suite struct GeminiStreamTests {
    private let mixed = [
        Gemini.response(#"{"text":"think","thought":true}"#, extra: #","usageMetadata":{"promptTokenCount":3}"#),
        Gemini.response(#"{"text":"Hel"}"#),
        Gemini.response(#"{"text":"lo"}"#, #"{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"sig"}"#),
        Gemini.response(finish: "STOP", extra: #","usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":9}"#),
    ]

    @Test func `a stream of thoughts, text and a call is told in order (T03, T05, S28)`() {
        #expect(
            Gemini.stream(self.mixed).sketch
                == "start thoughts0 +think /0 text1 +Hel +lo /1 call2(call_s1_1,f) state(gemini:sig) +{\"a\":1} /2 "
                + "usage finish(toolCalls) end"
        )
    }

    @Test func `a stream cut after any event is a failure (S04, S06, S09)`() {
        for count in 0..<self.mixed.count {
            let events = Gemini.stream(Array(self.mixed.prefix(count)))
            #expect(events.last?.sketch == "fail(upstreamFailed)")
            #expect(!events.contains(.end))
        }
    }

    @Test func `early counts are told at the start, the last ones at the end`() {
        let events = Gemini.stream(self.mixed)
        guard case .start(let head) = events.first else { return #expect(Bool(false)) }
        #expect(head.usage?.inputTokens == 3)
        let usages = events.compactMap { if case .usage(let usage) = $0 { usage } else { nil } }
        #expect(usages.map(\.outputTokens) == [9])
    }

    @Test func `the last counts stand, even smaller ones; those without a prompt say nothing`() {
        let chunks = [
            Gemini.response(
                #"{"text":"a"}"#,
                extra: #","usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":8}"#
            ),
            Gemini.response(extra: #","usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2}"#),
            Gemini.response(finish: "STOP", extra: #","usageMetadata":{"trafficType":"ON_DEMAND"}"#),
        ]
        #expect(Gemini.stream(chunks).compactMap { if case .usage(let u) = $0 { u.outputTokens } else { nil } } == [2])
    }

    @Test func `a signature on the last, empty text survives (R03)`() {
        let chunks = [
            Gemini.response(#"{"text":"Hello"}"#),
            Gemini.response(#"{"text":"","thoughtSignature":"sig"}"#, finish: "STOP"),
        ]
        #expect(
            Gemini.stream(chunks).sketch
                == "start text0 +Hello /0 text1 state(gemini:sig) /1 finish(stop) end"
        )
        let inside = [
            Gemini.response(#"{"text":"Hel"}"#),
            Gemini.response(#"{"text":"lo","thoughtSignature":"sig"}"#, finish: "STOP"),
        ]
        #expect(
            Gemini.stream(inside).sketch
                == "start text0 +Hel +lo /0 text1 state(gemini:sig) /1 finish(stop) end"
        )
        let whole = [Gemini.response(#"{"text":"Hello","thoughtSignature":"sig"}"#, finish: "STOP")]
        #expect(Gemini.stream(whole).sketch == "start text0 state(gemini:sig) +Hello /0 finish(stop) end")
    }

    @Test func `empty text opens nothing, and STOP may come twice`() {
        let chunks = [
            Gemini.response(#"{"text":""}"#), Gemini.response(#"{"text":"a"}"#, finish: "STOP"),
            Gemini.response(#"{"text":"b"}"#, finish: "STOP"),
        ]
        #expect(Gemini.stream(chunks).sketch == "start text0 +a +b /0 finish(stop) end")
    }

    @Test func `an error ends the stream, whatever follows (S08)`() {
        let error =
            #"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"2s"}]}}"#
        for chunk in [error, "[\(error)]"] {
            #expect(Gemini.stream([chunk] + self.mixed).sketch == "fail(upstreamUnavailable)")
        }
        let late = Gemini.stream([self.mixed[1], error, self.mixed[3]])
        #expect(late.sketch == "start text0 +Hel /0 fail(upstreamUnavailable)")
        guard case .fail(let failure) = late.last else { return #expect(Bool(false)) }
        #expect(failure.retryAfter == .seconds(2))
    }

    @Test func `what the model got wrong is a failure with its counts`() {
        let chunks = [
            Gemini.response(#"{"text":"a"}"#),
            Gemini.response(finish: "MALFORMED_FUNCTION_CALL", extra: #","usageMetadata":{"promptTokenCount":1}"#),
        ]
        #expect(Gemini.stream(chunks).sketch == "start text0 +a /0 usage fail(upstreamFailed)")
    }

    @Test func `unknown messages are counted and skipped, broken ones fail`() {
        let decoder = Gemini.format.makeStreamDecoder(notes: Gemini.notes)
        var events: [AnswerEvent] = []
        for chunk in ["{}", #"{"x":1}"#, "3", "[1]", "", "  ", "[DONE]"] {
            Array(chunk.utf8).withUnsafeBytes { decoder.decode(StreamMessage(name: nil, data: $0), into: &events) }
        }
        #expect(events.isEmpty && decoder.unknownCount == 4)
        #expect(Gemini.stream([self.mixed[1], "{"]).sketch == "start text0 +Hel /0 fail(upstreamFailed)")
    }

    @Test func `T10 only the first candidate is told, for no more were asked for`() {
        let chunk =
            #"{"candidates":[{"index":1,"content":{"parts":[{"text":"no"}]},"finishReason":"STOP"},"#
            + #"{"content":{"parts":[{"text":"yes"}]},"finishReason":"STOP"}]}"#
        #expect(Gemini.stream([chunk]).sketch == "start text0 +yes /0 finish(stop) end")
    }

    @Test func `S17 the last candidate may have an end and no content`() {
        let end = #"{"candidates":[{"finishReason":"MAX_TOKENS","index":0}]}"#
        let events = Gemini.stream([Gemini.response(#"{"text":"a"}"#), end])
        #expect(events.sketch == "start text0 +a /0 finish(length) end")
        let chunks = HarnessDriver.stream(events, for: HarnessDriver.plainRequest(.chat), as: .chat)
        #expect(chunks.contains(#""delta":{},"#) && chunks.contains(#""finish_reason":"length""#))
    }

    @Test func `N129 a blocked prompt ends as filtered`() {
        #expect(
            Gemini.stream([#"{"promptFeedback":{"blockReason":"SAFETY"}}"#]).sketch
                == "start finish(contentFilter) end"
        )
    }
}

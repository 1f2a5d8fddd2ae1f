import BedrockConverse
import Exchange
import MartletTesting
import Testing
import Wire

@Suite struct ConverseHarnessTests {
    private static let payloads = [
        #"{"role":"assistant"}"#, #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}"#,
        #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"redactedContent":"AQI="}}}"#,
        #"{"contentBlockIndex":1,"delta":{"text":"hello"}}"#, #"{"contentBlockIndex":1}"#,
        #"{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t","name":"n"}}}"#,
        #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{}"}}}"#,
        #"{"contentBlockIndex":2,"delta":{"citation":{"location":{"web":{"url":"u"}}}}}"#,
        #"{"stopReason":"tool_use","additionalModelResponseFields":{"stop_sequence":"x"}}"#,
        #"{"usage":{"inputTokens":1,"outputTokens":2,"cacheDetails":[{"ttl":"1h","inputTokens":3}]}}"#,
        #"{"message":"slow","originalStatusCode":429}"#, "[]", "1e999", "",
    ]
    private static let names = [
        "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "x",
    ]

    @Test func `events in any order keep the decoder's promises`() throws {
        var seed: UInt64 = 11
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: seed >> 33) % bound
        }
        for _ in 0..<500 {
            let frames = (0..<(1 + random(16))).map { _ -> [UInt8] in
                let payload = Self.payloads[random(Self.payloads.count)]
                if random(30) == 0 { return Frames.exception("throttlingException", payload) }
                return Frames.event(Self.names[random(Self.names.count)], payload)
            }
            _ = try Streams.events(frames)
        }
    }

    @Test func `damaged payloads never trap`() throws {
        for (index, payload) in Self.payloads.enumerated() {
            let bytes = Array(payload.utf8)
            for position in bytes.indices {
                for byte in [UInt8(0), UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "9"), 0xFF] {
                    var damaged = bytes
                    damaged[position] = byte
                    let text = String(decoding: damaged, as: UTF8.self)
                    _ = try Streams.events([Frames.event(Self.names[min(index, 5)], text)])
                    _ = try? Streams.answer(text)
                    _ = try? Streams.refusal(400, text, text)
                }
            }
        }
    }

    @Test func `settings of every strange size never trap`() throws {
        let numbers = [Double.nan, .infinity, -.infinity, 1e308, -0.0, .leastNonzeroMagnitude]
        for number in numbers {
            for tokens in [nil, 1, 1024, 1025, .max] as [Int?] {
                let request = Requests.request(.messages) { request in
                    request.sampling.temperature = .value(number)
                    request.sampling.topP = .value(number)
                    request.sampling.topK = .value(.max)
                    request.maxOutputTokens = tokens
                    request.reasoning.mode = .budgeted
                    request.reasoning.budget = tokens == 1 ? .min : .max
                }
                for style in [ReasoningStyle.budget(0...(.max), canDisable: true), .budget(5...7, canDisable: false)] {
                    let written = try Requests.write(request, Requests.target { $0.reasoning = style })
                    #expect(try Streams.reading(written.body) { $0.kind } == .object)
                }
            }
        }
    }

    /// What a caller sends back as history.
    private static func history(_ answer: Answer) -> Turn {
        Turn(
            .assistant,
            answer.blocks.compactMap { block -> Block? in
                switch block {
                case .text(let text): .text(text.text)
                case .refusal(let text): Block(.refusal(text))
                case .reasoning(let reasoning):
                    // A caller of another format carries it sealed.
                    ReasoningEnvelope.seal(reasoning).flatMap(ReasoningEnvelope.open).map { Block(.reasoning($0)) }
                case .toolCall(let call): Block(.toolCall(call))
                case .opaque: nil
                }
            }
        )
    }

    @Test(.enabled(if: Recordings.find() != nil))
    func `R04: recorded answers with signed thoughts go back as they came`() throws {
        let recordings = try #require(Recordings.find())
        var count = 0
        for exchange in recordings.load("bedrock-converse") where exchange.status == 200 {
            let text = String(decoding: exchange.responseBody, as: UTF8.self)
            guard text.contains("\"signature\"") || text.contains("redactedContent") else { continue }
            count += 1
            let answer = try Streams.answer(text)
            let written = try Requests.write(
                Requests.request(
                    .messages,
                    [Turn(.user, [.text("go")]), Self.history(answer), Turn(.user, [.text("on")])]
                )
            )
            let sent = try Streams.reading(written.body) { root in
                root["messages"]?.element(1)?["content"].map { Self.thoughts($0) } ?? []
            }
            let came = try Streams.reading(text) { root in
                root["output"]?["message"]?["content"].map { Self.thoughts($0) } ?? []
            }
            #expect(sent == came && !came.isEmpty, "\(exchange)")
        }
        #expect(count > 0)
    }

    private static func thoughts(_ content: JSONValue) -> [[String?]] {
        content.elements.compactMap { $0["reasoningContent"] }.map { block in
            [
                block["reasoningText"]?["text"]?.string, block["reasoningText"]?["signature"]?.string,
                block["redactedContent"]?.string,
            ]
        }
    }

    private typealias ReasoningStyle = ModelCapabilities.ReasoningStyle
}

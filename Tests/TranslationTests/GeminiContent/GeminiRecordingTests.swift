import Exchange
import GeminiContent
import MartletTesting
import Testing
import Wire

/// Real answers, where there are any beside the project.
@Suite(.enabled(if: Recordings.find() != nil))
struct GeminiRecordingTests {
    private func load(_ folder: String) -> [RecordedExchange] { Recordings.find()?.load(folder) ?? [] }

    /// What a recorded answer holds, counted without this room's code.
    private struct Facts {
        var text = ""
        var calls: [String] = []
        var total: Int?
        var hasFailed = false
        var hasEnded = false

        mutating func read(_ root: JSONValue) {
            if let total = root["usageMetadata"]?["totalTokenCount"]?.int { self.total = total }
            if root["promptFeedback"]?["blockReason"] != nil { self.hasEnded = true }
            for candidate in root["candidates"]?.elements.map({ $0 }) ?? [] {
                if let reason = candidate["finishReason"] {
                    self.hasEnded = true
                    self.hasFailed = reason.string?.hasSuffix("CALL") ?? false
                }
                for part in candidate["content"]?["parts"]?.elements.map({ $0 }) ?? [] where part["thought"] == nil {
                    self.text += part["text"]?.string ?? ""
                    if let name = part["functionCall"]?["name"]?.string { self.calls.append(name) }
                }
            }
        }
    }

    private func check(_ answer: Answer, _ facts: Facts, _ exchange: RecordedExchange) {
        var text = ""
        var calls: [String] = []
        for block in answer.blocks {
            switch block {
            case .text(let piece): text += piece.text
            case .toolCall(let call): calls.append(call.name)
            case .refusal, .reasoning, .opaque: continue
            }
        }
        #expect(text == facts.text, "\(exchange)")
        #expect(calls == facts.calls, "\(exchange)")
        #expect(calls.isEmpty || answer.finish == .toolCalls || answer.finish == .length, "\(exchange)")
        guard let total = facts.total, let usage = answer.usage else { return }
        #expect(usage.inputTokens + usage.outputTokens == total && !usage.isAnomalous, "\(exchange)")
    }

    @Test func `recorded answers are read whole`() throws {
        for exchange in self.load("gemini-generateContent") where exchange.status == 200 {
            try Self.read(exchange.responseBody) { root in
                var facts = Facts()
                for response in root.kind == .array ? Array(root.elements) : [root] { facts.read(response) }
                do {
                    self.check(try Gemini.format.decodeAnswer(root, notes: Gemini.notes), facts, exchange)
                } catch {
                    #expect(facts.hasFailed, "\(exchange): \(error)")
                }
            }
        }
    }

    @Test func `recorded streams are read whole, and cut anywhere they fail`() throws {
        for exchange in self.load("gemini-streamGenerateContent") where exchange.status == 200 {
            let payloads = Self.payloads(exchange.responseBody)
            var facts = Facts()
            for payload in payloads {
                let events = Self.events(payloads.prefix { $0 != payload })
                #expect(facts.hasEnded == events.contains(.end), "\(exchange)")
                try Self.read(payload) { facts.read($0) }
            }
            var collector = AnswerCollector()
            for event in Self.events(payloads[...]) { collector.add(event) }
            #expect(collector.isComplete && collector.failure == nil, "\(exchange)")
            self.check(collector.answer, facts, exchange)
        }
    }

    /// The room's own answer as history, as it is and without what only Gemini knows.
    @Test func `recorded answers go back as valid history, signatures and all`() throws {
        for exchange in self.load("gemini-generateContent") where exchange.status == 200 {
            try Self.read(exchange.responseBody) { root in
                guard let answer = try? Gemini.format.decodeAnswer(root, notes: Gemini.notes) else { return }
                let all = Turn(.assistant, answer.blocks.map(\.block))
                var bare = all
                bare.blocks.removeAll { if case .opaque = $0.content { true } else { false } }
                let results = all.blocks.compactMap { block -> Block? in
                    if case .toolCall(let call) = block.content { Gemini.result(call.id) } else { nil }
                }
                for history in [all, bare] where !history.blocks.isEmpty {
                    let turns = [Gemini.user("a"), history, Turn(.user, results + [.text("b")])]
                    let (body, warnings, _) = try Gemini.encode(Gemini.request(turns))
                    try Self.read(Array(body.utf8)) { sent in
                        let parts = sent["contents"]?.element(1)?["parts"]
                        let signed = parts?.elements.filter { $0["thoughtSignature"] != nil }.count ?? 0
                        let states = history.blocks.count { $0.sketch.hasPrefix("signed") }
                        #expect(signed >= states && warnings.isEmpty, "\(exchange)")
                    }
                }
            }
        }
    }

    @Test func `recorded errors are understood`() throws {
        for folder in ["gemini-generateContent", "gemini-streamGenerateContent"] {
            for exchange in self.load(folder) where exchange.status != 200 {
                let json = String(decoding: exchange.responseBody, as: UTF8.self)
                let refusal = Gemini.refusal(status: exchange.status, json)
                let expected: UpstreamFault =
                    json.contains("API_KEY_INVALID") ? .credential : exchange.status == 429 ? .throttled : .caller
                #expect(refusal.fault == expected, "\(exchange)")
                if json.contains("retryDelay") { #expect(refusal.failure.retryAfter != nil, "\(exchange)") }
                if json.contains("token count") { #expect(refusal.failure.code == "context_length_exceeded") }
            }
        }
    }

    @Test func `recorded embeddings are read`() throws {
        for exchange in self.load("gemini-embeddings") where exchange.target.contains(":batchEmbed") {
            guard exchange.status == 200 else { continue }
            var count = 0
            try Self.read(exchange.requestBody) { count = $0["requests"]?.count ?? 0 }
            try Self.read(exchange.responseBody) { root in
                let answer = try Gemini.format.decodeEmbeddings(root, count: count, from: Gemini.target())
                #expect(answer.vectors.count == count, "\(exchange)")
            }
        }
    }

    private static func read(_ bytes: [UInt8], _ body: (JSONValue) throws -> Void) throws {
        let tape = JSONTape()
        try withExtendedLifetime(tape) {
            try bytes.withUnsafeBytes { try body(try tape.parse($0)) }
        }
    }

    private static func payloads(_ body: [UInt8]) -> [[UInt8]] {
        var framer = SSEFramer()
        return body.withUnsafeBytes { bytes in
            var payloads: [[UInt8]] = []
            var offset = 0
            while let event = try? framer.next(bytes, from: &offset) { payloads.append(event.joinedData(in: bytes)) }
            if let event = framer.finish(bytes, from: &offset) { payloads.append(event.joinedData(in: bytes)) }
            return payloads.filter { !$0.isEmpty }
        }
    }

    private static func events(_ payloads: ArraySlice<[UInt8]>) -> [AnswerEvent] {
        let decoder = Gemini.format.makeStreamDecoder(notes: Gemini.notes)
        var events: [AnswerEvent] = []
        for payload in payloads {
            payload.withUnsafeBytes { decoder.decode(StreamMessage(name: nil, data: $0), into: &events) }
        }
        decoder.finish(into: &events)
        return events
    }
}

extension Block {
    fileprivate var sketch: String {
        switch self.content {
        case .text(let text): text.state == nil ? "text" : "signed text"
        case .toolCall(let call): call.state == nil ? "call" : "signed call"
        case .image, .document, .audio, .toolResult, .reasoning, .refusal, .opaque: "other"
        }
    }
}

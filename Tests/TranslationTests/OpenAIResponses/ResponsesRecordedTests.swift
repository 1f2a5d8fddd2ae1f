import Exchange
import MartletTesting
import OpenAIResponses
import Testing
import Wire

/// Real exchanges, where they are at hand.
@Suite struct ResponsesRecordedTests {
    private static let exchanges: [RecordedExchange] = {
        guard let recordings = Recordings.find() else { return [] }
        return recordings.folders.filter { $0.hasSuffix("-responses") }.flatMap { recordings.load($0) }
    }()

    private static func events(_ exchange: RecordedExchange) throws -> [AnswerEvent] {
        try decodeResponsesStream(String(decoding: exchange.responseBody, as: UTF8.self))
    }

    private static func collected(_ events: [AnswerEvent]) -> AnswerCollector {
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        return collector
    }

    /// The response that a stream's last event repeats.
    private static func terminal(_ exchange: RecordedExchange) throws -> Answer? {
        let lines = String(decoding: exchange.responseBody, as: UTF8.self).responsesPieces("\n")
        let kinds = ["response.completed", "response.incomplete"]
        let data = lines.last { line in
            line.hasPrefix("data:") && kinds.contains { line.contains("\"type\":\"\($0)\"") }
        }
        guard let data else { return nil }
        return try withResponsesJSON(String(data.dropFirst(5))) { root in
            try root["response"].map { try responsesRoom.decodeAnswer($0, notes: responsesNotes) }
        }
    }

    @Test func `streams are complete, keep the promises, and tell what their last event repeats`() throws {
        for exchange in Self.exchanges where exchange.status == 200 && exchange.isEventStream {
            let events = try Self.events(exchange)
            #expect(brokenResponsesPromises(events) == [], "\(exchange)")
            let collector = Self.collected(events)
            #expect(collector.isComplete && collector.failure == nil, "\(exchange)")
            guard let whole = try Self.terminal(exchange) else { continue }
            #expect(collector.answer.usage == whole.usage, "\(exchange)")
            #expect(collector.answer.finish == whole.finish, "\(exchange)")
            guard !whole.blocks.isEmpty, !exchange.provider.hasSuffix("openrouter") else { continue }
            #expect(Self.comparable(collector.answer.blocks) == Self.comparable(whole.blocks), "\(exchange)")
        }
    }

    /// Blocks without the vendor's own ones, whose copies differ, and without annotations' own spelling.
    private static func comparable(_ blocks: [AnswerBlock]) -> [AnswerBlock] {
        blocks.compactMap { block in
            switch block {
            case .opaque: return nil
            case .text(var text):
                for index in text.citations.indices { text.citations[index].original = nil }
                text.logprobs = nil
                return .text(text)
            case .reasoning(var reasoning):
                reasoning.state?.value = ""
                return .reasoning(reasoning)
            case .refusal, .toolCall: return block
            }
        }
    }

    @Test func `streams cut anywhere have failed`() throws {
        for exchange in Self.exchanges.filter({ $0.status == 200 && $0.isEventStream }).prefix(12) {
            let text = String(decoding: exchange.responseBody, as: UTF8.self)
            for limit in stride(from: 0, to: 24, by: 1) {
                let events = try decodeResponsesStream(text, limit: limit)
                #expect(brokenResponsesPromises(events) == [], "\(exchange)")
                if events.last == .end { #expect(events == (try decodeResponsesStream(text)), "\(exchange)") }
            }
        }
    }

    @Test func `streams written again keep to the grammar and lose nothing`() throws {
        for exchange in Self.exchanges where exchange.status == 200 && exchange.isEventStream {
            let events = try Self.events(exchange)
            let again = try encodeResponses(events)
            #expect(ResponsesGrammar.faults(in: again) == [], "\(exchange)")
            let text = again.map { "event: x\ndata: \($0.text)\n\n" }.joined()
            var notes = responsesNotes
            notes.reasoningOwner = "again"
            let twice = Self.collected(try decodeResponsesStream(text, notes: notes)).answer
            let once = Self.collected(events).answer
            #expect(twice.blocks.count == once.blocks.count, "\(exchange)")
            #expect(twice.finish == once.finish, "\(exchange)")
            #expect(twice.usage?.inputTokens == once.usage?.inputTokens, "\(exchange)")
            #expect(twice.usage?.outputTokens == once.usage?.outputTokens, "\(exchange)")
        }
    }

    @Test func `whole answers are read, with the usage that passing through reads`() throws {
        for exchange in Self.exchanges where exchange.status == 200 && !exchange.isEventStream {
            let text = String(decoding: exchange.responseBody, as: UTF8.self)
            try withResponsesJSON(text) { root in
                let reading = responsesRoom.readAnswer(root, operation: .responses)
                guard root["status"]?.string != "queued", root["object"]?.string == "response", reading.failure == nil
                else { return }
                let answer = try responsesRoom.decodeAnswer(root, notes: responsesNotes)
                #expect(answer.usage == reading.usage && answer.head.model == reading.model, "\(exchange)")
                for case .toolCall(let call) in answer.blocks
                where call.input.kind != .freeText && answer.finish != .length {
                    #expect((try? PlainJSON(parsing: call.input.argumentsText)) != nil, "\(exchange)")
                }
                #expect(try encodeResponses(answer)["status"]?.string == root["status"]?.string, "\(exchange)")
            }
        }
    }

    @Test func `requests that a vendor took are read, and written again with every item`() throws {
        for exchange in Self.exchanges where exchange.status == 200 && !exchange.requestBody.isEmpty {
            let text = String(decoding: exchange.requestBody, as: UTF8.self)
            let request = try withResponsesJSON(text) { try responsesRoom.decodeRequest($0, version: nil) }
            let refuses = request.leftovers.contains { if case .reject = $0.fate { true } else { false } }
            guard !refuses, request.turns.contains(where: { !$0.blocks.isEmpty }) else { continue }
            var target = responsesReasoningTarget { $0.sampling = .all }
            target.reasoningOwner = ReasoningState.responsesCaller
            let sent = try SentToResponses(request, target)
            let calls = try PlainJSON(parsing: text)["input"]?.elements.filter { $0["type"]?.string == "function_call" }
            let again = sent.body["input"]?.elements.filter { $0["type"]?.string == "function_call" }
            #expect(again?.count == calls?.count ?? 0, "\(exchange)")
        }
    }
}

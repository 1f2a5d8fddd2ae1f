import AnthropicMessages
import Exchange
import MartletTesting
import Testing
import Wire

/// Real traffic, where the recordings are at hand.
@Suite struct MessagesRecordingTests {
    static let exchanges = Recordings.find()?.load("anthropic-messages") ?? []
    /// Claude elsewhere, in the same words.
    static let invoked = (Recordings.find()?.load("bedrock-invoke") ?? []).filter { exchange in
        String(decoding: exchange.requestBody, as: UTF8.self).contains("\"anthropic_version\"")
    }

    @Test(.enabled(if: !Self.exchanges.isEmpty))
    func `real requests are read and written again`() {
        var read = 0
        for exchange in Self.exchanges + Self.invoked where exchange.status == 200 {
            do {
                var body = String(decoding: exchange.requestBody, as: UTF8.self)
                // Where the path names the model, the body does not.
                if try PlainJSON(parsing: body)["model"] == nil { body = "{\"model\":\"m\"," + body.dropFirst() }
                let request = try MessagesRoom.decode(body)
                read += 1
                let encoded = try MessagesRoom.encode(request) { capabilities in
                    capabilities.prefill = true
                    capabilities.midConversationSystem = true
                    capabilities.maxStopSequences = 100
                }
                #expect(throws: Never.self) { try PlainJSON(parsing: encoded.body) }
            } catch let refusal as TranslationRefusal {
                Issue.record("\(exchange): \(refusal)")
            } catch {
                Issue.record("\(exchange): \(error)")
            }
        }
        #expect(read > 0)
    }

    @Test(.enabled(if: !Self.exchanges.isEmpty))
    func `real streams are read to their end and written again`() throws {
        for exchange in Self.exchanges where exchange.isEventStream && exchange.status == 200 {
            let (events, failed) = Self.events(of: exchange)
            let collected = MessagesRoom.collected(events)
            #expect(collected.isComplete != failed, "\(exchange)")
            guard collected.isComplete else { continue }
            #expect(collected.answer.usage == Self.tapped(exchange), "\(exchange)")
            for block in collected.answer.blocks {
                guard case .toolCall(let call) = block else { continue }
                let isCut = collected.answer.finish == .length
                #expect(isCut || !call.input.objectText.contains("raw_arguments"), "\(exchange)")
            }
            let written = try MessagesGrammar.message(MessagesRoom.payloads(MessagesRoom.stream(events)))
            let whole = try PlainJSON(parsing: MessagesRoom.whole(collected.answer))
            #expect(written["content"]?.elements.count == whole["content"]?.elements.count, "\(exchange)")
        }
    }

    @Test(.enabled(if: !Self.exchanges.isEmpty))
    func `real answers are read, with the same counts`() throws {
        for exchange in Self.exchanges + Self.invoked where !exchange.isEventStream && exchange.status == 200 {
            try MessagesRoom.parsed(String(decoding: exchange.responseBody, as: UTF8.self)) { root in
                let answer = try MessagesRoom.format.decodeAnswer(root, notes: ReplyNotes())
                #expect(answer.usage == MessagesRoom.format.readAnswer(root, operation: .messages).usage)
                #expect(answer.finish != nil && !answer.blocks.isEmpty || root["content"]?.count == 0, "\(exchange)")
            }
        }
    }

    private static func events(of exchange: RecordedExchange) -> ([AnswerEvent], failed: Bool) {
        let decoder = MessagesRoom.format.makeStreamDecoder(notes: ReplyNotes())
        var events: [AnswerEvent] = []
        Self.forEachEvent(exchange) { event, bytes in
            let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            event.joinedData(in: bytes).withUnsafeBytes { data in
                decoder.decode(StreamMessage(name: name, data: data), into: &events)
            }
        }
        decoder.finish(into: &events)
        let text = String(decoding: exchange.responseBody, as: UTF8.self)
        return (events, text.contains("event: error") || !text.contains("message_stop"))
    }

    private static func tapped(_ exchange: RecordedExchange) -> TokenUsage? {
        let tap = MessagesRoom.format.makeStreamTap(operation: .messages, hidesUsage: false)
        Self.forEachEvent(exchange) { event, bytes in _ = tap.observe(event, in: bytes) }
        return tap.usage
    }

    private static func forEachEvent(
        _ exchange: RecordedExchange,
        _ body: (SSEEvent, UnsafeRawBufferPointer) -> Void
    ) {
        let bytes = exchange.responseBody
        bytes.withUnsafeBytes { bytes in
            var framer = SSEFramer()
            var offset = 0
            while let event = try? framer.next(bytes, from: &offset) { body(event, bytes) }
        }
    }
}

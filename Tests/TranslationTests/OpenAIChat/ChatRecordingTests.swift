import Exchange
import MartletTesting
import OpenAIChat
import Testing
import Wire

/// Real traffic, where the folder of recordings is.
@Suite(.enabled(if: Recordings.find() != nil)) struct ChatRecordingTests {
    private static let exchanges: [RecordedExchange] =
        Recordings.find().map { recordings in
            recordings.folders.filter { $0.hasSuffix("-chat") }.flatMap { recordings.load($0) }
        } ?? []

    @Test func `every request that a vendor took is understood, and written for every kind of server`() throws {
        var understood = 0
        for exchange in Self.exchanges where exchange.status == 200 && !exchange.requestBody.isEmpty {
            let json = String(decoding: exchange.requestBody, as: UTF8.self)
            // Azure's older paths name the model, and one recorded body leaves it out.
            guard json.contains("\"model\"") else { continue }
            guard let request = try? ChatProbe.decode(json) else {
                Issue.record("\(exchange): \(try ChatProbe.complaint(json)?.message ?? "")")
                continue
            }
            for openAI in [true, false] {
                do {
                    let encoded = try ChatProbe.encode(request, to: ChatProbe.target(openAI: openAI))
                    _ = try ChatProbe.decode(encoded.body)
                } catch let refusal as TranslationRefusal {
                    #expect(!refusal.wayOut.isEmpty)
                }
            }
            understood += 1
        }
        #expect(understood > 500)
    }

    @Test func `every whole answer is read with all it holds`() throws {
        var read = 0
        for exchange in Self.exchanges where exchange.status == 200 && exchange.responseBody.first == UInt8(ascii: "{")
        {
            let json = String(decoding: exchange.responseBody, as: UTF8.self)
            try ChatProbe.parse(json) { root in
                guard root["choices"] != nil else { return }
                let reading = ChatProbe.format.readAnswer(root, operation: .chat)
                guard reading.failure == nil else { return }
                let answer = try ChatProbe.format.decodeAnswer(root, notes: ReplyNotes())
                let message = root["choices"]?.element(0)?["message"]
                let calls = answer.blocks.count { if case .toolCall = $0 { true } else { false } }
                #expect(answer.usage == reading.usage && answer.finish != nil, "\(exchange)")
                let legacy = (message?["function_call"]?["name"]?.string ?? "").isEmpty ? 0 : 1
                #expect(calls == max(message?["tool_calls"]?.count ?? 0, legacy), "\(exchange)")
                if let text = message?["content"]?.string, !text.isEmpty {
                    let texts = answer.blocks.compactMap { if case .text(let text) = $0 { text.text } else { nil } }
                    #expect(texts == [text], "\(exchange)")
                }
                read += 1
            }
        }
        #expect(read > 300)
    }

    @Test func `every stream is read to the same end as it is watched`() throws {
        var complete = 0
        for exchange in Self.exchanges where exchange.status == 200 && exchange.responseBody.first != UInt8(ascii: "{")
        {
            let watched = Self.watch(exchange.responseBody)
            guard !watched.data.isEmpty else { continue }
            let events = ChatProbe.events(watched.data)
            #expect(ChatProbe.keepsPromises(events), "\(exchange)")
            #expect((events.last == .end) == watched.tap.isComplete, "\(exchange) \(String(describing: events.last))")
            var collector = AnswerCollector()
            for event in events { collector.add(event) }
            guard collector.isComplete else { continue }
            // Groq's older streams count beside the usual place, where the tap does not look.
            #expect(watched.tap.usage == nil || collector.answer.usage == watched.tap.usage, "\(exchange)")
            for case .toolCall(let call) in collector.answer.blocks {
                #expect(!call.id.isEmpty && !call.name.isEmpty, "\(exchange)")
                let isCut = collector.answer.finish == .length
                #expect(
                    isCut || call.input.objectText == call.input.argumentsText,
                    "\(exchange): arguments are an object"
                )
            }
            complete += 1
        }
        #expect(complete > 150)
    }

    @Test func `every unsuccessful answer has a meaning`() throws {
        for exchange in Self.exchanges where exchange.status >= 400 {
            let text = String(decoding: exchange.responseBody, as: UTF8.self)
            let refusal = try? ChatProbe.parse(text) {
                ChatProbe.format.decodeError(status: exchange.status, root: $0, text: "")
            }
            let meaning = refusal ?? ChatProbe.format.decodeError(status: exchange.status, root: nil, text: text)
            #expect(!meaning.failure.message.isEmpty && !meaning.failure.message.contains("sk-"))
            if exchange.status == 401 { #expect(meaning.failure.kind == .upstreamCredential, "\(exchange)") }
        }
    }

    /// The data of a stream's events, and a tap that saw them all.
    private static func watch(_ body: [UInt8]) -> (data: [String], tap: any StreamTap) {
        let tap = ChatProbe.format.makeStreamTap(operation: .chat, hidesUsage: false)
        var data: [String] = []
        body.withUnsafeBytes { bytes in
            var framer = SSEFramer()
            var offset = 0
            func take(_ event: SSEEvent) {
                _ = tap.observe(event, in: bytes)
                if event.data != nil || event.isMultiLine {
                    data.append(String(decoding: event.joinedData(in: bytes), as: UTF8.self))
                }
            }
            while let event = try? framer.next(bytes, from: &offset) { take(event) }
            while let event = framer.finish(bytes, from: &offset) { take(event) }
        }
        return (data, tap)
    }
}

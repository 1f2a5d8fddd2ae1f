import Exchange
import MartletTesting
import Testing

/// Real answers of every vendor, told to every caller and sent back by it.
@Suite(.enabled(if: Recordings.find() != nil))
struct HarnessRecordedAnswerTests {
    /// Folders with whole answers, and who reads them.
    static let folders: [(String, FormatID)] = HarnessStreamTests.folders.map { folder, format in
        switch folder {
        case "gemini-streamGenerateContent": ("gemini-generateContent", format)
        case "bedrock-converse-stream": ("bedrock-converse", format)
        default: (folder, format)
        }
    }

    @Test(arguments: Self.folders)
    func `real answers come back as the blocks they were, and reach every vendor again`(
        _ folder: String,
        _ format: FormatID
    ) throws {
        let recordings = try #require(Recordings.find())
        let room = try #require(HarnessFixtures.rooms.first { $0.id == format })
        var notes = ReplyNotes()
        notes.seed = "seed"
        notes.reasoningOwner = "vendor"
        for (index, exchange) in recordings.load(folder).enumerated() {
            guard exchange.status == 200, !exchange.isEventStream else { continue }
            let body = String(decoding: exchange.responseBody, as: UTF8.self)
            // A failure told with a success is told as one.
            guard let answer = try? HarnessDriver.answer(body, of: room, notes) else { continue }
            for client in HarnessClient.allCases where client.format != format {
                let told = HarnessDriver.whole(answer, for: HarnessDriver.plainRequest(client), as: client)
                let json = try PlainJSON(parsing: told)
                if let usage = answer.usage { HarnessUsage.check(usage, json["usage"], client, "\(exchange)") }
                let history = try HarnessHistory.request(json, client)
                let request = try HarnessDriver.decode(history, as: client)
                #expect(Self.calls(request) == Self.calls(answer, client), "\(exchange) to \(client)")
                let target = client.targets[index % client.targets.count]
                do {
                    let sent = try HarnessDriver.send(request, from: client, to: target)
                    HarnessHistory.checkPairs(try sent.json, target)
                    #expect(!sent.body.contains(ReasoningEnvelope.prefix), "\(exchange) to \(target.name)")
                } catch let failure as GatewayFailure {
                    #expect(failure.parameter != nil, "\(exchange) by \(client) to \(target.name): \(failure.message)")
                }
            }
        }
    }

    private static func calls(_ answer: Answer, _ client: HarnessClient) -> [String] {
        answer.blocks.compactMap { block in
            guard case .toolCall(let call) = block else { return nil }
            // Messages knows objects alone.
            if client == .messages, call.input.kind == .freeText {
                let object: PlainJSON = ["input": .string(call.input.text)]
                return "\(call.name) \(object.text)"
            }
            return "\(call.name) \(self.compact(call.input))"
        }
    }

    private static func calls(_ request: ExchangeRequest) -> [String] {
        request.turns.flatMap(\.blocks).compactMap { block in
            guard case .toolCall(let call) = block.content else { return nil }
            return "\(call.name) \(self.compact(call.input))"
        }
    }

    private static func compact(_ input: ToolInput) -> String {
        input.kind == .freeText ? input.text : ((try? PlainJSON(parsing: input.objectText).text) ?? input.objectText)
    }
}

import Exchange
import MartletTesting
import Testing

/// The gateway's own answer, sent back as history by a caller that keeps what its format has.
@Suite struct HarnessTwoTurnTests {
    /// Answers of every vendor that end in something to go on from.
    static let replies = HarnessFixtures.replies.filter { reply in
        reply.whole != nil && !reply.name.contains("blocked") && !reply.name.contains("length")
    }

    @Test(arguments: Self.replies, HarnessClient.allCases)
    func `T01 an answer comes back as the blocks it was, streamed or not`(
        _ reply: HarnessFixtures.Reply,
        _ client: HarnessClient
    ) throws {
        let answer = try HarnessDriver.answer(try #require(reply.whole), of: reply.room, reply.notes)
        let plain = HarnessDriver.plainRequest(client)
        let whole = try PlainJSON(parsing: HarnessDriver.whole(answer, for: plain, as: client))
        let streamed = try HarnessHistory.assembled(HarnessDriver.stream(answer.events, for: plain, as: client), client)
        let back = try HarnessDriver.decode(HarnessHistory.request(whole, client), as: client)
        let sketch = HarnessHistory.sketch(back)
        #expect(sketch == HarnessHistory.sketch(answer, as: client))
        let again = try HarnessDriver.decode(HarnessHistory.request(streamed, client), as: client)
        #expect(HarnessHistory.sketch(again) == sketch)
    }

    @Test(arguments: Self.replies, HarnessClient.allCases)
    func `R04 the vendor gets its own answer back, with its state and every call answered`(
        _ reply: HarnessFixtures.Reply,
        _ client: HarnessClient
    ) throws {
        let answer = try HarnessDriver.answer(try #require(reply.whole), of: reply.room, reply.notes)
        let plain = HarnessDriver.plainRequest(client)
        let whole = try PlainJSON(parsing: HarnessDriver.whole(answer, for: plain, as: client))
        let request = try HarnessHistory.request(whole, client)
        for target in HarnessTarget.all {
            let sent = try HarnessDriver.send(request, from: client, to: target)
            let body = sent.body
            for word in ["Bergen", "Vågen", "Looking.", "They will like it."] {
                let isIn = request.contains(word)
                #expect(!isIn || body.contains(word), "\(word) is missing for \(target.name):\n\(body)")
            }
            HarnessHistory.checkPairs(try sent.json, target)
            #expect(!body.contains(ReasoningEnvelope.prefix), "an envelope leaves to \(target.name)")
            self.checkStates(body, request, reply, client, target)
        }
    }

    /// State reaches its owner, and nobody else.
    private func checkStates(
        _ body: String,
        _ request: String,
        _ reply: HarnessFixtures.Reply,
        _ client: HarnessClient,
        _ target: HarnessTarget
    ) {
        for state in ["c2lnbmVk", "aGlkZGVu", "gAAAAsealed", "R1NJRw=="] {
            let owner =
                switch state {
                case "gAAAAsealed": "openai"
                case "R1NJRw==": ReasoningState.gemini
                default: ReasoningState.anthropic
                }
            guard reply.whole?.contains(state) == true else { continue }
            let isOwner = target.target.reasoningOwner == owner
            guard isOwner else {
                #expect(!body.contains(state), "\(state) leaves to \(target.name):\n\(body)")
                continue
            }
            // Chat has no place for thoughts, only for what is bound to calls; Chat at OpenAI takes none.
            let isLost = client == .chat && !request.contains(state) || target.room.id == .chat
            #expect(isLost || body.contains(state), "\(state) is lost to \(target.name):\n\(request)\n\(body)")
        }
    }
}

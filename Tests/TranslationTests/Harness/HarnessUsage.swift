import Exchange
import MartletTesting
import Testing

/// What callers are told of counts is the sum of disjoint parts, in each format's own convention.
enum HarnessUsage {
    /// Checks the counts of a stream.
    static func check(_ events: [AnswerEvent], _ told: PlainJSON?, _ client: HarnessClient, _ name: String) {
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        guard collector.isComplete, let usage = collector.answer.usage else { return }
        self.check(usage, told, client, name)
    }

    static func check(_ usage: TokenUsage, _ told: PlainJSON?, _ client: HarnessClient, _ name: String) {
        let parts = [
            usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens, usage.cacheWrite1hTokens,
            usage.audioInputTokens, usage.visibleOutputTokens, usage.reasoningTokens, usage.audioOutputTokens,
        ]
        #expect(parts.allSatisfy { $0 >= 0 }, "\(name)")
        guard let told else {
            Issue.record("\(name): no counts reach \(client)")
            return
        }
        let writes = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens
        switch client {
        case .chat:
            let input = told["prompt_tokens_details"]
            let output = told["completion_tokens_details"]
            #expect(told["prompt_tokens"]?.int == usage.inputTokens, "\(name)")
            #expect(told["completion_tokens"]?.int == usage.outputTokens, "\(name)")
            #expect(told["total_tokens"]?.int == usage.inputTokens + usage.outputTokens, "\(name)")
            #expect(input?["cached_tokens"]?.int == usage.cacheReadTokens, "\(name)")
            #expect(output?["reasoning_tokens"]?.int == usage.reasoningTokens, "U17 \(name)")
            if writes > 0 { #expect(input?["cache_write_tokens"]?.int == writes, "\(name)") }
        case .responses:
            #expect(told["input_tokens"]?.int == usage.inputTokens, "\(name)")
            #expect(told["output_tokens"]?.int == usage.outputTokens, "\(name)")
            #expect(told["total_tokens"]?.int == usage.inputTokens + usage.outputTokens, "\(name)")
            #expect(told["input_tokens_details"]?["cached_tokens"]?.int == usage.cacheReadTokens, "\(name)")
            #expect(told["output_tokens_details"]?["reasoning_tokens"]?.int == usage.reasoningTokens, "U17 \(name)")
            if writes > 0 { #expect(told["input_tokens_details"]?["cache_write_tokens"]?.int == writes, "\(name)") }
        case .messages:
            let plain = usage.uncachedInputTokens + usage.audioInputTokens + usage.imageInputTokens
            #expect(told["input_tokens"]?.int == plain, "U06 \(name)")
            #expect(told["cache_read_input_tokens"]?.int == usage.cacheReadTokens, "\(name)")
            #expect(told["cache_creation_input_tokens"]?.int == writes, "\(name)")
            #expect(told["output_tokens"]?.int == usage.outputTokens, "\(name)")
            if usage.cacheWrite1hTokens > 0 {
                let split = told["cache_creation"]
                #expect(split?["ephemeral_1h_input_tokens"]?.int == usage.cacheWrite1hTokens, "U10 \(name)")
                #expect(split?["ephemeral_5m_input_tokens"]?.int == usage.cacheWrite5mTokens, "U10 \(name)")
            }
        }
    }
}

@Suite struct HarnessUsageTests {
    @Test(arguments: HarnessFixtures.replies, HarnessClient.allCases)
    func `U06 counts add up, streamed and whole, and are the same`(
        _ reply: HarnessFixtures.Reply,
        _ client: HarnessClient
    ) throws {
        guard let whole = reply.whole else { return }
        let request = HarnessDriver.plainRequest(client)
        let events = reply.events
        let stream = HarnessDriver.stream(events, for: request, as: client)
        let streamed = try #require(try HarnessGrammar.read(stream, as: client).usage)
        HarnessUsage.check(events, streamed, client, reply.path)
        let answer = try HarnessDriver.answer(whole, of: reply.room, reply.notes)
        let body = try PlainJSON(parsing: HarnessDriver.whole(answer, for: request, as: client))
        HarnessUsage.check(try #require(answer.usage), body["usage"], client, reply.path)
        for member in streamed.members { #expect(body["usage"]?[member.name] == member.value, "\(member.name)") }
    }

    @Test(arguments: HarnessFixtures.replies.filter { $0.name == "answer-usage" })
    func `U07 U15 the same counts are told the same by every vendor that can`(_ reply: HarnessFixtures.Reply) throws {
        let answer = try HarnessDriver.answer(try #require(reply.whole), of: reply.room, reply.notes)
        let usage = try #require(answer.usage)
        #expect(usage.inputTokens == 1000 && usage.outputTokens == 90 && usage.cacheReadTokens == 600)
        #expect(usage.reasoningTokens == (reply.room.id == .converse ? 0 : 64))
        let tells1h = reply.room.id == .messages || reply.room.id == .converse
        #expect(usage.cacheWrite1hTokens == (tells1h ? 70 : 0))
    }
}

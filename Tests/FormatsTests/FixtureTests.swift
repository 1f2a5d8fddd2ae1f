import Exchange
import Testing

@Suite("Streams of the fixture grid")
struct FixtureTests {
    @Test("the grid covers every format")
    func coverage() {
        for format in [FormatID.chat, .responses, .messages] {
            #expect(Fixture.all.filter { $0.operation.format == format }.count >= 4, "\(format)")
        }
    }

    @Test("each event means what the sheet says", arguments: Fixture.all)
    func events(_ fixture: Fixture) throws {
        let replay = try Replay([fixture.stream[...]], fixture.operation, hidesUsage: fixture.hidesUsage)
        #expect(replay.words == fixture.events)
        #expect(replay.completeAfter == fixture.completeAfter)
        #expect(replay.tap.usage == fixture.usage)
        #expect(replay.tap.model == fixture.model)
        #expect(replay.tap.finishReason == fixture.finish)
        #expect(replay.tap.outputBytes == fixture.outputBytes)
    }

    @Test("a stream split anywhere means the same", arguments: Fixture.all)
    func splitting(_ fixture: Fixture) throws {
        let whole = try Replay([fixture.stream[...]], fixture.operation, hidesUsage: fixture.hidesUsage)
        for cut in 0...fixture.stream.count {
            let pieces = [fixture.stream[..<cut], fixture.stream[cut...]]
            let replay = try Replay(pieces, fixture.operation, hidesUsage: fixture.hidesUsage)
            try #require(replay.steps == whole.steps, "cut at byte \(cut)")
            try #require(replay.tap.usage == whole.tap.usage, "cut at byte \(cut)")
        }
    }

    @Test("a stream cut before its terminal is not complete", arguments: Fixture.all)
    func truncation(_ fixture: Fixture) throws {
        let whole = try Replay([fixture.stream[...]], fixture.operation)
        var length = 0
        for (index, step) in whole.steps.enumerated() {
            length += step.bytes.count
            let replay = try Replay([fixture.stream[..<length]], fixture.operation)
            let hasEnded = fixture.completeAfter.map { index + 1 >= $0 } ?? false
            let failsLater = whole.steps[...index].contains { $0.observation.failure != nil }
            #expect(replay.tap.isComplete == (hasEnded && !failsLater), "after event \(index)")
        }
    }

    @Test("line ends of any kind mean the same", arguments: Fixture.all)
    func lineEnds(_ fixture: Fixture) throws {
        let text = String(decoding: fixture.stream, as: UTF8.self)
        let other = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        let replay = try Replay(other, fixture.operation, hidesUsage: fixture.hidesUsage)
        #expect(replay.words == fixture.events)
        #expect(replay.tap.usage == fixture.usage)
    }

    @Test("what is forwarded is forwarded unchanged", arguments: Fixture.all)
    func bytes(_ fixture: Fixture) throws {
        let replay = try Replay([fixture.stream[...]], fixture.operation)
        #expect(replay.forwarded == String(decoding: fixture.stream, as: UTF8.self) || replay.words.contains("reject"))
    }
}

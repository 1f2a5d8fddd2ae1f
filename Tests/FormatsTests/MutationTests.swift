import Exchange
import Testing
import Wire

/// Foreign bytes never trap: bodies and streams with bytes changed, dropped and doubled, always in the same way.
@Suite("Damaged bytes")
struct MutationTests {
    /// A plain generator with a fixed seed.
    private struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(self.state >> 33) % max(sides, 1)
        }
    }

    private static let interesting = Array("{}[]\",:0-9.eE\\u\n\r nft\u{0}".utf8) + [0xFF, 0xC3, 0x80]

    private func damaged(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var result = bytes
        for _ in 0...dice.roll(4) {
            let place = dice.roll(result.count)
            switch dice.roll(3) {
            case 0: result[place] = Self.interesting[dice.roll(Self.interesting.count)]
            case 1: result.remove(at: place)
            default: result.insert(Self.interesting[dice.roll(Self.interesting.count)], at: place)
            }
        }
        return result
    }

    @Test("streams", arguments: Fixture.all)
    func streams(_ fixture: Fixture) throws {
        var dice = Dice(state: 7)
        for _ in 0..<200 {
            let stream = self.damaged(fixture.stream, &dice)
            let replay = try Replay([stream[...]], fixture.operation, hidesUsage: fixture.hidesUsage)
            let rejects = replay.words.contains("reject")
            #expect(!(rejects && replay.tap.isComplete))
            guard let usage = replay.tap.usage else { continue }
            #expect(usage.inputTokens >= 0 && usage.outputTokens >= 0)
        }
    }

    @Test("bodies are inspected or refused, and their edits apply", arguments: [Operation.chat, .messages])
    func bodies(_ operation: Operation) throws {
        let room = try #require(rooms[operation.format])
        let body = #"""
            {"model":"m","stream":true,"max_tokens":5,"n":2,"stream_options":{"include_usage":false},"metadata":{"user_id":
            "u"},"messages":[{"role":"assistant","content":[{"type":"thinking","signature":""},{"type":"text","text":"x"}]}]}
            """#
        var dice = Dice(state: 11)
        let tape = JSONTape()
        for _ in 0..<3000 {
            let bytes = self.damaged(Array(body.utf8), &dice)
            bytes.withUnsafeBytes { bytes in
                guard let root = try? tape.parse(bytes) else { return }
                guard let inspected = try? room.inspect(root, operation: operation, pathModel: nil) else { return }
                let patches = inspected.edits + (inspected.usageEdit.map { [$0] } ?? [])
                guard let sent = BytePatch.applied(patches, to: bytes) else {
                    Issue.record("edits out of order")
                    return
                }
                #expect(throws: Never.self) { try withJSON(sent) { _ in } }
            }
        }
    }
}

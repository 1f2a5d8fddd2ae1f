import Exchange
import Testing
import Wire

/// What vendors really answered, through the rooms.
@Suite("Recorded answers", .enabled(if: Recording.folder != nil))
struct RecordedAnswerTests {
    @Test("no tap rejects a stream, and each ends as complete or failed")
    func streams() throws {
        var complete = 0
        var failed = 0
        for recording in Recording.all {
            guard let stream = recording.stream else { continue }
            let replay = try Replay(stream, recording.operation)
            #expect(!replay.words.contains("reject"), "\(recording.name)")
            let hasFailed = replay.steps.contains { $0.observation.failure != nil }
            #expect(replay.tap.isComplete != hasFailed, "\(recording.name)")
            #expect(replay.forwarded == stream || stream.hasSuffix("\n\n") == false, "\(recording.name)")
            if hasFailed { failed += 1 } else { complete += 1 }
        }
        #expect(complete > 400)
        #expect(failed >= 7)
    }

    @Test("a stream cut after any event is complete only once its terminal came")
    func truncation() throws {
        for recording in Recording.all {
            guard let stream = recording.stream else { continue }
            let replay = try Replay(stream, recording.operation)
            guard let completeAfter = replay.completeAfter else { continue }
            let terminal = String(decoding: replay.steps[completeAfter - 1].bytes, as: UTF8.self)
            let words = ["finish_reason\":\"", "[DONE]", "message_stop", "response.completed", "response.incomplete"]
            let isTerminal = words.contains { terminal.replacing(": \"", with: ":\"").contains($0) }
            #expect(isTerminal, "\(recording.name): \(terminal)")
        }
    }

    @Test("an answer's content comes before its end, and has bytes")
    func content() throws {
        var withContent = 0
        for recording in Recording.all {
            guard let stream = recording.stream else { continue }
            let replay = try Replay(stream, recording.operation)
            guard replay.words.contains("content") else { continue }
            withContent += 1
            if recording.operation == .chat { #expect(replay.tap.outputBytes > 0, "\(recording.name)") }
        }
        #expect(withContent > 400)
    }

    @Test("hiding usage hides chunks without choices alone")
    func hiding() throws {
        var hidden = 0
        for recording in Recording.all where recording.operation.format == .chat {
            guard let stream = recording.stream else { continue }
            let replay = try Replay(stream, recording.operation, hidesUsage: true)
            for step in replay.steps where step.observation.disposition == .hide {
                hidden += 1
                let text = String(decoding: step.bytes.filter { $0 != UInt8(ascii: " ") }, as: UTF8.self)
                #expect(text.contains("\"choices\":[]"), "\(recording.name)")
            }
            #expect(!replay.forwarded.contains("\"choices\":[],\"usage\":{"), "\(recording.name)")
        }
        #expect(hidden > 100)
    }

    @Test("streamed counts are the last that were told")
    func streamedUsage() throws {
        var counted = 0
        for recording in Recording.all {
            guard let stream = recording.stream else { continue }
            let replay = try Replay(stream, recording.operation)
            let told = try LastToldUsage(stream, recording.operation.format)
            // After an error the vendor's zeros are not counts.
            let isUnknown = replay.tap.usage == nil && replay.words.contains { $0.hasPrefix("failure") }
            if !isUnknown { told.check(replay.tap.usage, recording.name) }
            if replay.tap.usage != nil { counted += 1 }
        }
        #expect(counted > 350)
    }

    @Test("counts of plain answers are disjoint and add up to what was told")
    func plainUsage() throws {
        var counted = 0
        for recording in Recording.all where recording.status == 200 {
            guard let answer = recording.answer else { continue }
            let room = try #require(rooms[recording.operation.format])
            let reading = try withJSON(answer) { room.readAnswer($0, operation: recording.operation) }
            var told = LastToldUsage(recording.operation.format)
            try withJSON(answer) { told.take($0["usage"]) }
            if recording.operation != .countTokens, recording.operation != .responsesInputTokens {
                told.check(reading.usage, recording.name)
            }
            if reading.usage != nil { counted += 1 }
        }
        #expect(counted > 900)
    }

    @Test("errors are laid at the right door")
    func errors() throws {
        var classified: [UpstreamFault: Int] = [:]
        for recording in Recording.all where recording.status >= 400 {
            let room = try #require(rooms[recording.operation.format])
            let fault: UpstreamFault
            if let answer = recording.answer {
                fault = try withJSON(answer) { room.classify(status: recording.status, root: $0) }
            } else {
                fault = room.classify(status: recording.status, root: nil)
            }
            #expect(fault == Self.expectedFault(recording), "\(recording.name) \(recording.status)")
            classified[fault, default: 0] += 1
        }
        for fault in [UpstreamFault.caller, .credential, .throttled, .vendor] { #expect(classified[fault] ?? 0 > 0) }
    }

    private static func expectedFault(_ recording: Recording) -> UpstreamFault {
        switch recording.status {
        case 401, 402, 403: return .credential
        case 429: return .throttled
        case 408, 500...: return .vendor
        default:
            // xAI says "bad key", and Anthropic "no money", with a 400.
            let body = String(decoding: recording.answer ?? [], as: UTF8.self)
            let isOurs = body.contains("Incorrect API key provided") || body.contains("credit balance is too low")
            return isOurs ? .credential : .caller
        }
    }
}

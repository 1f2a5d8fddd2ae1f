import Exchange
import Testing
import Wire

@Suite("The neutral vocabulary")
struct VocabularyTests {
    @Test("every operation has a format that is known")
    func formats() {
        let known: Set<FormatID> = [.chat, .responses, .messages]
        for operation in Operation.allCases { #expect(known.contains(operation.format)) }
        #expect(Operation.countTokens.format == .messages)
        #expect(Operation.embeddings.format == .chat)
        #expect(Operation.responsesCompact.format == .responses)
    }

    @Test("what only counts does not stream")
    func counting() {
        #expect(Operation.allCases.filter(\.countsOnly) == [.countTokens, .responsesInputTokens])
        for operation in Operation.allCases where operation.countsOnly { #expect(!operation.streams) }
        #expect(Operation.allCases.filter(\.streams) == [.chat, .responses, .messages, .completions])
    }

    @Test("formats are an open set, equal by name")
    func openSet() {
        #expect(FormatID("chat") == .chat)
        #expect("\(FormatID("gemini"))" == "gemini")
    }

    @Test("error answers are equal when status, headers in order and body are")
    func errorAnswers() {
        let answer = ErrorAnswer(status: 429, headers: [(name: "retry-after", value: "1")], body: [1])
        #expect(answer == answer)
        for other in [
            ErrorAnswer(status: 503, headers: answer.headers, body: [1]),
            ErrorAnswer(status: 429, headers: [(name: "retry-after", value: "2")], body: [1]),
            ErrorAnswer(status: 429, headers: [], body: [1]),
            ErrorAnswer(status: 429, headers: answer.headers, body: []),
        ] {
            #expect(answer != other)
        }
    }

    @Test("an inspection starts with one answer, no stream and no edits")
    func inspected() {
        let inspected = Inspected(model: "m", modelRange: 1..<2)
        #expect(inspected.choiceCount == 1)
        #expect(!inspected.isStream)
        #expect(inspected.edits.isEmpty && inspected.usageEdit == nil && inspected.storedStateFields.isEmpty)
    }

    @Test("optional strings are written as strings or null")
    func writer() {
        var writer = JSONWriter()
        writer.array { writer in
            writer.stringOrNull("x")
            writer.stringOrNull(nil)
        }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"["x",null]"#)
    }

    @Test("an observation is no content and no failure unless it says so")
    func observation() {
        #expect(StreamObservation(.hide) == StreamObservation(.hide, isContent: false, failure: nil))
        #expect(StreamObservation(.forward, isContent: true) != StreamObservation(.forward))
    }
}

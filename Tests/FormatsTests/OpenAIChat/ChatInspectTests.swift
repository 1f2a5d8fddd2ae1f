import Exchange
import OpenAIChat
import Testing
import Wire

@Suite("Inspecting a Chat request")
struct ChatInspectTests {
    private let room = OpenAIChatFormat()

    private static let asked = #""stream_options":{"include_usage":true}"#

    /// Bodies, and what is sent upstream so that usage comes.
    static let usageEdits: [(body: String, sent: String)] = [
        (#"{"model":"m","stream":true}"#, #"{\#(Self.asked),"model":"m","stream":true}"#),
        (#"{ "stream":true,"model":"m"}"#, #"{\#(Self.asked), "stream":true,"model":"m"}"#),
        (
            #"{"model":"m","stream":true,"stream_options":null}"#,
            #"{"model":"m","stream":true,\#(Self.asked)}"#
        ),
        (
            #"{"model":"m","stream":true,"stream_options":{}}"#,
            #"{"model":"m","stream":true,\#(Self.asked)}"#
        ),
        (
            #"{"model":"m","stream":true,"stream_options":{"include_obfuscation":false}}"#,
            #"{"model":"m","stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#
        ),
        (
            #"{"model":"m","stream_options":{"include_usage": false},"stream":true}"#,
            #"{"model":"m","stream_options":{"include_usage": true},"stream":true}"#
        ),
        (
            #"{"model":"m","stream_options":{"include_usage":null ,"x":1},"stream":true}"#,
            #"{"model":"m","stream_options":{"include_usage":true ,"x":1},"stream":true}"#
        ),
    ]

    @Test("a stream whose caller did not ask for usage gets the edit", arguments: ChatInspectTests.usageEdits)
    func usageEdit(_ body: String, _ sent: String) throws {
        for operation in [Operation.chat, .completions] {
            let edit = try #require(try self.room.inspect(body, operation).usageEdit)
            #expect(spliced(body, [edit]) == sent)
            #expect(try self.room.inspect(sent, operation).usageEdit == nil)
        }
    }

    @Test("no edit when the caller asked, or wants no stream")
    func noUsageEdit() throws {
        let bodies = [
            #"{"model":"m","stream":true,\#(Self.asked)}"#, #"{"model":"m"}"#, #"{"model":"m","stream":false}"#,
            #"{"model":"m","stream":null,"stream_options":{"include_usage":false}}"#,
            #"{"model":"m","stream_options":"wrong, but the vendor's to say"}"#,
        ]
        for body in bodies { #expect(try self.room.inspect(body, .chat).usageEdit == nil, "\(body)") }
    }

    @Test("the edit and the model's patch do not touch")
    func together() throws {
        let body = #"{"model":"m","stream":true}"#
        let inspected = try self.room.inspect(body, .chat)
        let edit = try #require(inspected.usageEdit)
        let range = try #require(inspected.modelRange)
        let patches = [edit, BytePatch(range: range, replacement: Array(#""gpt""#.utf8))]
        let result = Array(body.utf8).withUnsafeBytes { BytePatch.applied(patches, to: $0) }
        #expect(result == Array(#"{\#(Self.asked),"model":"gpt","stream":true}"#.utf8))
    }

    @Test("stream options of another shape are refused")
    func wrongOptions() throws {
        for options in ["[]", "\"x\"", "1", "true"] {
            let body = #"{"model":"m","stream":true,"stream_options":\#(options)}"#
            #expect(try self.room.refusal(of: body, .chat)?.parameter == "stream_options", "\(options)")
        }
        for flag in ["[]", "\"true\"", "1", "{}"] {
            let body = #"{"model":"m","stream":true,"stream_options":{"include_usage":\#(flag)}}"#
            #expect(try self.room.refusal(of: body, .chat)?.parameter == "stream_options.include_usage", "\(flag)")
        }
    }

    @Test("the number of answers is 1 to 128")
    func answerCount() throws {
        #expect(try self.room.inspect(#"{"model":"m"}"#, .chat).choiceCount == 1)
        #expect(try self.room.inspect(#"{"model":"m","n":null}"#, .chat).choiceCount == 1)
        #expect(try self.room.inspect(#"{"model":"m","n":128}"#, .chat).choiceCount == 128)
        for value in ["0", "-1", "129", "1000000", "1.0", "\"2\"", "9223372036854775808", "true"] {
            let failure = try self.room.refusal(of: #"{"model":"m","n":\#(value)}"#, .chat)
            #expect(failure?.parameter == "n", "\(value)")
        }
        let failure = try self.room.refusal(of: #"{"model":"m","n":1000000}"#, .chat)
        #expect(failure?.message == "n must be at most 128, got 1000000")
    }

    @Test("completions are billed for the best of how many")
    func bestOf() throws {
        #expect(try self.room.inspect(#"{"model":"m","n":2,"best_of":5}"#, .completions).choiceCount == 5)
        #expect(try self.room.inspect(#"{"model":"m","n":2}"#, .completions).choiceCount == 2)
        #expect(try self.room.refusal(of: #"{"model":"m","best_of":1000000}"#, .completions)?.parameter == "best_of")
        // Some servers take it in Chat too.
        #expect(try self.room.inspect(#"{"model":"m","best_of":4}"#, .chat).choiceCount == 4)
        for value in ["\"x\"", "0", "-1", "1.0", "1000000", "9223372036854775808"] {
            for operation in [Operation.chat, .completions] {
                let failure = try self.room.refusal(of: #"{"model":"m","best_of":\#(value)}"#, operation)
                #expect(failure?.kind == .invalidRequest && failure?.parameter == "best_of", "\(value)")
            }
        }
        #expect(try self.room.inspect(#"{"model":"m","best_of":null}"#, .chat).choiceCount == 1)
    }

    @Test("each of several prompts is answered and billed")
    func prompts() throws {
        func count(_ prompt: String) throws -> Int {
            try self.room.inspect(#"{"model":"m","n":3,"prompt":\#(prompt)}"#, .completions).choiceCount
        }
        #expect(try count("\"a\"") == 3)
        #expect(try count("[]") == 3)
        #expect(try count("[1,2,3]") == 3)
        #expect(try count(#"["a","b"]"#) == 6)
        #expect(try count("[[1,2],[3],[4]]") == 9)
        let body = #"{"model":"m","max_tokens":9223372036854775807,"prompt":["a","b"]}"#
        #expect(try self.room.refusal(of: body, .completions)?.parameter == "max_tokens")
    }

    @Test("the larger of two caps counts")
    func caps() throws {
        let body = #"{"model":"m","max_tokens":5,"max_completion_tokens":7}"#
        #expect(try self.room.inspect(body, .chat).maxOutputTokens == 7)
    }

    @Test("answers times cap must be countable")
    func product() throws {
        let body = #"{"model":"m","max_tokens":9223372036854775807,"n":2}"#
        let failure = try self.room.refusal(of: body, .chat)
        #expect(failure?.parameter == "max_tokens")
        #expect(try self.room.inspect(#"{"model":"m","max_tokens":9223372036854775807}"#, .chat).choiceCount == 1)
    }

    @Test("nothing in a Chat body is stored state")
    func storedState() throws {
        let body = #"{"model":"m","store":true,"previous_response_id":"r","container":"c"}"#
        #expect(try self.room.inspect(body, .chat).storedStateFields.isEmpty)
    }

    @Test("embeddings and moderations take arrays of anything")
    func siblings() throws {
        let body = #"{"model":"m","input":[[1,2],[3]],"encoding_format":"base64"}"#
        #expect(try self.room.inspect(body, .embeddings) == Inspected(model: "m", modelRange: 9..<12))
        #expect(try self.room.inspect(body, .moderations) == Inspected(model: "m", modelRange: 9..<12))
    }
}

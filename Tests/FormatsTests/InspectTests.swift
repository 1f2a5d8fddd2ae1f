import Exchange
import Testing
import Wire

/// What all rooms ask of a request.
@Suite("Inspecting a request, in every format")
struct InspectTests {
    static let streaming: [Operation] = [.chat, .completions, .responses, .messages]

    private func room(_ operation: Operation) throws -> any WireFormat {
        try #require(rooms[operation.format])
    }

    @Test("a model is a non-empty string", arguments: Operation.allCases.filter { $0 != .models })
    func model(_ operation: Operation) throws {
        let room = try self.room(operation)
        for body in ["{}", #"{"model":null}"#, #"{"model":[]}"#, #"{"model":{}}"#, #"{"model":4}"#, #"{"model":""}"#] {
            let failure = try #require(try room.refusal(of: body, operation), "\(body)")
            #expect(failure.kind == .invalidRequest)
            #expect(failure.parameter == "model")
            #expect(failure.message.hasPrefix("model must be a non-empty string"))
        }
    }

    @Test("a body is an object", arguments: Operation.allCases.filter { $0 != .models })
    func root(_ operation: Operation) throws {
        for body in ["[]", "null", "\"x\"", "1", "true"] {
            let failure = try self.room(operation).refusal(of: body, operation)
            #expect(failure?.kind == .invalidRequest, "\(body)")
        }
    }

    @Test("the model's range covers its quotes, and its escapes are decoded", arguments: InspectTests.streaming)
    func modelRange(_ operation: Operation) throws {
        let body = #"{"a":1, "model" : "caf\u00e9/m" }"#
        let inspected = try self.room(operation).inspect(body, operation)
        #expect(inspected.model == "café/m")
        let range = try #require(inspected.modelRange)
        #expect(Array(body.utf8)[range].elementsEqual(#""caf\u00e9/m""#.utf8))
    }

    @Test("the path's model wins, whatever the body says", arguments: InspectTests.streaming)
    func pathModel(_ operation: Operation) throws {
        let room = try self.room(operation)
        #expect(try room.inspect("{}", operation, pathModel: "p") == Inspected(model: "p", modelRange: nil))
        for (body, range) in [(#"{"model":"b"}"#, 9..<12), (#"{"model":null}"#, 9..<13)] {
            var inspected = try room.inspect(body, operation, pathModel: "p")
            inspected.outputCap = nil
            #expect(inspected == Inspected(model: "p", modelRange: range))
        }
    }

    @Test("a stream flag is a truth value", arguments: InspectTests.streaming)
    func stream(_ operation: Operation) throws {
        let room = try self.room(operation)
        #expect(try room.inspect(#"{"model":"m","stream":true}"#, operation).isStream)
        #expect(try !room.inspect(#"{"model":"m","stream":false}"#, operation).isStream)
        #expect(try !room.inspect(#"{"model":"m"}"#, operation).isStream)
        for value in ["1", "\"true\"", "[]", "{}"] {
            let failure = try room.refusal(of: #"{"model":"m","stream":\#(value)}"#, operation)
            #expect(failure?.parameter == "stream", "\(value)")
        }
    }

    @Test("a null stream flag is absent where the vendor reads it so")
    func nullStream() throws {
        let body = #"{"model":"m","stream":null}"#
        for operation in [Operation.chat, .completions, .responses] {
            #expect(try !self.room(operation).inspect(body, operation).isStream)
        }
        #expect(try self.room(.messages).refusal(of: body, .messages)?.parameter == "stream")
    }

    @Test("operations that never stream do not read the flag")
    func neverStreams() throws {
        for operation in Operation.allCases where !operation.streams && operation != .models {
            let inspected = try self.room(operation).inspect(#"{"model":"m","stream":true,"max_tokens":-1}"#, operation)
            #expect(!inspected.isStream)
            #expect(inspected.maxOutputTokens == nil)
            #expect(inspected.usageEdit == nil)
        }
    }

    static let capFields: [(Operation, String, Int)] = [
        (.chat, "max_tokens", 1), (.chat, "max_completion_tokens", 1), (.completions, "max_tokens", 0),
        (.responses, "max_output_tokens", 1), (.messages, "max_tokens", 0),
    ]

    @Test("caps are whole numbers from the vendor's minimum on", arguments: InspectTests.capFields)
    func caps(_ operation: Operation, _ field: String, _ minimum: Int) throws {
        let room = try self.room(operation)
        for good in [minimum, 1, 4096, 1_000_000_000] {
            let inspected = try room.inspect(#"{"model":"m","\#(field)":\#(good)}"#, operation)
            #expect(inspected.maxOutputTokens == good)
        }
        #expect(try room.inspect(#"{"model":"m","\#(field)":null}"#, operation).maxOutputTokens == nil)
        #expect(try room.inspect(#"{"model":"m"}"#, operation).maxOutputTokens == nil)
        let wrong = [
            "-1", "1.0", "1e9", "1.5", "\"5\"", "true", "[]", "{}", "9223372036854775808", "-9223372036854775809",
        ]
        for value in wrong + (minimum == 1 ? ["0"] : []) {
            let failure = try room.refusal(of: #"{"model":"m","\#(field)":\#(value)}"#, operation)
            #expect(failure?.kind == .invalidRequest, "\(value)")
            #expect(failure?.parameter == field, "\(value)")
        }
    }

    @Test("a refusal says what would be right, and quotes numbers alone")
    func wording() throws {
        let room = try self.room(.chat)
        func message(_ value: String) throws -> String? {
            try room.refusal(of: #"{"model":"m","max_tokens":\#(value)}"#, .chat)?.message
        }
        #expect(try message("-4") == "max_tokens must be at least 1, got -4")
        #expect(try message("1.5") == "max_tokens must be an integer, got 1.5")
        #expect(try message("\"secret\"") == "max_tokens must be an integer, got a string")
        let huge = "9223372036854775808"
        #expect(try message(huge) == "max_tokens must be at most 9223372036854775807, got \(huge)")
        #expect(try message("-" + huge + "0") == "max_tokens must be at least 1, got -\(huge)0")
        let long = String(repeating: "9", count: 60)
        #expect(try message(long) == "max_tokens must be at most 9223372036854775807, got a much longer number")
    }

    @Test("unknown fields, and fields that are the vendor's to check, pass", arguments: InspectTests.streaming)
    func unknown(_ operation: Operation) throws {
        let body = #"{"model":"m","temperature":"hot","messages":7,"input":7,"api_base":"http://x","x":{"y":[null]}}"#
        #expect(try self.room(operation).inspect(body, operation).model == "m")
    }

    @Test("a session is found, in order of what says most", arguments: InspectTests.streaming)
    func session(_ operation: Operation) throws {
        let room = try self.room(operation)
        let all = #""user":"u","safety_identifier":"s","metadata":{"user_id":"i"},"prompt_cache_key":"k""#
        #expect(try room.inspect(#"{"model":"m",\#(all)}"#, operation).session == "k")
        #expect(try room.inspect(#"{"model":"m","user":"u","metadata":{"user_id":"i"}}"#, operation).session == "i")
        #expect(try room.inspect(#"{"model":"m","user":"u","safety_identifier":"s"}"#, operation).session == "u")
        #expect(try room.inspect(#"{"model":"m","safety_identifier":"s","user":null}"#, operation).session == "s")
        #expect(try room.inspect(#"{"model":"m","metadata":null,"user":""}"#, operation).session == nil)
    }
}

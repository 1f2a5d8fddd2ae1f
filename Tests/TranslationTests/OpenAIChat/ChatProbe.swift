import Exchange
import OpenAIChat
import Wire

/// Short ways to put the Chat room to the test.
enum ChatProbe {
    static let format = OpenAIChatFormat()
    static let context = AnswerContext(model: "fast", seed: "seed", created: 7)

    /// Runs `body` with a parsed document.
    static func parse<R>(_ json: String, _ body: (JSONValue) throws -> R) throws -> R {
        var json = json
        var limits = JSONLimits()
        limits.refusesNUL = false
        let tape = JSONTape(limits: limits)
        return try json.withUTF8 { bytes in
            try withExtendedLifetime(tape) { try body(tape.parse(UnsafeRawBufferPointer(bytes))) }
        }
    }

    /// Decodes a request.
    static func decode(_ json: String) throws -> ExchangeRequest {
        try self.parse(json) { try self.format.decodeRequest($0, version: nil) }
    }

    /// Decodes a request with these members after the model.
    static func decode(messages: String, _ members: String = "") throws -> ExchangeRequest {
        try self.decode(#"{"model":"m",\#(members.isEmpty ? "" : members + ",")"messages":\#(messages)}"#)
    }

    /// What is wrong with a request; `nil` when nothing is.
    static func complaint(_ json: String) throws -> GatewayFailure? {
        do {
            _ = try self.decode(json)
            return nil
        } catch let failure as GatewayFailure {
            return failure
        }
    }

    /// A target, OpenAI's own or a compatible server's.
    static func target(openAI: Bool = true, _ change: (inout TranslationTarget) -> Void = { _ in }) -> TranslationTarget
    {
        var target = TranslationTarget(
            provider: openAI ? "openai" : "local",
            model: "big",
            capabilities: ModelCapabilities(),
            reasoningOwner: openAI ? "openai" : "local"
        )
        target.chat.isOpenAI = openAI
        target.seed = "seed"
        change(&target)
        return target
    }

    struct Encoded {
        var body: String
        var warnings: [String]
        var notes: ReplyNotes

        /// What the body holds from `messages` on.
        var messages: String {
            self.body.firstRange(of: #""messages":"#).map { String(self.body[$0.upperBound...].dropLast()) } ?? ""
        }
        /// What stands between model and messages.
        var settings: String {
            guard let start = self.body.firstRange(of: #""model":"big","#)?.upperBound,
                let end = self.body.firstRange(of: #""messages":"#)?.lowerBound, start < end
            else { return "" }
            return String(self.body[start..<end].dropLast())
        }
    }

    /// Encodes a request.
    static func encode(
        _ request: ExchangeRequest,
        to target: TranslationTarget = ChatProbe.target(),
        isStrict: Bool = false
    ) throws -> Encoded {
        var report = TranslationReport(target: target.description, isStrict: isStrict)
        let encoded = try self.format.encodeRequest(request, for: target, report: &report)
        return Encoded(
            body: String(decoding: encoded.body, as: UTF8.self),
            warnings: report.warnings.map { $0.token(self.format.spelling) },
            notes: encoded.notes
        )
    }

    /// A request of another format with one user message.
    static func request(_ change: (inout ExchangeRequest) -> Void = { _ in }) -> ExchangeRequest {
        var request = ExchangeRequest(origin: .messages, model: "fast")
        request.turns = [Turn(.user, [.text("hi")])]
        change(&request)
        return request
    }

    /// Decodes a vendor's answer.
    static func answer(_ json: String, _ notes: ReplyNotes = ReplyNotes()) throws -> Answer {
        try self.parse(json) { try self.format.decodeAnswer($0, notes: notes) }
    }

    /// Decodes a vendor's stream, given the data of its events, up to its end.
    static func events(_ data: [String], notes: ReplyNotes = ReplyNotes()) -> [AnswerEvent] {
        let decoder = self.format.makeStreamDecoder(notes: notes)
        var events: [AnswerEvent] = []
        for var data in data {
            data.withUTF8 { bytes in
                let message = StreamMessage(name: nil, data: UnsafeRawBufferPointer(bytes))
                decoder.decode(message, into: &events)
            }
        }
        decoder.finish(into: &events)
        return events
    }

    /// Data of a chunk with this delta.
    static func chunk(_ delta: String, finish: String? = nil, rest: String = "") -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return
            #"{"id":"chatcmpl-1","created":5,"model":"big-1","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(reason)}]\#(rest)}"#
    }

    /// Writes a stream for a caller.
    static func stream(
        _ events: [AnswerEvent],
        for request: ExchangeRequest,
        _ context: AnswerContext = ChatProbe.context
    ) -> String {
        let encoder = self.format.makeAnswerEncoder(for: request, context: context)
        var out: [UInt8] = []
        for event in events { encoder.encode(event, requestID: "req", into: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    /// The data of each event of a stream, without what is the same in every chunk.
    static func data(_ stream: String) -> [String] {
        stream.split(separator: "\n\n").map { event in
            String(event.dropFirst("data: ".count))
                .replacing(
                    #"{"id":"chatcmpl-seed","object":"chat.completion.chunk","created":7,"model":"fast","choices":[{"index":0,"delta":"#,
                    with: ""
                )
                .replacing(#","logprobs":null,"finish_reason":null}]}"#, with: "")
        }
    }

    /// Writes a whole answer for a caller.
    static func whole(
        _ answer: Answer,
        for request: ExchangeRequest = ExchangeRequest(origin: .chat, model: "fast"),
        _ context: AnswerContext = ChatProbe.context
    ) -> String {
        String(decoding: self.format.makeAnswerEncoder(for: request, context: context).encode(answer), as: UTF8.self)
    }

    /// What blocks are, for comparing without places.
    static func contents(_ blocks: [Block]) -> [Block.Content] { blocks.map(\.content) }

    /// Checks what `AnswerEvent` promises.
    static func keepsPromises(_ events: [AnswerEvent]) -> Bool {
        var open: Int?
        var next = 0
        var hasStarted = false
        for (position, event) in events.enumerated() {
            let isLast = position == events.count - 1
            switch event {
            case .start:
                guard !hasStarted, position == 0 else { return false }
                hasStarted = true
            case .open(let index, _):
                guard hasStarted, open == nil, index == next else { return false }
                open = index
                next += 1
            case .delta(let index, _), .citation(let index, _), .logprobs(let index, _), .state(let index, _):
                guard open == index else { return false }
            case .close(let index):
                guard open == index else { return false }
                open = nil
            case .usage: guard hasStarted else { return false }
            case .finish: guard open == nil, hasStarted else { return false }
            case .fail: guard isLast else { return false }
            case .end: guard isLast, open == nil, hasStarted else { return false }
            }
        }
        return true
    }
}

/// A test found something of the wrong kind.
struct ChatSurprise: Error {}

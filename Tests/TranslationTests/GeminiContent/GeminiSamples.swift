import Exchange
import GeminiContent
import Wire

/// What the tests of this room share.
enum Gemini {
    static let format = GeminiContentFormat()

    /// A model that thinks by level, as Gemini 3 does.
    static func target(
        _ model: String = "gemini-3-flash",
        _ change: (inout ModelCapabilities) -> Void = { _ in }
    ) -> TranslationTarget {
        var capabilities = ModelCapabilities()
        capabilities.family = model
        capabilities.reasoning = .effort([.minimal, .low, .medium, .high])
        change(&capabilities)
        var target = TranslationTarget(
            provider: "google",
            model: model,
            capabilities: capabilities,
            reasoningOwner: ReasoningState.gemini
        )
        target.seed = "s1"
        return target
    }

    /// A model that thinks by budget and has no place for media in results, as Gemini 2.5 is.
    static func older(_ change: (inout ModelCapabilities) -> Void = { _ in }) -> TranslationTarget {
        Self.target("gemini-2.5-flash") { capabilities in
            capabilities.reasoning = .budget(0...24_576, canDisable: true)
            capabilities.structuredOutputWithTools = false
            change(&capabilities)
        }
    }

    static func request(_ turns: [Turn], _ change: (inout ExchangeRequest) -> Void = { _ in }) -> ExchangeRequest {
        var request = ExchangeRequest(origin: .messages, model: "fast")
        request.turns = turns
        change(&request)
        return request
    }

    static func encode(
        _ request: ExchangeRequest,
        _ target: TranslationTarget = Gemini.target(),
        strict: Bool = false
    ) throws(TranslationRefusal) -> (body: String, warnings: [String], notes: ReplyNotes) {
        var report = TranslationReport(target: target.description, isStrict: strict)
        let encoded = try Self.format.encodeRequest(request, for: target, report: &report)
        let warnings = report.warnings.map { $0.token { Self.spelling($0) } }
        return (String(decoding: encoded.body, as: UTF8.self), warnings, encoded.notes)
    }

    /// The body's `contents` alone.
    static func contents(_ turns: [Turn], _ target: TranslationTarget = Gemini.target()) throws -> String {
        let body = try Self.encode(Self.request(turns), target).body
        guard let start = body.utf8.firstRange(of: "\"contents\":".utf8)?.upperBound else { return body }
        return String(body[start...].dropLast())
    }

    static func spelling(_ field: RequestField) -> String {
        switch field {
        case .parameter(let parameter): parameter.rawValue
        case .place(let place): "messages[\(place.message ?? -1)]"
        case .tool(let index): "tools[\(index)]"
        case .named(let name): name
        }
    }

    static func user(_ text: String) -> Turn { Turn(.user, [.text(text)]) }
    static func model(_ blocks: Block...) -> Turn { Turn(.assistant, blocks) }
    static func results(_ blocks: Block...) -> Turn { Turn(.user, blocks) }

    static func call(_ id: String, _ name: String = "f", _ input: String = "{}", signed: String? = nil) -> Block {
        let state = signed.map { ReasoningState(owner: ReasoningState.gemini, value: $0) }
        return Block(.toolCall(ToolCall(id: id, name: name, input: ToolInput(.claimedObject, input), state: state)))
    }

    static func result(_ id: String, _ blocks: [Block] = [.text("ok")], isError: Bool? = nil) -> Block {
        Block(.toolResult(ToolResult(callID: id, blocks: blocks, isError: isError)))
    }

    static func carrier(_ signature: String, owner: String = ReasoningState.gemini) -> Block {
        Block(.reasoning(Reasoning(text: nil, state: ReasoningState(owner: owner, value: signature), isRedacted: true)))
    }

    static func function(_ name: String, _ schema: String? = nil, strict: Bool? = nil) -> Tool {
        Tool(.function(schema: schema.map { RawJSON(trusted: $0) }, strict: strict), name: name)
    }

    static var notes: ReplyNotes {
        var notes = ReplyNotes()
        notes.seed = "s1"
        notes.reasoningOwner = ReasoningState.gemini
        return notes
    }

    static func answer(_ json: String, _ notes: ReplyNotes = Gemini.notes) throws -> Answer {
        try Self.read(json) { root throws(GatewayFailure) in try Self.format.decodeAnswer(root, notes: notes) }
    }

    /// Parses a document and reads its root.
    static func read<R, E: Error>(_ json: String, _ body: (JSONValue) throws(E) -> R) throws -> R {
        var json = json
        let result = json.withUTF8 { bytes in
            Result { try JSONTape().read(UnsafeRawBufferPointer(bytes), body) }
        }
        do {
            return try result.get()
        } catch let error as JSONReadError<E> {
            guard case .body(let failure) = error else { throw error }
            throw failure
        }
    }

    /// The events of a stream with these payloads, to its end.
    static func stream(_ chunks: [String], _ notes: ReplyNotes = Gemini.notes) -> [AnswerEvent] {
        let decoder = Self.format.makeStreamDecoder(notes: notes)
        var events: [AnswerEvent] = []
        for chunk in chunks {
            let bytes = Array(chunk.utf8)
            bytes.withUnsafeBytes { decoder.decode(StreamMessage(name: nil, data: $0), into: &events) }
        }
        decoder.finish(into: &events)
        return events
    }

    /// A response with these parts, and a finish reason.
    static func response(_ parts: String..., finish: String? = nil, extra: String = "") -> String {
        let reason = finish.map { #","finishReason":"\#($0)""# } ?? ""
        return
            #"{"candidates":[{"content":{"role":"model","parts":[\#(parts.joined(separator: ","))]}"#
            + "\(reason)}]\(extra)}"
    }

    static func refusal(status: Int, _ json: String) -> VendorRefusal {
        let read = try? Self.read(json) { (root) throws(GatewayFailure) in
            Self.format.decodeError(status: status, root: root, text: "")
        }
        return read ?? Self.format.decodeError(status: status, root: nil, text: json)
    }
}

extension AnswerEvent {
    /// A short form of what tests compare: `open(0,text)`, `+"abc"`, `state(sig)`.
    var sketch: String {
        switch self {
        case .start: "start"
        case .open(let index, .text): "text\(index)"
        case .open(let index, .refusal): "refusal\(index)"
        case .open(let index, .reasoning(let isRedacted)): isRedacted ? "redacted\(index)" : "thoughts\(index)"
        case .open(let index, .toolCall(let id, let name, let isFreeText)):
            "\(isFreeText ? "custom" : "call")\(index)(\(id),\(name))"
        case .open(let index, .opaque(let opaque)): "opaque\(index)(\(opaque.type))"
        case .delta(_, let text): "+\(text)"
        case .citation(_, let citation): "cite(\(citation.url ?? ""))"
        case .logprobs: "logprobs"
        case .state(_, let state): "state(\(state.owner):\(state.value))"
        case .close(let index): "/\(index)"
        case .usage: "usage"
        case .finish(let reason): "finish(\(reason))"
        case .fail(let failure): "fail(\(failure.kind))"
        case .end: "end"
        }
    }
}

extension [AnswerEvent] {
    var sketch: String { self.map(\.sketch).joined(separator: " ") }
}

extension AnswerBlock {
    /// The block as history, for a caller that keeps everything.
    var block: Block {
        switch self {
        case .text(let answer):
            var text = Text(answer.text)
            text.state = answer.state
            return Block(.text(text))
        case .refusal(let text): return Block(.refusal(text))
        case .reasoning(let reasoning): return Block(.reasoning(reasoning))
        case .toolCall(let call): return Block(.toolCall(call))
        case .opaque(let opaque): return Block(.opaque(opaque))
        }
    }
}

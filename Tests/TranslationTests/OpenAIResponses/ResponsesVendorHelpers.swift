import Exchange
import MartletTesting
import OpenAIResponses
import Testing
import Wire

/// A target that reasons, as OpenAI's newer models do.
func responsesReasoningTarget(_ change: (inout ModelCapabilities) -> Void = { _ in }) -> TranslationTarget {
    var capabilities = ModelCapabilities()
    capabilities.family = "gpt-5"
    capabilities.reasoning = .effort([.minimal, .low, .medium, .high])
    capabilities.sampling = .none
    change(&capabilities)
    return TranslationTarget(provider: "openai", model: "gpt-5", capabilities: capabilities, reasoningOwner: "openai")
}

/// A target of which nothing is known.
func responsesPlainTarget(_ change: (inout ModelCapabilities) -> Void = { _ in }) -> TranslationTarget {
    var capabilities = ModelCapabilities()
    change(&capabilities)
    return TranslationTarget(provider: "openai", model: "gpt-4o", capabilities: capabilities, reasoningOwner: "openai")
}

/// What a vendor is sent, parsed, with the warnings in this format's spelling.
struct SentToResponses {
    var body: PlainJSON
    var bytes: [UInt8]
    var warnings: [String]
    var notes: ReplyNotes

    init(
        _ request: ExchangeRequest,
        _ target: TranslationTarget = responsesReasoningTarget(),
        strict: Bool = false
    ) throws {
        var report = TranslationReport(target: target.description, isStrict: strict)
        let encoded = try responsesRoom.encodeRequest(request, for: target, report: &report)
        self.bytes = encoded.body
        self.body = try PlainJSON(parsing: encoded.body)
        self.warnings = report.warnings.map { $0.token(responsesRoom.spelling) }
        self.notes = encoded.notes
    }

    /// The items, as compact JSON.
    var input: [String] { self.body["input"]?.elements.map(\.text) ?? [] }
}

/// Why a request is refused.
func refusalOfSendingToResponses(
    _ request: ExchangeRequest,
    _ target: TranslationTarget = responsesReasoningTarget()
) -> String? {
    do {
        _ = try SentToResponses(request, target)
        return nil
    } catch let refusal as TranslationRefusal {
        return responsesRoom.spelling(of: refusal.field)
    } catch {
        return "\(error)"
    }
}

/// A request of a Chat caller with one user message.
func requestForResponses(_ change: (inout ExchangeRequest) -> Void = { _ in }) -> ExchangeRequest {
    var request = ExchangeRequest(origin: .chat, model: "alias")
    request.turns = [Turn(.user, [.text("hi")])]
    change(&request)
    return request
}

/// Cuts a stream into messages and decodes them; the stream ends after `limit` events.
func decodeResponsesStream(
    _ text: String,
    limit: Int = .max,
    notes: ReplyNotes = responsesNotes
) throws -> [AnswerEvent] {
    let decoder = responsesRoom.makeStreamDecoder(notes: notes)
    var framer = SSEFramer()
    var events: [AnswerEvent] = []
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBytes { bytes in
        var offset = 0
        var count = 0
        while count < limit, let event = try framer.next(bytes, from: &offset) {
            guard let data = event.data else { continue }
            count += 1
            let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            let message = StreamMessage(name: name, data: UnsafeRawBufferPointer(rebasing: bytes[data]))
            decoder.decode(message, into: &events)
        }
    }
    decoder.finish(into: &events)
    return events
}

let responsesNotes: ReplyNotes = {
    var notes = ReplyNotes()
    notes.reasoningOwner = "openai"
    notes.seed = "s1"
    return notes
}()

/// A stream of payloads, each with its `event:` line.
func responsesStream(_ payloads: [String]) -> String {
    payloads.map { "event: x\ndata: \($0)\n\n" }.joined()
}

/// An event's payload: type without `response.`, output index, other members.
func responsesPayload(_ type: String, _ index: Int? = nil, _ members: String = "") -> String {
    let place = index.map { ",\"output_index\":\($0)" } ?? ""
    return "{\"type\":\"response.\(type)\"\(place)\(members.isEmpty ? "" : ",\(members)")}"
}

/// A short line per event: `open(0 text) delta(0 he) close(0) finish(stop) end`.
func responsesSketch(_ events: [AnswerEvent]) -> String {
    events.map { event in
        switch event {
        case .start: "start"
        case .open(let index, let opening): "open(\(index) \(responsesSketch(opening)))"
        case .delta(let index, let text): "delta(\(index) \(text))"
        case .citation(let index, let citation): "cite(\(index) \(citation.url ?? "-"))"
        case .logprobs(let index, _): "logprobs(\(index))"
        case .state(let index, let state): "state(\(index) \(state.owner):\(state.value))"
        case .close(let index): "close(\(index))"
        case .usage(let usage): "usage(\(usage.inputTokens)/\(usage.outputTokens))"
        case .finish(let reason): "finish(\(reason))"
        case .fail(let failure): "fail(\(failure.kind))"
        case .end: "end"
        }
    }.joined(separator: " ")
}

private func responsesSketch(_ opening: BlockOpening) -> String {
    switch opening {
    case .text: "text"
    case .refusal: "refusal"
    case .reasoning: "reasoning"
    case .toolCall(let id, let name, let isFree): "\(isFree ? "custom" : "call") \(id) \(name)"
    case .opaque(let opaque): opaque.type
    }
}

/// What breaks the promises of `AnswerEvent`.
func brokenResponsesPromises(_ events: [AnswerEvent]) -> [String] {
    var faults: [String] = []
    var open: Int?
    var next = 0
    var hasEnded = false
    for (position, event) in events.enumerated() {
        if hasEnded { faults.append("event after the end") }
        switch event {
        case .start: if position != 0 { faults.append("late start") }
        case .open(let index, _):
            if open != nil || index != next { faults.append("open \(index)") }
            open = index
            next += 1
        case .delta(let index, _), .citation(let index, _), .logprobs(let index, _), .state(let index, _):
            if open != index { faults.append("inside \(index)") }
        case .close(let index):
            if open != index { faults.append("close \(index)") }
            open = nil
        case .usage: break
        case .finish: if open != nil { faults.append("finish with an open block") }
        case .fail: hasEnded = true
        case .end:
            if open != nil { faults.append("end with an open block") }
            hasEnded = true
        }
    }
    if !hasEnded { faults.append("no end") }
    return faults
}

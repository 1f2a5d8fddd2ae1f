import Exchange
import MartletTesting
import OpenAIResponses
import Testing
import Wire

/// The format under test.
let responsesRoom = OpenAIResponsesFormat()

/// Parses a document and shows its root.
func withResponsesJSON<R>(_ text: String, _ body: (JSONValue) throws -> R) throws -> R {
    let tape = JSONTape()
    return try Array(text.utf8).withUnsafeBytes { bytes in
        let root = try tape.parse(bytes)
        return try withExtendedLifetime(tape) { try body(root) }
    }
}

/// Decodes a request whose members, beside the model, are given.
func decodeResponses(_ members: String) throws -> ExchangeRequest {
    try withResponsesJSON(#"{"model":"m""# + (members.isEmpty ? "" : "," + members) + "}") {
        try responsesRoom.decodeRequest($0, version: nil)
    }
}

/// The refusal of a request whose members are given.
func refusalOfResponses(_ members: String) throws -> GatewayFailure? {
    do {
        _ = try decodeResponses(members)
        return nil
    } catch let failure as GatewayFailure {
        return failure
    }
}

/// A sketch of a conversation: `user:hi | assistant:reasoning(owner:text),call(id:name:input) | user:result(id:text)`.
func responsesSketch(_ turns: [Turn]) -> String {
    turns.map { "\($0.role.rawValue):" + responsesSketch($0.blocks) }.joined(separator: " | ")
}

func responsesSketch(_ blocks: [Block]) -> String {
    blocks.map { block in
        switch block.content {
        case .text(let text): text.text
        case .image(let media): "image(\(responsesSketch(media)))"
        case .audio(let media): "audio(\(responsesSketch(media)))"
        case .document(let document):
            switch document.body {
            case .media(let media): "document(\(document.title ?? "-"):\(responsesSketch(media)))"
            case .text(let text): "document(\(document.title ?? "-"):\(text))"
            case .blocks(let blocks): "document(\(responsesSketch(blocks)))"
            }
        case .toolCall(let call): "call(\(call.id):\(call.name):\(call.input.text))"
        case .toolResult(let result): "result(\(result.callID):\(responsesSketch(result.blocks)))"
        case .reasoning(let reasoning): "reasoning(\(reasoning.state?.owner ?? "-"):\(reasoning.text ?? "nil"))"
        case .refusal(let text): "refusal(\(text))"
        case .opaque(let opaque): "opaque(\(opaque.type))"
        }
    }.joined(separator: ",")
}

private func responsesSketch(_ media: Media) -> String {
    switch media.source {
    case .base64(let data): "\(media.mediaType ?? "-")=\(data)"
    case .url(let url): url
    case .stored(let id): "stored=\(id)"
    }
}

/// Encodes events for a caller and parses what it gets: each event's type and payload.
func encodeResponses(
    _ events: [AnswerEvent],
    for request: ExchangeRequest = ExchangeRequest(origin: .responses, model: "alias")
) throws -> [PlainJSON] {
    let context = AnswerContext(model: request.model, seed: "s1", created: 1_700_000_000)
    let encoder = responsesRoom.makeAnswerEncoder(for: request, context: context)
    var bytes: [UInt8] = []
    for event in events { encoder.encode(event, requestID: "r", into: &bytes) }
    return try parsedEvents(String(decoding: bytes, as: UTF8.self))
}

/// Encodes a whole answer for a caller.
func encodeResponses(
    _ answer: Answer,
    for request: ExchangeRequest = ExchangeRequest(origin: .responses, model: "alias")
) throws -> PlainJSON {
    let context = AnswerContext(model: request.model, seed: "s1", created: 1_700_000_000)
    let body = responsesRoom.makeAnswerEncoder(for: request, context: context).encode(answer)
    return try PlainJSON(parsing: body)
}

/// Events of a stream whose `event:` lines must agree with their payloads.
func parsedEvents(_ text: String) throws -> [PlainJSON] {
    try text.responsesPieces("\n\n").filter { !$0.isEmpty }.map { block in
        let lines = block.responsesPieces("\n")
        try #require(lines.count == 2)
        let payload = try PlainJSON(parsing: Array(lines[1].dropFirst(6).utf8))
        #expect(lines[0] == "event: \(payload["type"]?.string ?? "")")
        return payload
    }
}

extension String {
    /// Pieces between separators.
    func responsesPieces(_ separator: String) -> [String] {
        var pieces: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            pieces.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return pieces + [String(rest)]
    }
}

extension PlainJSON {
    /// The event's type without `response.`.
    var responsesType: String {
        let type = self["type"]?.string ?? "?"
        return type.hasPrefix("response.") ? String(type.dropFirst(9)) : type
    }
}

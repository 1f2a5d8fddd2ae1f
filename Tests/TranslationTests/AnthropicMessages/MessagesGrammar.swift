import MartletTesting
import Testing

/// Puts a stream of Messages events together as a strict client does, and complains of whatever breaks the grammar.
enum MessagesGrammar {
    struct Broken: Error {
        var what: String
    }

    static func message(_ payloads: [String]) throws -> PlainJSON {
        let events = try payloads.map { try PlainJSON(parsing: Array($0.utf8)) }
        guard events.first?["type"]?.string == "message_start", var message = events.first?["message"] else {
            throw Broken(what: "no message_start")
        }
        guard events.count >= 3, events.last?["type"]?.string == "message_stop" else {
            throw Broken(what: "no message_stop")
        }
        var content: [PlainJSON] = []
        var isOpen = false
        var input = ""
        for event in events.dropFirst().dropLast(2) {
            let type = event["type"]?.string ?? ""
            guard event["index"]?.int == (type == "content_block_start" ? content.count : content.count - 1),
                isOpen == (type != "content_block_start")
            else { throw Broken(what: "\(type) out of order") }
            switch type {
            case "content_block_start":
                isOpen = true
                input = ""
                content.append(try Self.required(event["content_block"]))
            case "content_block_delta":
                try Self.add(try Self.required(event["delta"]), to: &content[content.count - 1], &input)
            case "content_block_stop":
                isOpen = false
                if !input.isEmpty { content[content.count - 1].set("input", try PlainJSON(parsing: Array(input.utf8))) }
            default: throw Broken(what: "unexpected \(type)")
            }
        }
        let delta = events[events.count - 2]
        guard !isOpen, delta["type"]?.string == "message_delta" else { throw Broken(what: "no message_delta") }
        message.set("content", .array(content))
        for name in ["stop_reason", "stop_sequence"] { message.set(name, try Self.required(delta["delta"]?[name])) }
        message.set("usage", try Self.required(delta["usage"]))
        return message
    }

    private static func add(_ delta: PlainJSON, to block: inout PlainJSON, _ input: inout String) throws {
        func append(_ name: String) throws {
            guard let piece = delta[name]?.string, !piece.isEmpty else { throw Broken(what: "empty delta") }
            block.set(name, .string((block[name]?.string ?? "") + piece))
        }
        switch (delta["type"]?.string ?? "", block["type"]?.string ?? "") {
        case ("text_delta", "text"): try append("text")
        case ("thinking_delta", "thinking"): try append("thinking")
        case ("signature_delta", "thinking"): try append("signature")
        case ("input_json_delta", "tool_use"): input += delta["partial_json"]?.string ?? ""
        case ("citations_delta", "text"):
            let old = block["citations"]?.elements ?? []
            block.set("citations", .array(old + [try Self.required(delta["citation"])]))
        case (let type, let kind): throw Broken(what: "\(type) in \(kind)")
        }
    }

    private static func required(_ json: PlainJSON?) throws -> PlainJSON {
        guard let json else { throw Broken(what: "a member is missing") }
        return json
    }
}

extension PlainJSON {
    fileprivate mutating func set(_ name: String, _ value: PlainJSON) {
        guard case .object(var members) = self else { return }
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(Member(name, value))
        }
        self = .object(members)
    }
}

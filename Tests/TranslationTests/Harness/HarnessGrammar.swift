import Exchange
import MartletTesting
import Testing

/// Reads streams as callers do, and judges them by their own grammar.
enum HarnessGrammar {
    /// How a stream ended, and what it told.
    struct Told {
        var succeeded = false
        var failed = false
        var usage: PlainJSON?
        var payloads: [PlainJSON] = []
    }

    /// The data of all events; `[DONE]` is a string.
    static func payloads(_ stream: String) throws -> [PlainJSON] {
        try stream.split(separator: "\n\n", omittingEmptySubsequences: true).compactMap { event in
            let lines = event.split(separator: "\n").filter { $0.hasPrefix("data: ") }
            guard let line = lines.first, lines.count == 1 else { return nil }
            let data = line.dropFirst("data: ".count)
            return data == "[DONE]" ? .string("[DONE]") : try PlainJSON(parsing: String(data))
        }
    }

    static func read(_ stream: String, as client: HarnessClient) throws -> Told {
        let payloads = try self.payloads(stream)
        var told: Told
        switch client {
        case .chat: told = self.chat(payloads)
        case .responses: told = self.responses(payloads)
        case .messages: told = self.messages(payloads)
        }
        told.payloads = payloads
        return told
    }

    private static func chat(_ payloads: [PlainJSON]) -> Told {
        var told = Told()
        var hasFinish = false
        for payload in payloads {
            #expect(!told.succeeded && !told.failed, "nothing comes after the end")
            if payload.string == "[DONE]" {
                #expect(hasFinish, "no end without a reason")
                told.succeeded = true
                continue
            }
            if payload["error"] != nil { told.failed = true }
            if let usage = payload["usage"], usage != .null { told.usage = usage }
            if payload["choices"]?[0]?["finish_reason"]?.string != nil { hasFinish = true }
        }
        if told.failed { #expect(!hasFinish, "a failure has no reason to finish") }
        return told
    }

    private static func responses(_ payloads: [PlainJSON]) -> Told {
        var told = Told()
        var open: Int?
        var done: [PlainJSON] = []
        for (number, payload) in payloads.enumerated() {
            #expect(!told.succeeded && !told.failed, "nothing comes after the end")
            #expect(payload["sequence_number"]?.int == number)
            let index = payload["output_index"]?.int
            switch payload["type"]?.string ?? "" {
            case "response.output_item.added":
                #expect(open == nil && index == done.count)
                open = index
            case "response.output_item.done":
                #expect(open == index && open != nil)
                open = nil
                done.append(payload["item"] ?? .null)
            case "response.completed", "response.incomplete":
                #expect(open == nil && payload["response"]?["output"]?.elements == done, "the end repeats the items")
                told.succeeded = true
                told.usage = payload["response"]?["usage"]
            case "response.failed":
                #expect(open == nil)
                told.failed = true
            case "response.created", "response.in_progress": break
            default: #expect(open != nil && (index == nil || index == open))
            }
        }
        return told
    }

    private static func messages(_ payloads: [PlainJSON]) -> Told {
        var told = Told()
        var open: Int?
        var next = 0
        for (number, payload) in payloads.enumerated() {
            #expect(!told.succeeded && !told.failed, "nothing comes after the end")
            let index = payload["index"]?.int
            switch payload["type"]?.string ?? "" {
            case "message_start": #expect(number == 0)
            case "content_block_start":
                #expect(open == nil && index == next)
                open = index
                next += 1
            case "content_block_delta": #expect(open == index && open != nil)
            case "content_block_stop":
                #expect(open == index && open != nil)
                open = nil
            case "message_delta":
                #expect(open == nil && payload["delta"]?["stop_reason"]?.string != nil)
                told.usage = payload["usage"]
            case "message_stop": told.succeeded = true
            case "error": told.failed = true
            case let other: Issue.record("unknown event \(other)")
            }
        }
        return told
    }

    // MARK: Events

    /// What a caller sees of a stream, apart from counts.
    static func content(of events: [AnswerEvent]) -> [AnswerEvent] {
        events.filter { event in
            switch event {
            case .usage, .start: false
            default: true
            }
        }
    }

    /// The promises that every decoder makes.
    static func checkPromises(_ events: [AnswerEvent], _ name: String) {
        var open: Int?
        var next = 0
        for (position, event) in events.enumerated() {
            let isLast = position == events.count - 1
            switch event {
            case .start: #expect(position == 0, "\(name)")
            case .open(let index, _):
                #expect(open == nil && index == next, "\(name)")
                open = index
                next += 1
            case .delta(let index, _), .citation(let index, _), .logprobs(let index, _), .state(let index, _):
                #expect(open == index, "\(name)")
            case .close(let index):
                #expect(open == index, "\(name)")
                open = nil
            case .finish: #expect(open == nil, "\(name)")
            case .usage: break
            case .fail: #expect(isLast, "\(name)")
            case .end: #expect(isLast && open == nil, "\(name)")
            }
        }
        #expect(!events.isEmpty, "\(name)")
    }
}

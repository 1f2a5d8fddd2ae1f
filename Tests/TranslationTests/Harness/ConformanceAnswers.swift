import Exchange
import Testing

/// Something that a vendor's answer tells, and what shows that a caller hears of it.
struct ConformanceAnswer {
    let title: String
    /// Folder of the case below each vendor's format; vendors without it do not tell it.
    let name: String
    /// What has to be in what the caller gets; letter by letter. A caller without probes has no place for it.
    let probes: [HarnessClient: [String]]
    /// Only these vendors tell it.
    var vendors: Set<FormatID>?
    /// Told in streams alone.
    var isStreamed = false

    static let all: [ConformanceAnswer] = [
        .init(title: "Text", name: "answer-text", probes: Self.same("Bergen is wet. 🌧")),
        .init(title: "Thoughts", name: "answer-thinking", probes: Self.same("They ask of rain.")),
        .init(
            title: "Thoughts' state, for the next turn",
            name: "answer-thinking",
            probes: [.responses: ["\"encrypted_content\":\"mt1."], .messages: ["c2lnbmVk", "aGlkZGVu"]],
            vendors: [.messages, .converse]
        ),
        .init(
            title: "Thoughts' state, for the next turn",
            name: "answer-thinking",
            probes: [.responses: ["\"encrypted_content\":\"mt1."], .messages: ["\"signature\":\"mt1."]],
            vendors: [.responses]
        ),
        .init(
            title: "State of a call, for the next turn",
            name: "answer-tools",
            probes: [
                .chat: ["\"thought_signature\":\"R1NJRw==\""], .responses: ["\"encrypted_content\":\"mt1.gemini."],
                .messages: ["\"data\":\"mt1.gemini."],
            ],
            vendors: [.gemini]
        ),
        .init(
            title: "Calls, parallel",
            name: "answer-tools",
            probes: [
                .chat: ["Vågen", "\"finish_reason\":\"tool_calls\""], .responses: ["Vågen", "\"function_call\""],
                .messages: ["Vågen", "\"stop_reason\":\"tool_use\""],
            ]
        ),
        .init(
            title: "Call without arguments",
            name: "answer-no-arguments",
            probes: [
                .chat: ["\"arguments\":\"{}\"", "\"finish_reason\":\"tool_calls\""],
                .responses: ["\"arguments\":\"{}\""], .messages: ["\"input\":{}", "\"stop_reason\":\"tool_use\""],
            ]
        ),
        .init(
            title: "Cut for length",
            name: "answer-length",
            probes: [
                .chat: ["\"finish_reason\":\"length\""], .responses: ["{\"reason\":\"max_output_tokens\"}"],
                .messages: ["\"stop_reason\":\"max_tokens\""],
            ]
        ),
        .init(
            title: "Cut by a filter",
            name: "answer-filtered",
            probes: [
                .chat: ["\"finish_reason\":\"content_filter\""], .responses: ["{\"reason\":\"content_filter\"}"],
                .messages: ["\"stop_reason\":\"refusal\""],
            ]
        ),
        .init(
            title: "Refusal in words",
            name: "answer-refusal",
            probes: [
                .chat: ["\"refusal\":\"I will not do that.\""], .responses: ["\"type\":\"refusal\""],
                .messages: ["I will not do that.", "\"stop_reason\":\"refusal\""],
            ]
        ),
        .init(
            title: "Which stop text came up",
            name: "answer-stop-sequence",
            probes: [.messages: ["\"stop_sequence\":\"three\""]]
        ),
        .init(title: "Web citations", name: "answer-citations", probes: Self.same("https://ferries.example/times")),
        .init(
            title: "Tokens read from a cache",
            name: "answer-usage",
            probes: [
                .chat: ["\"cached_tokens\":600", "\"prompt_tokens\":1000"],
                .responses: ["\"cached_tokens\":600", "\"input_tokens\":1000"],
                .messages: ["\"cache_read_input_tokens\":600"],
            ]
        ),
        .init(
            title: "Tokens written to a cache for an hour",
            name: "answer-usage",
            probes: [
                .chat: ["\"cache_write_tokens\":100"], .responses: ["\"cache_write_tokens\":100"],
                .messages: ["\"ephemeral_1h_input_tokens\":70", "\"ephemeral_5m_input_tokens\":30"],
            ],
            vendors: [.messages, .converse]
        ),
        .init(
            title: "Tokens of thoughts",
            name: "answer-usage",
            probes: [
                .chat: ["\"reasoning_tokens\":64"], .responses: ["\"reasoning_tokens\":64"],
                .messages: ["\"thinking_tokens\":64"],
            ],
            vendors: [.chat, .responses, .messages, .gemini]
        ),
        .init(
            title: "Failure in the middle",
            name: "answer-error",
            probes: [
                .chat: ["data: {\"error\":{"], .responses: ["event: response.failed"], .messages: ["event: error"],
            ],
            isStreamed: true
        ),
    ]

    private static func same(_ probe: String) -> [HarnessClient: [String]] {
        Dictionary(uniqueKeysWithValues: HarnessClient.allCases.map { ($0, [probe]) })
    }

    /// `told`; `–` where the vendor has nothing to tell, `no place` where the caller's format cannot say it.
    func cell(_ room: any VendorFormat, _ client: HarnessClient) throws -> String {
        let reply = HarnessFixtures.replies.first { $0.room.id == room.id && $0.name == self.name }
        guard let reply, self.vendors?.contains(room.id) ?? true else { return "–" }
        guard let probes = self.probes[client] else { return "no place" }
        let request = HarnessDriver.plainRequest(client)
        let events = reply.events
        let stream = HarnessDriver.stream(events, for: request, as: client)
        var texts = [stream]
        if let whole = reply.whole, !self.isStreamed {
            let answer = try HarnessDriver.answer(whole, of: room, reply.notes)
            texts = [HarnessDriver.whole(answer, for: request, as: client)]
            // In streams the same is told in pieces: put together, it has to be the same answer.
            texts.append(HarnessDriver.whole(Self.collected(events), for: request, as: client))
        }
        return texts.allSatisfy { text in probes.allSatisfy { text.contains($0) } } ? "told" : "LOST"
    }

    private static func collected(_ events: [AnswerEvent]) -> Answer {
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        return collector.answer
    }

    /// The table of one caller, a line for each row, rows of the same title joined.
    static func table(_ client: HarnessClient) throws -> String {
        let vendors = [
            "Chat (OpenAI, Azure, compatible)", "Responses (OpenAI, Azure)", "Anthropic", "Gemini, Vertex", "Bedrock",
        ]
        var rows: [(title: String, name: String, cells: [String])] = []
        for answer in Self.all {
            let cells = try HarnessFixtures.rooms.map { try answer.cell($0, client) }
            if let last = rows.indices.last, rows[last].title == answer.title {
                rows[last].cells = zip(rows[last].cells, cells).map { $0 == "–" ? $1 : $0 }
            } else {
                rows.append((answer.title, answer.name, cells))
            }
        }
        let lines = rows.map { "| \($0.title) (`\($0.name)`) | \($0.cells.joined(separator: " | ")) |\n" }
        return
            "| answer | \(vendors.joined(separator: " | ")) |\n|---|\(String(repeating: "---|", count: vendors.count))\n"
            + lines.joined()
    }
}

@Suite struct ConformanceAnswerTests {
    @Test(arguments: HarnessClient.allCases)
    func `nothing that a vendor tells is lost where there is a place for it`(_ client: HarnessClient) throws {
        for answer in ConformanceAnswer.all {
            for room in HarnessFixtures.rooms {
                #expect(
                    try answer.cell(room, client) != "LOST",
                    "\(answer.name), \(answer.title): \(room.id) to \(client)"
                )
            }
        }
    }
}

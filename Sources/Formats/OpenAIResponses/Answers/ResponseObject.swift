import Exchange
import Wire

/// The response object as created, terminal and whole answers hold it: with all that strict clients demand, and what the
/// request said repeated.
struct ResponseObject {
    /// How the response stands.
    enum Status {
        case inProgress
        case completed
        /// `max_output_tokens` or `content_filter`.
        case incomplete(reason: String)
        case failed(code: String, message: String)

        fileprivate var name: String {
            switch self {
            case .inProgress: "in_progress"
            case .completed: "completed"
            case .incomplete: "incomplete"
            case .failed: "failed"
            }
        }
    }

    var id: String
    var created: Int
    let model: String
    var serviceTier: ServiceTier?
    /// The members that repeat the request, without braces; the same in every event.
    private let repeated: [UInt8]

    init(request: ExchangeRequest, context: AnswerContext) {
        self.id = "resp_\(context.seed)"
        self.created = context.created
        self.model = context.model
        self.repeated = Self.repeated(request.echo)
    }

    /// Takes what the vendor told, where it is of this format's kind.
    mutating func take(_ head: AnswerHead) {
        if let id = head.id, id.utf8.starts(with: "resp_".utf8) { self.id = id }
        if let created = head.created { self.created = created }
    }

    /// Writes the object.
    func write(_ status: Status, output: [RawItem], usage: TokenUsage?, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", self.id)
            writer.member("object", "response")
            writer.member("created_at", self.created)
            writer.member("status", status.name)
            writer.member("background", false)
            self.write(error: status, to: &writer)
            writer.raw(self.repeated)
            writer.member("model", self.model)
            writer.member("output", array: { list in output.forEach { list.raw($0.bytes) } })
            writer.member("previous_response_id", String?.none)
            writer.member("service_tier", self.serviceTier?.openAIName)
            writer.member("store", false)
            writer.member(usage: usage)
        }
    }

    private func write(error status: Status, to writer: inout JSONWriter) {
        writer.key("error")
        if case .failed(let code, let message) = status {
            writer.object { error in
                error.member("code", code)
                error.member("message", message)
            }
        } else {
            writer.null()
        }
        writer.key("incomplete_details")
        if case .incomplete(let reason) = status {
            writer.object { $0.member("reason", reason) }
        } else {
            writer.null()
        }
    }

    /// Members that answers have even when the request had none.
    private static let defaults: [(name: String, json: String)] = [
        ("instructions", "null"), ("max_output_tokens", "null"), ("max_tool_calls", "null"), ("metadata", "{}"),
        ("parallel_tool_calls", "true"), ("prompt_cache_key", "null"),
        ("reasoning", #"{"effort":null,"summary":null}"#),
        ("safety_identifier", "null"), ("temperature", "1.0"), ("text", #"{"format":{"type":"text"}}"#),
        ("tool_choice", #""auto""#), ("tools", "[]"), ("top_logprobs", "0"), ("top_p", "1.0"),
        ("truncation", #""disabled""#), ("user", "null"),
    ]

    private static func repeated(_ echo: [ExchangeRequest.Echo]) -> [UInt8] {
        var told: [String: RawJSON] = [:]
        for member in echo {
            let json = member.name == "text" ? self.formatted(member.json) : member.json
            told[member.name] = json.line
        }
        var members: [[UInt8]] = []
        for (name, json) in self.defaults {
            members.append(Array("\"\(name)\":".utf8) + (told.removeValue(forKey: name)?.bytes ?? Array(json.utf8)))
        }
        for member in echo {
            guard let json = told[member.name] else { continue }
            members.append(Array("\"\(member.name)\":".utf8) + json.bytes)
        }
        return Array(members.joined(separator: [UInt8(ascii: ",")]))
    }

    /// Clients read `text.format`, whether the request had one or not.
    private static func formatted(_ text: RawJSON) -> RawJSON {
        text.read { text -> RawJSON? in
            guard text.kind == .object, text.told("format") == nil else { return nil }
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("format", object: { $0.member("type", "text") })
                for (key, value) in text.members where !key.equals("format") {
                    writer.key(key.string ?? "")
                    writer.raw(value.bytes)
                }
            }
            return RawJSON(writer)
        }.flatMap { $0 } ?? text
    }
}

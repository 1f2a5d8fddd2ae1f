/// Puts a reply into one vendor format. Shapes follow the vendors' published references; texts are our own.
protocol VendorDialect: Sendable {
    /// Headers that come with every answer.
    var headers: [OracleHeader] { get }
    /// A whole answer.
    func plain(_ reply: VendorReply) -> PlainJSON
    /// A streamed answer: whole events, the terminal one last.
    func events(_ reply: VendorReply, includesUsage: Bool) -> [String]
    /// The body of an error answer.
    func errorBody(status: Int, message: String) -> PlainJSON
    /// Events that tell an error in a stream that has begun.
    func errorEvents(message: String) -> [String]
    /// Headers that come with an error answer.
    func errorHeaders(status: Int) -> [OracleHeader]
    /// An event no client can read.
    var brokenEvent: String { get }
    /// The answer that carries these events.
    func stream(_ events: [String]) -> OracleAnswer
}

extension VendorDialect {
    func errorHeaders(status: Int) -> [OracleHeader] {
        self.headers
    }

    /// Named so that clients which go by names look at it too.
    var brokenEvent: String { "event: content_block_delta\ndata: {\"choices\":[{\n\n" }

    func stream(_ events: [String]) -> OracleAnswer {
        OracleAnswer(headers: self.headers, events: events)
    }

    /// An event with a name.
    func event(_ name: String, _ data: PlainJSON) -> String {
        "event: \(name)\ndata: \(data.text)\n\n"
    }

    /// An event without a name.
    func event(_ data: PlainJSON) -> String {
        "data: \(data.text)\n\n"
    }
}

/// Headers a vendor of OpenAI's kind sends, some of which no gateway should pass on.
let openAIHeaders = [
    OracleHeader("x-request-id", "req_oracle"),
    OracleHeader("openai-processing-ms", "12"),
    OracleHeader("openai-organization", "org-oracle"),
    OracleHeader("x-ratelimit-remaining-requests", "4999"),
    OracleHeader("set-cookie", "oracle=1; path=/"),
]

/// The error body of OpenAI's kind.
func openAIErrorBody(status: Int, message: String) -> PlainJSON {
    let types = [401: "invalid_request_error", 429: "requests", 500: "server_error", 503: "service_unavailable_error"]
    let codes = [401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"]
    let type = types[status] ?? (status < 500 ? "invalid_request_error" : "server_error")
    let code = codes[status].map { PlainJSON.string($0) } ?? .null
    return ["error": ["message": .string(message), "type": .string(type), "param": nil, "code": code]]
}

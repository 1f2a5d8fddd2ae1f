import Wire

/// Why the sandbox refuses a request; each family of formats has its own body for it.
struct SandboxFault: Error, Equatable {
    /// Which vendor's error body is written.
    enum Dialect {
        case openAI
        case anthropic
    }

    var status = 400
    var message: String
    /// OpenAI's `param`.
    var parameter: String?
    /// OpenAI's `code`.
    var code: String?

    /// A field that must be there.
    static func missing(_ name: String) -> SandboxFault {
        SandboxFault(
            message: "Missing required parameter: '\(name)'.",
            parameter: name,
            code: "missing_required_parameter"
        )
    }

    /// A field of the wrong type.
    static func type(_ name: String, expected: String) -> SandboxFault {
        SandboxFault(
            message: "Invalid type for '\(name)': expected \(expected).",
            parameter: name,
            code: "invalid_type"
        )
    }

    /// A number outside its range.
    static func range(_ name: String, _ rule: String, code: String) -> SandboxFault {
        SandboxFault(message: "Invalid '\(name)': \(rule).", parameter: name, code: code)
    }

    /// A status that was asked for by the model's name.
    static func requested(_ status: Int) -> SandboxFault {
        SandboxFault(
            status: status,
            message: "The sandbox was asked to answer with status \(status).",
            code: self.codes[status]
        )
    }

    /// The complete answer.
    func answer(_ dialect: Dialect, id: String) -> SandboxAnswer {
        var writer = JSONWriter()
        self.writeBody(dialect, id: id, to: &writer)
        var headers = [HeaderField("content-type", "application/json")] + Self.requestID(dialect, id)
        if self.status == 429 { headers.append(HeaderField("retry-after", "1")) }
        if case .anthropic = dialect, let retry = Self.shouldRetry(self.status) {
            headers.append(HeaderField("x-should-retry", retry))
        }
        return SandboxAnswer(
            status: self.status,
            headers: headers,
            pieces: [SandboxPiece(delay: .zero, bytes: writer.bytes)]
        )
    }

    /// The vendor's own request id header.
    static func requestID(_ dialect: Dialect, _ id: String) -> [HeaderField] {
        switch dialect {
        case .openAI: [HeaderField("x-request-id", id)]
        case .anthropic: [HeaderField("request-id", id)]
        }
    }

    func writeBody(_ dialect: Dialect, id: String, to writer: inout JSONWriter) {
        writer.object { writer in
            switch dialect {
            case .openAI:
                writer.key("error")
                self.writeOpenAIError(&writer)
            case .anthropic:
                writer.member("type", "error")
                writer.member(
                    "error",
                    object: { writer in
                        writer.member("type", Self.anthropicType(self.status))
                        writer.member("message", self.message)
                    }
                )
                writer.member("request_id", id)
            }
        }
    }

    func writeOpenAIError(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("message", self.message)
            writer.member("type", Self.openAIType(self.status))
            writer.member("param", self.parameter)
            writer.member("code", self.code)
        }
    }
}

extension SandboxFault {
    private static let codes = [
        401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded", 503: "server_is_overloaded",
    ]

    /// OpenAI's `type` for a status.
    static func openAIType(_ status: Int) -> String {
        switch status {
        case 429: "requests"
        case 503: "service_unavailable_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    /// Anthropic's `type` for a status.
    static func anthropicType(_ status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }

    private static func shouldRetry(_ status: Int) -> String? {
        switch status {
        case 400, 401, 404: "false"
        case 529: "true"
        default: nil
        }
    }
}

public import Exchange
import Wire

/// The one place where failures become Responses' statuses, bodies and stream terminals.
///
/// Source: OpenAI API reference, November 2026; statuses chosen by the measured behaviour of clients.
extension OpenAIResponsesFormat {
    /// `{"error": {"message", "type", "param", "code"}}` with the status of the failure's kind.
    public func errorAnswer(_ failure: GatewayFailure, operation: Operation, requestID: String) -> ErrorAnswer {
        let row = Row(failure.kind)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("message")
        writer.string(failure.message)
        writer.key("type")
        writer.string(row.type)
        writer.key("param")
        writer.stringOrNull(failure.parameter ?? row.parameter)
        writer.key("code")
        writer.stringOrNull(failure.code ?? row.code)
        writer.endObject()
        writer.endObject()
        return ErrorAnswer(status: row.status, headers: failure.retryHeaders, body: writer.bytes)
    }

    /// The event that ends a stream as failed: `response.failed` with a whole response object, after a
    /// `response.created` when the stream had none yet, for SDKs read nothing without it.
    static func terminal(_ failure: GatewayFailure, stub: ResponseStub, sequence: Int?, usage: TokenUsage?) -> [UInt8] {
        var stream = EventWriter(next: sequence.map { $0 < .max ? $0 + 1 : $0 } ?? 0)
        if !stub.wasCreated { stream.event("response.created") { stub.write(to: &$0, ending: nil) } }
        let error = ResponseStub.Ending(
            code: Self.streamCode(failure),
            message: failure.message,
            usage: usage
        )
        stream.event("response.failed") { stub.write(to: &$0, ending: error) }
        return stream.bytes
    }

    /// The code that a failure has in `response.error`.
    static func streamCode(_ failure: GatewayFailure) -> String {
        failure.code ?? Row(failure.kind).streamCode
    }

    /// What a kind of failure is called here.
    private struct Row {
        var status: Int
        var type = "invalid_request_error"
        var code: String?
        var parameter: String?
        /// The code of `response.error`: of the published ones where SDKs check them.
        var streamCode = "server_error"

        init(_ kind: GatewayFailure.Kind) {
            switch kind {
            case .invalidRequest: self.init(400, streamCode: "invalid_prompt")
            case .routeNotFound: self.init(404, code: "unknown_url")
            case .methodNotAllowed: self.init(405, code: "method_not_allowed")
            case .requestTimeout: self.init(408, code: "request_timeout")
            case .bodyTooLarge: self.init(413, code: "request_too_large")
            case .targetTooLong: self.init(414, code: "uri_too_long")
            case .unsupportedMediaType: self.init(415, code: "unsupported_media_type")
            case .upgradeRequired: self.init(426, code: "upgrade_required")
            case .headersTooLarge: self.init(431, code: "headers_too_large")
            case .invalidKey: self.init(401, code: "invalid_api_key")
            case .forbidden: self.init(403, code: "forbidden")
            case .modelNotFound: self.init(400, code: "model_not_found", parameter: "model")
            case .objectNotFound: self.init(404, code: "not_found")
            case .rateLimited: self.init(429, type: "rate_limit_exceeded", code: "rate_limit_exceeded")
            case .budgetExhausted: self.init(429, type: "insufficient_quota", code: "insufficient_quota")
            case .overloaded: self.init(503, type: "server_error", code: "overloaded")
            case .upstreamUnavailable: self.init(503, type: "server_error", code: "upstream_unavailable")
            case .upstreamCredential: self.init(502, type: "server_error", code: "upstream_credential")
            case .upstreamFailed: self.init(502, type: "server_error", code: "upstream_failed")
            case .upstreamTimeout: self.init(504, type: "server_error", code: "upstream_timeout")
            case .interrupted: self.init(503, type: "server_error", code: "interrupted")
            case .internalError: self.init(500, type: "server_error", code: "internal_error")
            }
            if kind == .rateLimited || kind == .budgetExhausted { self.streamCode = self.type }
        }

        private init(
            _ status: Int,
            type: String = "invalid_request_error",
            code: String? = nil,
            parameter: String? = nil,
            streamCode: String = "server_error"
        ) {
            self.status = status
            self.type = type
            self.code = code
            self.parameter = parameter
            self.streamCode = streamCode
        }
    }
}

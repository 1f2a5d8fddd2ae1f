public import Exchange
import Wire

/// The one place where failures become Messages' statuses, bodies and stream terminals.
///
/// Source: Anthropic API reference, November 2026; statuses chosen by the measured behaviour of clients.
extension AnthropicMessagesFormat {
    /// `{"type": "error", "error": {"type", "message"}, "request_id"}` with the status of the failure's kind.
    public func errorAnswer(_ failure: GatewayFailure, operation: Operation, requestID: String) -> ErrorAnswer {
        ErrorAnswer(
            status: Row(failure.kind).status,
            headers: failure.retryHeaders,
            body: Self.body(failure, requestID: requestID)
        )
    }

    /// The event that ends a stream as failed; no `message_stop` follows it.
    static func terminal(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        Array("event: error\ndata: ".utf8) + self.body(failure, requestID: requestID) + Array("\n\n".utf8)
    }

    private static func body(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string("error")
        writer.key("error")
        writer.beginObject()
        writer.key("type")
        writer.string(Row(failure.kind).type)
        writer.key("message")
        writer.string(Self.words(failure))
        if let code = failure.code {
            writer.key("details")
            writer.beginObject()
            writer.key("error_code")
            writer.string(code)
            writer.endObject()
        }
        writer.endObject()
        writer.key("request_id")
        writer.string(requestID)
        writer.endObject()
        return writer.bytes
    }

    /// Claude Code makes room in its conversation when it reads the vendor's own words for a full context, and only then.
    private static func words(_ failure: GatewayFailure) -> String {
        let opening = "prompt is too long"
        guard failure.code == "context_length_exceeded", !failure.message.hasPrefix(opening) else {
            return failure.message
        }
        return "\(opening): \(failure.message)"
    }

    /// What a kind of failure is called here.
    private struct Row {
        var status: Int
        var type: String

        init(_ kind: GatewayFailure.Kind) {
            switch kind {
            case .invalidRequest: self.init(400, "invalid_request_error")
            case .routeNotFound: self.init(404, "not_found_error")
            case .methodNotAllowed: self.init(405, "invalid_request_error")
            case .requestTimeout: self.init(408, "timeout_error")
            case .bodyTooLarge: self.init(413, "request_too_large")
            case .targetTooLong: self.init(414, "invalid_request_error")
            case .unsupportedMediaType: self.init(415, "invalid_request_error")
            case .upgradeRequired: self.init(426, "invalid_request_error")
            case .headersTooLarge: self.init(431, "invalid_request_error")
            case .invalidKey: self.init(401, "authentication_error")
            case .forbidden: self.init(403, "permission_error")
            case .modelNotFound: self.init(404, "not_found_error")
            case .objectNotFound: self.init(404, "not_found_error")
            case .rateLimited: self.init(429, "rate_limit_error")
            case .budgetExhausted: self.init(402, "billing_error")
            case .overloaded: self.init(529, "overloaded_error")
            case .upstreamUnavailable: self.init(529, "overloaded_error")
            case .upstreamCredential: self.init(502, "api_error")
            case .upstreamFailed: self.init(502, "api_error")
            case .upstreamTimeout: self.init(504, "timeout_error")
            case .interrupted: self.init(503, "api_error")
            case .internalError: self.init(500, "api_error")
            }
        }

        private init(_ status: Int, _ type: String) {
            self.status = status
            self.type = type
        }
    }
}

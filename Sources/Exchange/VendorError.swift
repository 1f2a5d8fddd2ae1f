public import Wire

/// What an error body or event of any vendor says, gathered from the shapes seen in real traffic.
///
/// Shapes: `{error: {message, type, code, …}}`, `{type: "error", error: {…}}`, `{error: "text", code}` (xAI),
/// `{message, …}` and `{detail}` (Mistral), `{statusCode, message}` (Azure API Management), any of them as the only
/// element of an array (Google). Codes may be numbers. The vendor's message is only searched, never repeated: it may
/// quote a key, an account or a prompt.
public struct VendorError: Sendable, Equatable {
    /// The vendor's type; empty when it told none.
    public var type = ""
    /// The vendor's code, numbers in decimal; empty when it told none.
    public var code = ""
    /// The vendor's text; empty when it told none. Not safe for callers or logs.
    public var message = ""
    /// The vendor refused the caller's content on moderation grounds (OpenRouter says so with a 403).
    public var isModeration = false

    /// Reads an error from a document's root.
    public init(_ root: JSONValue) {
        let outer = root.kind == .array ? root.element(0) ?? root : root
        let error = outer["error"]
        let inner = error?.kind == .object ? error ?? outer : outer
        self.type = inner["type"]?.string ?? ""
        self.code = Self.word(inner["code"]) ?? Self.word(inner["status"]) ?? ""
        self.message = inner["message"]?.string ?? error?.string ?? outer["detail"]?.string ?? ""
        let metadata = inner["metadata"]
        self.isModeration = metadata?["flagged_input"] != nil || metadata?["reasons"] != nil
    }

    /// An error without words.
    public init() {}

    private static func word(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return nil }
        return value.string ?? value.int.map(String.init)
    }
}

extension VendorError {
    private static let quota: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "billing_not_active",
        "billing_error", "usage_limit_reached", "402",
    ]
    private static let credential: Set<String> = [
        "invalid_api_key", "authentication_error", "permission_error", "invalid_authentication", "ip_not_authorized",
        "account_deactivated", "PermissionDenied", "AuthenticationTypeDisabled", "401", "403",
    ]
    private static let throttle: Set<String> = [
        "rate_limit_exceeded", "rate_limit_error", "rate_limit", "tokens", "requests", "too_many_requests",
        "RateLimitReached", "429",
    ]
    private static let overload: Set<String> = [
        "overloaded_error", "overloaded", "server_is_overloaded", "slow_down", "service_unavailable_error",
        "service_unavailable", "ServiceUnavailable", "engine_overloaded", "503", "529",
    ]

    /// Our account at the vendor has run out of money or quota. Anthropic says so with a 400 and its text alone; only
    /// the text's beginning counts, for vendors quote the caller further on.
    public var isQuota: Bool {
        self.names(oneOf: Self.quota) || self.message.hasPrefix("Your credit balance is too low")
    }

    /// The vendor does not take our credential. xAI and Google say so with a 400.
    public var isCredential: Bool {
        self.names(oneOf: Self.credential) || self.message.hasPrefix("Incorrect API key provided")
            || self.message.hasPrefix("API key not valid")
    }

    /// The vendor throttles us.
    public var isThrottle: Bool { self.names(oneOf: Self.throttle) }

    /// The vendor is overloaded.
    public var isOverload: Bool { self.names(oneOf: Self.overload) }

    private static let tooLong: Set<String> = [
        "context_length_exceeded", "string_above_max_length", "request_too_large",
    ]
    private static let policy: Set<String> = [
        "content_filter", "content_policy_violation", "moderation_blocked", "invalid_prompt",
        "ResponsibleAIPolicyViolation",
    ]

    /// The request does not fit into the model's context. Anthropic, Google and AWS say so in words alone; only the text's
    /// beginning counts, for vendors quote the caller further on.
    public var isTooLong: Bool {
        self.names(oneOf: Self.tooLong) || self.message.hasPrefix("prompt is too long")
            || self.message.hasPrefix("The input token count") || self.message.hasPrefix("Input is too long")
            || self.message.hasPrefix("This model's maximum context length")
            || self.message.hasPrefix("input length and `max_tokens` exceed context limit")
    }

    /// The vendor cannot read the state of earlier reasoning that the request carries: a signature that does not match, thoughts
    /// encrypted for another account. Anthropic and Google say so in words alone, behind the place; only the text's beginning
    /// counts.
    public var refusesReasoning: Bool {
        if self.code == "invalid_encrypted_content" { return true }
        let text = self.message.prefix(240).lowercased()
        guard text.contains("signature") || text.contains("encrypted content") else { return false }
        return text.contains("thinking") || text.contains("thought") || text.contains("reasoning")
            || text.contains("encrypted content")
    }

    /// The vendor refused the request's content.
    public var isRefusedContent: Bool { self.isModeration || self.names(oneOf: Self.policy) }

    private func names(oneOf words: Set<String>) -> Bool {
        words.contains(self.type) || words.contains(self.code)
    }

    /// Whose fault an answer with this status is.
    public func fault(status: Int) -> UpstreamFault {
        switch status {
        case 403 where self.isModeration: .caller
        case 401, 402, 403: .credential
        case 429: self.isQuota ? .credential : .throttled
        case 400 where self.isQuota || self.isCredential: .credential
        case 400, 404, 409, 410, 413, 415, 422, 451: .caller
        default: .vendor
        }
    }

    /// The failure that an error inside a stream, or inside a successful answer, stands for.
    ///
    /// Its message holds the vendor's code or type only when that is a plain word, and nothing else of the vendor's.
    public var failure: GatewayFailure {
        if self.isQuota || self.isCredential {
            return GatewayFailure(.upstreamCredential, "the provider refused this gateway's account\(self.note)")
        }
        if self.isThrottle || self.isOverload {
            return GatewayFailure(.upstreamUnavailable, "the provider is overloaded or throttles requests\(self.note)")
        }
        return GatewayFailure(.upstreamFailed, "the provider reported an error\(self.note)")
    }

    private var note: String {
        let word = self.code.isEmpty ? self.type : self.code
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard isPlain, !word.isEmpty, word.utf8.count <= 64, !word.hasPrefix("sk-") else { return "" }
        return " (\(word))"
    }
}

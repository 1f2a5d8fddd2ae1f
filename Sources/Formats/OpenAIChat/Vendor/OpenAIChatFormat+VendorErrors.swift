public import Exchange
public import Wire

extension OpenAIChatFormat {
    /// Says what an unsuccessful answer of any server that speaks Chat means.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - root: The body, when it is JSON.
    ///   - text: The body as text otherwise.
    /// - Returns: Whose fault, and the failure in normal form. The vendor's words are repeated where the caller's request
    ///   is at fault, without what looks like a secret or an account.
    public func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
        var error = root.map { VendorError($0) } ?? VendorError()
        if root == nil { error.message = text }
        if root?["message"] != nil, error.message.isEmpty { error.message = root?["message"]?.string ?? "" }
        let fault = error.fault(status: status)
        let unknownModel: Set<String> = ["model_not_found", "DeploymentNotFound", "unknown_model"]
        if unknownModel.contains(error.code) {
            return VendorRefusal(
                fault: .caller,
                failure: GatewayFailure(.modelNotFound, "the provider does not know the model", parameter: "model")
            )
        }
        switch fault {
        case .caller where status == 404 || status == 410:
            // A translated request names no stored object: it is the address that is wrong.
            let failure = GatewayFailure(.upstreamFailed, "the provider has nothing at the configured address")
            return VendorRefusal(fault: .vendor, failure: failure)
        case .caller: return VendorRefusal(fault: fault, failure: Self.callersFailure(status, error))
        case .credential: return Self.refusal(fault, error, .upstreamCredential)
        case .throttled: return Self.refusal(fault, error, .upstreamUnavailable)
        case .vendor where status == 408 || status == 504: return Self.refusal(fault, error, .upstreamTimeout)
        case .vendor where status == 503 || status == 529: return Self.refusal(fault, error, .upstreamUnavailable)
        case .vendor: return VendorRefusal(fault: fault, failure: error.failure)
        }
    }

    /// A failure of this kind, in the error's own words where these mean the same.
    private static func refusal(
        _ fault: UpstreamFault,
        _ error: VendorError,
        _ kind: GatewayFailure.Kind
    ) -> VendorRefusal {
        if error.failure.kind == kind { return VendorRefusal(fault: fault, failure: error.failure) }
        let message =
            switch kind {
            case .upstreamCredential: "the provider refused this gateway's account"
            case .upstreamTimeout: "the provider did not answer in time"
            default: "the provider is overloaded or throttles requests"
            }
        return VendorRefusal(fault: fault, failure: GatewayFailure(kind, message))
    }

    private static func callersFailure(_ status: Int, _ error: VendorError) -> GatewayFailure {
        let words = error.message.isBlank ? "without saying why" : "saying: \(MaskedText.make(error.message))"
        let message = "the provider refused the request, \(words)"
        if error.isModeration || error.code == "content_filter" || error.code == "content_policy_violation" {
            return GatewayFailure(.invalidRequest, message, code: "content_filter")
        }
        if self.isTooLong(error) { return GatewayFailure(.invalidRequest, message, code: "context_length_exceeded") }
        switch status {
        case 409: return GatewayFailure(.upstreamUnavailable, message)
        case 413: return GatewayFailure(.bodyTooLarge, message)
        default: return GatewayFailure(.invalidRequest, message)
        }
    }

    private static func isTooLong(_ error: VendorError) -> Bool {
        if error.code == "context_length_exceeded" || error.type == "too_many_prompt_tokens" { return true }
        let message = error.message.lowercased()
        return [
            "maximum context length", "context window", "prompt is too long", "maximum prompt length",
            "prompt too long",
            "input is too long", "too many input tokens", "exceeds the maximum number of tokens",
            "input tokens exceeded", "too many total text bytes",
        ].contains { message.contains($0) }
    }
}

/// A vendor's words without what looks like a key, an account or an address.
enum MaskedText {
    /// At most 600 characters; words that may be secrets become `***`.
    static func make(_ text: String) -> String {
        text.prefix(600).split(separator: " ", omittingEmptySubsequences: false)
            .map { Self.isSecret($0) ? "***" : String($0) }
            .joined(separator: " ")
    }

    private static func isSecret(_ word: Substring) -> Bool {
        let marks = ["sk-", "sk_", "arn:", "http://", "https://", "org-", "proj_", "Bearer", "@"]
        if marks.contains(where: { word.contains($0) }) { return true }
        let isIDLike =
            word.utf8.count >= 32 && word.utf8.allSatisfy { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: ".") }
        return isIDLike && word.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

public import Exchange
public import Wire

extension GeminiContentFormat {
    /// Says what an unsuccessful answer means; the vendor's own words are kept only where the caller is at fault, and
    /// without what belongs to our account.
    public func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
        let error = root.map { GeminiError($0) } ?? GeminiError()
        let fault = error.fault(status: status)
        switch fault {
        case .caller: return VendorRefusal(fault: fault, failure: Self.callerFailure(status, error))
        case .credential:
            let failure = GatewayFailure(.upstreamCredential, "the provider refused this gateway's account (\(status))")
            return VendorRefusal(fault: fault, failure: failure)
        case .throttled:
            let failure = GatewayFailure(
                .upstreamUnavailable,
                "the provider throttles requests (\(status))",
                retryAfter: error.retryAfter
            )
            return VendorRefusal(fault: fault, failure: failure)
        case .vendor:
            let kind: GatewayFailure.Kind =
                status == 504 ? .upstreamTimeout : status == 503 ? .upstreamUnavailable : .upstreamFailed
            let failure = GatewayFailure(
                kind,
                "the provider reported an error (\(status))",
                retryAfter: error.retryAfter
            )
            return VendorRefusal(fault: fault, failure: failure)
        }
    }

    private static func callerFailure(_ status: Int, _ error: GeminiError) -> GatewayFailure {
        let words = VendorWords.cleaned(error.words.message)
        let said =
            words.isEmpty
            ? "the provider refused the request (\(status))" : "the provider refused the request: \(words)"
        switch status {
        case 404: return GatewayFailure(.modelNotFound, said)
        case 413: return GatewayFailure(.bodyTooLarge, said)
        default:
            guard error.words.message.contains("exceeds the maximum number of tokens") else {
                return GatewayFailure(.invalidRequest, said)
            }
            return GatewayFailure(
                .invalidRequest,
                "prompt is too long: \(words)",
                parameter: nil,
                code: "context_length_exceeded"
            )
        }
    }
}

/// A vendor's message, made fit for callers.
enum VendorWords {
    private static let longest = 500

    /// Words that hold a key, an address or an account are left out, long numbers too; cut to 500 bytes.
    static func cleaned(_ message: String) -> String {
        var cleaned = ""
        for word in message.split(whereSeparator: \.isWhitespace) {
            let next = Self.isPrivate(word) ? "…" : word
            guard cleaned.utf8.count + next.utf8.count < Self.longest else { return cleaned + " …" }
            if !cleaned.isEmpty { cleaned += " " }
            cleaned += next
        }
        return cleaned
    }

    private static func isPrivate(_ word: Substring) -> Bool {
        let marks = ["AIza", "ya29.", "://", "projects/", "key=", "@"]
        if marks.contains(where: { word.contains($0) }) { return true }
        var digits = 0
        for byte in word.utf8 {
            digits = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? digits + 1 : 0
            if digits >= 10 { return true }
        }
        return false
    }
}

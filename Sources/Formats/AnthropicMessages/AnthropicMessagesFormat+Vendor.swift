public import Exchange
public import Wire

extension AnthropicMessagesFormat: VendorFormat {
    /// `text/event-stream`
    public var streamFraming: StreamFraming { .serverSentEvents }

    /// Writes a request for Claude, wherever it runs: clouds that want the model in the path, or `anthropic_version` in
    /// the body, patch the result.
    ///
    /// - Parameters:
    ///   - request: What the caller asked.
    ///   - target: Who is asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body, `messages` last; `anthropic-beta` where something needs it.
    /// - Throws: `TranslationRefusal` for what the caller relies on and the target cannot do.
    public func encodeRequest(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var encoder = MessagesRequestEncoder(request: request, target: target, report: report)
        defer { report = encoder.report }
        return try encoder.encode()
    }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - root: The answer's root.
    ///   - notes: What has to be changed back.
    /// - Returns: The answer, with blocks that only this format knows as opaque ones.
    /// - Throws: `GatewayFailure` for an error told with a successful status, or an answer without content.
    public func decodeAnswer(_ root: JSONValue, notes: ReplyNotes) throws(GatewayFailure) -> Answer {
        try MessagesAnswerDecoder(notes: notes).decode(root)
    }

    /// A reader for one stream of Messages events.
    public func makeStreamDecoder(notes: ReplyNotes) -> any StreamDecoder {
        MessagesStreamDecoder(notes: notes)
    }

    /// Says what an unsuccessful answer means. The vendor's words are passed on where the caller is at fault.
    public func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
        let error = root.map { VendorError($0) } ?? VendorError()
        let fault = error.fault(status: status)
        return VendorRefusal(fault: fault, failure: Self.failure(fault, error, status: status, text: text))
    }

    private static func failure(
        _ fault: UpstreamFault,
        _ error: VendorError,
        status: Int,
        text: String
    ) -> GatewayFailure {
        switch fault {
        case .credential: return GatewayFailure(.upstreamCredential, "the provider refused this gateway's account")
        case .throttled: return GatewayFailure(.upstreamUnavailable, "the provider throttles requests")
        case .vendor where status == 504: return GatewayFailure(.upstreamTimeout, "the provider ran out of time")
        case .vendor where status == 503 || status == 529 || error.isOverload:
            return GatewayFailure(.upstreamUnavailable, "the provider is overloaded")
        case .vendor: return GatewayFailure(.upstreamFailed, "the provider answered with status \(status)")
        case .caller: break
        }
        let words = VendorWords.printable(error.message.isEmpty ? text : error.message)
        let message = words.isEmpty ? "the provider refused the request" : words
        if status == 404 { return GatewayFailure(.modelNotFound, "the provider does not know the model", code: nil) }
        if status == 413 { return GatewayFailure(.bodyTooLarge, message) }
        let isTooLong = VendorWords.saysContextIsFull(error.message)
        return GatewayFailure(.invalidRequest, message, code: isTooLong ? "context_length_exceeded" : nil)
    }
}

/// What may be repeated of a vendor's own words.
enum VendorWords {
    private static let full = [
        "prompt is too long", "too many total text bytes", "input is too long", "exceeds the maximum number of tokens",
        "too many input tokens", "maximum context length", "context window", "prompt too long",
    ]

    /// Whether the words say that the context window is too small.
    static func saysContextIsFull(_ message: String) -> Bool {
        let words = String(decoding: message.utf8.prefix(512), as: UTF8.self).lowercased()
        return Self.full.contains { words.contains($0) }
    }

    /// The first few hundred bytes, on one line, with what looks like a key, an account or an address masked.
    static func printable(_ message: String) -> String {
        let start = String(decoding: message.utf8.prefix(500), as: UTF8.self)
        let words = start.split(whereSeparator: { $0.isWhitespace || $0.isNewline })
        return words.map { Self.isSecret($0) ? "***" : String($0) }.joined(separator: " ")
    }

    private static func isSecret(_ word: Substring) -> Bool {
        ["sk-", "arn:", "://", "Bearer"].contains { word.contains($0) }
    }
}

import Exchange

/// A vendor's own words.
enum VendorWords {
    private static let overflow = [
        "maximum context length", "context window", "maximum prompt length", "prompt is too long",
        "input is too long", "too many input tokens", "prompt too long", "exceeds the maximum number of tokens",
    ]

    /// Whether an error says that the input is longer than the model can read.
    static func tellOverflow(_ error: VendorError) -> Bool {
        if error.code == "context_length_exceeded" || error.type == "too_many_prompt_tokens" { return true }
        let message = error.message.lowercased()
        return self.overflow.contains { message.contains($0) }
    }

    /// Codes by which a response fails for what the caller sent.
    private static let callersFault: Set<String> = [
        "invalid_prompt", "bio_policy", "misalignment_policy_violation", "content_filter", "data_residency_mismatch",
        "invalid_request_error",
    ]

    /// The failure that an error told under a successful status stands for: the caller's own fault keeps its code.
    static func failure(_ error: VendorError) -> GatewayFailure {
        let isOverflow = self.tellOverflow(error)
        let isImage = error.code.hasPrefix("invalid_image") || error.code.hasPrefix("image_")
        guard isOverflow || isImage || self.callersFault.contains(error.code) else { return error.failure }
        let words = self.presentable(error.message)
        return GatewayFailure(
            .invalidRequest,
            words.isEmpty ? "The provider refused the request." : words,
            code: isOverflow ? "context_length_exceeded" : error.code
        )
    }

    /// Words for the caller: one line, no longer than 600 bytes, without anything that looks like a key.
    static func presentable(_ text: String) -> String {
        let isMarkup = text.utf8.first == UInt8(ascii: "<")
        guard !isMarkup else { return "" }
        let words = text.split(omittingEmptySubsequences: true) { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }
        var line = ""
        for word in words {
            let safe = word.hasPrefix("sk-") || word.utf8.count > 200 ? "[…]" : word
            guard line.utf8.count + safe.utf8.count < 600 else { break }
            line += line.isEmpty ? safe : " \(safe)"
        }
        return line
    }
}

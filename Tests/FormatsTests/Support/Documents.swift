import Exchange
import Wire

/// Parses a document and shows its root.
func withJSON<R>(_ text: String, _ body: (JSONValue) throws -> R) throws -> R {
    try withJSON(Array(text.utf8), body)
}

/// Parses a document and shows its root.
func withJSON<R>(_ bytes: [UInt8], _ body: (JSONValue) throws -> R) throws -> R {
    let tape = JSONTape()
    return try bytes.withUnsafeBytes { bytes in
        let root = try tape.parse(bytes)
        return try withExtendedLifetime(tape) { try body(root) }
    }
}

extension WireFormat {
    /// Inspects a body given as text.
    func inspect(_ body: String, _ operation: Operation, pathModel: String? = nil) throws -> Inspected {
        try withJSON(body) { try self.inspect($0, operation: operation, pathModel: pathModel) }
    }

    /// The refusal of a body, if it is refused.
    func refusal(of body: String, _ operation: Operation, pathModel: String? = nil) throws -> GatewayFailure? {
        try withJSON(body) { root in
            do throws(GatewayFailure) {
                _ = try self.inspect(root, operation: operation, pathModel: pathModel)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Reads an answer given as text.
    func readAnswer(_ body: String, _ operation: Operation) throws -> AnswerReading {
        try withJSON(body) { self.readAnswer($0, operation: operation) }
    }

    /// Classifies an error body given as text.
    func classify(_ status: Int, _ body: String) throws -> UpstreamFault {
        try withJSON(body) { self.classify(status: status, root: $0) }
    }
}

/// Cuts and replaces as the patches say, by a way of its own.
func spliced(_ body: [UInt8], _ patches: [BytePatch]) -> [UInt8] {
    var result = body
    for patch in patches.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
        result.replaceSubrange(patch.range, with: patch.replacement)
    }
    return result
}

func spliced(_ body: String, _ patches: [BytePatch]) -> String {
    String(decoding: spliced(Array(body.utf8), patches), as: UTF8.self)
}

extension TokenUsage {
    /// Shorthand for expectations.
    static func counts(
        input: Int = 0,
        read: Int = 0,
        write5m: Int = 0,
        write1h: Int = 0,
        audioIn: Int = 0,
        output: Int = 0,
        reasoning: Int = 0,
        audioOut: Int = 0,
        anomalous: Bool = false
    ) -> TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = input
        usage.cacheReadTokens = read
        usage.cacheWrite5mTokens = write5m
        usage.cacheWrite1hTokens = write1h
        usage.audioInputTokens = audioIn
        usage.visibleOutputTokens = output
        usage.reasoningTokens = reasoning
        usage.audioOutputTokens = audioOut
        usage.isAnomalous = anomalous
        return usage
    }
}

import Exchange
import Wire

/// Why the model stopped.
enum ConverseFinish {
    /// Reads `stopReason`.
    ///
    /// - Parameters:
    ///   - reason: As the vendor says it.
    ///   - fields: `additionalModelResponseFields`, where Claude tells which stop text came up.
    ///   - hasCalls: The answer holds calls of the caller's tools: some models say `end_turn` all the same.
    ///   - isStandIn: The call stood for structured output.
    /// - Returns: The reason in normal form.
    /// - Throws: For output that is malformed by the vendor's own account.
    static func read(
        _ reason: String,
        fields: JSONValue?,
        hasCalls: Bool,
        isStandIn: Bool
    ) throws(GatewayFailure) -> FinishReason {
        switch reason {
        case "end_turn": hasCalls ? .toolCalls : .stop
        case "tool_use": isStandIn && !hasCalls ? .stop : .toolCalls
        case "max_tokens": .length
        case "stop_sequence": .stopSequence(Self.stopText(fields))
        case "guardrail_intervened", "content_filtered": .contentFilter
        case "model_context_window_exceeded": .contextWindow
        case "refusal": .refusal
        case "pause_turn": .pause
        case "malformed_model_output", "malformed_tool_use":
            throw GatewayFailure(.upstreamFailed, "the model's output was malformed (\(reason))")
        default: hasCalls ? .toolCalls : .other(reason)
        }
    }

    private static func stopText(_ fields: JSONValue?) -> String? {
        fields?["stop_sequence"]?.string ?? fields?["/stop_sequence"]?.string
    }
}

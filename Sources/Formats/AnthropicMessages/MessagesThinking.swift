import Exchange

/// How reasoning looks to a Messages caller.
enum MessagesThinking {
    case thinking(text: String, signature: String)
    case redacted(data: String)

    /// What Anthropic's models signed is written as it is, what others did is sealed. Without visible text it goes where
    /// no text is expected. `nil` when there is nothing.
    init?(_ reasoning: Reasoning) {
        let text = reasoning.text ?? ""
        guard let state = reasoning.state else {
            if text.isEmpty { return nil }
            self = .thinking(text: text, signature: "")
            return
        }
        if state.owner == ReasoningState.anthropic {
            self = reasoning.isRedacted ? .redacted(data: state.value) : .thinking(text: text, signature: state.value)
        } else {
            guard let sealed = ReasoningEnvelope.seal(reasoning) else { return nil }
            let isHidden = reasoning.isRedacted || text.isEmpty
            self = isHidden ? .redacted(data: sealed) : .thinking(text: text, signature: sealed)
        }
    }
}

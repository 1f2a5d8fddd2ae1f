import Exchange

/// What an answer's stop reason depends on.
struct AnswerOutline {
    var finish: FinishReason?
    /// Calls of the caller's own tools.
    private(set) var callCount = 0
    private var hasRefusal = false

    init(finish: FinishReason? = nil) {
        self.finish = finish
    }

    mutating func note(_ opening: BlockOpening) {
        switch opening {
        case .toolCall: self.callCount += 1
        case .refusal: self.hasRefusal = true
        case .text, .reasoning, .opaque: break
        }
    }

    /// `stop_reason` and `stop_sequence`. A call wins over a vendor that says it is done; a cut answer stays cut.
    var stop: (reason: String, sequence: String?) {
        switch self.finish {
        case .length: ("max_tokens", nil)
        case .contextWindow: ("model_context_window_exceeded", nil)
        case .contentFilter, .refusal: ("refusal", nil)
        case .pause: ("pause_turn", nil)
        case .stopSequence(let text?) where self.callCount == 0: ("stop_sequence", text)
        case .stop, .stopSequence, .toolCalls, .other, nil:
            (self.callCount > 0 ? "tool_use" : self.hasRefusal ? "refusal" : "end_turn", nil)
        }
    }
}

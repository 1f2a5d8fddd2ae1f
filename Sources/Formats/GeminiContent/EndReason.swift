import Exchange
import Wire

/// Why a candidate ended, as Gemini says it: a word, or a number where enums were asked for as numbers.
struct EndReason: Equatable {
    /// What an answer's end means.
    enum Ending: Equatable {
        case finish(FinishReason)
        case failure(String)
    }

    private let word: String

    /// `nil` for a value that says nothing.
    init?(_ value: JSONValue) {
        if let word = value.string {
            self.word = word
        } else if let number = value.int {
            // Only these have the same number at every door.
            let words = [0: "", 1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION"]
            self.word = words[number] ?? "OTHER"
        } else {
            return nil
        }
        if self.word.isEmpty || self.word == "FINISH_REASON_UNSPECIFIED" { return nil }
    }

    /// What it means for an answer with or without calls and content.
    func ending(hasCalls: Bool, hasContent: Bool) -> Ending {
        switch self.word {
        case "STOP": return .finish(hasCalls ? .toolCalls : .stop)
        case "MAX_TOKENS": return .finish(.length)
        case "CONTINUATION": return .finish(.pause)
        case "SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
            "MODEL_ARMOR", "RECITATION", "IMAGE_RECITATION":
            return .finish(.contentFilter)
        case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
            "MALFORMED_RESPONSE":
            return .failure("The provider's model ended its answer in error (\(self.plain)).")
        default:
            guard hasContent else { return .failure("The provider's model gave no answer (\(self.plain)).") }
            return .finish(hasCalls ? .toolCalls : .other(self.plain))
        }
    }

    /// The word, fit for messages.
    private var plain: String {
        let isPlain = self.word.utf8.allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
        }
        return isPlain && self.word.utf8.count <= 64 ? self.word : "UNKNOWN"
    }
}

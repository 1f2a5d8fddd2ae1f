/// What the built-in vendor says, before it is put into a format.
struct VendorReply: Sendable {
    struct ToolCall: Sendable {
        var id: String
        var name: String
        var arguments: String
    }

    struct Usage: Sendable {
        var input: Int
        var output: Int
        var cached: Int
        var reasoning: Int
        /// Counts no vendor should send, spelled as they go out.
        var absurd: PlainJSON?
    }

    var model: String
    var thought: [String] = []
    var pieces: [String] = []
    var toolCalls: [ToolCall] = []
    var usage: Usage?
    /// Moment of creation in Unix seconds: fixed, so that equal requests get equal bytes.
    let created = 1_790_000_000

    var text: String { self.pieces.joined() }
    var thoughtText: String { self.thought.joined() }

    init(to call: VendorCall, _ behaviour: VendorBehaviour, defaults: VendorDefaults) {
        self.model = call.model.isEmpty ? "oracle" : call.model
        if behaviour.thinks {
            self.thought = ["Someone asks the oracle. ", "It listens first, ", "then it speaks."]
        }
        let schema = behaviour.obeysSchema ? call.schema : nil
        let count = behaviour.obeysSchema && schema == nil ? 1 : behaviour.toolCount
        if let schema {
            self.pieces = schema.exampleArguments.text.halves
        } else if count > 0, call.toolResult == nil, !call.tools.isEmpty {
            self.toolCalls = call.tools.prefix(count).enumerated().map { index, tool in
                ToolCall(id: "oracle_\(index + 1)", name: tool.name, arguments: tool.schema.exampleArguments.text)
            }
        } else {
            self.pieces = Self.pieces(for: call, behaviour, defaults: defaults)
        }
        self.usage = self.usage(for: call, behaviour)
    }

    private static func pieces(
        for call: VendorCall,
        _ behaviour: VendorBehaviour,
        defaults: VendorDefaults
    ) -> [String] {
        if let bytes = behaviour.textBytes { return self.spoken(self.prose(bytes: bytes)) }
        if let chunks = behaviour.chunks {
            return (0..<max(chunks, 0)).map { self.piece($0, bytes: behaviour.chunkBytes) }
        }
        if let result = call.toolResult { return self.spoken("The tool answered: \(result)") }
        if behaviour.isDefault, defaults.chunks > 0 { return (0..<defaults.chunks).map { self.piece($0, bytes: nil) } }
        return self.spoken(call.prompt.isEmpty ? "The oracle has nothing to add." : "The oracle heard: \(call.prompt)")
    }

    private func usage(for call: VendorCall, _ behaviour: VendorBehaviour) -> Usage? {
        let output = max(self.pieces.count + self.thought.count + 12 * self.toolCalls.count, 1)
        let counted = Usage(
            input: max(call.bodyByteCount / 4, 1),
            output: output,
            cached: 0,
            reasoning: self.thought.count,
            absurd: nil
        )
        switch behaviour.usage {
        case .counted: return counted
        case .absent: return nil
        case .fixed(let input, let output, let cached):
            return Usage(input: input, output: output, cached: cached, reasoning: 0, absurd: nil)
        case .absurd:
            var usage = counted
            usage.absurd = .number("-9223372036854775809")
            return usage
        }
    }
}

extension VendorReply {
    private static let words = [
        "martlets", "nest", "under", "old", "eaves", "and", "sleep", "above", "the", "clouds", "while", "rivers",
        "carry", "late", "summer", "light", "toward", "quiet", "harbours", "where", "boats", "wait",
    ]

    /// The `index`-th piece of an endless text, with its trailing space; padded or cut to `bytes`.
    private static func piece(_ index: Int, bytes: Int?) -> String {
        let word = self.words[index % self.words.count] + " "
        guard let bytes, bytes > 0 else { return word }
        return String(String(repeating: word, count: bytes / word.utf8.count + 1).prefix(bytes))
    }

    private static func prose(bytes: Int) -> String {
        let sentence = self.words.joined(separator: " ") + ". "
        return String(String(repeating: sentence, count: bytes / sentence.utf8.count + 1).prefix(bytes))
    }

    /// A text in pieces of a word or more, at most 64 of them.
    private static func spoken(_ text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let perPiece = (words.count + 63) / 64
        return stride(from: 0, to: words.count, by: perPiece).map { start in
            let end = min(start + perPiece, words.count)
            return words[start..<end].joined(separator: " ") + (end < words.count ? " " : "")
        }
    }
}

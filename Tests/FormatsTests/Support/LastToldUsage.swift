import Exchange
import Testing
import Wire

/// The sums a vendor told last, gathered in the plainest way, to check the rooms against.
struct LastToldUsage {
    private let format: FormatID
    private var counts: [String: Int] = [:]
    private var extraInput = 0
    private var extraOutput = 0

    init(_ format: FormatID) {
        self.format = format
    }

    /// Takes the usage of every event of a stream.
    init(_ stream: String, _ format: FormatID) throws {
        self.init(format)
        for line in stream.split(whereSeparator: \.isNewline) where line.hasPrefix("data:") {
            let data = line.dropFirst(5).drop { $0 == " " }
            guard data.hasPrefix("{") else { continue }
            try withJSON(String(data)) { root in
                for holder in [root, root["message"], root["response"], root["x_groq"]] { self.take(holder?["usage"]) }
            }
        }
    }

    /// Takes one usage object.
    mutating func take(_ usage: JSONValue?) {
        guard let usage, usage.kind == .object else { return }
        for (key, value) in usage.members {
            if let count = value.int, let name = key.string { self.counts[name] = count }
        }
        self.takeIterations(usage["iterations"])
    }

    private mutating func takeIterations(_ iterations: JSONValue?) {
        guard let iterations, iterations.kind == .array else { return }
        (self.extraInput, self.extraOutput) = (0, 0)
        for iteration in iterations.elements where !(iteration["type"]?.equals("message") ?? true) {
            for key in ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] {
                self.extraInput += iteration.member(key)?.int ?? 0
            }
            self.extraOutput += iteration["output_tokens"]?.int ?? 0
        }
    }

    /// Compares sums; and every part must be a count.
    func check(_ usage: TokenUsage?, _ name: String) {
        guard !self.counts.isEmpty else {
            #expect(usage == nil, "\(name)")
            return
        }
        guard let usage else {
            Issue.record("\(name): no usage")
            return
        }
        let parts = [
            usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens, usage.cacheWrite1hTokens,
            usage.audioInputTokens, usage.imageInputTokens, usage.visibleOutputTokens, usage.reasoningTokens,
            usage.audioOutputTokens, usage.imageOutputTokens,
        ]
        #expect(parts.allSatisfy { $0 >= 0 }, "\(name)")
        #expect(usage.inputTokens == self.input, "\(name)")
        #expect(usage.outputTokens == self.output, "\(name)")
    }

    private var input: Int {
        switch self.format {
        case .messages:
            self["input_tokens"] + self["cache_read_input_tokens"] + self["cache_creation_input_tokens"]
                + self.extraInput
        default: self["prompt_tokens"] + self["input_tokens"]
        }
    }

    /// Where reasoning is left out of the output, the total tells.
    private var output: Int {
        if self.format == .messages { return self["output_tokens"] + self.extraOutput }
        return max(self["completion_tokens"] + self["output_tokens"], self["total_tokens"] - self.input)
    }

    private subscript(_ key: String) -> Int { self.counts[key] ?? 0 }
}

import Wire

/// What the sandbox reads of a request, whatever its format.
struct SandboxPrompt {
    enum ToolChoice: Equatable {
        case auto
        case none
        case required
        case named(String)
    }

    /// The model as it was named.
    var model: String
    /// The last text part of the last user message.
    var userText = ""
    /// The last tool result, when the conversation ends with one.
    var toolResult: String?
    /// Tools that the caller executes.
    var tools: [SandboxTool] = []
    var toolChoice = ToolChoice.auto
    var allowsParallelCalls = true
    /// The schema that the answer must match.
    var schema: JSONValue?
    /// The answer must be a JSON object, whichever.
    var wantsJSONObject = false
    var maxOutputTokens: Int?
    var stopSequences: [String] = []
    var choiceCount = 1
    var isStream = false
    /// Chat only: the stream reports usage.
    var includesUsage = false
    /// Reasoning was switched off.
    var forbidsReasoning = false
    var input = SandboxInputTokens()

    init(model: String) {
        self.model = model
    }

    /// How the model behaves.
    var behaviour: SandboxModel { SandboxModel(self.model) }
}

/// A tool that the caller executes.
struct SandboxTool {
    var name: String
    /// Takes free text instead of JSON.
    var isCustom = false
    /// JSON Schema of the arguments.
    var schema: JSONValue?
}

/// Input tokens while a prompt is read in the order it would be rendered.
///
/// The sandbox remembers nothing, so its cache is a rule: what stands before the last user message of a conversation that
/// already has an answer was written by an earlier turn and is read; the rest up to the last marker is written.
struct SandboxInputTokens: Equatable {
    private(set) var total = 0
    /// Tokens up to the last cache marker.
    private(set) var marked = 0
    private(set) var markerIsOneHour = false
    /// Tokens before the last user message.
    private(set) var beforeLastUser = 0
    private(set) var hasAnswer = false

    mutating func add(_ tokens: Int) { self.total += tokens }

    /// A message begins.
    mutating func beginMessage(isUser: Bool, isAnswer: Bool) {
        if isUser { self.beforeLastUser = self.total }
        if isAnswer { self.hasAnswer = true }
        self.total += SandboxTokens.perMessage
    }

    /// A cache marker stands here.
    mutating func mark(oneHour: Bool) {
        self.marked = self.total
        self.markerIsOneHour = oneHour
    }

    /// Read from the cache, by markers (Messages).
    var markedRead: Int { self.hasAnswer ? min(self.marked, self.beforeLastUser) : 0 }
    /// Written to the cache, by markers (Messages).
    var markedWrite: Int { self.marked - self.markedRead }
    /// Read from the cache when the request has a cache key (OpenAI): blocks of sixteen tokens.
    var keyedRead: Int { self.hasAnswer ? self.beforeLastUser / 16 * 16 : 0 }
}

/// Reads content: a string, or a list of parts of any format.
enum SandboxContent {
    /// The last text in a content value; `nil` when there is none.
    static func lastText(_ content: JSONValue?) -> String? {
        guard let content else { return nil }
        if let text = content.string { return text }
        var last: String?
        for part in content.elements {
            if let text = part["text"]?.string { last = text }
        }
        return last
    }

    /// All texts in a content value, joined by line breaks.
    static func allText(_ content: JSONValue?) -> String {
        guard let content else { return "" }
        if let text = content.string { return text }
        return content.elements.compactMap { $0["text"]?.string }.joined(separator: "\n")
    }

    /// The tokens of a content value.
    static func tokens(_ content: JSONValue?) -> Int {
        guard let content else { return 0 }
        switch content.kind {
        case .string: return SandboxTokens.count(content.string ?? "")
        case .array: return content.elements.reduce(0) { $0 + self.tokens($1) }
        case .object: return self.partTokens(content)
        case .number, .true, .false, .null: return 0
        }
    }

    private static func partTokens(_ part: JSONValue) -> Int {
        if let text = part["text"] ?? part["refusal"] ?? part["thinking"] { return self.tokens(text) }
        if let content = part["content"] ?? part["output"] { return self.tokens(content) }
        let attachments: [StaticString] = [
            "source", "image_url", "input_audio", "file", "file_data", "file_id", "file_url",
        ]
        if attachments.contains(where: { part[$0] != nil }) { return SandboxTokens.perAttachment }
        return SandboxTokens.count(bytes: part.range.count)
    }
}

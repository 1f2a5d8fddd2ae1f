import Exchange

/// Who made the model: settings beyond Converse's own are spelled differently by each.
enum ConverseFamily {
    case claude, nova, openAI, qwen, mistral, cohere, other

    /// Told by the catalogue's family, or by the model's id; an ARN of a profile tells nothing.
    init(_ target: TranslationTarget) {
        let name = (target.capabilities.family.isEmpty ? target.model : target.capabilities.family).lowercased()
        if name.contains("claude") {
            self = .claude
        } else if name.contains("nova") {
            self = .nova
        } else if name.contains("gpt-") || name.contains("openai.") {
            self = .openAI
        } else if name.contains("qwen") {
            self = .qwen
        } else if name.contains("stral") || name.contains("mixtral") {
            self = .mistral
        } else if name.contains("cohere") || name.contains("command-r") {
            self = .cohere
        } else {
            self = .other
        }
    }

    /// Whether `toolResult.status` is taken; elsewhere an error says so in words.
    var marksErrors: Bool { self == .claude || self == .nova }
    /// Whether a document may have a context and be cited.
    var readsDocumentContext: Bool { self == .claude }
    /// Whether tools may end the cached beginning; Nova caches system and messages alone.
    var cachesTools: Bool { self != .nova }
}

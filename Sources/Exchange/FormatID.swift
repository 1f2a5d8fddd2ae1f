/// A wire dialect that clients or vendors speak: an open set, so that adding a format edits no central `switch`.
public struct FormatID: Hashable, Sendable, CustomStringConvertible {
    /// The name used in configuration, records and metrics.
    public let rawValue: String

    /// Names a format.
    public init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// OpenAI Chat Completions (and its older siblings: completions, embeddings, moderations).
    public static let chat = FormatID("chat")
    /// OpenAI Responses.
    public static let responses = FormatID("responses")
    /// Anthropic Messages.
    public static let messages = FormatID("messages")
    /// Google's generateContent; spoken by vendors alone.
    public static let gemini = FormatID("gemini")
    /// AWS Bedrock's Converse; spoken by vendors alone.
    public static let converse = FormatID("converse")

    /// The raw name.
    public var description: String { self.rawValue }
}

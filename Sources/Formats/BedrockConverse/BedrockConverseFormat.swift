/// AWS Bedrock's Converse and ConverseStream. Only vendors speak it here, no callers.
public struct BedrockConverseFormat: Sendable {
    /// Makes the format; it has no settings.
    public init() {}
}

/// A sort of vendor account, named by how it is spoken to: an open set, so that adding one edits no central `switch`.
public struct ProviderKind: Hashable, Sendable, CustomStringConvertible {
    /// The name used in configuration, records and metrics.
    public let rawValue: String

    /// Names a kind.
    public init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// api.openai.com, or a proxy that behaves like it.
    public static let openAI = ProviderKind("openai")
    /// api.anthropic.com, or any server that speaks Messages.
    public static let anthropic = ProviderKind("anthropic")
    /// An Azure OpenAI or Foundry resource.
    public static let azureOpenAI = ProviderKind("azure-openai")
    /// Any server that speaks OpenAI's formats.
    public static let openAICompatible = ProviderKind("openai-compatible")
    /// Google's Gemini Developer API.
    public static let gemini = ProviderKind("gemini")
    /// Google's Vertex AI: Gemini, Claude and open models.
    public static let vertex = ProviderKind("vertex")
    /// AWS Bedrock.
    public static let bedrock = ProviderKind("bedrock")
    /// Claude on an Azure Foundry resource.
    public static let azureAnthropic = ProviderKind("azure-anthropic")
    /// The built-in vendor that needs no network.
    public static let sandbox = ProviderKind("sandbox")

    /// The raw name.
    public var description: String { self.rawValue }
}

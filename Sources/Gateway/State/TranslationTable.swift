public import Exchange
public import Providers
import Upstream

/// What is needed to reach a target across formats: the vendors' rooms, and what models can do.
public struct TranslationTable: Sendable {
    /// What a model can do, by kind of provider and the vendor's own model name.
    public typealias Capabilities = @Sendable (_ provider: ProviderConfiguration, _ model: String) -> ModelCapabilities

    private let rooms: [FormatID: any VendorFormat]
    private let capabilities: Capabilities

    /// A table.
    ///
    /// - Parameters:
    ///   - rooms: One for each format that vendors are asked in.
    ///   - capabilities: The catalogue.
    public init(rooms: [any VendorFormat], capabilities: @escaping Capabilities) {
        self.rooms = Dictionary(rooms.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.capabilities = capabilities
    }

    /// No rooms: everything is passed through or refused.
    public static let none = TranslationTable(rooms: [], capabilities: { _, _ in ModelCapabilities() })

    /// The way from a caller's operation to a target that does not speak it; `nil` when there is none.
    func route(for operation: Exchange.Operation, to provider: Provider, model: String) -> TranslationRoute? {
        guard operation.translates, !self.rooms.isEmpty else { return nil }
        let configuration = provider.configuration
        let capabilities = self.capabilities(configuration, model)
        let spoken = configuration.vendorFormats(model: model)
        let wanted = Self.choices(for: operation, capabilities).filter(spoken.contains)
        for format in wanted + spoken where format != operation.format {
            guard let room = self.rooms[format],
                let path = configuration.vendorTarget(.generate, format: format, model: model),
                let streamPath = configuration.vendorTarget(.stream, format: format, model: model)
            else { continue }
            return TranslationRoute(
                room: room,
                target: self.target(configuration, model, format, capabilities),
                path: path,
                streamPath: streamPath
            )
        }
        return nil
    }

    /// What a model can do.
    func capabilities(of provider: Provider, model: String) -> ModelCapabilities {
        self.capabilities(provider.configuration, model)
    }

    /// The better of Chat and Responses where a vendor speaks both: encrypted reasoning survives in Responses alone.
    private static func choices(for operation: Exchange.Operation, _ capabilities: ModelCapabilities) -> [FormatID] {
        switch operation {
        case .messages: capabilities.prefersResponses ? [.responses, .chat] : [.chat, .responses]
        case .chat: [.responses]
        default: []
        }
    }

    private func target(
        _ configuration: ProviderConfiguration,
        _ model: String,
        _ format: FormatID,
        _ capabilities: ModelCapabilities
    ) -> TranslationTarget {
        var target = TranslationTarget(
            provider: configuration.name,
            model: model,
            capabilities: capabilities,
            reasoningOwner: Self.owner(configuration, format, capabilities)
        )
        target.gemini.isVertex = configuration.kind == .vertex
        target.chat.isOpenAI = configuration.kind == .openAI || configuration.kind == .azureOpenAI
        target.chat.includesUsage = configuration.includesUsage
        return target
    }

    /// Claude signs alike on every cloud, and so does Gemini; what OpenAI's models encrypt is an account's own.
    private static func owner(
        _ configuration: ProviderConfiguration,
        _ format: FormatID,
        _ capabilities: ModelCapabilities
    ) -> String {
        if format == .messages || capabilities.family.hasPrefix("claude") { return ReasoningState.anthropic }
        return format == .gemini ? ReasoningState.gemini : configuration.name
    }
}

/// One way from a caller's operation to a target that speaks another format.
struct TranslationRoute: Sendable {
    /// Writes requests and reads answers.
    let room: any VendorFormat
    /// The target, as the room needs to know it.
    let target: TranslationTarget
    /// Path and query for a whole answer.
    let path: String
    /// Path and query for a stream.
    let streamPath: String
}

extension Exchange.Operation {
    /// Whether the operation can be carried to a vendor of another format.
    var translates: Bool {
        switch self {
        case .chat, .responses, .messages: true
        case .countTokens, .embeddings, .completions, .moderations, .responsesInputTokens, .responsesCompact, .models:
            false
        }
    }
}

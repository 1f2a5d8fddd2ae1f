public import Exchange
public import Providers
import Upstream

/// What is needed to reach a target across formats: the vendors' rooms, and what models can do.
public struct TranslationTable: Sendable {
    /// What a model can do, by kind of provider and the vendor's own model name.
    public typealias Capabilities = @Sendable (_ provider: ProviderConfiguration, _ model: String) -> ModelCapabilities

    private let rooms: [FormatID: any VendorFormat]
    private let claude: (any NativeMessagesDoor)?
    private let capabilities: Capabilities

    /// A table.
    ///
    /// - Parameters:
    ///   - rooms: One for each format that vendors are asked in.
    ///   - claude: Patches Messages bodies for Claude on other companies' clouds.
    ///   - capabilities: The catalogue.
    public init(
        rooms: [any VendorFormat],
        claude: (any NativeMessagesDoor)? = nil,
        capabilities: @escaping Capabilities
    ) {
        self.claude = claude
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
        for format in wanted + spoken where format != operation.format || operation == .embeddings {
            guard let room = self.rooms[format],
                let (task, action) = Self.task(operation, room),
                let path = configuration.vendorTarget(action, format: format, model: model)
            else { continue }
            let native = self.native(
                action == .countTokens ? .countTokens : .messages,
                provider,
                model: model,
                capabilities
            )
            // Frames around events of Messages are unwrapped for callers of Messages alone.
            guard format != .messages || native?.patches.framesEvents != true else { continue }
            return TranslationRoute(
                room: room,
                task: task,
                target: configuration.translationTarget(model: model, format: format, capabilities: capabilities),
                native: format == .messages ? native : nil,
                path: path,
                streamPath: configuration.vendorTarget(.stream, format: format, model: model) ?? path
            )
        }
        return self.estimate(operation, configuration, model, capabilities)
    }

    /// What a room can do for an operation, and by which of the vendor's actions.
    private static func task(
        _ operation: Exchange.Operation,
        _ room: any VendorFormat
    ) -> (TranslationRoute.Task, VendorAction)? {
        switch operation {
        case .chat, .responses, .messages: (.answer, .generate)
        case .countTokens, .responsesInputTokens:
            (room as? any TokenCountingFormat).map { (.count($0), .countTokens) }
        case .embeddings: (room as? any EmbeddingFormat).map { (.embed($0), .embed) }
        case .completions, .moderations, .responsesCompact, .models: nil
        }
    }

    /// Tokens can be estimated where the vendor has no counter, as long as it can be asked for answers at all.
    private func estimate(
        _ operation: Exchange.Operation,
        _ configuration: ProviderConfiguration,
        _ model: String,
        _ capabilities: ModelCapabilities
    ) -> TranslationRoute? {
        guard operation.countsOnly, let format = configuration.vendorFormats(model: model).first,
            let room = self.rooms[format]
        else { return nil }
        return TranslationRoute(
            room: room,
            task: .estimate,
            target: configuration.translationTarget(model: model, format: format, capabilities: capabilities),
            native: nil,
            path: "",
            streamPath: ""
        )
    }

    /// How a Messages body is patched on its way to Claude on another company's cloud; `nil` where it needs no patches.
    func native(
        _ operation: Exchange.Operation,
        _ provider: Provider,
        model: String,
        _ capabilities: ModelCapabilities
    ) -> NativeWay? {
        guard let door = self.claude,
            let patches = provider.configuration.nativeMessages(for: operation, model: model)
        else { return nil }
        return NativeWay(door: door, patches: patches, capabilities)
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
        case .countTokens: [.responses]
        default: []
        }
    }
}

/// One way from a caller's operation to a target that speaks another format.
final class TranslationRoute: Sendable {
    /// What the vendor is asked for.
    enum Task: Sendable {
        case answer
        case count(any TokenCountingFormat)
        case estimate
        case embed(any EmbeddingFormat)
    }

    /// Writes requests and reads answers.
    let room: any VendorFormat
    /// What the vendor is asked for.
    let task: Task
    /// The target, as the room needs to know it.
    let target: TranslationTarget
    /// What a Messages body needs to be taken by another company's cloud.
    let native: NativeWay?
    /// Path and query for a whole answer.
    let path: String
    /// Path and query for a stream.
    let streamPath: String

    init(
        room: any VendorFormat,
        task: Task,
        target: TranslationTarget,
        native: NativeWay?,
        path: String,
        streamPath: String
    ) {
        self.room = room
        self.task = task
        self.target = target
        self.native = native
        self.path = path
        self.streamPath = streamPath
    }
}

extension Exchange.Operation {
    /// Whether the operation can be carried to a vendor of another format.
    var translates: Bool {
        switch self {
        case .chat, .responses, .messages, .countTokens, .responsesInputTokens, .embeddings: true
        case .completions, .moderations, .responsesCompact, .models: false
        }
    }
}

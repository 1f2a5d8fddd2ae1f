/// A generation request in the neutral vocabulary: what a caller's room decodes and a vendor's room encodes.
///
/// It holds everything a caller can rely on. What only the caller's format can say is in `leftovers`, already judged.
public struct ExchangeRequest: Sendable, Equatable {
    /// The caller's format, which spells fields and reads the answer.
    public var origin: FormatID
    /// The model asked for.
    public var model: String
    /// The leading run of system and developer text, one block for each of the caller's, in order.
    public var system: [Block] = []
    /// The conversation. Neighbours may have the same role: rooms that must merge do so.
    public var turns: [Turn] = []
    /// Tools offered, in the caller's order.
    public var tools: [Tool] = []
    /// How tools may be used; `nil` when the caller left it open.
    public var toolChoice: ToolChoice?
    /// Whether several calls may be made at once; `nil` when the caller left it open.
    public var parallelToolCalls: Bool?
    /// The shape of the visible output.
    public var output = OutputShape.text
    /// How much the model should think, and what of it is shown.
    public var reasoning = ReasoningIntent()
    /// Sampling settings.
    public var sampling = Sampling()
    /// The cap on output tokens, thinking included; `nil` when the caller set none.
    public var maxOutputTokens: Int?
    /// Texts that end the output.
    public var stop: [String] = []
    /// Answers asked for; formats other than the caller's give one.
    public var choiceCount = 1
    /// Most likely tokens wanted per position: 0 for the chosen token's own; `nil` for none.
    public var logprobs: Int?
    /// `low`, `medium`, `high`, as the caller spelled it.
    public var verbosity: String?
    /// Who the end user is, in the caller's own naming.
    public var endUser: String?
    /// The caller's own labels, in order.
    public var metadata: [Label] = []
    /// The service tier asked for.
    public var serviceTier: ServiceTier?
    /// A hint that ties requests with a shared beginning together.
    public var cacheKey: String?
    /// A cache mark for the whole request (Messages' top-level `cache_control`).
    public var cache: CacheMark?
    /// Whether the vendor was asked to keep the answer.
    public var store: Bool?
    /// Whether server-sent events are wanted.
    public var isStream = false
    /// Whether a stream's usage is to be shown (Chat's `include_usage`; always true elsewhere).
    public var wantsUsage = true
    /// The API version the caller named (`anthropic-version`), when its format has versions.
    public var version: String?
    /// Beta features the caller named (`anthropic-beta`), in order; set by the road, for they come in a header.
    public var betas: [String] = []
    /// Members of the caller's request that its format's answers repeat, in order.
    public var echo: [Echo] = []
    /// The caller used Chat's legacy `functions`: calls are answered as `function_call`.
    public var usesLegacyFunctions = false
    /// What only the caller's format can say, and what is to become of it.
    public var leftovers: [Leftover] = []

    /// A request without content.
    public init(origin: FormatID, model: String) {
        self.origin = origin
        self.model = model
    }

    /// One of the caller's labels.
    public struct Label: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: String

        /// A label.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A member that the caller's format repeats in its answers.
    public struct Echo: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its value, as the caller wrote it.
        public var json: RawJSON

        /// A member.
        public init(name: String, json: RawJSON) {
            self.name = name
            self.json = json
        }
    }
}

/// A field that has no neutral meaning, with the rule that translation follows for it (never for the same format).
public struct Leftover: Sendable, Equatable {
    /// What happens to it in another format.
    public enum Fate: Sendable, Equatable {
        /// Left out with a warning: it only steers quality, cost, routing or tracing.
        case drop
        /// The caller relies on it: refused, with a way out.
        case reject(wayOut: String)
    }

    /// Which field.
    public var field: RequestField
    /// What happens to it.
    public var fate: Fate

    /// A leftover.
    public init(_ field: RequestField, _ fate: Fate) {
        self.field = field
        self.fate = fate
    }
}

/// One message of the conversation: blocks in order.
public struct Turn: Sendable, Equatable {
    /// Who speaks.
    public enum Role: String, Sendable {
        /// The application, in the middle of the conversation (leading system text is `ExchangeRequest.system`).
        case system
        /// The end user, and results of tools.
        case user
        /// The model.
        case assistant
    }

    /// Who speaks.
    public var role: Role
    /// What is said, in order.
    public var blocks: [Block]
    /// Where it stood.
    public var place: Place
    /// Chat's participant name.
    public var name: String?

    /// A turn.
    public init(_ role: Role, _ blocks: [Block], place: Place = Place(), name: String? = nil) {
        self.role = role
        self.blocks = blocks
        self.place = place
        self.name = name
    }
}

/// The service tier, by intent.
public enum ServiceTier: String, Sendable {
    case auto, standard, flex, priority
    /// A tier that only the caller's vendor has.
    case other
}

/// Asks the vendor to keep the conversation up to here in its prompt cache.
public enum CacheMark: Sendable, Equatable {
    /// The short lifetime: five minutes (Messages), thirty (OpenAI).
    case short
    /// The long lifetime: an hour (Messages), twelve (OpenAI).
    case long
}

extension ExchangeRequest {
    /// Takes all earlier reasoning out. A turn that held nothing else goes with it.
    ///
    /// - Returns: Whether there was any.
    public mutating func removeReasoning() -> Bool {
        var found = false
        for index in self.turns.indices {
            let count = self.turns[index].blocks.count
            self.turns[index].blocks.removeAll { block in
                guard case .reasoning = block.content else { return false }
                return true
            }
            found = found || self.turns[index].blocks.count < count
        }
        if found { self.turns.removeAll { $0.blocks.isEmpty } }
        return found
    }
}

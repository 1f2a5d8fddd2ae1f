import Exchange

/// One way of asking a vendor: a format, the models that are asked in it, and where.
struct VendorRoute: Sendable {
    /// The format of bodies and answers.
    var format: FormatID
    /// The models that are asked this way.
    var models = ModelRule.any
    /// Path and query of each action.
    var paths: [VendorAction: RequestTargetTemplate]
    /// Operations whose callers' own bodies are taken here, perhaps after patches.
    var passes: Set<Operation> = []
    /// How a Messages body is patched to be taken here; `nil` when it is taken as it is.
    var messages: NativeMessages?

    /// Whether an action for a model goes this way.
    func serves(_ action: VendorAction, _ model: String) -> Bool {
        self.paths[action] != nil && self.models.holds(model)
    }
}

/// Which models a route is for, told by the vendor's own name of the model.
enum ModelRule: Sendable {
    /// All.
    case any
    /// Anthropic's.
    case claude
    /// All but Anthropic's and those of ``published``.
    case other
    /// Those named by publisher and model (`meta/llama-4`), which Vertex serves by OpenAI's format.
    case published

    func holds(_ model: String) -> Bool {
        switch self {
        case .any: true
        case .claude: Self.isClaude(model)
        case .other: !Self.isClaude(model) && !Self.isPublished(model)
        case .published: Self.isPublished(model)
        }
    }

    /// `claude-sonnet-4-5@20250929`, `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, and ARNs that hold such a name. What
    /// hides behind other ARNs cannot be seen.
    private static func isClaude(_ model: String) -> Bool {
        let name = String(decoding: ASCIIText.lowercased(model.utf8), as: UTF8.self)
        return name.hasPrefix("claude") || name.contains("anthropic.claude")
    }

    private static func isPublished(_ model: String) -> Bool {
        model.utf8.contains(UInt8(ascii: "/"))
            && !["endpoints/", "publishers/", "models/", "tunedModels/", "arn:"].contains {
                model.utf8.starts(with: $0.utf8)
            }
    }
}

/// What is patched in a Messages body so that another cloud's endpoint of Claude takes it. Everything else stays byte for
/// byte, so that thinking, caching and betas survive.
public struct NativeMessages: Sendable, Equatable {
    /// The member `anthropic_version`, unless the caller's header names one of `laterVersions`.
    public var version: String
    /// Versions that the endpoint takes by their own name, from models that know them (Claude 4.7 and later).
    public var laterVersions = ["2026-10-21"]
    /// Whether the member `model` stays (it is in the path otherwise, and then refused in the body).
    public var keepsModel: Bool
    /// Whether the member `stream` stays (it is in the path otherwise, and then refused in the body).
    public var keepsStream: Bool
    /// Values of the `anthropic-beta` header that go into the member `anthropic_beta`, where the configuration names them;
    /// `nil` for the built-in list of the cloud (`CloudBetas`).
    public var betas: Set<String>?
    /// Whether streamed events come in AWS frames, each payload `{"bytes": …}` with the event in Base64.
    public var framesEvents: Bool

    /// The member `anthropic_version` for a caller's `anthropic-version` header.
    ///
    /// - Parameters:
    ///   - header: The header's value, if there is one.
    ///   - takesLater: Whether the model knows later versions.
    /// - Returns: A version that the endpoint takes.
    public func version(header: String?, takesLater: Bool) -> String {
        guard takesLater, let header, self.laterVersions.contains(where: { $0.utf8.elementsEqual(header.utf8) }) else {
            return self.version
        }
        return header
    }
}

/// Betas of Messages that a cloud takes, as settings name them: the lists grow.
enum AnthropicBetas {
    /// The setting's list.
    static func chosen(_ settings: [String: String]) -> Set<String>? {
        settings["betas"].map { Set($0.split(separator: ",").map(String.init)) }
    }

    static let setting = ProviderSetting.matching(
        "betas",
        "The anthropic-beta values that Claude takes here, by comma; stands in place of the built-in list.",
        rule: "must be names of letters, digits, dots, hyphens and underscores, by comma without spaces"
    ) { text in
        text.isEmpty
            || text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { PlainWord.isOne(String($0)) }
    }
}

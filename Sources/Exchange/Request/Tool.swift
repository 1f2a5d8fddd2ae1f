/// A tool the model may call.
public struct Tool: Sendable, Equatable {
    /// What it is.
    public enum Kind: Sendable, Equatable {
        /// Arguments by a JSON Schema; `nil` schema for none.
        case function(schema: RawJSON?, strict: Bool?)
        /// Free text, perhaps by a grammar.
        case custom(format: RawJSON?)
        /// Run by the vendor, or known by type alone (`web_search`, `computer`, `mcp`).
        case hosted(type: String)
    }

    /// What it is.
    public var kind: Kind
    /// The name the caller knows it by; a flattened namespace is `namespace__name`.
    public var name: String
    /// What it is for, in the caller's words.
    public var description: String?
    /// The definition as its format wrote it, for hosted tools.
    public var original: Opaque?
    /// The prompt cache should end after it.
    public var cache: CacheMark?
    /// Index of the caller's definition.
    public var index: Int
    /// Members that only steer quality in the caller's format (`input_examples`, `defer_loading`); reported as dropped.
    public var extras: [String] = []

    /// A tool.
    public init(_ kind: Kind, name: String, description: String? = nil, index: Int = 0) {
        self.kind = kind
        self.name = name
        self.description = description
        self.index = index
    }
}

/// How tools may be used.
public enum ToolChoice: Sendable, Equatable {
    case auto
    case none
    /// Some tool must be called.
    case required
    /// This tool must be called.
    case named(String)
    /// Only these may be called; one must be, if `required`.
    case allowed([String], required: Bool)
    /// A tool of the vendor's must be called.
    case hosted(type: String)
}

/// The shape of the visible output.
public enum OutputShape: Sendable, Equatable {
    case text
    /// Any JSON object.
    case json
    /// JSON by a schema.
    case schema(OutputSchema)
}

/// A schema for the visible output.
public struct OutputSchema: Sendable, Equatable {
    /// Its name.
    public var name: String?
    /// What it is for, in the caller's words.
    public var description: String?
    /// The JSON Schema.
    public var schema: RawJSON
    /// Whether the caller asked for enforcement; `nil` when it did not say.
    public var strict: Bool?

    /// A schema.
    public init(schema: RawJSON, name: String? = nil, description: String? = nil, strict: Bool? = nil) {
        self.schema = schema
        self.name = name
        self.description = description
        self.strict = strict
    }
}

/// Sampling settings; absent, `null` and a value are three different things.
public struct Sampling: Sendable, Equatable {
    /// Randomness, as the caller scaled it.
    public var temperature = Setting<Double>.absent
    /// Nucleus of probability.
    public var topP = Setting<Double>.absent
    /// Number of candidates.
    public var topK = Setting<Int>.absent
    /// Penalty by count, -2 to 2.
    public var frequencyPenalty = Setting<Double>.absent
    /// Penalty by presence, -2 to 2.
    public var presencePenalty = Setting<Double>.absent
    /// For answers that repeat.
    public var seed = Setting<Int>.absent

    /// Nothing set.
    public init() {}
}

/// A setting in its three states.
public enum Setting<Value: Sendable & Equatable>: Sendable, Equatable {
    case absent
    case null
    case value(Value)

    /// The value, if there is one.
    public var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

/// What a key or a project may use at once and per minute; what is `nil` is not limited.
public struct KeyLimits: Sendable, Equatable {
    /// Requests per minute.
    public var requestsPerMinute: Int?
    /// Input and output tokens per minute.
    public var tokensPerMinute: Int?
    /// Requests in flight at once.
    public var concurrentRequests: Int?
    /// Further limits for single public models, which hold beside those above.
    public var models: [String: ModelLimits]

    /// Sets limits.
    public init(
        requestsPerMinute: Int? = nil,
        tokensPerMinute: Int? = nil,
        concurrentRequests: Int? = nil,
        models: [String: ModelLimits] = [:]
    ) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.concurrentRequests = concurrentRequests
        self.models = models
    }

    /// Limits for one public model.
    public struct ModelLimits: Sendable, Equatable {
        /// Requests per minute.
        public var requestsPerMinute: Int?
        /// Input and output tokens per minute.
        public var tokensPerMinute: Int?
        /// Requests in flight at once.
        public var concurrentRequests: Int?

        /// Sets limits.
        public init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, concurrentRequests: Int? = nil) {
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
            self.concurrentRequests = concurrentRequests
        }
    }

    /// Those that hold for all models together.
    var general: ModelLimits {
        ModelLimits(
            requestsPerMinute: self.requestsPerMinute,
            tokensPerMinute: self.tokensPerMinute,
            concurrentRequests: self.concurrentRequests
        )
    }
}

/// Whose limit it is, as a caller is told.
public struct LimitScope: Sendable, Hashable {
    /// Who has it.
    public enum Owner: String, Sendable, CaseIterable {
        /// One key.
        case key
        /// All keys of a project together.
        case project
    }

    /// Who has it.
    public let owner: Owner
    /// The public model it is for; `nil` for all together.
    public let model: String?

    /// Names a scope.
    public init(_ owner: Owner, model: String? = nil) {
        self.owner = owner
        self.model = model
    }
}

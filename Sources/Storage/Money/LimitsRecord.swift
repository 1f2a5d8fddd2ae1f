/// What a key or a project may use. Stored as JSON; what is absent is not limited.
public struct LimitsRecord: Sendable, Equatable {
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
    public struct ModelLimits: Sendable, Equatable, Codable {
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
}

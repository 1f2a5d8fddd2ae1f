public import Storage

/// Changes to limits. What is not named stays.
public struct LimitsChange: Sendable, Equatable {
    /// All limits go before the changes below are made.
    public var clearsAll = false
    /// Replaces requests per minute; `nil` is unlimited.
    public var requestsPerMinute = Change<Int?>.keep
    /// Replaces tokens per minute; `nil` is unlimited.
    public var tokensPerMinute = Change<Int?>.keep
    /// Replaces requests in flight at once; `nil` is unlimited.
    public var concurrentRequests = Change<Int?>.keep
    /// All limits of models go before those below are set.
    public var clearsModels = false
    /// Replaces the limits of single models; `nil` takes a model's away.
    public var models: [String: LimitsRecord.ModelLimits?] = [:]

    /// Changes nothing.
    public init() {}

    /// Puts limits in the place of all that there are.
    init(replacingAllBy limits: LimitsRecord) {
        self.clearsAll = true
        self.requestsPerMinute = .set(limits.requestsPerMinute)
        self.tokensPerMinute = .set(limits.tokensPerMinute)
        self.concurrentRequests = .set(limits.concurrentRequests)
        self.models = limits.models.mapValues { $0 }
    }

    /// The limits after the change.
    func applied(to current: LimitsRecord) -> LimitsRecord {
        var limits = self.clearsAll ? LimitsRecord() : current
        limits.requestsPerMinute = self.requestsPerMinute.applied(to: limits.requestsPerMinute)
        limits.tokensPerMinute = self.tokensPerMinute.applied(to: limits.tokensPerMinute)
        limits.concurrentRequests = self.concurrentRequests.applied(to: limits.concurrentRequests)
        if self.clearsModels { limits.models = [:] }
        for (name, change) in self.models { limits.models[name] = change }
        return limits
    }
}

/// What limits may be.
enum LimitRules {
    static let requestsPerMinute = 1...1_000_000
    static let tokensPerMinute = 1...1_000_000_000
    static let concurrentRequests = 1...100_000
    static let maximumModels = 100

    /// The limits, if they may be; models without any limit are left out.
    static func checked(_ limits: LimitsRecord) throws(AdminProblem) -> LimitsRecord {
        var limits = limits
        try self.check(
            limits.requestsPerMinute,
            limits.tokensPerMinute,
            limits.concurrentRequests,
            at: "limits."
        )
        limits.models = limits.models.filter { $0.value != LimitsRecord.ModelLimits() }
        guard limits.models.count <= self.maximumModels else {
            throw .field("limits.models", "must name at most \(self.maximumModels) models")
        }
        for (name, model) in limits.models.sorted(by: { $0.key < $1.key }) {
            let name = try NameRules.modelName(name, field: "limits.models")
            try self.check(
                model.requestsPerMinute,
                model.tokensPerMinute,
                model.concurrentRequests,
                at: "limits.models.\(name)."
            )
        }
        return limits
    }

    private static func check(
        _ requests: Int?,
        _ tokens: Int?,
        _ concurrent: Int?,
        at place: String
    ) throws(AdminProblem) {
        let rules = [
            ("requests_per_minute", requests, self.requestsPerMinute),
            ("tokens_per_minute", tokens, self.tokensPerMinute),
            ("concurrent_requests", concurrent, self.concurrentRequests),
        ]
        for (name, value, range) in rules {
            guard let value, !range.contains(value) else { continue }
            throw .field(
                place + name,
                "must be \(range.lowerBound) to \(range.upperBound), or null for no limit"
            )
        }
    }
}

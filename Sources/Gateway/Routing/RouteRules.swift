public import Policy

/// What an operator decided about a model's attempts.
public struct RouteRules: Sendable, Equatable {
    /// A conversation stays where the vendor has its beginning in the prompt cache.
    public var isSticky = true
    /// A request that a vendor may have accepted is tried again, and so perhaps billed twice.
    public var mayBillTwice = false
    /// What one vendor's content policy refuses is tried at another.
    public var fallsBackOnRefusal = false
    /// When a second target is asked beside one that is slow to begin.
    public var hedging = HedgePolicy()
    /// For a connection; `nil` for the general setting, as below.
    public var connect: Duration?
    /// From sending a streamed request to its first content.
    public var firstContent: Duration?
    /// Between two events of a stream.
    public var idle: Duration?
    /// A whole exchange, streamed or not.
    public var total: Duration?

    /// The defaults.
    public init() {}

    /// The deadlines of an exchange with the model.
    func deadlines(_ general: ExchangeDeadlines) -> ExchangeDeadlines {
        guard self.firstContent != nil || self.idle != nil || self.total != nil else { return general }
        var deadlines = general.all
        deadlines.firstContent = self.firstContent ?? deadlines.firstContent
        deadlines.idle = self.idle ?? deadlines.idle
        deadlines.totalStream = self.total ?? deadlines.totalStream
        deadlines.total = self.total ?? deadlines.total
        return ExchangeDeadlines(deadlines)
    }
}

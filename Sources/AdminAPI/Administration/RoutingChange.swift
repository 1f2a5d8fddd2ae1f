import Storage

/// Changes to how a model's requests are shared among its targets. What is not named stays.
public struct RoutingChange: Sendable, Equatable {
    /// All goes back to the defaults before the changes below are made.
    public var clearsAll = false
    /// Replaces how a target is chosen.
    public var strategy = Change<String>.keep
    /// Lets conversations stay with their target, or not.
    public var isSticky = Change<Bool>.keep
    /// Lets requests that may have been accepted be tried again, or not.
    public var mayBillTwice = Change<Bool>.keep
    /// Lets requests that a content policy refused go on to the next target, or not.
    public var fallsBackOnRefusal = Change<Bool>.keep
    /// Lets a second target be asked beside a slow one, or not.
    public var hedges = Change<Bool>.keep
    /// All deadlines go before those below are set.
    public var clearsDeadlines = false
    /// Replaces the milliseconds for connecting; `nil` leaves it at the gateway's own.
    public var connectMilliseconds = Change<Int?>.keep
    /// Replaces the milliseconds until a stream's first content.
    public var firstContentMilliseconds = Change<Int?>.keep
    /// Replaces the milliseconds between a stream's events.
    public var idleMilliseconds = Change<Int?>.keep
    /// Replaces the milliseconds for the whole answer.
    public var totalMilliseconds = Change<Int?>.keep

    /// Changes nothing.
    public init() {}

    /// Puts another routing in the place of what there is.
    init(replacingAllBy routing: ModelRoutingRecord) {
        self.clearsAll = true
        self.strategy = .set(routing.strategy)
        self.isSticky = .set(routing.isSticky)
        self.mayBillTwice = .set(routing.mayBillTwice)
        self.fallsBackOnRefusal = .set(routing.fallsBackOnRefusal)
        self.hedges = .set(routing.hedges)
        self.connectMilliseconds = .set(routing.connectMilliseconds)
        self.firstContentMilliseconds = .set(routing.firstContentMilliseconds)
        self.idleMilliseconds = .set(routing.idleMilliseconds)
        self.totalMilliseconds = .set(routing.totalMilliseconds)
    }

    /// The routing after the change.
    func applied(to current: ModelRoutingRecord) -> ModelRoutingRecord {
        var routing = self.clearsAll ? ModelRoutingRecord() : current
        routing.strategy = self.strategy.applied(to: routing.strategy)
        routing.isSticky = self.isSticky.applied(to: routing.isSticky)
        routing.mayBillTwice = self.mayBillTwice.applied(to: routing.mayBillTwice)
        routing.fallsBackOnRefusal = self.fallsBackOnRefusal.applied(to: routing.fallsBackOnRefusal)
        routing.hedges = self.hedges.applied(to: routing.hedges)
        if self.clearsDeadlines {
            routing.connectMilliseconds = nil
            routing.firstContentMilliseconds = nil
            routing.idleMilliseconds = nil
            routing.totalMilliseconds = nil
        }
        routing.connectMilliseconds = self.connectMilliseconds.applied(to: routing.connectMilliseconds)
        routing.firstContentMilliseconds = self.firstContentMilliseconds.applied(to: routing.firstContentMilliseconds)
        routing.idleMilliseconds = self.idleMilliseconds.applied(to: routing.idleMilliseconds)
        routing.totalMilliseconds = self.totalMilliseconds.applied(to: routing.totalMilliseconds)
        return routing
    }
}

/// What a model's routing may be.
enum RoutingRules {
    /// 100 ms to an hour: below, no vendor answers; above, nobody waits.
    static let deadlines = 100...3_600_000

    /// The routing, if it may be.
    static func checked(_ routing: ModelRoutingRecord) throws(AdminProblem) -> ModelRoutingRecord {
        guard ModelRoutingRecord.strategies.contains(routing.strategy) else {
            let known = ModelRoutingRecord.strategies.joined(separator: ", ")
            throw .field("routing.strategy", "must be one of \(known)")
        }
        let deadlines = [
            ("connect_ms", routing.connectMilliseconds), ("first_content_ms", routing.firstContentMilliseconds),
            ("idle_ms", routing.idleMilliseconds), ("total_ms", routing.totalMilliseconds),
        ]
        for (name, value) in deadlines {
            guard let value, !self.deadlines.contains(value) else { continue }
            throw .field(
                "routing.deadlines.\(name)",
                "must be 100 to 3600000 milliseconds, or null for the gateway's own"
            )
        }
        if let total = routing.totalMilliseconds {
            for (name, value) in deadlines.dropLast() {
                guard let value, value > total else { continue }
                throw .field("routing.deadlines.\(name)", "must not be longer than total_ms, which ends it sooner")
            }
        }
        return routing
    }
}

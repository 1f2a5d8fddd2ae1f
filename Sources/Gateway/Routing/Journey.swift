import Exchange
import Ledger
import Logging
import NIOCore
import Policy
import Storage
import Telemetry
import Upstream

/// One request on its way to an answer: what was asked, what is held for it, and which attempts were made. It chooses a
/// target, has the request prepared for it, and when an attempt fails before the caller was told anything of an answer,
/// chooses again. It lives on one event loop, owned by whatever works on the request at the moment.
final class Journey {
    unowned let client: ClientConnection
    let loop: LoopState
    let head: InboundHead
    let inspected: InspectedRequest
    let model: Model
    let bodyReceivedAt: NIODeadline
    let startedAt: NIODeadline
    /// Whose it is, as of the latest look.
    private(set) var caller: Caller
    /// A target was prepared for: whoever prepares for the next one looks at the caller again.
    private var hasBegun = false
    /// What was asked, kept for as long as there may be another attempt.
    private(set) var request: ReceivedRequest?
    /// What it holds of limits and budgets, taken with the first attempt.
    private(set) var admitted: Admitted?
    /// What is kept of its bodies, when its project asks for it: see Journey+Bodies.
    var bodies: BodyCapture?
    var cursor = RouteCursor()
    var policy: AttemptPolicy
    /// The target being prepared or tried.
    var choice: RouteChoice?
    /// The attempt that has failed, and speaks for the request until there is another one.
    var resting: ActiveExchange?
    /// The second attempt beside the one that speaks: see Journey+Hedge.
    var hedge: Hedge?
    /// Sends it, unless content comes first.
    var hedgeTimer: Scheduled<Void>?
    /// One for a request.
    var hasHedged = false
    /// Which preparation goes on: what was begun for an earlier one is dropped.
    var step = 0
    /// Which span the next attempt is: see Journey+Tracing.
    var spanNumber = 0
    /// What the caller is told when nothing is left to try.
    var failure: GatewayFailure?
    /// Targets that cannot serve this request, found out on the way.
    var unfit: [(index: Int, reason: SkipReason)] = []
    /// Attempts that failed, for the record.
    var trail: [RouteTrail.Attempt] = []
    /// Why the last failure was not followed by another attempt.
    var stopped: StopReason?
    /// How they failed: see Journey+Echo.
    var faults: [AttemptFault] = []
    private var pause: Scheduled<Void>?
    /// The conversation, where the model has targets to choose between and keeps conversations together.
    private let bond: SessionBond?
    private var affinity: AffinityDecision?
    private(set) var isOver = false
    /// A vendor could not read earlier reasoning: from here on it is left out.
    private(set) var dropsReasoning = false

    init(
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest,
        _ caller: Caller,
        _ model: Model,
        client: ClientConnection
    ) {
        self.client = client
        self.loop = client.loop
        self.head = received.head
        self.inspected = inspected
        self.model = model
        self.bodyReceivedAt = received.bodyReceivedAt
        self.startedAt = client.loop.loop.now
        self.caller = caller
        self.request = received
        self.bond = SessionBond.find(inspected, received, caller, model)
        let deadlines = model.rules.deadlines(client.loop.shared.deadlines).all
        let total = inspected.facts.isStream ? deadlines.totalStream : deadlines.total
        let patience = received.head.scan.patience(received.text).map { min($0, total) } ?? total
        self.policy = AttemptPolicy(
            deadline: self.startedAt.monotonic.later(by: patience),
            budget: model.chooser.balance.retries,
            targets: model.targets.count,
            allowsDoubleBilling: model.rules.mayBillTwice
        )
    }

    deinit {
        // The caller left while the request was being prepared: nobody else knows of what it holds.
        if !self.isOver { self.finish() }
    }

    // MARK: Choosing

    /// Goes on to the next target that can serve. Only a request that never got as far as an attempt throws: its client
    /// refuses it.
    func start() throws(GatewayFailure) {
        self.advance(at: self.startedAt.monotonic)
        guard let failure = self.failure, self.isOver, self.resting == nil else { return }
        throw failure
    }

    /// Tries targets one after another until one is being asked, or waited for.
    func advance() { self.advance(at: self.loop.monotonicNow) }

    private func advance(at now: MonotonicInstant) {
        while !self.isOver {
            guard
                let choice = self.cursor.next(
                    self.model.chooser,
                    preferred: self.home(),
                    at: now,
                    obstacle: { self.obstacle($0) },
                    cost: { self.expectedCost($0) }
                )
            else { return self.giveUp() }
            guard !self.attempt(choice) else { return }
        }
    }

    /// Where the conversation is, when the first target is chosen.
    private func home() -> Int? {
        guard let bond = self.bond, self.cursor.choices == 0, self.affinity == nil else { return nil }
        let homes = self.loop.shared.homes
        let decision = bond.decide(homes, self.model.chooser, at: self.loop.monotonicNow) { self.obstacle($0) }
        self.affinity = decision
        guard case .stay(let index) = decision else { return nil }
        return index
    }

    /// Remembers who has served the conversation, and how much of it the vendor has in its cache.
    ///
    /// - Parameters:
    ///   - usage: What the answer used.
    ///   - reasoning: What in the answer only its maker can read again.
    func remember(_ usage: TokenUsage?, reasoning: [UInt8]?) {
        guard let bond = self.bond, let choice = self.choice else { return }
        let target = self.model.chooser.targets[choice.index]
        let keepsReasoning = !self.dropsReasoning
        bond.note(
            self.loop.shared.homes,
            servedBy: target,
            usage,
            reasoning: reasoning,
            keepsReasoning: keepsReasoning,
            at: self.loop.monotonicNow
        )
    }

    /// Tokens of the conversation that are in the cache of another target than this one.
    func cachedTokens(awayFrom target: Target) -> Int { self.bond?.cachedTokens(awayFrom: target.key) ?? 0 }

    /// Has the request prepared for a target.
    ///
    /// - Returns: Whether it is under way; otherwise the target was passed over.
    private func attempt(_ choice: RouteChoice) -> Bool {
        self.choice = choice
        do throws(GatewayFailure) {
            guard let request = self.request else { throw GatewayFailure(.internalError, "The request is gone.") }
            // The first attempt's was looked at just now.
            if self.hasBegun { try self.renewCaller() }
            self.hasBegun = true
            try self.client.prepare(self, for: self.model.targets[choice.index], self.inspected, request)
            return true
        } catch {
            self.stumbled(error)
            return false
        }
    }

    /// The request could not be prepared for the chosen target: nothing was sent.
    private func stumbled(_ error: GatewayFailure) {
        let index = self.choice?.index
        self.finishPermit(error.kind == .upstreamCredential ? .credential : .unused)
        guard let index, let reason = Self.reason(to: error) else {
            self.failure = error
            return self.giveUp()
        }
        if self.failure == nil { self.failure = error }
        self.unfit.append((index, reason))
    }

    /// As `stumbled`, after a wait: goes on with the next target.
    func stumbledLater(_ error: GatewayFailure) {
        guard !self.isOver, !self.dropsHedge(after: error) else { return }
        self.stumbled(error)
        self.advance()
        guard self.isOver, self.resting == nil, let failure = self.failure else { return }
        self.client.refuse(failure, head: self.head, caller: self.caller)
    }

    /// Why a target is passed over; `nil` when no other one can help.
    static func reason(to error: GatewayFailure) -> SkipReason? {
        switch error.kind {
        case .invalidRequest: error.code == "model_not_priced" ? .unpriced : .unsupported
        case .upstreamCredential, .upstreamUnavailable, .upstreamTimeout, .upstreamFailed: .credential
        default: nil
        }
    }

    func obstacle(_ index: Int) -> SkipReason? {
        if !self.unfit.isEmpty, let known = self.unfit.first(where: { $0.index == index }) { return known.reason }
        let target = self.model.targets[index]
        guard target.isOpen(to: self.caller.key) else { return .notAllowed }
        return target.serves(self.head.operation) ? nil : .unsupported
    }

    func expectedCost(_ index: Int) -> Int64? {
        guard let request = self.request else { return nil }
        let estimate = try? Estimate(
            self.inspected.facts,
            operation: self.head.operation,
            bytes: request.body.readableBytes,
            cap: self.inspected.facts.maxOutputTokens,
            target: self.model.targets[index]
        )
        return estimate?.demand.expectedNanoUSD
    }

    /// Looks again at whose it is: a wait may have been long, and a write is in force at once.
    ///
    /// - Throws: `.invalidKey` when the key is not in force any more.
    func renewCaller() throws(GatewayFailure) {
        self.caller = try Authenticator.renew(self.caller, self.loop)
    }

    // MARK: Attempts

    /// Holds what the attempt may use: at first of all limits and budgets, then only what is left to hold.
    ///
    /// - Returns: What was taken, and this attempt's own estimate.
    /// - Throws: The refusal of a limit or a budget.
    func admit(_ estimate: Estimate) throws(GatewayFailure) -> Admitted {
        guard !estimate.isBilled || self.loop.shared.journal?.isWritable ?? true else { throw GatewayFailure.noJournal }
        if let admitted = self.admitted {
            let (admission, demand) = (admitted.admission, estimate.demand)
            guard self.hedge == nil ? admission.topUp(demand) : admission.holdBeside(demand) else {
                throw GatewayFailure(.budgetExhausted, "The budget does not allow for another attempt.")
            }
            return admitted
        }
        let admitted = try Admitted.take(
            self.model.name,
            for: self.caller,
            estimate,
            from: self.loop.shared.admissions,
            at: self.loop.monotonicNow,
            wall: self.loop.shared.budgetTime.unixMilliseconds
        )
        self.admitted = admitted
        if let rules = self.caller.key.project.bodies { self.capture(rules) }
        return admitted
    }

    /// An attempt begins; it speaks for the request from here on.
    func began(_ exchange: ActiveExchange) {
        self.policy.begin(at: exchange.startedAt.monotonic)
        self.loop.shared.metrics.attempts.add()
        if self.policy.tries > 1 { self.noteRetry(exchange) }
        self.resting?.retire()
        self.resting = nil
        // From here on the attempt tells the caller, whatever becomes of it.
        self.failure = nil
        self.watch(exchange)
    }

    private func noteRetry(_ exchange: ActiveExchange) {
        self.loop.shared.metrics.retries.add()
        let to = exchange.dispatch.plan.target.provider.name
        guard let failed = self.trail.last, failed.provider != to else { return }
        self.loop.counters.fellBack(from: failed.provider, to: to, failed.outcome)
    }

    /// The caller was answered without anybody being asked.
    func answered() {
        self.failure = nil
        self.finish()
    }

    /// The first content of an attempt has come.
    func noteFirstContent(of exchange: ActiveExchange) {
        guard !self.noteHedgeContent(exchange), var choice = self.choice else { return }
        self.model.chooser.targets[choice.index].health.noteFirstContent(&choice.permit, at: self.loop.monotonicNow)
        self.choice = choice
    }

    /// The caller is being told: there is no other attempt.
    func commit() {
        self.request = nil
    }

    /// An attempt is over, whatever follows. What is being prepared meanwhile is not to blame for it.
    func ended(_ exchange: ActiveExchange, _ outcome: AttemptOutcome, at now: NIODeadline) {
        self.finishPermit(self.resting === exchange ? .cancelled : outcome, at: now)
    }

    func finishPermit(_ outcome: AttemptOutcome, at now: NIODeadline? = nil, isEcho: Bool = false) {
        guard let choice = self.choice.take() else { return }
        let health = self.model.chooser.targets[choice.index].health
        health.finish(choice.permit, outcome, at: (now ?? self.loop.loop.now).monotonic, isEcho: isEcho)
        if case .succeeded = outcome { self.policy.succeed() }
    }

    /// An attempt has failed before the caller was told anything.
    ///
    /// - Returns: Whether another one follows; then the exchange rests until it begins.
    func goesOn(after end: AttemptEnd, _ failure: GatewayFailure, from exchange: ActiveExchange) -> Bool {
        if let goesOn = self.leavesToOther(after: end, failure, from: exchange) { return goesOn }
        guard !self.isOver, self.request != nil, self.resting == nil, let choice = self.choice else { return false }
        let index = choice.index
        self.trail.append(self.note(exchange, at: index, end.outcome))
        self.finishPermit(end.outcome, isEcho: self.echoes(exchange, at: index, end, failure))
        if case .unsuitable = end.failure { self.unfit.append((index, .context)) }
        // Who cannot be reached twice is not asked a third time: the caller would wait for nothing. One whose breaker is open
        // may be well again, and is asked when there is nobody else.
        let isUnreachable = end.failure == .notSent && self.trail.count > 1
        if isUnreachable { self.cursor.giveUp(index) }
        let now = self.loop.monotonicNow
        let rest = self.cursor.rest(self.model.chooser, at: now) { self.obstacle($0) }
        switch self.policy.decide(after: end.failure, rest: rest, at: now, wasProbe: choice.permit.isProbe) {
        case .next(let wait) where wait <= AttemptPolicy.longestBackoff:
            self.rest(exchange, failure, wait) { $0.advance() }
        case .again where isUnreachable:
            return self.stop(.noTarget)
        case .again(let index, let wait) where wait <= AttemptPolicy.longestBackoff:
            self.rest(exchange, failure, wait) { $0.tryAgain(index) }
        case .next, .again:
            return self.stop(.wait)
        case .stop(let reason):
            return self.stop(reason)
        }
        return true
    }

    /// There is no other attempt.
    ///
    /// - Returns: `false`
    private func stop(_ reason: StopReason) -> Bool {
        switch reason {
        case .final, .committed, .cancelled: self.stopped = nil
        case .doubleBilling, .attempts, .deadline, .retryBudget, .noTarget, .wait:
            self.stopped = reason
            self.loop.shared.metrics.stopped(reason)
        }
        return false
    }

    /// A vendor could not read the earlier reasoning in the request, and the caller was told nothing: it is asked once more,
    /// without.
    ///
    /// - Returns: Whether it is; then the exchange rests until it begins.
    func repeatsWithoutReasoning(_ failure: GatewayFailure, from exchange: ActiveExchange) -> Bool {
        guard !self.isOver, !self.dropsReasoning, self.resting == nil, let index = self.choice?.index,
            let received = self.request, !received.head.scan.isStrict, !self.caller.key.isStrict
        else { return false }
        self.prevails(exchange)
        self.dropsReasoning = true
        self.trail.append(self.note(exchange, at: index, .callerFault))
        self.finishPermit(.callerFault)
        self.loop.shared.log.notice(
            "a provider could not read earlier reasoning; it is asked again without",
            metadata: ["request_id": "\(exchange.record.id)", "target": "\(self.model.targets[index].key)"]
        )
        self.rest(exchange, failure, .zero) { $0.tryAgain(index) }
        return true
    }

    func rest(
        _ exchange: ActiveExchange,
        _ failure: GatewayFailure,
        _ wait: Duration,
        _ goOn: @escaping (Journey) -> Void
    ) {
        self.failure = failure
        self.resting = exchange
        // Never at once: the failed attempt is still being told of its end.
        let bound = NIOLoopBound((journey: self, client: self.client, goOn: goOn), eventLoop: self.loop.loop)
        self.pause = self.loop.loop.scheduleTask(in: TimeAmount(wait)) {
            let (journey, client, goOn) = bound.value
            withExtendedLifetime(client) {
                guard !journey.isOver else { return }
                goOn(journey)
            }
        }
    }

    private func tryAgain(_ index: Int) {
        guard let choice = self.cursor.again(index, self.model.chooser, at: self.loop.monotonicNow) else {
            return self.advance()
        }
        if !self.attempt(choice) { self.advance() }
    }

    // MARK: Ending

    /// Nothing is left to try.
    private func giveUp() {
        guard !self.isOver else { return }
        let failure = self.failure ?? self.noTarget
        self.failure = failure
        guard let resting = self.resting else { return self.finish() }
        // Somebody else was quicker to the target that was left when another attempt was decided on.
        _ = self.stop(.noTarget)
        resting.conclude(failure)
    }

    private var noTarget: GatewayFailure {
        let operation = self.head.operation
        guard self.model.targets.contains(where: { $0.isOpen(to: self.caller.key) }) else { return Self.notAllowed }
        guard self.model.targets.contains(where: { $0.serves(operation) }) else {
            return RoutePlan.wrongFormat(self.model, operation)
        }
        return Self.noneLeft
    }

    /// Said as of a model that is not there: other projects' accounts are nobody's business.
    private static let notAllowed = GatewayFailure(
        .modelNotFound,
        "The model does not exist or the key may not use it.",
        parameter: "model"
    )

    private static let noneLeft = GatewayFailure(
        .upstreamUnavailable,
        "No provider of this model can serve it now.",
        retryAfter: .seconds(5)
    )

    /// The request is over: what it still holds is given back.
    func finish() {
        self.isOver = true
        self.pause?.cancel()
        self.pause = nil
        self.hedgeTimer?.cancel()
        self.hedgeTimer = nil
        self.finishPermit(.cancelled)
        self.admitted?.admission.end()
        self.request = nil
    }

    func note(_ exchange: ActiveExchange, at index: Int, _ outcome: AttemptOutcome) -> RouteTrail.Attempt {
        RouteTrail.Attempt(
            target: self.model.targets[index].key,
            provider: self.model.targets[index].provider.name,
            status: exchange.upstreamStatus,
            outcome: outcome.label,
            milliseconds: (self.loop.loop.now - exchange.startedAt).nanoseconds / 1_000_000,
            isHedge: exchange.isHedge,
            finished: self.finished(exchange, at: index, outcome)
        )
    }

    /// Where the conversation went in the end: its home may have failed on the way.
    private var shownAffinity: AffinityDecision? {
        guard case .stay(let home) = self.affinity, let served = self.choice?.index, served != home else {
            return self.affinity
        }
        return .moved(self.unfit.contains { $0.index == home } ? .unsuitable : .sick)
    }

    /// How the request was routed, for its record; `nil` when the first choice served.
    ///
    /// - Parameters:
    ///   - last: The exchange that tells the caller.
    ///   - outcome: How it ended.
    /// - Returns: A JSON object.
    func story(of last: ActiveExchange, _ outcome: AttemptOutcome) -> String? {
        let isPlain = self.trail.isEmpty && self.unfit.isEmpty && !self.cursor.hasPassedOver && self.affinity == nil
        guard !isPlain else { return nil }
        var attempts = self.trail
        if let choice = self.choice, self.resting !== last {
            attempts.append(self.note(last, at: choice.index, outcome))
        }
        // What was refused by the vendor is among the attempts.
        let unprepared = self.unfit.filter { $0.reason != .context }
        let skips =
            unprepared.map { RouteSkip(index: $0.index, reason: $0.reason) }
            + self.cursor.skips(self.model.chooser).filter { skip in !unprepared.contains { $0.index == skip.index } }
        return RouteTrail(
            strategy: self.model.chooser.strategy.rawValue,
            affinity: self.shownAffinity?.label,
            skipped: skips.map { (self.model.targets[$0.index].key, $0.reason.rawValue) },
            attempts: attempts,
            stopped: self.stopped
        ).text
    }
}

extension MonotonicInstant {
    /// Later by so much; as far as the clock reaches when that is too far.
    func later(by duration: Duration) -> MonotonicInstant {
        let (sum, overflow) = self.microseconds.addingReportingOverflow(TimeAmount(duration).nanoseconds / 1000)
        return MonotonicInstant(microseconds: overflow ? .max : sum)
    }
}

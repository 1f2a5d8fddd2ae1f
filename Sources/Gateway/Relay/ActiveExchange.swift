import Exchange
import Ledger
import Logging
import NIOCore
import Policy
import Providers
import Storage
import Synchronization
import Telemetry
import Upstream
import Wire

/// One attempt from dispatch to settlement: the shell that does what `ExchangeMachine` decides. It lives on one event loop,
/// between the client connection that owns it and the upstream connection it is lent. The request's last attempt tells the
/// caller and writes the record; one that fails before that rests until its `Journey` has put another in its place.
final class ActiveExchange: ConnectionWaiter, UpstreamConsumer {
    /// Everything the road found out before dispatch.
    struct Dispatch {
        let plan: RoutePlan
        let admitted: Admitted
        /// What this attempt is expected to use; another one's may differ.
        let estimate: Estimate
        let head: InboundHead
        let caller: Caller
        let bodyReceivedAt: NIODeadline
        /// Set when the body was translated, and the answer is to be.
        let translated: TranslatedRequest?
        /// What the request was proved with.
        let proof: RequestProof
        /// The caller's own label for reports; empty when there is none.
        let label: String
    }

    let loop: LoopState
    unowned let client: ClientConnection
    let journey: Journey
    let dispatch: Dispatch
    let format: any WireFormat
    let startedAt: NIODeadline
    /// It was begun beside another attempt that was slow: see ActiveExchange+Hedge.
    let isHedge: Bool
    /// Which span of the request's it is, when it is traced.
    let spanNumber: Int
    var machine: ExchangeMachine
    var record: RequestRecord
    var connection: UpstreamConnection?
    private var request: ByteBuffer?
    private var isWaiting = false

    // Relay state: see ActiveExchange+Stream and +Answer.
    var tap: (any StreamTap)?
    /// What a whole answer says it is; of a stream the tap knows it.
    var identity: AnswerIdentity?
    /// The tap of a translated stream, by its own type.
    var translation: TranslatedAnswer?
    var framer: SSEFramer
    /// Set when the vendor frames its stream as AWS does.
    var frames: AWSEventStreamFramer?
    /// Unwraps frames that hold events of the caller's own format.
    var nativeFrames: (any NativeFrameReader)?
    var unwrapped: [UInt8] = []
    var partial = ByteBuffer()
    var held = ByteBuffer()
    var output: ByteBuffer?
    var collected = ByteBuffer()
    var upstreamStatus = 0
    var upstreamContentType: String?
    var upstreamRetryAfter: Duration?
    /// AWS tells the kind of an error in a header alone.
    var upstreamErrorType: String?
    var framing = AnswerFraming.chunked
    var isHeadSent = false
    /// What goes to the caller when its settlement is safe.
    var whole: WholeAnswer?
    /// Bytes of a whole answer, for an estimate when it tells no counts.
    var answerBytes = 0
    /// What of a whole answer only its maker can read again.
    var answerReasoning: [UInt8]?
    /// How it failed, where that is known better than its failure says.
    private var end: AttemptEnd?
    /// The vendor refused what the caller asked for.
    var isCallersFault = false
    /// The failure that the vendor told, in the caller's format, when it has not been sent on.
    var terminal: [UInt8]?
    /// Told, recorded or given up: whatever still comes of it is nobody's business.
    private(set) var isSettled = false

    // Money: see ActiveExchange+Money.
    let attempt: AttemptID
    let attemptStartedAt: UnixMilliseconds
    let subject: LedgerEntry.Subject
    /// The periods it counts in: those of its admission, whenever it is settled.
    private(set) lazy var budgets = self.dispatch.admitted.admission.budgets.map {
        BudgetPeriodKey(budgetID: $0.budgetID, startsAt: $0.startsAt)
    }
    var ticket: JournalTicket?
    /// The first byte has gone upstream.
    private(set) var isSent = false
    var isMoneySettled = false
    var checkpointAt: NIODeadline
    var checkpointBytes = 0
    /// The caller has left; the vendor's answer is read on for its final count alone.
    var isDraining = false
    var drainDeadline: Scheduled<Void>?
    /// The answer was read to its end after the caller had left.
    var hasDrained = false
    /// Output waits for a settlement to be on the disk.
    var isOutputHeld = false
    private var checkedGeneration: UInt64
    private var checkedAt: NIODeadline

    init(
        _ journey: Journey,
        _ request: UpstreamRequest,
        _ plan: RoutePlan,
        _ admitted: Admitted,
        _ estimate: Estimate,
        _ received: ReceivedRequest,
        _ translated: TranslatedRequest?,
        label: String,
        now: NIODeadline
    ) {
        let client = journey.client
        let earlier = journey.resting
        self.isHedge = journey.isPreparingHedge
        self.spanNumber = journey.spanNumber
        self.journey = journey
        self.client = client
        self.loop = client.loop
        // Made where it stays: it is long.
        self.dispatch = Dispatch(
            plan: plan,
            admitted: admitted,
            estimate: estimate,
            head: received.head,
            caller: journey.caller,
            bodyReceivedAt: received.bodyReceivedAt,
            translated: translated,
            proof: request.proof,
            label: label
        )
        self.format = client.loop.shared.formats[self.dispatch.head.operation]
        self.request = request.bytes
        self.startedAt = now
        self.checkedGeneration = self.dispatch.caller.generation
        self.checkedAt = now
        self.attempt = client.loop.ids.attempt(unixMilliseconds: client.loop.unixMilliseconds)
        self.attemptStartedAt = client.loop.unixMilliseconds
        self.checkpointAt = now
        self.subject = client.loop.subjects.subject(
            self.dispatch.caller.key,
            self.dispatch.plan,
            self.dispatch.head.operation,
            label: self.dispatch.label
        )
        self.framer = SSEFramer(maxEventBytes: client.loop.shared.options.limits.maxEventBytes)
        if let native = self.dispatch.plan.native, native.patches.framesEvents {
            self.nativeFrames = native.door.makeFrameReader()
        }
        if self.nativeFrames != nil || self.dispatch.translated?.route.room.streamFraming == .awsEventStream {
            self.frames = AWSEventStreamFramer(maxFrameBytes: client.loop.shared.options.limits.maxEventBytes)
        }
        self.machine = ExchangeMachine(
            isStream: journey.inspected.facts.isStream,
            mayAnswerWhole: self.dispatch.translated != nil,
            isCommitted: earlier?.isHeadSent ?? false,
            isSilent: self.isHedge,
            deadlines: journey.model.rules.deadlines(client.loop.shared.deadlines),
            startedAt: journey.startedAt,
            now: now
        )
        self.isHeadSent = earlier?.isHeadSent ?? false
        self.framing = earlier?.framing ?? .chunked
        self.record =
            earlier?.record.forAnotherAttempt
            ?? RequestRecord(
                id: self.dispatch.head.requestID,
                startedAt: client.loop.unixMilliseconds(at: self.dispatch.head.receivedAt),
                keyID: self.dispatch.caller.key.id,
                projectID: self.dispatch.caller.key.project.id,
                operation: self.dispatch.head.operation
            )
        self.record.warnings = self.dispatch.translated?.warnings ?? []
        self.loop.shared.exchanges.add(1)
    }

    private var now: NIODeadline { self.loop.loop.now }

    /// Asks for a connection; the request is sent as soon as there is one.
    func start() {
        let endpoint = self.dispatch.plan.target.provider.endpoint
        switch self.loop.pool.acquire(endpoint, for: self, at: self.startedAt) {
        case .ready(let connection):
            self.connected(connection, at: self.startedAt)
        case .waiting:
            self.isWaiting = true
        case .saturated:
            self.connectionFailed(UpstreamError(.saturated, "the queue is full"))
        }
    }

    // MARK: ConnectionWaiter

    func connectionReady(_ connection: UpstreamConnection) {
        self.isWaiting = false
        self.connected(connection, at: self.now)
    }

    private func connected(_ connection: UpstreamConnection, at now: NIODeadline) {
        self.record.queueMicroseconds = (now - self.startedAt).nanoseconds / 1000
        guard self.machine.connected(now) == .send else { return connection.abort() }
        self.record.attempts += 1
        // Only the first one's beginning is ours alone.
        if self.record.attempts == 1, !self.isHedge {
            self.record.overheadMicroseconds = (self.startedAt - self.dispatch.bodyReceivedAt).nanoseconds / 1000
        }
        self.connection = connection
        do throws(GatewayFailure) {
            try self.openAttempt()
        } catch {
            return self.perform(self.machine.interrupt(error))
        }
        self.afterSync(isRequest: true) { exchange, isSafe in exchange.send(isJournalled: isSafe) }
    }

    /// Sends the request: its reservation is in the journal.
    private func send(isJournalled: Bool) {
        // Gone when the attempt was given up meanwhile.
        guard let connection = self.connection, let request = self.request else { return }
        guard isJournalled else {
            self.loop.shared.metrics.unjournalled.add()
            return self.perform(self.machine.interrupt(.noJournal))
        }
        self.dispatch.admitted.admission.markSent()
        // Kept until the answer is committed: a connection that turns out dead before a byte left is replaced.
        guard connection.send(request, to: self) else {
            self.connection = nil
            self.withdrawAttempt()
            return self.upstreamFailed(UpstreamError(.connectFailed, "closed before sending"))
        }
        self.isSent = true
        self.request = nil
        self.loop.returnBodyMemory(request)
    }

    func connectionFailed(_ error: UpstreamError) {
        self.isWaiting = false
        self.upstreamFailed(error)
    }

    // MARK: UpstreamConsumer

    func upstreamReceivedHead(_ head: HTTPResponseHead, in bytes: UnsafeRawBufferPointer) {
        let now = self.now
        self.record.firstByteMicroseconds = (now - self.dispatch.head.receivedAt).nanoseconds / 1000
        self.upstreamStatus = head.status
        let content = self.readUpstreamHeaders(head, bytes)
        guard !self.isDraining else { return self.drainHead(content) }
        if self.journey.inspected.facts.isStream, content == .eventStream { self.ensureTap() }
        self.perform(self.machine.receivedHead(status: head.status, content: content, now))
    }

    func upstreamReceivedBody(_ bytes: UnsafeRawBufferPointer) {
        guard !self.isDraining else { return self.drain(bytes) }
        switch self.machine.phase {
        case .holding, .streaming:
            self.frame(bytes)
        case .collectingAnswer:
            self.collect(bytes, limit: self.loop.shared.options.limits.maxAnswerBytes)
        case .collectingError:
            self.collect(bytes, limit: 1 << 20)
        case .connecting, .awaitingHead, .resting, .done:
            return
        }
    }

    func upstreamReadComplete() {
        guard !self.isDraining else { return }
        self.flushOutput()
    }

    func upstreamEnded() {
        self.connection = nil
        guard !self.isDraining else { return self.endDraining(isComplete: true) }
        if self.frames == nil { self.finishFraming() }
        self.finishTranslation()
        self.perform(self.machine.upstreamEnded(isComplete: self.tap?.isComplete ?? false))
    }

    func upstreamFailed(_ error: UpstreamError) {
        self.connection = nil
        guard !self.isDraining else { return self.endDraining(isComplete: false) }
        self.loop.shared.log.debug(
            "upstream failed",
            metadata: ["error": "\(error)", "request_id": "\(self.record.id)"]
        )
        self.finishFraming()
        self.end = AttemptEnd(error, isStreaming: self.machine.phase == .holding)
        self.perform(self.machine.upstreamFailed(.told(error), isComplete: self.tap?.isComplete ?? false))
    }

    // MARK: Caller and time

    func clientGone() {
        self.journey.callerLeftHedge()
        self.perform(self.machine.clientGone())
    }

    func clientWritability(_ isWritable: Bool) {
        self.machine.clientWritability(isWritable, self.now)
        self.connection?.setReadingPaused(!isWritable)
    }

    func interrupt(_ failure: GatewayFailure) {
        self.perform(self.machine.interrupt(failure))
    }

    func tick(_ now: NIODeadline) {
        guard self.isStillAllowed(now) else {
            return self.interrupt(GatewayFailure(.interrupted, "The key was revoked or has expired."))
        }
        self.checkpoint(now)
        if let limit = self.journey.model.rules.connect, self.machine.phase == .connecting,
            now - self.startedAt > TimeAmount(limit)
        {
            self.abandonUpstream()
            return self.upstreamFailed(UpstreamError(.connectTimedOut, "not within the model's own deadline"))
        }
        guard !self.leavesVendor(now) else { return }
        self.perform(self.machine.tick(now))
        self.flushOutput()
    }

    /// Looked at again after a write, and where time alone can end a key.
    private func isStillAllowed(_ now: NIODeadline) -> Bool {
        let generation = self.loop.current.generation
        guard generation != self.checkedGeneration || now - self.checkedAt > .milliseconds(900) else { return true }
        self.checkedGeneration = generation
        self.checkedAt = now
        return Authenticator.isInForce(self.dispatch.caller, self.loop)
    }

    // MARK: Acting

    func perform(_ action: ExchangeMachine.Action) {
        switch action {
        case .nothing, .send:
            return
        case .commitWithPing:
            self.sendHead()
            self.ping()
        case .ping:
            self.ping()
        case .completeStream:
            self.completeStream()
        case .completeAnswer:
            self.completeAnswer()
        case .completeError:
            self.completeError()
        case .answerFailure(let failure), .endStream(let failure):
            self.fail(failure)
        case .endToldStream:
            self.endToldStream()
        case .drop where self.startDraining():
            self.client.close()
        case .drop:
            self.abandonUpstream()
            self.settle(status: self.isHeadSent ? 200 : 0, outcome: self.machine.isTimedOut ? .timedOut : .clientGone)
            self.client.close()
        }
    }

    /// The attempt has failed: another one follows, or the caller is told.
    ///
    /// - Parameters:
    ///   - failure: What the caller would be told.
    ///   - isTold: The vendor said it itself, inside its stream.
    ///   - end: How it ended, where the failure alone does not say.
    func fail(_ failure: GatewayFailure, isTold: Bool = false, as end: AttemptEnd? = nil) {
        self.abandonUpstream()
        let answered = self.upstreamStatus != 0
        let end = end ?? (isTold ? .told(failure) : self.end ?? .judged(failure, answered: answered))
        self.end = nil
        guard !self.machine.hasToldContent, self.machine.phase != .resting,
            self.journey.goesOn(after: end, failure, from: self)
        else {
            self.journey.ended(self, end.outcome, at: self.now)
            return self.conclude(failure)
        }
        self.closeAttempt(failure)
    }

    /// Another attempt follows: this one is settled, and what was held of its answer is dropped.
    func closeAttempt(_ failure: GatewayFailure) {
        let (now, outcome) = (self.now, self.outcome(of: failure, begun: false))
        self.settleMoney(status: self.upstreamStatus, outcome: outcome, at: now, isLast: false)
        self.loop.shared.metrics.upstream.observe(microseconds: (now - self.startedAt).nanoseconds / 1000)
        self.machine.rest()
        self.dropAnswer()
        self.journey.closed(self, failure)
    }

    /// Drops what was held of the answer.
    func dropAnswer() {
        self.tap = nil
        self.translation = nil
        self.held = ByteBuffer()
        self.partial = ByteBuffer()
        self.collected = ByteBuffer()
        self.terminal = nil
    }

    /// Tells the caller, in an answer or in the stream that has begun.
    func conclude(_ failure: GatewayFailure) {
        if self.isHeadSent { self.endStream(failure) } else { self.answer(failure) }
    }

    /// Another attempt has taken its place.
    func retire() {
        guard !self.isSettled else { return }
        self.isSettled = true
        self.loop.shared.exchanges.add(-1)
    }

    /// Gives up the vendor's side at once, whatever it is doing: nothing we no longer want is paid for longer than this.
    func abandonUpstream() {
        if self.isWaiting {
            self.isWaiting = false
            self.loop.pool.cancel(self, at: self.dispatch.plan.target.provider.endpoint)
        }
        self.connection?.abort()
        self.connection = nil
    }

    /// Records the exchange, once, whatever ended it.
    func settle(status: Int, outcome: ExchangeOutcome) {
        guard !self.isSettled, !self.journey.defers(self, status: status, outcome) else { return }
        self.isSettled = true
        let now = self.now
        self.settleMoney(status: status, outcome: outcome, at: now)
        let verdict = self.verdict(outcome, at: now)
        self.record.route = self.journey.story(of: self, verdict)
        let attempts = self.journey.finishedAttempts(with: self, verdict)
        if case .succeeded = verdict {
            self.journey.remember(self.record.usage, reasoning: self.tap?.reasoningState ?? self.answerReasoning)
        }
        self.journey.ended(self, verdict, at: now)
        self.finishRecord(status: status, outcome: outcome, at: now)
        self.tell(attempts)
        self.journey.finish()
        self.loop.shared.exchanges.add(-1)
    }

    /// What an attempt that nobody has judged yet says about its target.
    private func verdict(_ outcome: ExchangeOutcome, at now: NIODeadline) -> AttemptOutcome {
        switch outcome {
        case .completed:
            return .succeeded(
                firstContent: self.record.firstContentMicroseconds.map { .microseconds($0) },
                total: .nanoseconds((now - self.startedAt).nanoseconds)
            )
        case .upstreamError where self.isCallersFault: return .callerFault
        case .truncated, .upstreamError: return .sickTarget
        case .refused: return .callerFault
        case .timedOut where self.isSent: return .sickTarget
        case .clientGone, .timedOut, .interrupted: return .cancelled
        }
    }

    deinit {
        // The net: an exchange that was dropped without being settled is our defect, and is counted as one.
        guard !self.isSettled else { return }
        self.loop.shared.exchanges.add(-1)
        self.loop.shared.metrics.defects.add()
    }
}

extension RequestRecord {
    /// What another attempt goes on with: the request is the same, and what it has cost so far.
    fileprivate var forAnotherAttempt: RequestRecord {
        var record = self
        record.upstreamRequestID = nil
        record.usage = nil
        record.isEstimated = false
        record.finishReason = nil
        record.failure = nil
        record.firstByteMicroseconds = nil
        record.firstContentMicroseconds = nil
        return record
    }
}

import Exchange
import NIOCore

/// What kind of body a vendor's head announces.
enum AnswerContent: Equatable {
    case eventStream
    case json
    case other
}

/// Decides what becomes of one exchange after dispatch. A value: it is told what happened and says what to do; sockets, bytes
/// and clocks stay outside, so that every path runs in a test without them.
struct ExchangeMachine {
    /// Where the exchange stands.
    enum Phase: Equatable {
        /// Waiting for a connection.
        case connecting
        /// The request is on its way or there; no byte of an answer yet.
        case awaitingHead
        /// A stream has begun at the vendor, but the caller was told nothing of it: another attempt can still take its place.
        case holding
        /// The caller has content: from now on nothing is tried again, and failures are told inside the stream.
        case streaming
        /// A whole answer is being collected.
        case collectingAnswer
        /// A whole error answer is being collected.
        case collectingError
        /// The attempt has failed, and another one is about to be made.
        case resting
        /// Over; everything that still comes is ignored.
        case done
    }

    /// What to do now.
    enum Action: Equatable {
        case nothing
        /// Send the request.
        case send
        /// Send the head and a sign of life.
        case commitWithPing
        /// Send a sign of life.
        case ping
        /// Finish the stream in good order.
        case completeStream
        /// Finish the collected answer.
        case completeAnswer
        /// Judge and pass on the collected error answer.
        case completeError
        /// Nothing was told yet: answer with this failure.
        case answerFailure(GatewayFailure)
        /// The stream has begun: end it with this failure's terminal.
        case endStream(GatewayFailure)
        /// The failure was told by the vendor in the client's grammar: just end.
        case endToldStream
        /// The caller is gone or does not read: drop everything.
        case drop
    }

    /// What to do with one event's bytes.
    enum EventAction: Equatable {
        /// Pass on.
        case forward
        /// Keep until the stream is committed.
        case hold
        /// Keep from the caller for good.
        case hide
        /// Send the head if it has not been sent, what was held back, and this.
        case commitAndForward
        /// As `Action.answerFailure`.
        case answerFailure(GatewayFailure)
        /// As `Action.endStream`.
        case endStream(GatewayFailure)
    }

    private(set) var phase = Phase.connecting
    /// Set when a failure was told inside the stream.
    private(set) var toldFailure: GatewayFailure?
    /// Set when a deadline ended the exchange.
    private(set) var isTimedOut = false
    /// The caller has the head: from then on a failure can only be told inside the stream.
    private(set) var isCommitted: Bool
    /// The caller has something of an answer: from then on there is no other attempt.
    private(set) var hasToldContent = false

    /// Another attempt speaks to the caller: this one gives no signs of life.
    private var isSilent: Bool
    private let isStream: Bool
    private let mayAnswerWhole: Bool
    private let deadlines: ExchangeDeadlines
    private let startedAt: NIODeadline
    private var sentAt: NIODeadline
    private var lastEventAt: NIODeadline
    private var lastContentAt: NIODeadline
    private var lastWriteAt: NIODeadline
    private var stalledSince: NIODeadline?

    /// - Parameters:
    ///   - isStream: The caller asked for a stream.
    ///   - mayAnswerWhole: A stream can be made of a whole answer (translated ones).
    ///   - isCommitted: An earlier attempt took so long that the caller has the head already.
    ///   - isSilent: Another attempt, under way beside this one, speaks to the caller.
    ///   - deadlines: How long everything may take.
    ///   - startedAt: When the first attempt was begun; `nil` for now.
    ///   - now: The start of this attempt.
    init(
        isStream: Bool,
        mayAnswerWhole: Bool = false,
        isCommitted: Bool = false,
        isSilent: Bool = false,
        deadlines: ExchangeDeadlines,
        startedAt: NIODeadline? = nil,
        now: NIODeadline
    ) {
        self.isStream = isStream
        self.mayAnswerWhole = mayAnswerWhole
        self.isCommitted = isCommitted
        self.isSilent = isSilent
        self.deadlines = deadlines
        self.startedAt = startedAt ?? now
        self.sentAt = now
        self.lastEventAt = now
        self.lastContentAt = now
        self.lastWriteAt = now
    }

    /// The caller has content, and whatever may come to be due is seconds away: time need not be told by the tenth of one.
    var isCalm: Bool {
        let deadlines = self.deadlines.all
        let shortest = min(
            min(deadlines.idle, deadlines.noContent, deadlines.totalStream),
            min(deadlines.ping, deadlines.writeStall)
        )
        return self.phase == .streaming && shortest >= .seconds(5)
    }

    // MARK: Upstream

    mutating func connected(_ now: NIODeadline) -> Action {
        guard case .connecting = self.phase else { return .nothing }
        self.phase = .awaitingHead
        self.sentAt = now
        self.lastEventAt = now
        self.lastContentAt = now
        return .send
    }

    mutating func receivedHead(status: Int, content: AnswerContent, _ now: NIODeadline) -> Action {
        guard case .awaitingHead = self.phase else { return .nothing }
        self.lastEventAt = now
        switch status {
        case 200..<300:
            return self.receivedSuccess(content)
        case 300..<400:
            return self.fail(
                GatewayFailure(.upstreamFailed, "The provider answered with a redirect, which is never followed.")
            )
        default:
            self.phase = .collectingError
            return .nothing
        }
    }

    private mutating func receivedSuccess(_ content: AnswerContent) -> Action {
        switch (self.isStream, content) {
        case (true, .eventStream):
            self.phase = .holding
            return .nothing
        case (false, .json),
            (true, .json) where self.mayAnswerWhole:
            self.phase = .collectingAnswer
            return .nothing
        case (true, .json), (true, .other):
            return self.fail(
                GatewayFailure(.upstreamFailed, "The provider did not answer a streaming request with a stream.")
            )
        case (false, .eventStream), (false, .other):
            return self.fail(GatewayFailure(.upstreamFailed, "The provider's answer is not JSON."))
        }
    }

    mutating func observed(_ observation: StreamObservation, _ now: NIODeadline) -> EventAction {
        self.lastEventAt = now
        if observation.isContent { self.lastContentAt = now }
        switch self.phase {
        case .holding:
            return self.observedWhileHolding(observation, now)
        case .streaming:
            return self.observedWhileStreaming(observation, now)
        case .connecting, .awaitingHead, .collectingAnswer, .collectingError, .resting, .done:
            return .hide
        }
    }

    private mutating func observedWhileHolding(_ observation: StreamObservation, _ now: NIODeadline) -> EventAction {
        if let failure = observation.failure { return self.failEvent(failure) }
        switch observation.disposition {
        case .reject:
            return self.failEvent(Self.brokenEvent)
        case .hide:
            return .hide
        case .forward where observation.isContent:
            self.phase = .streaming
            self.isCommitted = true
            self.hasToldContent = true
            self.lastWriteAt = now
            return .commitAndForward
        case .forward:
            return .hold
        }
    }

    private mutating func observedWhileStreaming(_ observation: StreamObservation, _ now: NIODeadline) -> EventAction {
        if let failure = observation.failure, self.toldFailure == nil { self.toldFailure = failure }
        switch observation.disposition {
        case .reject:
            return .endStream(self.close(Self.brokenEvent))
        case .hide:
            return .hide
        case .forward:
            self.lastWriteAt = now
            return .forward
        }
    }

    /// The answer ended in its own framing.
    ///
    /// - Parameter isComplete: Whether the stream's grammar allows it to end here.
    /// - Returns: What to do.
    mutating func upstreamEnded(isComplete: Bool) -> Action {
        switch self.phase {
        case .connecting, .awaitingHead, .resting, .done:
            return .nothing
        case .collectingAnswer:
            self.phase = .done
            return .completeAnswer
        case .collectingError:
            self.phase = .done
            return .completeError
        case .holding where isComplete, .streaming where isComplete && self.toldFailure == nil:
            self.phase = .done
            return .completeStream
        case .streaming where self.toldFailure != nil:
            self.phase = .done
            return .endToldStream
        case .holding, .streaming:
            return self.fail(Self.cutStream)
        }
    }

    /// The vendor or the way to it failed.
    mutating func upstreamFailed(_ failure: GatewayFailure, isComplete: Bool) -> Action {
        switch self.phase {
        case .done, .resting:
            return .nothing
        case .streaming where self.toldFailure != nil:
            self.phase = .done
            return .endToldStream
        case .streaming where isComplete, .holding where isComplete:
            self.phase = .done
            return .completeStream
        case .connecting, .awaitingHead, .holding, .streaming, .collectingAnswer, .collectingError:
            return self.fail(failure)
        }
    }

    /// Since when the vendor has had the request, while nothing of an answer has come: at most the head of a stream.
    var isWaitingSince: NIODeadline? {
        switch self.phase {
        case .awaitingHead, .holding: self.sentAt
        case .connecting, .streaming, .collectingAnswer, .collectingError, .resting, .done: nil
        }
    }

    /// The vendor has taken too long: another attempt takes the place of this one, which is about to rest.
    mutating func giveUp() {
        self.isTimedOut = true
    }

    /// The attempt has failed, which the caller was not told: another one takes its place.
    mutating func rest() {
        guard !self.hasToldContent else { return }
        self.phase = .resting
        self.isTimedOut = false
    }

    /// The attempt that spoke to the caller has ended: this one speaks from here on.
    ///
    /// - Parameters:
    ///   - isCommitted: The caller has the head already.
    ///   - now: When it takes over.
    mutating func speak(isCommitted: Bool, _ now: NIODeadline) {
        self.isSilent = false
        self.isCommitted = isCommitted || self.isCommitted
        self.lastWriteAt = now
    }

    // MARK: Caller and us

    /// The caller closed.
    mutating func clientGone() -> Action {
        guard self.phase != .done else { return .nothing }
        self.phase = .done
        return .drop
    }

    /// The caller stopped, or resumed, taking bytes.
    mutating func clientWritability(_ isWritable: Bool, _ now: NIODeadline) {
        self.stalledSince = isWritable ? nil : (self.stalledSince ?? now)
    }

    /// Martlet ends it: a key revoked, a shutdown, its own defect.
    mutating func interrupt(_ failure: GatewayFailure) -> Action {
        guard self.phase != .done else { return .nothing }
        return self.fail(failure)
    }

    /// Time passed.
    mutating func tick(_ now: NIODeadline) -> Action {
        if let stalledSince = self.stalledSince, self.passed(stalledSince, self.deadlines.all.writeStall, now) {
            self.phase = .done
            self.isTimedOut = true
            return .drop
        }
        let total = self.isStream ? self.deadlines.all.totalStream : self.deadlines.all.total
        switch self.phase {
        case .done, .connecting:
            return .nothing
        case .resting:
            if self.passed(self.startedAt, total, now) { return self.timeOut("No provider answered in time.") }
            return self.isStream ? self.tickSilence(now) : .nothing
        case .awaitingHead, .collectingAnswer, .collectingError:
            if self.passed(self.startedAt, total, now) { return self.timeOut("The provider did not answer in time.") }
            return self.isStream ? self.tickWaiting(now) : .nothing
        case .holding, .streaming:
            if self.passed(self.startedAt, total, now) { return self.timeOut("The stream took longer than allowed.") }
            return self.tickStream(now)
        }
    }

    /// A stream whose vendor has not said anything yet.
    private mutating func tickWaiting(_ now: NIODeadline) -> Action {
        let late = self.tickBeforeContent(now)
        return late == .nothing ? self.tickSilence(now) : late
    }

    /// The caller's side of silence: the head after the hold, then signs of life.
    private mutating func tickSilence(_ now: NIODeadline) -> Action {
        guard !self.isSilent else { return .nothing }
        guard self.isCommitted else {
            guard self.passed(self.startedAt, self.deadlines.all.headHold, now) else { return .nothing }
            self.isCommitted = true
            self.lastWriteAt = now
            return .commitWithPing
        }
        guard self.stalledSince == nil, self.passed(self.lastWriteAt, self.deadlines.all.ping, now) else {
            return .nothing
        }
        self.lastWriteAt = now
        return .ping
    }

    private mutating func tickBeforeContent(_ now: NIODeadline) -> Action {
        guard self.passed(self.sentAt, self.deadlines.all.firstContent, now) else { return .nothing }
        return self.timeOut("The provider sent no content in time.")
    }

    private mutating func tickStream(_ now: NIODeadline) -> Action {
        if self.lastContentAt == self.sentAt {
            let late = self.tickBeforeContent(now)
            if late != .nothing { return late }
        } else if self.passed(self.lastContentAt, self.deadlines.all.noContent, now) {
            return self.timeOut("The provider sent no further content in time.")
        }
        if self.lastContentAt != self.sentAt, self.passed(self.lastEventAt, self.deadlines.all.idle, now) {
            return self.timeOut("The provider's stream went silent.")
        }
        return self.tickSilence(now)
    }

    // MARK: Failures

    private static let brokenEvent = GatewayFailure(.upstreamFailed, "The provider sent an event that is not valid.")
    private static let cutStream = GatewayFailure(
        .upstreamFailed,
        "The provider's stream ended before it was complete."
    )

    private mutating func timeOut(_ message: String) -> Action {
        self.isTimedOut = true
        return self.fail(GatewayFailure(.upstreamTimeout, message))
    }

    private mutating func fail(_ failure: GatewayFailure) -> Action {
        self.phase = .done
        return self.isCommitted ? .endStream(failure) : .answerFailure(failure)
    }

    private mutating func failEvent(_ failure: GatewayFailure) -> EventAction {
        self.phase = .done
        return self.isCommitted ? .endStream(failure) : .answerFailure(failure)
    }

    private mutating func close(_ failure: GatewayFailure) -> GatewayFailure {
        self.phase = .done
        return failure
    }

    private func passed(_ since: NIODeadline, _ limit: Duration, _ now: NIODeadline) -> Bool {
        now - since > TimeAmount(limit)
    }
}

import NIOCore
import Policy
import Providers
import Storage
import Telemetry
import Upstream

extension Journey {
    /// Whether each attempt is told of.
    var isTraced: Bool {
        self.head.trace?.isSampled == true && self.recordsSpans && self.loop.shared.telemetry != nil
    }

    private var recordsSpans: Bool { self.loop.shared.options.tracing?.recordsSpans == true }

    /// The trace as the vendor of the next attempt is to see it. Each attempt is a span of its own.
    ///
    /// - Parameters:
    ///   - provider: Who is to be asked.
    ///   - received: The request, for what the caller told.
    /// - Returns: `nil` when this vendor is told nothing, or there is nothing to tell.
    func traceHeaders(for provider: Provider, _ received: ReceivedRequest) -> TraceHeaders? {
        self.spanNumber &+= 1
        guard provider.forwardsTrace else { return nil }
        let told = self.head.scan.traceParent.flatMap { TraceParent(received.text($0)) }
        guard let trace = self.head.trace, self.recordsSpans else {
            return told.map { TraceHeaders($0, self.head, received) }
        }
        let own = trace.parent(for: trace.spanID.child(self.spanNumber))
        // What other systems say belongs to the caller's trace alone.
        return told == nil ? TraceHeaders(parent: own.text, state: nil) : TraceHeaders(own, self.head, received)
    }

    /// An attempt that is over, for telemetry; `nil` when nobody wants to know.
    func finished(
        _ exchange: ActiveExchange,
        at index: Int,
        _ outcome: AttemptOutcome,
        isLast: Bool = false
    ) -> FinishedAttempt? {
        guard self.isTraced else { return nil }
        let target = self.model.targets[index]
        let receivedAt = self.head.receivedAt
        func since(_ moment: NIODeadline) -> Int64 { (moment - receivedAt).nanoseconds / 1000 }
        return FinishedAttempt(
            number: exchange.spanNumber,
            place: target.provider.place(of: target.upstreamModel),
            times: .init(
                begin: since(exchange.startedAt),
                wait: exchange.record.queueMicroseconds,
                firstContent: exchange.record.firstContentMicroseconds,
                end: since(self.loop.loop.now)
            ),
            status: exchange.upstreamStatus,
            outcome: outcome.label,
            isHedge: exchange.isHedge,
            upstreamRequestID: exchange.record.upstreamRequestID,
            isLast: isLast
        )
    }

    /// All attempts of the request, for telemetry; empty when nobody wants to know.
    ///
    /// - Parameters:
    ///   - last: The exchange that tells the caller.
    ///   - outcome: How it ended.
    /// - Returns: In the order in which they ended.
    func finishedAttempts(with last: ActiveExchange, _ outcome: AttemptOutcome) -> [FinishedAttempt] {
        guard self.isTraced else { return [] }
        var attempts = self.trail.compactMap(\.finished)
        if let choice = self.choice, self.resting !== last,
            let own = self.finished(last, at: choice.index, outcome, isLast: true)
        {
            attempts.append(own)
        }
        return attempts
    }
}

extension Provider {
    fileprivate func place(of model: String) -> FinishedAttempt.Place {
        let kind = self.configuration.kind.rawValue
        guard case .tcp(let host, let port, _) = self.endpoint.transport else {
            return .init(provider: self.name, kind: kind, model: model, host: "", port: 0)
        }
        return .init(provider: self.name, kind: kind, model: model, host: host, port: port)
    }
}

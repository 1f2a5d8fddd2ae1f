import Exchange
import NIOCore
import Policy
import Storage
import Telemetry
import Upstream

extension ActiveExchange {
    /// Keeps who is calling, from the caller's own headers, for the record.
    func describeClient(_ headBytes: ByteBuffer) {
        let head = self.dispatch.head
        headBytes.withUnsafeReadableBytes { bytes in
            self.record.client = Self.label(head.scan.userAgent, in: bytes, limit: 120)
            self.record.session = Self.label(head.scan.session, in: bytes, limit: 256)
        }
    }

    private static func label(_ range: Range<Int>?, in bytes: UnsafeRawBufferPointer, limit: Int) -> String? {
        guard let range, !range.isEmpty else { return nil }
        let value = bytes[range].prefix(limit)
        guard value.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    /// Completes the record and hands it to the writer's queue; counts what is counted.
    func finishRecord(status: Int, outcome: ExchangeOutcome, at now: NIODeadline) {
        let metrics = self.loop.shared.metrics
        let total = (now - self.dispatch.head.receivedAt).nanoseconds / 1000
        let target = self.dispatch.plan.target
        if let tap = self.tap { self.record.finishReason = tap.finishReason }
        self.record.isStream = self.journey.inspected.facts.isStream
        self.record.modelAsked = self.dispatch.plan.model.name
        self.record.modelServed = target.upstreamModel
        self.record.provider = target.provider.name
        self.record.session = self.journey.inspected.facts.session ?? self.record.session
        self.record.status = status
        self.record.outcome = outcome
        self.record.totalMicroseconds = total
        self.record.traceID = self.dispatch.head.trace.map { "\($0.traceID)" }
        self.loop.append(self.record)

        metrics.duration.observe(microseconds: total)
        metrics.overhead.observe(microseconds: self.record.overheadMicroseconds)
        if let first = self.record.firstContentMicroseconds { metrics.firstContent.observe(microseconds: first) }
        if outcome == .clientGone { metrics.clientsGone.add() }
        if let translation = self.translation, translation.unknownCount > 0 {
            metrics.unknownEvents.add(translation.unknownCount)
        }
        // Part by part: a record is long, and whole it would be copied.
        let streamed = self.record.isStream ? self.record.firstContentMicroseconds.map { total - $0 } : nil
        metrics.observe(self.record.usage, costNanoUSD: self.record.costNanoUSD, streamed: streamed)
        metrics.upstream.observe(microseconds: (now - self.startedAt).nanoseconds / 1000)
        let operation = self.dispatch.head.operation
        self.loop.counters.count(
            operation: operation.rawValue,
            operationIndex: operation.index,
            status: status,
            project: self.dispatch.caller.key.project.name,
            model: target.label
        )
    }
}

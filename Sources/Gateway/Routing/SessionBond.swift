import Exchange
import NIOCore
import Policy

/// What ties a request to the target that served its conversation before: reasoning that only that target's credential can
/// read, the label that requests of the conversation share, or else a long beginning that the vendor has in its cache.
///
/// Reasoning goes first, for it says most: a label may be a user's, and so that of many conversations.
final class SessionBond {
    /// No vendor caches less. Source: prompt caching of Anthropic and OpenAI, November 2026.
    private static let leastPrefixTokens = 1_024

    private let scope: SessionScope
    private let label: SessionDigest?
    private let reasoning: SessionDigest?
    private let prefix: SessionDigest?
    private var home: (targetKey: String, cachedTokens: Int)?

    /// Finds what ties a request.
    ///
    /// - Returns: `nil` where the model has no targets to choose between, or does not keep conversations together.
    static func find(
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest,
        _ caller: Caller,
        _ model: Model
    ) -> SessionBond? {
        guard model.targets.count > 1, model.rules.isSticky else { return nil }
        return SessionBond(inspected, received, caller, model)
    }

    private init(_ inspected: InspectedRequest, _ received: ReceivedRequest, _ caller: Caller, _ model: Model) {
        let facts = inspected.facts
        let scope = SessionScope(key: caller.key.id, model: model.name)
        self.scope = scope
        let label = facts.session ?? received.head.scan.session.map(received.text)
        self.label = label.flatMap { $0.isEmpty ? nil : scope.digest($0) }
        self.reasoning = facts.reasoningState.flatMap { range in
            received.body.withUnsafeReadableBytes { scope.digest(reasoning: Self.part(range, of: $0)) }
        }
        guard self.label == nil, self.reasoning == nil, Self.isLong(facts.prefix, model) else {
            self.prefix = nil
            return
        }
        self.prefix = received.body.withUnsafeReadableBytes { bytes in
            scope.digest([facts.prefix.tools, facts.prefix.instructions].map { $0.map { Self.part($0, of: bytes) } })
        }
    }

    /// Says where the request goes.
    ///
    /// - Returns: `nil` when nothing ties it.
    func decide(
        _ homes: SessionHomes,
        _ chooser: TargetChooser,
        at now: MonotonicInstant,
        obstacle: (Int) -> SkipReason?
    ) -> AffinityDecision? {
        var decision: AffinityDecision?
        for (digest, table) in [(self.reasoning, homes.reasoning), (self.label, homes.labels)] {
            guard let digest else { continue }
            let found = table.decide(digest, chooser, at: now, obstacle: obstacle)
            decision = found
            guard found == .place else {
                self.home = table.home(of: digest, at: now)
                return found
            }
        }
        guard let prefix = self.prefix else { return decision }
        return homes.prefixes.decide(prefix, chooser, at: now, obstacle: obstacle)
    }

    /// Notes who has served the request.
    ///
    /// - Parameters:
    ///   - homes: Where it is noted.
    ///   - target: Who has.
    ///   - usage: What the answer used.
    ///   - state: What in the answer only its maker can read again, as the next request will bring it.
    ///   - keepsReasoning: The target was sent the request's reasoning, and so could read it.
    ///   - now: The loop's clock.
    func note(
        _ homes: SessionHomes,
        servedBy target: RouteTarget,
        _ usage: TokenUsage?,
        reasoning state: [UInt8]?,
        keepsReasoning: Bool,
        at now: MonotonicInstant
    ) {
        let cached = Self.cachedTokens(usage)
        let old = keepsReasoning ? self.reasoning : nil
        let scope = self.scope
        let new = state.flatMap { state in state.withUnsafeBytes { scope.digest(reasoning: $0) } }
        for digest in [old, new] {
            guard let digest else { continue }
            homes.reasoning.note(digest, servedBy: target, cachedTokens: cached, isPinned: true, at: now)
        }
        if let label = self.label {
            let isPinned = old != nil || new != nil
            homes.labels.note(label, servedBy: target, cachedTokens: cached, isPinned: isPinned, at: now)
        }
        if let prefix = self.prefix { homes.prefixes.note(prefix, servedBy: target, cachedTokens: cached, at: now) }
    }

    /// Tokens of the conversation that another target than this one had in its cache when the request was placed.
    func cachedTokens(awayFrom targetKey: String) -> Int {
        guard let home = self.home, home.targetKey != targetKey else { return 0 }
        return home.cachedTokens
    }

    private static func cachedTokens(_ usage: TokenUsage?) -> Int {
        guard let usage else { return 0 }
        let written = max(usage.cacheWrite5mTokens, usage.cacheWrite1hTokens)
        let (sum, overflow) = usage.cacheReadTokens.addingReportingOverflow(written)
        return overflow ? .max : sum
    }

    private static func isLong(_ prefix: Inspected.StablePrefix, _ model: Model) -> Bool {
        guard prefix.count > Self.leastPrefixTokens else { return false }
        let learned = model.targets[0].pricing.learned
        return learned.inputTokens(bytes: prefix.count) >= Self.leastPrefixTokens
    }

    private static func part(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range.clamped(to: 0..<bytes.count)])
    }
}

/// Within what digests are compared: one key's requests for one model.
private struct SessionScope {
    /// What is read on an event loop is short.
    private static let mostOfPart = 64 << 10
    private static let mostOfState = 4 << 10
    private static let longestEnvelope = 64 << 10

    let key: String
    let model: String

    func digest(_ label: String) -> SessionDigest {
        self.digest { $0.combine(label) }
    }

    /// Of several parts, each there or not: of how long they are, and how they begin.
    func digest(_ parts: [UnsafeRawBufferPointer?]) -> SessionDigest {
        self.digest { hasher in
            for part in parts {
                hasher.combine(part?.count)
                if let part { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: part.prefix(Self.mostOfPart))) }
            }
        }
    }

    /// Of reasoning's state, as JSON has it between the quotes; of its end, where it is long. An envelope of ours is opened:
    /// another format may bring the same state without one.
    func digest(reasoning state: UnsafeRawBufferPointer) -> SessionDigest? {
        guard state.starts(with: ReasoningEnvelope.prefix.utf8) else { return self.digest(end: state) }
        guard state.count <= Self.longestEnvelope,
            let inner = ReasoningEnvelope.open(String(decoding: state, as: UTF8.self))?.state
        else { return nil }
        return Array(inner.value.utf8).withUnsafeBytes { self.digest(end: $0) }
    }

    private func digest(end state: UnsafeRawBufferPointer) -> SessionDigest? {
        guard !state.isEmpty else { return nil }
        // Base64 has nothing to escape but the slash, which some do and some do not.
        let plain = state.suffix(2 * Self.mostOfState).filter { $0 != UInt8(ascii: "\\") }.suffix(Self.mostOfState)
        return self.digest { hasher in plain.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }

    /// What is long is read once: the halves are told apart afterwards.
    private func digest(_ content: (inout Hasher) -> Void) -> SessionDigest {
        var hasher = Hasher()
        hasher.combine(self.key)
        hasher.combine(self.model)
        content(&hasher)
        let value = hasher.finalize()
        var low = Hasher()
        low.combine(value)
        return SessionDigest(
            high: UInt64(bitPattern: Int64(value)),
            low: UInt64(bitPattern: Int64(low.finalize()))
        )
    }
}

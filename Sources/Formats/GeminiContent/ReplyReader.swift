import Exchange
import Wire

/// Reads responses of one answer, in order: all that a stream sends, or the only one.
///
/// What it keeps does not grow with the answer.
struct ReplyReader {
    /// Responses of a kind this reader does not know.
    private(set) var unknownCount = 0
    /// The tier that served, when told.
    private(set) var serviceTier: ServiceTier?

    let notes: ReplyNotes
    /// There is one response and no other will follow.
    private let isWhole: Bool
    private var hasStarted = false
    private var hasEnded = false
    private var isBlocked = false
    private var hasCandidate = false
    private var finishReason: EndReason?
    private var usage: TokenUsage?
    private var isBilledByAnswer = false
    var blocks = BlockSequence()
    var calls = 0
    var grounding = Grounding()

    init(notes: ReplyNotes, isWhole: Bool) {
        self.notes = notes
        self.isWhole = isWhole
    }

    /// Reads one response, or an array of them.
    mutating func read(_ root: JSONValue, into events: inout [AnswerEvent]) {
        guard !self.hasEnded else { return }
        guard root.kind == .array else { return self.readResponse(root, into: &events) }
        for response in root.elements where !self.hasEnded { self.readResponse(response, into: &events) }
    }

    /// Nothing more will come.
    mutating func finish(into events: inout [AnswerEvent]) {
        guard !self.hasEnded else { return }
        guard let ending = self.ending else {
            let text = self.isWhole ? "The provider's answer holds nothing." : "The provider's stream ended early."
            return self.fail(text, into: &events)
        }
        self.grounding.cite(in: self.blocks, into: &events)
        self.blocks.close(into: &events)
        switch ending {
        case .failure(let text): self.fail(text, into: &events)
        case .finish(let reason):
            if let usage = self.counts { events.append(.usage(usage)) }
            events += [.finish(reason), .end]
            self.hasEnded = true
        }
    }

    /// The answer has failed.
    mutating func fail(_ text: String, into events: inout [AnswerEvent]) {
        self.fail(GatewayFailure(.upstreamFailed, text), into: &events)
    }

    private mutating func fail(_ failure: GatewayFailure, into events: inout [AnswerEvent]) {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        self.blocks.close(into: &events)
        if let usage = self.counts { events.append(.usage(usage)) }
        events.append(.fail(failure))
    }

    /// The counts, with the searches. Until Gemini 3 a grounded answer is billed once, however often was searched.
    private var counts: TokenUsage? {
        guard var usage = self.usage else { return nil }
        usage.webSearchRequests = self.isBilledByAnswer ? min(self.grounding.queries, 1) : self.grounding.queries
        return usage
    }

    private var ending: EndReason.Ending? {
        if let reason = self.finishReason {
            return reason.ending(hasCalls: self.calls > 0, hasContent: self.blocks.count > 0)
        }
        if self.isBlocked { return .finish(.contentFilter) }
        return self.isWhole && self.hasCandidate ? .finish(self.calls > 0 ? .toolCalls : .stop) : nil
    }

    private mutating func readResponse(_ root: JSONValue, into events: inout [AnswerEvent]) {
        guard root.kind == .object else { return self.unknownCount &+= 1 }
        if let error = root["error"], !error.isNull { return self.fail(GeminiError(root).failure, into: &events) }
        // Cloud Code wraps every response.
        let response = root["response"]?.kind == .object ? root["response"] ?? root : root
        guard Self.isResponse(response) else { return self.unknownCount &+= 1 }
        self.readUsage(response["usageMetadata"])
        self.start(response, into: &events)
        if let reason = response["promptFeedback"]?["blockReason"], Self.isSet(reason) { self.isBlocked = true }
        guard let candidates = response["candidates"] else { return }
        for candidate in candidates.elements {
            // The others were not asked for.
            guard candidate.kind == .object, candidate["index"]?.int ?? 0 == 0 else { continue }
            self.hasCandidate = true
            self.read(candidate: candidate, into: &events)
        }
    }

    private mutating func read(candidate: JSONValue, into events: inout [AnswerEvent]) {
        if let parts = candidate["content"]?["parts"] {
            for part in parts.elements { self.read(part: part, into: &events) }
        }
        if let logprobs = candidate["logprobsResult"], let index = self.blocks.openText {
            if let json = Logprobs.read(logprobs) { events.append(.logprobs(index, json)) }
        }
        self.grounding.read(candidate)
        if let reason = candidate["finishReason"].flatMap(EndReason.init) { self.finishReason = reason }
    }

    private mutating func start(_ response: JSONValue, into events: inout [AnswerEvent]) {
        guard !self.hasStarted else { return }
        self.hasStarted = true
        var head = AnswerHead()
        head.id = response["responseId"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        head.model = response["modelVersion"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        self.isBilledByAnswer = head.model?.hasPrefix("gemini-2") ?? false
        head.usage = self.usage
        events.append(.start(head))
    }

    /// Counts are cumulative and the last ones stand, even when they are smaller; those without a prompt count (Vertex
    /// sends the traffic's type alone in between) say nothing.
    private mutating func readUsage(_ value: JSONValue?) {
        guard let value, let usage = UsageCounts.read(value) else { return }
        self.usage = usage
        self.serviceTier = value["serviceTier"]?.string.flatMap { ServiceTier(rawValue: $0.lowercased()) }
    }

    private static func isResponse(_ root: JSONValue) -> Bool {
        let members: [StaticString] = ["candidates", "usageMetadata", "promptFeedback", "modelVersion", "responseId"]
        return members.contains { root[$0] != nil }
    }

    private static func isSet(_ reason: JSONValue) -> Bool {
        !reason.isNull && reason.int != 0 && !reason.equals("BLOCK_REASON_UNSPECIFIED")
            && !reason.equals("BLOCKED_REASON_UNSPECIFIED")
    }
}

import Exchange
import Wire

/// Watches a stream of `chat.completion.chunk` or `text_completion` objects.
///
/// Complete is a stream in which every choice that began has a finish reason, or that said `[DONE]` after an answer
/// began; never one in which an error was told, whatever follows it: after an error OpenAI still sends a usage chunk of
/// zeros and `[DONE]`.
final class ChatStreamTap: StreamTap {
    private let reader: EventReader
    private let hidesUsage: Bool
    private var choices = ChoiceProgress()
    private var isDone = false
    private var hasFailed = false

    private(set) var usage: TokenUsage?
    private(set) var model: String?
    var notesID = false
    private(set) var responseID: String?
    private(set) var finishReason: String?
    private(set) var outputBytes = 0

    init(_ reader: EventReader, hidesUsage: Bool) {
        self.reader = reader
        self.hidesUsage = hidesUsage
    }

    var isComplete: Bool {
        !self.hasFailed && (self.choices.areFinished || (self.isDone && self.choices.haveStarted))
    }

    var hasSaidLast: Bool { self.isDone }

    func failureTerminal(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        self.hasFailed = true
        return OpenAIChatFormat.terminal(failure)
    }

    func observe(_ event: SSEEvent, in bytes: UnsafeRawBufferPointer) -> StreamObservation {
        switch self.reader.read(event, in: bytes) {
        case .nothing: return StreamObservation(.forward)
        case .done:
            self.isDone = true
            return StreamObservation(.forward)
        case .broken:
            self.hasFailed = true
            return StreamObservation(.reject)
        case .object(let chunk):
            return self.observe(chunk, isNamedError: event.isNamed("error", in: bytes))
        }
    }

    private func observe(_ value: JSONValue, isNamedError: Bool) -> StreamObservation {
        let chunk = JSONObjectView(value)
        var observation = StreamObservation(.forward)
        if isNamedError || OpenAIChatFormat.isError(chunk) {
            self.hasFailed = true
            observation.failure = VendorError(value).failure
        }
        if self.model == nil, let model = chunk["model"]?.string, !model.isEmpty { self.model = model }
        if self.notesID, self.responseID == nil, let id = chunk["id"]?.string, !id.isEmpty { self.responseID = id }
        if let choices = chunk["choices"] { observation.isContent = self.observe(choices: choices) }
        guard let usage = chunk["usage"], usage.kind == .object else {
            // Groq once put them aside.
            if let usage = chunk["x_groq"]?["usage"] { self.observe(usage: usage, tier: chunk["service_tier"]) }
            return observation
        }
        self.observe(usage: usage, tier: chunk["service_tier"])
        if self.hidesUsage, Self.holdsUsageOnly(value) { observation.disposition = .hide }
        return observation
    }

    private func observe(choices: JSONValue) -> Bool {
        var isContent = false
        for choice in choices.elements {
            let reason = choice["finish_reason"]?.string ?? ""
            self.choices.saw(choice["index"]?.int ?? 0, isFinished: !reason.isEmpty)
            if !reason.isEmpty { self.finishReason = reason }
            guard let bytes = ChatDelta.contentBytes(of: choice) else { continue }
            isContent = true
            self.outputBytes &+= bytes
        }
        return isContent
    }

    /// Counts are cumulative, so the last ones stand; but zeros never replace counts, and after an error they mean
    /// "unknown".
    private func observe(usage value: JSONValue, tier: JSONValue?) {
        guard let counts = OpenAIChatFormat.usage(value, tier: tier) else { return }
        let isZero = counts.inputTokens == 0 && counts.outputTokens == 0
        guard isZero, self.usage != nil || self.hasFailed else {
            self.usage = counts
            return
        }
        if counts.isAnomalous { self.usage?.isAnomalous = true }
    }

    /// Whether a chunk with usage has nothing for a client that did not ask for usage. Chunks without choices that
    /// carry the prompt's filter results (Azure) or moderation scores are not among them.
    private static func holdsUsageOnly(_ chunk: JSONValue) -> Bool {
        guard let choices = chunk["choices"], choices.isNull || (choices.kind == .array && choices.count == 0) else {
            return false
        }
        let others: [StaticString] = ["error", "moderation", "prompt_filter_results"]
        return others.allSatisfy { chunk[$0]?.isNull ?? true }
    }
}

/// Which choices of a stream began and which ended; at most 128 can be asked for.
private struct ChoiceProgress {
    private var started: UInt128 = 0
    private var finished: UInt128 = 0

    var haveStarted: Bool { self.started != 0 }
    var areFinished: Bool { self.started != 0 && self.started == self.finished }

    mutating func saw(_ index: Int, isFinished: Bool) {
        guard (0..<UInt128.bitWidth).contains(index) else { return }
        let bit: UInt128 = 1 << UInt128(index)
        self.started |= bit
        if isFinished { self.finished |= bit }
    }
}

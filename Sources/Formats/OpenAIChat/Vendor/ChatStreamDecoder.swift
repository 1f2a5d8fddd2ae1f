import Exchange
import Wire

/// Reads a stream of chunks from OpenAI, Azure or any compatible server.
///
/// The stream is complete when it says `[DONE]`, or ends after a reason was told. Reason and usage come in any order and
/// on any chunk; both are held until then. After an error nothing that follows counts, `[DONE]` included.
final class ChatStreamDecoder: StreamDecoder {
    private let reader = EventReader()
    private var blocks: ChatStreamBlocks
    private var hasStarted = false
    private var hasChoices = false
    private var isOver = false
    private var reason: FinishReason?
    private var usage: TokenUsage?

    private(set) var unknownCount = 0

    init(notes: ReplyNotes) {
        self.blocks = ChatStreamBlocks(notes: notes)
    }

    func decode(_ message: StreamMessage, into events: inout [AnswerEvent]) {
        guard !self.isOver else { return }
        let whole = 0..<message.data.count
        let event = SSEEvent(range: whole, name: nil, data: whole, isMultiLine: false, isCommentOnly: false)
        switch self.reader.read(event, in: message.data) {
        case .nothing: return
        case .done: self.end(&events)
        case .broken: self.fail(GatewayFailure(.upstreamFailed, "The provider sent an event that is no JSON."), &events)
        case .object(let chunk):
            let isNamedError = message.name?.elementsEqual("error".utf8) ?? false
            if message.isException || isNamedError || OpenAIChatFormat.isError(chunk) {
                self.fail(VendorError(chunk).failure, &events)
            } else {
                self.read(chunk, &events)
            }
        }
    }

    func finish(into events: inout [AnswerEvent]) {
        guard !self.isOver else { return }
        if self.reason == nil { self.failEarly(&events) } else { self.end(&events) }
    }

    private func read(_ chunk: JSONValue, _ events: inout [AnswerEvent]) {
        let choices = chunk["choices"]
        let usage = ChatReply.usage(chunk)
        if choices == nil, usage == nil { self.unknownCount += 1 }
        self.start(chunk, hasChoices: (choices?.count ?? 0) > 0, &events)
        if self.blocks.pages.isEmpty { self.blocks.pages = ChatReply.pages(chunk) }
        for choice in choices?.elements ?? chunk.elements where (choice["index"]?.int ?? 0) == 0 {
            self.hasChoices = true
            do throws(GatewayFailure) {
                try self.blocks.read(choice, &events)
                try self.note(ChatReply.reason(choice), &events)
            } catch {
                return self.fail(error, &events)
            }
        }
        self.note(usage, &events)
    }

    /// The first chunk that tells something: Azure's very first has neither id nor model nor choices.
    private func start(_ chunk: JSONValue, hasChoices: Bool, _ events: inout [AnswerEvent]) {
        guard !self.hasStarted else { return }
        let head = ChatReply.head(chunk)
        guard hasChoices || head.id != nil else { return }
        self.hasStarted = true
        events.append(.start(head))
    }

    /// A later word replaces an earlier one, but a filter's stands.
    private func note(_ reason: FinishReason?, _ events: inout [AnswerEvent]) throws(GatewayFailure) {
        guard let reason else { return }
        try self.blocks.closeAll(&events)
        if self.reason != .contentFilter { self.reason = reason }
    }

    /// Counts are cumulative; zeros never replace counts.
    private func note(_ usage: TokenUsage?, _ events: inout [AnswerEvent]) {
        guard let usage, usage != self.usage, self.hasStarted else { return }
        if self.usage != nil, usage.inputTokens == 0, usage.outputTokens == 0 { return }
        self.usage = usage
        events.append(.usage(usage))
    }

    private func end(_ events: inout [AnswerEvent]) {
        guard self.hasStarted, self.hasChoices else { return self.failEarly(&events) }
        do throws(GatewayFailure) {
            try self.blocks.closeAll(&events)
        } catch {
            return self.fail(error, &events)
        }
        self.isOver = true
        events.append(.finish(ChatReply.agreed(self.reason, hasCalls: self.blocks.hasCalls)))
        events.append(.end)
    }

    private func fail(_ failure: GatewayFailure, _ events: inout [AnswerEvent]) {
        self.isOver = true
        events.append(.fail(failure))
    }

    private func failEarly(_ events: inout [AnswerEvent]) {
        self.fail(GatewayFailure(.upstreamFailed, "The provider's stream ended early."), &events)
    }
}

import Exchange
import Wire

/// Reads one ConverseStream.
///
/// Text, thoughts and citations have no beginning of their own: a block opens with its first piece. The vendor's indices
/// may skip or repeat, so that blocks are counted anew. The reason to stop waits for the counts, which come after it.
final class ConverseStreamDecoder: StreamDecoder {
    private enum Stage {
        case waiting, open
        /// The reason to stop is known, the counts are not.
        case stopped(FinishReason)
        case finished, failed
    }

    private let notes: ReplyNotes
    private let tape: JSONTape
    private var stage = Stage.waiting
    private var blocks: ConverseBlocks
    private var hasUsage = false
    private(set) var unknownCount = 0

    init(notes: ReplyNotes) {
        self.notes = notes
        var limits = JSONLimits()
        limits.refusesNUL = false
        self.tape = JSONTape(limits: limits)
        self.blocks = ConverseBlocks(notes: notes)
    }

    func decode(_ message: StreamMessage, into events: inout [AnswerEvent]) {
        if case .failed = self.stage { return }
        let name = EventName(message.name)
        let root = try? self.tape.parse(message.data)
        if message.isException {
            let exception = message.name.map { String(decoding: $0, as: UTF8.self) } ?? ""
            self.fail(ConverseFault(exception: exception, root: root).failure, into: &events)
            return
        }
        guard name != .other else {
            self.unknownCount += 1
            return
        }
        guard let root, root.kind == .object else {
            self.fail(GatewayFailure(.upstreamFailed, "the provider sent a broken event"), into: &events)
            return
        }
        self.decode(name, root, into: &events)
    }

    func finish(into events: inout [AnswerEvent]) {
        switch self.stage {
        case .failed: return
        case .waiting, .open:
            self.fail(GatewayFailure(.upstreamFailed, "The provider's stream ended early."), into: &events)
        case .stopped(let reason):
            events += [.finish(reason), .end]
            self.stage = .failed
        case .finished:
            events.append(.end)
            self.stage = .failed
        }
    }

    private func decode(_ name: EventName, _ root: JSONValue, into events: inout [AnswerEvent]) {
        switch (name, self.stage) {
        case (.metadata, _): self.metadata(root, into: &events)
        case (_, .stopped), (_, .finished), (_, .failed): self.unknownCount += 1
        case (.messageStart, _): self.start(into: &events)
        case (.blockStart, _):
            self.start(into: &events)
            self.blocks.begin(root, into: &events)
        case (.blockDelta, _):
            self.start(into: &events)
            self.blocks.add(root, into: &events)
        case (.blockStop, _): self.blocks.end(root, into: &events)
        case (.messageStop, _):
            self.start(into: &events)
            self.blocks.close(into: &events)
            self.stop(root, into: &events)
        case (.other, _): break
        }
    }

    private func start(into events: inout [AnswerEvent]) {
        guard case .waiting = self.stage else { return }
        self.stage = .open
        events.append(.start(AnswerHead()))
    }

    private func stop(_ root: JSONValue, into events: inout [AnswerEvent]) {
        guard let text = root["stopReason"]?.string else {
            self.fail(GatewayFailure(.upstreamFailed, "the provider's answer says no reason to stop"), into: &events)
            return
        }
        do throws(GatewayFailure) {
            let reason = try ConverseFinish.read(
                text,
                fields: root["additionalModelResponseFields"],
                hasCalls: self.blocks.callCount > 0,
                isStandIn: self.blocks.hasStandIn
            )
            guard self.hasUsage else {
                self.stage = .stopped(reason)
                return
            }
            events.append(.finish(reason))
            self.stage = .finished
        } catch {
            self.fail(error, into: &events)
        }
    }

    private func metadata(_ root: JSONValue, into events: inout [AnswerEvent]) {
        self.start(into: &events)
        if let usage = ConverseUsage.read(root) {
            self.hasUsage = true
            events.append(.usage(usage))
        }
        guard case .stopped(let reason) = self.stage else { return }
        events.append(.finish(reason))
        self.stage = .finished
    }

    private func fail(_ failure: GatewayFailure, into events: inout [AnswerEvent]) {
        events.append(.fail(failure))
        self.stage = .failed
    }
}

/// The events that mean something.
private enum EventName {
    case messageStart, blockStart, blockDelta, blockStop, messageStop, metadata, other

    init(_ name: UnsafeRawBufferPointer?) {
        guard let name else {
            self = .other
            return
        }
        if name.elementsEqual("contentBlockDelta".utf8) {
            self = .blockDelta
        } else if name.elementsEqual("contentBlockStart".utf8) {
            self = .blockStart
        } else if name.elementsEqual("contentBlockStop".utf8) {
            self = .blockStop
        } else if name.elementsEqual("messageStart".utf8) {
            self = .messageStart
        } else if name.elementsEqual("messageStop".utf8) {
            self = .messageStop
        } else if name.elementsEqual("metadata".utf8) {
            self = .metadata
        } else {
            self = .other
        }
    }
}

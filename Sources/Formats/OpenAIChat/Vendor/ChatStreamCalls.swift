import Exchange
import Wire

/// The tool calls of one streamed choice. Servers tell pieces apart by index, by id, or only by where a name stands.
struct ChatStreamCalls {
    private struct Call {
        var id: String
        var name: String
        var isCustom: Bool
        var state: ReasoningState?
        /// Input that was not passed on yet.
        var waiting = ""
        var hasInput = false
        var block: Int?
        var isClosed = false
        /// Reads a custom tool's text out of a function's arguments.
        var unwrapper: CustomToolInput?
    }

    /// Input of waiting calls that is kept at most.
    private static let mostWaitingBytes = 16 << 20

    private var calls: [Call] = []
    /// The call that is passed on.
    private var current = 0
    private var positionsByIndex: [Int: Int] = [:]
    private var positionsByID: [String: Int] = [:]
    private var waitingBytes = 0

    var count: Int { self.calls.count }
    var isOpen: Bool { self.current < self.calls.count }

    /// Takes the next piece.
    ///
    /// - Returns: Whether it belongs to the call that is passed on.
    /// - Throws: For input of no call, or of one that is over.
    mutating func take(_ piece: ChatCallPiece) throws(GatewayFailure) -> Bool {
        guard let position = self.position(of: piece) else {
            guard piece.input.isEmpty else { throw Self.broken("input of no tool call") }
            return false
        }
        guard !self.calls[position].isClosed else {
            guard piece.input.isEmpty else { throw Self.broken("input of a tool call that was over") }
            return false
        }
        if self.calls[position].id.isEmpty, self.calls[position].block == nil { self.calls[position].id = piece.id }
        if self.calls[position].name.isEmpty { self.calls[position].name = piece.name }
        if self.calls[position].state == nil { self.calls[position].state = piece.state }
        self.calls[position].waiting += piece.input
        guard position != self.current else { return true }
        self.waitingBytes += piece.input.utf8.count
        guard self.waitingBytes <= Self.mostWaitingBytes else { throw Self.broken("too many tool calls at once") }
        return false
    }

    /// The call that a piece belongs to; a new one where index, id or name is new.
    private mutating func position(of piece: ChatCallPiece) -> Int? {
        let known: Int?
        if let index = piece.index {
            known = self.positionsByIndex[index]
        } else if !piece.id.isEmpty {
            known = self.positionsByID[piece.id]
        } else {
            let isNext = piece.name.isEmpty || self.calls.last?.name.isEmpty ?? false
            known = isNext ? self.calls.indices.last : nil
        }
        if let known, self.continues(piece, known) { return known }
        guard !piece.name.isEmpty || !piece.id.isEmpty || piece.index != nil && known == nil else { return known }
        let position = self.calls.count
        self.calls.append(Call(id: piece.id, name: piece.name, isCustom: piece.isCustom))
        if let index = piece.index { self.positionsByIndex[index] = position }
        if !piece.id.isEmpty { self.positionsByID[piece.id] = position }
        return position
    }

    /// Whether a piece goes on with a call, rather than beginning another under the same index.
    private func continues(_ piece: ChatCallPiece, _ position: Int) -> Bool {
        let call = self.calls[position]
        if !piece.id.isEmpty, !call.id.isEmpty { return piece.id == call.id }
        if piece.name.isEmpty || call.name.isEmpty { return true }
        // A server that gives no ids begins another call by naming a tool again.
        let hasInput = call.hasInput || !call.waiting.isEmpty
        return !call.isClosed && !(hasInput && call.id.isEmpty)
    }

    /// Passes on what the current call has; it opens once its name is known.
    mutating func advance(_ blockCount: inout Int, _ notes: ReplyNotes, _ events: inout [AnswerEvent]) {
        guard self.isOpen, !self.calls[self.current].name.isEmpty else { return }
        // Whether several calls are wrapped into this one is known at its end.
        guard !ParallelCalls.mayBe(self.calls[self.current].name) else { return }
        self.pass(&blockCount, notes, &events)
    }

    private mutating func pass(_ blockCount: inout Int, _ notes: ReplyNotes, _ events: inout [AnswerEvent]) {
        let block = self.calls[self.current].block ?? self.open(&blockCount, notes, &events)
        let input = self.calls[self.current].waiting
        guard !input.isEmpty else { return }
        self.calls[self.current].waiting = ""
        self.calls[self.current].hasInput = true
        let text = self.calls[self.current].unwrapper?.read(input) ?? input
        if !text.isEmpty { events.append(.delta(block, text)) }
    }

    private mutating func open(_ blockCount: inout Int, _ notes: ReplyNotes, _ events: inout [AnswerEvent]) -> Int {
        let call = self.calls[self.current]
        let isWrapped = notes.customTools.contains(call.name)
        if isWrapped, !call.isCustom { self.calls[self.current].unwrapper = CustomToolInput() }
        let block = blockCount
        blockCount += 1
        self.calls[self.current].block = block
        let id = call.id.isEmpty ? "call_\(notes.seed)_\(self.current)" : call.id
        let name = notes.callerName(call.name)
        events.append(.open(block, .toolCall(id: id, name: name, isFreeText: call.isCustom || isWrapped)))
        return block
    }

    /// Ends all calls, those that waited in their order.
    ///
    /// - Throws: When one has no name.
    mutating func closeAll(
        _ blockCount: inout Int,
        _ notes: ReplyNotes,
        _ events: inout [AnswerEvent]
    ) throws(GatewayFailure) {
        while self.isOpen {
            guard !self.calls[self.current].name.isEmpty else { throw Self.broken("a tool call without a name") }
            let call = self.calls[self.current]
            if let inner = ParallelCalls.unwrap(call.name, call.waiting) {
                self.calls[self.current].isClosed = true
                self.calls[self.current].waiting = ""
                Self.write(
                    inner,
                    call.id.isEmpty ? "call_\(notes.seed)_\(self.current)" : call.id,
                    &blockCount,
                    notes,
                    &events
                )
            } else {
                self.pass(&blockCount, notes, &events)
                self.close(&events)
            }
            self.current += 1
        }
        self.waitingBytes = 0
    }

    /// Calls that were wrapped into one.
    private static func write(
        _ calls: [(name: String, input: String)],
        _ id: String,
        _ blockCount: inout Int,
        _ notes: ReplyNotes,
        _ events: inout [AnswerEvent]
    ) {
        for (index, call) in calls.enumerated() {
            let name = notes.callerName(call.name)
            let opening = BlockOpening.toolCall(id: "\(id)_\(index)", name: name, isFreeText: false)
            events += [.open(blockCount, opening), .delta(blockCount, call.input), .close(blockCount)]
            blockCount += 1
        }
    }

    private mutating func close(_ events: inout [AnswerEvent]) {
        let call = self.calls[self.current]
        self.calls[self.current].isClosed = true
        self.calls[self.current].unwrapper = nil
        guard let block = call.block else { return }
        if var unwrapper = call.unwrapper {
            let rest = unwrapper.finish()
            if !rest.isEmpty { events.append(.delta(block, rest)) }
        } else if !call.hasInput, !call.isCustom {
            events.append(.delta(block, "{}"))
        }
        if let state = call.state { events.append(.state(block, state)) }
        events.append(.close(block))
    }

    private static func broken(_ what: String) -> GatewayFailure {
        GatewayFailure(.upstreamFailed, "The provider sent \(what).")
    }
}

/// Brings a conversation into the order that strict vendors demand: every call answered, directly after the turn that made
/// it, in call order.
///
/// Works from front to back, and what it makes of earlier turns does not depend on later ones once those calls are answered.
public enum Conversation {
    /// What a missing result is replaced by: the caller stopped midway.
    public static let interruptedResult = "[no result: call was interrupted]"

    /// Pairs calls and results.
    ///
    /// - Results that come late are moved up to their calls; results of no call become user text; missing ones are made up
    ///   as errors. Ids used again in a later turn are told apart.
    /// - Parameters:
    ///   - turns: The caller's conversation.
    ///   - merges: Whether neighbours of the same role become one turn.
    ///   - report: Gets the repairs.
    /// - Returns: Turns in which a turn with calls is followed by a user turn that begins with exactly their results.
    /// - Throws: In strict mode, for a repair.
    public static func paired(
        _ turns: [Turn],
        merges: Bool,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> [Turn] {
        guard turns.contains(where: \.hasTools) else { return merges ? Self.merged(turns) : turns }
        var pairing = Pairing(turns: turns)
        return Self.merged(try pairing.run(report: &report), all: merges)
    }

    /// Neighbours of the same role as one turn. With `all` false, only what pairing split is put together again: turns of
    /// results with each other.
    private static func merged(_ turns: [Turn], all: Bool = true) -> [Turn] {
        var merged: [Turn] = []
        var lastIsResults = false
        for turn in turns {
            let isResults = turn.isResults
            // The last turn must not be held while it grows: each addition would copy it.
            let isSameRole = turn.role != .system && merged.last?.role == turn.role
            if isSameRole, all || lastIsResults && isResults {
                merged[merged.count - 1].blocks += turn.blocks
                lastIsResults = lastIsResults && isResults
            } else {
                merged.append(turn)
                lastIsResults = isResults
            }
        }
        return merged
    }
}

extension Turn {
    fileprivate var hasTools: Bool {
        self.blocks.contains { block in
            switch block.content {
            case .toolCall, .toolResult: true
            default: false
            }
        }
    }

    fileprivate var isResults: Bool {
        self.blocks.allSatisfy { if case .toolResult = $0.content { true } else { false } }
    }
}

/// The walk from front to back. Everything is found by index: a conversation may hold a hundred thousand calls.
private struct Pairing {
    let turns: [Turn]
    /// Results not yet given to a call, by id, the first one last.
    private var waiting: [String: [Position]] = [:]
    /// Turns that call with an id, the first one last.
    private var calls: [String: [Int]] = [:]
    /// Positions of results that were moved up.
    private var taken: Set<Position> = []
    private var uses: [String: Int] = [:]

    private struct Position: Hashable {
        var turn: Int
        var block: Int
    }

    init(turns: [Turn]) {
        self.turns = turns
        for turn in turns.indices.reversed() {
            for (index, block) in turns[turn].blocks.enumerated().reversed() {
                switch block.content {
                case .toolResult(let result):
                    self.waiting[result.callID, default: []].append(Position(turn: turn, block: index))
                case .toolCall(let call): self.calls[call.id, default: []].append(turn)
                default: continue
                }
            }
        }
    }

    mutating func run(report: inout TranslationReport) throws(TranslationRefusal) -> [Turn] {
        var output: [Turn] = []
        var index = 0
        while index < self.turns.count {
            let turn = self.turns[index]
            guard turn.role == .assistant else {
                try self.appendRest(of: index, to: &output, &report)
                index += 1
                continue
            }
            // Calls of several assistant turns in a row belong together: their results come after the last of them.
            var end = index
            while end + 1 < self.turns.count, self.turns[end + 1].role == .assistant { end += 1 }
            var results: [Block] = []
            for position in index...end {
                output.append(try self.assistant(at: position, before: end, &results, &report))
            }
            if !results.isEmpty { output.append(Turn(.user, results, place: results[0].place)) }
            index = end + 1
        }
        return output
    }

    /// One assistant turn with its calls' ids made unique; their results are gathered.
    private mutating func assistant(
        at index: Int,
        before end: Int,
        _ results: inout [Block],
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) -> Turn {
        var turn = self.turns[index]
        for position in turn.blocks.indices {
            guard case .toolCall(var call) = turn.blocks[position].content else { continue }
            let original = call.id
            call.id = self.unique(original)
            turn.blocks[position].content = .toolCall(call)
            var result = try self.result(for: original, after: end, at: turn.blocks[position].place, &report)
            if case .toolResult(var content) = result.content {
                content.callID = call.id
                result.content = .toolResult(content)
            }
            results.append(result)
        }
        return turn
    }

    private mutating func unique(_ id: String) -> String {
        let use = self.uses[id, default: 0] + 1
        self.uses[id] = use
        return use == 1 ? id : "\(id)_\(use)"
    }

    /// The first result for a call that comes before the same id is called again; or one made up.
    private mutating func result(
        for id: String,
        after end: Int,
        at place: Place,
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) -> Block {
        self.calls[id]?.removeLast()
        let next = self.calls[id]?.last ?? Int.max
        while let position = self.waiting[id]?.last, position.turn <= end {
            self.waiting[id]?.removeLast()
        }
        guard let position = self.waiting[id]?.last, position.turn < next else {
            return try self.madeUp(id, place, &report)
        }
        self.waiting[id]?.removeLast()
        self.taken.insert(position)
        return self.turns[position.turn].blocks[position.block]
    }

    private func madeUp(
        _ id: String,
        _ place: Place,
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) -> Block {
        try report.approximated(.place(place), "no_result")
        let result = ToolResult(callID: id, blocks: [.text(Conversation.interruptedResult)], isError: true)
        return Block(.toolResult(result), place: place)
    }

    /// A turn without the results that were moved up; results of no call become text.
    private func appendRest(
        of index: Int,
        to output: inout [Turn],
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) {
        var turn = self.turns[index]
        turn.blocks = []
        for (position, block) in self.turns[index].blocks.enumerated() {
            guard case .toolResult(let result) = block.content else {
                turn.blocks.append(block)
                continue
            }
            if self.taken.contains(Position(turn: index, block: position)) { continue }
            try report.approximated(.place(block.place), "result_without_call")
            turn.blocks += result.blocks.isEmpty ? [.text("(no output)", place: block.place)] : result.blocks
        }
        if !turn.blocks.isEmpty || self.turns[index].blocks.isEmpty { output.append(turn) }
    }
}

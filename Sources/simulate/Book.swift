import Exchange
import Storage

/// The truth that the ledger is held against: every attempt, what may be known of it, and what every budget should say.
struct Book {
    /// What a row may say of an attempt, from the moment it was written.
    struct Knowledge: Equatable {
        var chargeNanoUSD: Int64
        var inputTokens: Int
        var outputTokens: Int
        var isEstimated: Bool

        init(_ entry: LedgerEntry, isEstimated: Bool) {
            self.chargeNanoUSD = entry.chargeNanoUSD
            self.inputTokens = entry.usage.inputTokens
            self.outputTokens = entry.usage.outputTokens
            self.isEstimated = isEstimated
        }

        init(usage: TokenUsage, chargeNanoUSD: Int64) {
            self.chargeNanoUSD = chargeNanoUSD
            self.inputTokens = usage.inputTokens
            self.outputTokens = usage.outputTokens
            self.isEstimated = true
        }
    }

    struct Attempt {
        var opening: LedgerEntry
        /// From the opening on; `nil` is the end without a row.
        var knowledge: [Knowledge?]
        /// When each of them came.
        var moments: [Int]
        /// The last of them that outlives a kill, and the last that outlives a power cut; -1 is none.
        var written = -1
        var synced = -1
        /// The vendor has it.
        var isSeen = false
        /// Nothing more will be written of it.
        var hasEnded = false
        /// What recovery or the drain made of it, once that cannot change.
        var row: Knowledge?
        var isClosed = false
    }

    struct Standing: Equatable {
        var spent: Int64 = 0
        var held: Int64 = 0
    }

    /// Counts what was written into the journal; and how far it had come when the disk last had everything.
    private var moment = 0
    private var syncedMoment = 0
    /// The latest end that is in the store.
    private var drainedMoment = 0
    /// Attempts whose rows are not yet in the store for good, and those that are.
    var open: [AttemptID: Attempt] = [:]
    var closed: [AttemptID: Attempt] = [:]
    /// Administrators' corrections that are in the store.
    var corrections: [(periods: [BudgetPeriodKey], nanoUSD: Int64)] = []
    /// What this life of the process should show.
    var standing: [BudgetPeriodKey: Standing] = [:]
    /// What spending and holds of a hard budget may come to: its amount, unless that was lowered below them.
    var ceilings: [BudgetPeriodKey: Int64] = [:]
    /// The highest that ceilings were since the disk last had everything: a power cut goes back to a moment since then.
    var highest: [BudgetPeriodKey: Int64] = [:]
    /// What attempts of the last life were charged that had been given up, when their ends did not outlive it.
    private(set) var givenUp: [BudgetPeriodKey: Int64] = [:]
    /// Budgets whose kind or bound changed while something was in flight that was let in by the old one.
    var mixed: Set<BudgetPeriodKey> = []

    // MARK: Attempts

    /// With `isReservation` nothing is said of sending yet: dying now leaves no row.
    mutating func opens(_ entry: LedgerEntry, isReservation: Bool) {
        let knowledge = isReservation ? nil : Knowledge(entry, isEstimated: true)
        self.moment += 1
        self.open[entry.attempt] = Attempt(opening: entry, knowledge: [knowledge], moments: [self.moment])
    }

    mutating func learns(_ attempt: AttemptID, _ knowledge: Knowledge?, isEnd: Bool) {
        self.moment += 1
        self.open[attempt]?.knowledge.append(knowledge)
        self.open[attempt]?.moments.append(self.moment)
        if isEnd { self.open[attempt]?.hasEnded = true }
    }

    /// The journal had no room for what was learnt last.
    mutating func unlearns(_ attempt: AttemptID) {
        self.open[attempt]?.knowledge.removeLast()
        self.open[attempt]?.moments.removeLast()
    }

    /// The call that wrote the latest knowledge has returned, and the process lives.
    mutating func wrote(_ attempt: AttemptID) {
        guard let count = self.open[attempt]?.knowledge.count else { return }
        self.open[attempt]?.written = count - 1
    }

    /// Everything that was known of it at some moment is on the disk.
    mutating func synced(_ attempt: AttemptID, through index: Int) {
        guard let known = self.open[attempt]?.synced, known < index else { return }
        self.open[attempt]?.synced = index
    }

    /// It was refused by the journal and never left. When the disk failed, its record may be there all the same, until
    /// the journal has written itself anew.
    mutating func forgets(_ attempt: AttemptID, isSure: Bool) {
        self.learns(attempt, nil, isEnd: true)
        if isSure { self.wrote(attempt) }
    }

    /// All that was written is on the disk.
    mutating func syncedAll() {
        self.highest = self.ceilings
        self.syncedMoment = self.moment
    }

    /// A life of the process has ended.
    mutating func beginReckoning() {
        self.givenUp = [:]
    }

    // MARK: Rows

    /// Holds the store's rows against the attempts, and closes those that are settled in it.
    ///
    /// With `isWhole` everything that ended is drained: what has no row now never gets one. The cut is how the process's
    /// last life ended; `nil` when it goes on.
    mutating func reconcile(
        _ rows: [LedgerEntry],
        isWhole: Bool,
        after cut: Cut?,
        wasSick: Bool = false
    ) throws(Violation) {
        var found: [AttemptID: LedgerEntry] = [:]
        for row in rows {
            try hold("a", found[row.attempt] == nil, "two settlements of \(row.attempt.low)")
            found[row.attempt] = row
        }
        for (id, attempt) in self.closed {
            let row = found.removeValue(forKey: id)
            let knowledge = row.map { Knowledge($0, isEstimated: $0.isEstimated) }
            let name = attempt.opening.requestID
            try hold("a", knowledge == attempt.row, "\(name): \(attempt.row as Any) became \(knowledge as Any)")
        }
        if cut == .power { try self.checkMoment(found, wasSick: wasSick) }
        for (id, attempt) in self.open {
            let row = found.removeValue(forKey: id)
            guard let row else {
                if isWhole { try self.close(id, attempt, without: cut) }
                continue
            }
            try self.check(row, attempt, after: cut)
            try self.close(id, attempt, with: row)
        }
        try hold("a", found.isEmpty, "\(found.count) settlements without an attempt: \(found.values.map(\.requestID))")
    }

    /// What the journal said of an attempt at some moment.
    private static func known(of attempt: Attempt, at moment: Int) -> Knowledge? {
        guard let index = attempt.moments.lastIndex(where: { $0 <= moment }) else { return nil }
        return attempt.knowledge[index]
    }

    /// After a power cut: all that the journal brought back is as it was at one moment since the last sync. While the disk
    /// failed, settlements went into the store from memory too; those are not looked at.
    private func checkMoment(_ found: [AttemptID: LedgerEntry], wasSick: Bool) throws(Violation) {
        let rows = found.mapValues { Knowledge($0, isEstimated: $0.isEstimated) }
        let looked = self.open.filter { id, attempt in
            !wasSick || !attempt.hasEnded || rows[id] == nil || rows[id] != attempt.knowledge.last
        }
        let first = wasSick ? self.syncedMoment : max(self.syncedMoment, self.drainedMoment)
        let fits = (first...self.moment).contains { moment in
            looked.allSatisfy { id, attempt in rows[id] == Self.known(of: attempt, at: moment) }
        }
        try hold("a", fits, "after a power cut the journal was never as it is: \(looked.keys.map(\.low).sorted())")
    }

    /// How a life of the process ended.
    enum Cut {
        /// What was written stays.
        case kill
        /// Only what was synced is sure to stay.
        case power
    }

    private func check(_ row: LedgerEntry, _ attempt: Attempt, after cut: Cut?) throws(Violation) {
        let found = Knowledge(row, isEstimated: row.isEstimated)
        let floor: Int
        switch cut {
        case nil: floor = attempt.hasEnded ? attempt.knowledge.count - 1 : attempt.knowledge.count
        case .kill: floor = attempt.written
        case .power: floor = attempt.synced
        }
        let possible = attempt.knowledge.dropFirst(max(0, floor))
        try hold(
            "a",
            possible.contains(found),
            "\(attempt.opening.requestID): the row says \(found), known were \(attempt.knowledge), sure from \(floor)"
                + " (\(cut as Any))"
        )
        try hold("a", row.budgets == attempt.opening.budgets, "\(attempt.opening.requestID) counts in \(row.budgets)")
        try hold("a", row.subject == attempt.opening.subject, "\(attempt.opening.requestID) changed its subject")
        guard attempt.opening.reservedNanoUSD > 0 else { return }
        try hold(
            "c",
            row.chargeNanoUSD <= attempt.opening.reservedNanoUSD,
            "\(attempt.opening.requestID) cost \(row.chargeNanoUSD), reserved were \(attempt.opening.reservedNanoUSD)"
        )
    }

    private mutating func close(_ id: AttemptID, _ attempt: Attempt, with row: LedgerEntry) throws(Violation) {
        var attempt = attempt
        attempt.row = Knowledge(row, isEstimated: row.isEstimated)
        attempt.isClosed = true
        self.drainedMoment = max(self.drainedMoment, attempt.moments.last ?? 0)
        if attempt.hasEnded, attempt.knowledge.last == .some(nil) {
            for period in attempt.opening.budgets { self.givenUp[period, default: 0] += row.chargeNanoUSD }
        }
        self.open[id] = nil
        self.closed[id] = attempt
    }

    /// An attempt that has no row though everything is drained.
    private mutating func close(_ id: AttemptID, _ attempt: Attempt, without cut: Cut?) throws(Violation) {
        let floor: Int
        switch cut {
        case nil:
            // It is still under way, or it ended without a row.
            guard attempt.hasEnded else { return }
            floor = attempt.knowledge.count - 1
        case .kill: floor = attempt.written
        case .power: floor = attempt.synced
        }
        let mayBeAbsent = floor < 0 || attempt.knowledge.dropFirst(floor).contains(nil)
        try hold(
            "a",
            mayBeAbsent,
            "\(attempt.opening.requestID) has no row; known were \(attempt.knowledge), sure from \(floor) (\(cut as Any))"
        )
        var attempt = attempt
        attempt.isClosed = true
        self.open[id] = nil
        self.closed[id] = attempt
    }

    // MARK: Sums

    /// What the store should say of every period: the sum of its rows.
    func balances() -> [BudgetPeriodKey: Int64] {
        var sums: [BudgetPeriodKey: Int64] = [:]
        for attempt in self.closed.values {
            guard let row = attempt.row else { continue }
            for period in attempt.opening.budgets { sums[period, default: 0] += row.chargeNanoUSD }
        }
        for correction in self.corrections {
            for period in correction.periods { sums[period, default: 0] += correction.nanoUSD }
        }
        return sums
    }

    /// All that was ever charged and is in the store.
    var total: Int64 {
        self.closed.values.reduce(0) { $0 + ($1.row?.chargeNanoUSD ?? 0) }
            + self.corrections.reduce(0) { $0 + $1.nanoUSD }
    }
}

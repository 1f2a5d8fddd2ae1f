import Ledger
import MartletTesting
import Policy
import Storage
import Synchronization

// What goes on behind the road, and how a process ends and begins anew.
extension Simulation {
    // MARK: Committer and drain

    /// One round of the committer.
    mutating func commit() throws {
        let known = self.book.open.mapValues { $0.hasEnded ? $0.knowledge.count - 1 : $0.written }
        let probe = Probe()
        if let ticket = self.lastTicket { self.node.journal.whenSynced(ticket) { probe.note($0) } }
        self.node.commit(isQuiet: self.random.chance(1, in: 2))
        guard !self.world.isDead, probe.isSynced == true else { return }
        if self.random.chance(1, in: 3) { self.world.disk.heal() }
        self.diskIsSick = self.world.disk.hasFaults || !self.node.journal.isWritable
        self.book.syncedAll()
        for (attempt, index) in known {
            self.book.synced(attempt, through: index)
            if self.book.open[attempt]?.hasEnded == true { self.book.wrote(attempt) }
        }
    }

    /// One batch of the drain; what the store then says must agree.
    mutating func drain() throws {
        self.node.drainOnce()
        guard !self.world.isDead else { return }
        try self.book.reconcile(self.rows(), isWhole: false, after: nil)
        try self.checkStore()
    }

    func rows() -> [LedgerEntry] {
        self.world.memory.allEntries.filter { $0.kind == .settlement }
    }

    mutating func breakDisk() {
        self.tally.faults += 1
        self.diskIsSick = true
        let faults = SimulatedDisk.Fault.allCases
        let fault = faults[self.random.int(0...faults.count - 1)]
        self.tell("the disk will fail: \(fault)")
        self.world.disk.inject(fault)
    }

    mutating func breakStore() {
        self.tally.faults += 1
        self.world.store.enqueue(self.random.chance(1, in: 2) ? .beforeCommit : .afterCommit)
    }

    // MARK: Dying

    /// The process ends, and another begins on what is left.
    mutating func die(_ cut: Book.Cut) throws {
        var cut = cut
        if cut == .power { self.tally.powerCuts += 1 } else { self.tally.kills += 1 }
        // What the failing disk did not take was in memory only.
        if self.diskIsSick { cut = .power }
        if !self.world.isDead { self.world.stop() }
        if cut == .power { self.world.disk.losePower(&self.random) }
        self.flights = []
        self.book.beginReckoning()
        if cut == .power { self.book.ceilings = self.book.highest }
        try self.startAgain(after: cut)
        self.tell("started again: \(self.book.closed.count) rows")
    }

    private mutating func startAgain(after cut: Book.Cut) throws {
        var deaths = 0
        let wasSick = self.diskIsSick
        while true {
            self.world.revive()
            // It may die once more while it reads the journal or drains it.
            if deaths < 2, self.random.chance(1, in: 4) { self.world.arm(&self.random) }
            self.tell("start on \(self.world.disk.names), store has \(self.rows().count)")
            do {
                self.node = try Node(self.world, now: self.clock.wall)
                self.node.drainAll()
                self.lastTicket = nil
            } catch {
                self.tell("start failed: \(error)")
                // A disk that fails stops the start; once it works again, so does the start.
                try hold("a", self.world.isDead || self.diskIsSick, "it does not start: \(error)")
                if !self.world.isDead {
                    self.world.disk.heal()
                    self.diskIsSick = false
                    continue
                }
            }
            guard self.world.isDead else { break }
            deaths += 1
            self.tally.kills += 1
        }
        self.world.disk.heal()
        self.diskIsSick = false
        self.clock.restart()
        try self.book.reconcile(self.rows(), isWhole: true, after: cut, wasSick: wasSick)
        try self.checkStore()
        try self.replay()
        try self.carryOver(wasSick: wasSick)
    }

    /// (h) Reading the whole journal again changes nothing.
    private mutating func replay() throws {
        guard self.random.chance(1, in: 3) else { return }
        let before = self.rows().count
        self.tell("replay on \(self.world.disk.names), store has \(before)")
        self.world.stop()
        self.world.revive()
        self.node = try Node(self.world, now: self.clock.wall)
        self.node.drainAll()
        let after = self.rows().count
        try hold("h", after == before, "a second replay made \(after) rows of \(before)")
        try self.book.reconcile(self.rows(), isWhole: true, after: nil)
        try self.checkStore()
    }

    /// What the new process should show: what the store says, and nothing held.
    ///
    /// A hard budget is then not over what it came to at some moment since the last sync. While the disk failed, settlements
    /// went to the store from memory, and ends without a row nowhere: what those attempts were charged comes on top.
    private mutating func carryOver(wasSick: Bool) throws {
        let balances = self.book.balances()
        for (period, ceiling) in self.book.ceilings {
            let spent = balances[period] ?? 0
            let ceiling = ceiling + (wasSick ? self.book.givenUp[period] ?? 0 : 0)
            try hold("b", spent <= ceiling, "\(period) has spent \(spent) after a restart, it came to \(ceiling)")
            self.book.ceilings[period] = ceiling
        }
        self.book.syncedAll()
        self.book.mixed = []
        self.book.standing = balances.mapValues { Book.Standing(spent: $0) }
        try self.reload()
    }

    // MARK: Coming to rest

    /// Ends all that is under way, and looks at what is left.
    mutating func comeToRest() throws {
        self.world.disk.heal()
        var rounds = 0
        while !self.flights.isEmpty || !self.node.isIdle || self.diskIsSick && self.lastTicket != nil {
            rounds += 1
            try hold(
                "e",
                rounds < 5_000,
                "it does not come to rest: \(self.flights.count) requests, \(self.node.state)"
            )
            try self.advance()
            try self.commit()
            if self.world.isDead { try self.die(.kill) }
            try self.drain()
            if self.world.isDead { try self.die(.kill) }
            self.clock.pass(100)
        }
        try self.book.reconcile(self.rows(), isWhole: true, after: nil)
        try self.checkStore()
        try self.checkStandings()
        try self.checkRest()
        self.world.stop()
        try self.startAgain(after: .kill)
        try self.checkStandings()
    }
}

/// Whether a sync succeeded.
final class Probe: Sendable {
    private let answer = Mutex<Bool?>(nil)

    var isSynced: Bool? { self.answer.withLock { $0 } }

    func note(_ isSynced: Bool) {
        self.answer.withLock { $0 = isSynced }
    }
}

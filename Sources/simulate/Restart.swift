import Exchange
import Glibc
import Ledger
import SQLiteStorage
import Storage

/// How long the gateway's money takes from its start to being ready, when the process before it was killed with much in its
/// journal. On the disk of the working folder, with the real store.
///
/// The journal is written in one process and read in another, the same program started anew in its place, so that the
/// second's memory is its own.
struct Restart {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// What was done, for the line.
    struct Outcome {
        var recovered: Int
        var readyMilliseconds: Int
        var drainedMilliseconds: Int
        var peakMegabytes: Int
    }

    let attempts: Int
    let folder: String

    private static let start: UnixMilliseconds = 1_800_000_000_000
    private static let budgets = 50

    /// Makes a folder for one run in the working folder.
    init(attempts: Int) throws(Failed) {
        var template = Array("./martlet-restart-XXXXXX".utf8CString)
        guard let folder = mkdtemp(&template).map({ String(cString: $0) }) else {
            throw Failed(description: "no folder can be made here: \(String(cString: strerror(errno)))")
        }
        self.init(attempts: attempts, in: folder)
    }

    /// Goes on in the folder of the process before.
    init(attempts: Int, in folder: String) {
        self.attempts = max(1, attempts)
        self.folder = folder
    }

    // MARK: The first process

    /// Leaves a journal as a kill does: half of the attempts have ended and are not in the store, the others are under way,
    /// some with a checkpoint.
    func leaveJournal() throws {
        let opened = try self.open(try self.store(), at: Self.start)
        for number in 0..<self.attempts {
            let entry = self.entry(number)
            let ticket = try opened.journal.open(entry)
            if number % 2 == 0 {
                opened.journal.settle(ticket, self.ended(entry))
            } else if number % 10 == 1 {
                opened.journal.checkpoint(ticket, usage: entry.usage, chargeNanoUSD: entry.chargeNanoUSD)
            }
            if number % 500 == 499 { opened.journal.commitNow() }
        }
        opened.journal.commitNow()
    }

    /// Ends this process and starts the second in its place.
    func startAgain() throws(Failed) {
        let words = ["martlet-simulate", "--restart", String(self.attempts), "--restarted", self.folder]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", &arguments)
        throw Failed(description: "the program cannot be started again: \(String(cString: strerror(errno)))")
    }

    // MARK: The second process

    /// Opens the journal of the first process and looks whether everything is in the store.
    func recover() throws -> Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        let store = try self.store()
        let opened = try self.open(store, at: Self.start + 3_600_000)
        let ready = clock.now
        while try opened.drain.drainOnce() > 0 {}
        let drained = clock.now
        let outcome = Outcome(
            recovered: opened.recovered,
            readyMilliseconds: Self.milliseconds(ready - start),
            drainedMilliseconds: Self.milliseconds(drained - start),
            peakMegabytes: try Self.peakMegabytes()
        )
        opened.journal.close()
        try self.check(outcome, store)
        try store.close()
        return outcome
    }

    private func check(_ outcome: Outcome, _ store: SQLiteStore) throws {
        let periods = (0..<Self.budgets).map { BudgetPeriodKey(budgetID: "bud_\($0)", startsAt: Self.start) }
        let spent = try store.balances(periods).reduce(0) { $0 + $1.spentNanoUSD }
        let wanted = (0..<self.attempts).reduce(Int64(0)) { sum, number in
            let entry = self.entry(number)
            return sum + (number % 2 == 0 ? self.ended(entry) : entry).chargeNanoUSD
        }
        guard outcome.recovered == self.attempts, spent == wanted else {
            throw Failed(
                description:
                    "\(outcome.recovered) of \(self.attempts) are in the store, at \(spent) instead of \(wanted)"
            )
        }
    }

    /// Deletes what both have made.
    func cleanUp() {
        let journal = self.folder + "/journal"
        for name in (try? FileDisk(folder: journal).list()) ?? [] { unlink(journal + "/" + name) }
        unlink(journal + "/lock")
        rmdir(journal)
        for suffix in ["", "-wal", "-shm", ".lock"] { unlink(self.folder + "/ledger.db" + suffix) }
        rmdir(self.folder)
    }

    // MARK: Parts

    private func store() throws -> SQLiteStore {
        try SQLiteStore(path: self.folder + "/ledger.db")
    }

    private func open(_ store: SQLiteStore, at now: UnixMilliseconds) throws -> OpenedJournal {
        var options = JournalOptions()
        options.hasThread = false
        return try Journal.open(
            disk: FileDisk(folder: self.folder + "/journal"),
            options: options,
            store: store,
            now: now
        )
    }

    private func entry(_ number: Int) -> LedgerEntry {
        let startedAt = Self.start + UnixMilliseconds(number)
        var entry = LedgerEntry(
            attempt: AttemptID(high: UInt64(clamping: startedAt) << 16, low: UInt64(number) &* 0x9E37_79B9_7F4A_7C15),
            requestID: "req_01J8Z3K7Q0000000\(1_000_000_000 + number)",
            subject: LedgerEntry.Subject(
                keyID: "key_01J8Z3K7Q0\(number % 200)",
                projectID: "prj_01J8Z3K7Q0\(number % 20)",
                operation: .chat,
                model: "model-\(number % 8)",
                provider: number % 3 == 0 ? "second" : "first",
                upstreamModel: "upstream-model-2026-11-\(number % 8)",
                label: ""
            ),
            startedAt: startedAt,
            settledAt: startedAt
        )
        entry.usage.uncachedInputTokens = 100 + number % 5_000
        entry.chargeNanoUSD = Int64(100_000 + number)
        entry.reservedNanoUSD = 10_000_000
        entry.isEstimated = true
        entry.priceVersion = 7
        entry.budgets = [BudgetPeriodKey(budgetID: "bud_\(number % Self.budgets)", startsAt: Self.start)]
        return entry
    }

    private func ended(_ entry: LedgerEntry) -> LedgerEntry {
        var entry = entry
        entry.settledAt += 2_500
        entry.isEstimated = false
        entry.status = 200
        entry.usage.visibleOutputTokens = 321
        entry.chargeNanoUSD *= 2
        entry.totalMicroseconds = 2_500_000
        entry.firstContentMicroseconds = 400_000
        entry.overheadMicroseconds = 900
        return entry
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }

    /// The most memory that this program has had since it was started, resident; what the kernel counts for a process
    /// reaches back before that. Source: proc(5), `VmHWM`, in KiB.
    private static func peakMegabytes() throws(Failed) -> Int {
        let file = Glibc.open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        defer { _ = Glibc.close(file) }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("VmHWM:") }
        guard let kibibytes = line?.split(separator: " ").compactMap({ Int($0) }).first else {
            throw Failed(description: "the kernel does not tell how much memory was used")
        }
        return kibibytes / 1_024
    }
}

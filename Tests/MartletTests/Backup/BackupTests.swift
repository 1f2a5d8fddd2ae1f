import AdminAPI
import Exchange
import Glibc
import Ledger
import NIOPosix
import Policy
import SQLiteStorage
import Storage
import Synchronization
import Testing

@testable import martlet

@Suite("Backups", .timeLimit(.minutes(3)))
struct BackupTests {
    private let base: String
    private var settings: Settings

    init() throws {
        var template = Array("/tmp/martlet-backup-XXXXXX".utf8CString)
        self.base = try template.withUnsafeMutableBufferPointer { buffer in
            let start = try #require(buffer.baseAddress)
            return String(cString: try #require(mkdtemp(start)))
        }
        self.settings = Settings()
        self.settings.dataFolder = self.base + "/var"
    }

    private static let secret = Secret("sk-vendor-canary-0123456789")
    private static let start: Int64 = 1_795_737_600_000

    private func workspace(_ folder: String? = nil) async throws -> Workspace {
        var settings = self.settings
        if let folder { settings.dataFolder = folder }
        return try await Workspace.open(settings, environment: [:])
    }

    private func addProvider(_ workspace: Workspace) async throws {
        var draft = ProviderDraft(name: "vendor", kind: "openai")
        draft.secret = Self.secret
        _ = try await workspace.administration.createProvider(draft)
    }

    private static func entry(_ number: Int) -> LedgerEntry {
        let startedAt = self.start + Int64(number)
        var entry = LedgerEntry(
            attempt: AttemptID(high: UInt64(startedAt) << 16, low: UInt64(number)),
            requestID: "req-\(number)",
            subject: LedgerEntry.Subject(
                keyID: "key-\(number % 3)",
                projectID: "project",
                operation: .chat,
                model: "fast",
                provider: "vendor",
                upstreamModel: "gpt",
                label: ""
            ),
            startedAt: startedAt,
            settledAt: startedAt + 900
        )
        entry.outcome = .completed
        entry.status = 200
        entry.chargeNanoUSD = Int64(1_000 + number)
        entry.reservedNanoUSD = 5_000
        entry.budgets = [BudgetPeriodKey(budgetID: "bud-a", startsAt: self.start)]
        return entry
    }

    private func journal(_ workspace: Workspace, segmentBytes: Int = 16 << 20) throws -> OpenedJournal {
        var options = JournalOptions()
        options.segmentBytes = segmentBytes
        return try Journal.open(
            disk: FileDisk(folder: workspace.folder.journalPath),
            options: options,
            store: workspace.store,
            now: Self.start
        )
    }

    private func restore(_ path: String, into name: String, key: String? = nil) async throws -> RestoredBackup {
        try await BackupRestorer.restore(
            path,
            into: self.base + "/" + name,
            settings: self.settings,
            masterKeyFile: key ?? self.base + "/var/master.key"
        )
    }

    private func entries(_ folder: String) throws -> [String: LedgerEntry] {
        let store = try SQLiteStore(path: self.base + "/\(folder)/martlet.sqlite", create: false)
        defer { try? store.close() }
        var found: [String: LedgerEntry] = [:]
        var query = LedgerQuery()
        query.limit = 1_000
        while true {
            let page = try store.entries(query)
            guard let last = page.last else { return found }
            for entry in page { found[entry.requestID] = entry }
            query.before = last.attempt
        }
    }

    @Test("a backup at rest is restored elsewhere: the same rows, keys and credentials, another admin token")
    func atRest() async throws {
        let workspace = try await self.workspace()
        try await self.addProvider(workspace)
        let opened = try self.journal(workspace)
        for number in 0..<5 {
            let ticket = try opened.journal.open(Self.entry(number))
            opened.journal.settle(ticket, Self.entry(number))
        }
        opened.journal.close()
        let made = try await BackupMaker(workspace, journal: nil).create(withMasterKey: false)
        #expect(made.path.hasPrefix(self.base + "/var/backups/") && made.files >= 2 && made.bytes > 0)
        #expect(access(made.path + "/master.key", F_OK) != 0)
        var info = stat()
        for (name, mode) in [("", 0o700), ("/martlet.sqlite", 0o600), ("/manifest.json", 0o600)] {
            #expect(stat(made.path + name, &info) == 0 && info.st_mode & 0o777 == mode_t(mode), "\(name)")
        }
        let restored = try await self.restore(made.path, into: "elsewhere")
        #expect(restored.faults.isEmpty)
        #expect(restored.recovered == 5 && restored.reconciliation.rows == 5)
        #expect(restored.reconciliation.chargeNanoUSD == 5_010)
        #expect(restored.reconciliation.balances == 1 && restored.reconciliation.days == 1)
        #expect((restored.auditEntries ?? 0) >= 3)
        let again = try await self.workspace(self.base + "/elsewhere")
        #expect(again.firstRun == nil)
        #expect(again.adminToken != workspace.adminToken)
        let (before, after) = (try workspace.store.loadConfiguration(), try again.store.loadConfiguration())
        #expect(before == after)
        #expect(try Road.credentials(again)(try #require(after.providers.last { $0.name == "vendor" })) == Self.secret)
        try again.store.close()
        try workspace.store.close()
    }

    @Test("a backup made under load holds every attempt that had ended, once, and adds up")
    func underLoad() async throws {
        let workspace = try await self.workspace()
        let opened = try self.journal(workspace, segmentBytes: 64 << 10)
        let maker = BackupMaker(workspace, journal: opened.journal)
        let load = LoadProgress()
        // Threads of its own: those that a backup is made on must stay free.
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        var copies: [(path: String, endedBefore: Int)] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await threads.runIfActive {
                    var number = 0
                    while !load.isOver, number < 60_000 {
                        // Small segments that a copy holds fill their room: then, as a caller would, try again.
                        guard let ticket = try? opened.journal.open(Self.entry(number)) else {
                            usleep(2_000)
                            continue
                        }
                        opened.journal.settle(ticket, Self.entry(number))
                        number += 1
                        load.ended = number
                        // About as fast as the drain, so that segments come and go.
                        if number % 200 == 0 { usleep(2_000) }
                    }
                }
            }
            group.addTask {
                try await threads.runIfActive {
                    while !load.isOver {
                        if try opened.drain.drainOnce() == 0 { usleep(1_000) }
                    }
                }
            }
            for _ in 0..<3 {
                let before = load.ended
                copies.append((try await maker.create(withMasterKey: false).path, before))
            }
            load.isOver = true
            try await group.waitForAll()
        }
        try await threads.shutdownGracefully()
        opened.journal.close()
        try workspace.store.close()
        for (index, copy) in copies.enumerated() {
            let restored = try await self.restore(copy.path, into: "copy-\(index)")
            #expect(restored.faults.isEmpty)
            let rows = try self.entries("copy-\(index)")
            #expect(rows.count == restored.reconciliation.rows)
            let missing = (0..<copy.endedBefore).filter { rows["req-\($0)"] == nil }
            #expect(missing.isEmpty, "\(missing.prefix(5)) of \(copy.endedBefore)")
            let wrong = (0..<copy.endedBefore).filter { number in
                rows["req-\(number)"].map { $0.chargeNanoUSD != Int64(1_000 + number) || $0.isEstimated } ?? true
            }
            #expect(wrong.isEmpty)
        }
        #expect(copies.last.map { $0.endedBefore > 0 } == true)
    }

    @Test("what was sent and had not ended is settled by its reservation, marked as an estimate")
    func unended() async throws {
        let workspace = try await self.workspace()
        let opened = try self.journal(workspace)
        _ = try opened.journal.open(Self.entry(1))
        let ticket = try opened.journal.open(Self.entry(2))
        opened.journal.settle(ticket, Self.entry(2))
        let made = try await BackupMaker(workspace, journal: opened.journal).create(withMasterKey: false)
        let restored = try await self.restore(made.path, into: "copy")
        #expect(restored.recovered == 2 && restored.faults.isEmpty)
        let rows = try self.entries("copy")
        #expect(rows["req-1"]?.isEstimated == true && rows["req-2"]?.isEstimated == false)
        opened.journal.close()
        try workspace.store.close()
    }

    @Test("segments that a copy may need stay while it is made, and go afterwards")
    func holding() async throws {
        let workspace = try await self.workspace()
        let opened = try self.journal(workspace, segmentBytes: 64 << 10)
        func run(_ numbers: Range<Int>) throws {
            for number in numbers {
                let ticket = try opened.journal.open(Self.entry(number))
                opened.journal.settle(ticket, Self.entry(number))
                if number % 100 == 0 { usleep(8_000) }
            }
            usleep(30_000)
            while try opened.drain.drainOnce(isLast: true) > 0 {}
        }
        let held = try opened.journal.holding {
            try run(0..<1_000)
            return opened.journal.segmentCount
        }
        #expect(held > 2)
        try run(1_000..<1_001)
        #expect(opened.journal.segmentCount < held)
        opened.journal.close()
        try workspace.store.close()
    }

    @Test("without the master key secrets stay shut: the folder does not open until the key is there (N100)")
    func withoutKey() async throws {
        let workspace = try await self.workspace()
        try await self.addProvider(workspace)
        let made = try await BackupMaker(workspace, journal: nil).create(withMasterKey: false)
        try workspace.store.close()
        let target = self.base + "/shut"
        let restored = try await BackupRestorer.restore(
            made.path,
            into: target,
            settings: self.settings,
            masterKeyFile: nil
        )
        #expect(restored.auditEntries == nil && restored.faults.isEmpty)
        await #expect(throws: DataFolderError.self) { try await self.workspace(target) }
        try BackupFiles.copy(self.base + "/var/master.key", to: target + "/master.key")
        try await self.workspace(target).store.close()
    }

    @Test("the master key goes along when asked for, and only from a file")
    func withKey() async throws {
        let workspace = try await self.workspace()
        let made = try await BackupMaker(workspace, journal: nil).create(withMasterKey: true)
        try workspace.store.close()
        let restored = try await BackupRestorer.restore(
            made.path,
            into: self.base + "/with-key",
            settings: self.settings,
            masterKeyFile: nil
        )
        #expect(restored.manifest.hasMasterKey && restored.auditEntries != nil)
        var elsewhere = self.settings
        elsewhere.dataFolder = self.base + "/env"
        elsewhere.masterKey = Secret("dYt3Zp6b1qKxSeR8VnGm0uHcL5wJfQa4oBzTi9NyPCg=")
        let other = try await Workspace.open(elsewhere, environment: [:])
        let refusal = await #expect(throws: AdminProblem.self) {
            try await BackupMaker(other, journal: nil).create(withMasterKey: true)
        }
        #expect(refusal?.code == .conflict && refusal?.field == "with_master_key")
        try other.store.close()
    }

    @Test("a backup whose bytes changed, that lacks a file or was not finished is refused, naming the file")
    func damaged() async throws {
        let workspace = try await self.workspace()
        let made = try await BackupMaker(workspace, journal: nil).create(withMasterKey: false)
        try workspace.store.close()
        let path = made.path + "/martlet.sqlite"
        let descriptor = open(path, O_RDWR)
        #expect(pwrite(descriptor, "x", 1, 5_000) == 1)
        close(descriptor)
        let changed = #expect(throws: BackupError.self) { try BackupRestorer.check(made.path) }
        #expect(changed?.message.contains("martlet.sqlite") == true)
        await #expect(throws: BackupError.self) { try await self.restore(made.path, into: "no") }
        #expect(access(self.base + "/no", F_OK) != 0)
        #expect(unlink(path) == 0)
        let missing = #expect(throws: BackupError.self) { try BackupRestorer.check(made.path) }
        #expect(missing?.message.contains("martlet.sqlite") == true)
        #expect(unlink(made.path + "/manifest.json") == 0)
        let unfinished = #expect(throws: BackupError.self) { try BackupRestorer.check(made.path) }
        #expect(unfinished?.message.contains("manifest.json") == true)
    }

    @Test("a folder with anything in it is not restored into")
    func occupied() async throws {
        let workspace = try await self.workspace()
        let made = try await BackupMaker(workspace, journal: nil).create(withMasterKey: false)
        try workspace.store.close()
        let refusal = await #expect(throws: BackupError.self) { try await self.restore(made.path, into: "var") }
        #expect(refusal?.message.contains("not empty") == true)
    }

    @Test("a ledger that lost a row, and a balance that was changed, do not add up")
    func doesNotAddUp() async throws {
        let workspace = try await self.workspace()
        try workspace.store.append((0..<4).map(Self.entry), watermark: nil, audit: nil)
        #expect(try workspace.store.reconcile().faults.isEmpty)
        #expect(try workspace.store.reconcile().balances == 1)
        try workspace.store.close()
        let path = self.base + "/var/martlet.sqlite"
        for (sql, part) in [
            ("UPDATE budget_balances SET spent_nano_usd = spent_nano_usd - 1", "bud-a"),
            ("DELETE FROM ledger WHERE request_id = 'req-2'", "day"),
        ] {
            try Self.execute(sql, on: path)
            let store = try SQLiteStore(path: path, create: false)
            let faults = try store.reconcile().faults
            #expect(faults.contains { $0.contains(part) }, "\(faults)")
            try store.close()
        }
    }

    private static func execute(_ sql: String, on path: String) throws {
        // As somebody with the file would.
        var process = pid_t()
        let words = [
            "python3", "-c", "import sqlite3,sys;c=sqlite3.connect(sys.argv[1]);c.execute(sys.argv[2]);c.commit()",
            path, sql,
        ]
        var arguments = words.map { strdup($0) } + [nil]
        defer { for word in arguments { free(word) } }
        try #require(posix_spawnp(&process, "python3", nil, nil, &arguments, environ) == 0)
        var status: CInt = 0
        try #require(waitpid(process, &status, 0) == process && status == 0)
    }
}

/// How far a load has come, and whether it is to end.
private final class LoadProgress: Sendable {
    private let state = Mutex((ended: 0, isOver: false))

    var ended: Int {
        get { self.state.withLock { $0.ended } }
        set { self.state.withLock { $0.ended = newValue } }
    }

    var isOver: Bool {
        get { self.state.withLock { $0.isOver } }
        set { self.state.withLock { $0.isOver = newValue } }
    }
}

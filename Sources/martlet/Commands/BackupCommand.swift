import AdminAPI
import ArgumentParser
import Glibc
import SQLiteStorage
import Wire

/// `martlet backup …`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy everything that must not be lost, of a server that serves or one at rest.",
        discussion: """
            A backup is a folder: the store, the journal, and a manifest with checksums. It holds no master key unless you ask
            for it, and without that key its stored secrets cannot be read: keep the key somewhere else.

            Examples:
              martlet backup create /backups/martlet-monday
              martlet backup verify /backups/martlet-monday
              martlet backup restore /backups/martlet-monday --into /var/lib/martlet --master-key-file /safe/master.key
            """,
        subcommands: [Create.self, Verify.self, Restore.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a backup, by the server when one runs.",
            discussion: "Without a folder it stays where it is made: in 'backups' in the data folder."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Where it goes: a folder that does not exist yet.") var folder: String?
        @Flag(help: "Put the master key into it: whoever has the backup then has every secret.") var withMasterKey =
            false

        func run() async throws {
            if let folder, access(folder, F_OK) == 0 {
                throw ValidationError("\(folder) is there already; name a folder that is not")
            }
            var writer = JSONWriter()
            writer.object { $0.member("with_master_key", self.withMasterKey) }
            let client = try await AdminClient.open(self.common).waiting(seconds: 3_600)
            defer { client.close() }
            let body = try await client.call("POST", "/backups", writer.bytes)
            guard let made = JSONView(body)?.text("path") else { return self.output.show(body) }
            if let folder { try BackupFiles.move(made, to: folder) }
            guard !self.output.json else { return self.output.show(Self.moved(body, to: folder)) }
            Console.out(folder ?? made)
        }

        /// The answer, with the folder that the backup was moved to.
        private static func moved(_ body: [UInt8], to folder: String?) -> [UInt8] {
            guard let folder, let view = JSONView(body) else { return body }
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("path", folder)
                writer.member("created_at", view.text("created_at") ?? "")
                writer.member("files", view.text("files").flatMap { Int($0) } ?? 0)
                writer.member("bytes", view.text("bytes").flatMap { Int($0) } ?? 0)
            }
            return writer.bytes
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that a backup can be restored, by restoring it beside and adding it up.",
            discussion: """
                Checks every file against the manifest, restores into a folder under TMPDIR that is deleted again, has SQLite check
                its file, settles the journal, compares the ledger with balances and usage, and, when the master key is at
                hand, follows the audit trail.
                """
        )

        @OptionGroup var common: SettingsOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The backup.") var backup: String
        @Option(help: "The master key, when it is neither in the backup nor in the data folder.") var masterKeyFile:
            String?

        func run() async throws {
            let settings = try self.common.load().settings
            let base = SettingsOptions.environment["TMPDIR"] ?? "/tmp"
            var template = Array("\(base)/martlet-verify-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw BackupFiles.failure(base, "written") }
            let scratch = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            defer { BackupFiles.remove(scratch) }
            let restored = try await BackupRestorer.restore(
                self.backup,
                into: scratch + "/var",
                settings: settings,
                masterKeyFile: try self.key(settings)
            )
            try BackupCommand.tell(restored, self.output, "\(self.backup) can be restored")
        }

        /// The key given, or that of the data folder when it is the one that the backup was made under.
        private func key(_ settings: Settings) throws -> String? {
            if let masterKeyFile { return masterKeyFile }
            let manifest = try BackupRestorer.check(self.backup)
            guard settings.masterKey == nil, !manifest.hasMasterKey else { return nil }
            let path = DataFolder(path: settings.dataFolder).masterKeyPath
            return access(path, R_OK) == 0 ? path : nil
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup into an empty data folder, and add it up.",
            discussion: """
                The admin token is drawn anew, and whoever was signed in when the backup was made is not any more. What the journal
                held is settled as after a crash.
                """
        )

        @OptionGroup var common: SettingsOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The backup.") var backup: String
        @Option(help: "The data folder, empty or not there yet; that of the settings unless given.") var into: String?
        @Option(help: "The master key, to be put into the data folder.") var masterKeyFile: String?

        func run() async throws {
            let settings = try self.common.load().settings
            let target = self.into ?? settings.dataFolder
            let restored = try await BackupRestorer.restore(
                self.backup,
                into: target,
                settings: settings,
                masterKeyFile: self.masterKeyFile
            )
            try BackupCommand.tell(restored, self.output, "restored into \(target)")
            if restored.auditEntries == nil {
                Console.talk(
                    "martlet: without a master key: put it into \(target)/master.key (mode 0600), or give it as "
                        + "MARTLET_MASTER_KEY, before the start"
                )
            }
        }
    }

    private static func tell(_ restored: RestoredBackup, _ output: OutputOptions, _ headline: String) throws {
        let sums = restored.reconciliation
        if output.json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("created_at", restored.manifest.createdAt)
                writer.member("bytes", restored.manifest.bytes)
                writer.member("settled_from_journal", restored.recovered)
                writer.member("ledger_rows", sums.rows)
                writer.member("ledger_nano_usd", Int(clamping: sums.chargeNanoUSD))
                writer.member("balances_compared", sums.balances)
                writer.member("days_compared", sums.days)
                writer.key("audit_entries")
                if let count = restored.auditEntries { writer.int(count) } else { writer.null() }
                writer.key("faults")
                writer.array { writer in
                    for fault in restored.faults { writer.string(fault) }
                }
            }
            output.show(writer.bytes)
        } else {
            let audit =
                restored.auditEntries.map { "\($0) audit entries whole" } ?? "audit trail not followed: no master key"
            Console.out(
                "backup of \(restored.manifest.createdAt), \(restored.manifest.bytes) bytes: \(sums.rows) ledger rows, "
                    + "\(restored.recovered) of them settled from the journal; \(sums.balances) balances and \(sums.days) days "
                    + "compared; \(audit)"
            )
        }
        guard restored.faults.isEmpty else {
            throw CommandFailure(
                code: 1,
                message: "the backup is not whole:\n" + restored.faults.joined(separator: "\n")
            )
        }
        if !output.json { Console.out(headline) }
    }
}

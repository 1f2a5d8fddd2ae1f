import AdminAPI
import Exchange
import Glibc
import Ledger
import Policy
import SQLiteStorage
import Storage

/// What was found of a backup that was put into a folder.
struct RestoredBackup: Sendable {
    var manifest: BackupManifest
    /// Entries that were in the backup's journal and not in its store.
    var recovered: Int
    var reconciliation: Reconciliation
    /// What the engine finds damaged, what does not add up, what of the audit trail does not hold.
    var faults: [String]
    /// How many entries of the audit trail were followed; `nil` without the master key, under which they are sealed.
    var auditEntries: Int?
}

/// Puts backups into folders that are empty, and proves them whole.
enum BackupRestorer {
    /// Reads the manifest, and every file against it.
    ///
    /// - Throws: `BackupError` naming the first file that is missing, another, or none of the backup's.
    static func check(_ path: String) throws(BackupError) -> BackupManifest {
        let manifestPath = path + "/" + BackupManifest.fileName
        guard access(manifestPath, F_OK) == 0 else {
            throw BackupError(
                "\(path) is not a backup, or one that was not finished: it has no \(BackupManifest.fileName)"
            )
        }
        let manifest = try BackupManifest(json: try BackupFiles.contents(manifestPath))
        for file in manifest.files {
            let found = try BackupFiles.sum("\(path)/\(file.path)")
            guard found.bytes == file.bytes, found.sha256 == file.sha256 else {
                throw BackupError("\(path)/\(file.path) is not what was backed up: its checksum differs")
            }
        }
        return manifest
    }

    /// Puts a backup into a folder, settles its journal, and adds everything up. Who was signed in when it was made is not any more,
    /// and the admin token is drawn anew.
    ///
    /// - Parameters:
    ///   - path: The backup's folder.
    ///   - target: A folder that is empty, or is not there yet.
    ///   - settings: Says whether a master key comes from elsewhere.
    ///   - masterKeyFile: A file with the master key, to be put into the folder; `nil` for what the backup has.
    /// - Returns: What was found.
    /// - Throws: What is wrong with the backup or the folder.
    static func restore(
        _ path: String,
        into target: String,
        settings: Settings,
        masterKeyFile: String?
    ) async throws -> RestoredBackup {
        let manifest = try self.check(path)
        try BackupFiles.requireEmptyFolder(target)
        let folder = DataFolder(path: target)
        try self.copyFiles(manifest, from: path, to: folder, masterKeyFile: masterKeyFile)
        var restored = try self.settle(manifest, folder)
        var opened = settings
        opened.dataFolder = target
        opened.masterKeyNext = nil
        if opened.masterKey != nil || access(folder.masterKeyPath, F_OK) == 0 {
            try await self.followAudit(opened, &restored)
        }
        return restored
    }

    /// The store comes last under its name: a start that came before it would find no store, and make none beside a journal.
    private static func copyFiles(
        _ manifest: BackupManifest,
        from path: String,
        to folder: DataFolder,
        masterKeyFile: String?
    ) throws {
        try BackupFiles.makeFolder(folder.journalPath)
        let unfinished = folder.storePath + ".restoring"
        for file in manifest.files {
            let isReplaced = file.path == "master.key" && masterKeyFile != nil
            if isReplaced { continue }
            let target = file.path == "martlet.sqlite" ? unfinished : "\(folder.path)/\(file.path)"
            let copied = try BackupFiles.copy("\(path)/\(file.path)", to: target)
            guard copied.sha256 == file.sha256 else {
                throw BackupError(
                    "\(path)/\(file.path) changed while it was read; nothing is to be done with \(folder.path)"
                )
            }
        }
        if let masterKeyFile { try BackupFiles.copy(masterKeyFile, to: folder.masterKeyPath) }
        guard rename(unfinished, folder.storePath) == 0 else { throw BackupFiles.failure(folder.storePath, "made") }
        BackupFiles.sync(folder: folder.journalPath)
        BackupFiles.sync(folder: folder.path)
    }

    private static func settle(_ manifest: BackupManifest, _ folder: DataFolder) throws -> RestoredBackup {
        let store = try SQLiteStore(path: folder.storePath, create: false)
        // What fails below is the news; the store is recovered by its next opening.
        defer { try? store.close() }
        let damage = try store.damage()
        let recovered = try Journal.settle(
            disk: FileDisk(folder: folder.journalPath),
            into: store,
            now: Workspace.unixMilliseconds()
        )
        try store.endSessions()
        let sums = try store.reconcile()
        return RestoredBackup(
            manifest: manifest,
            recovered: recovered,
            reconciliation: sums,
            faults: damage + sums.faults
        )
    }

    private static func followAudit(_ settings: Settings, _ restored: inout RestoredBackup) async throws {
        let workspace = try await Workspace.open(settings, environment: [:], create: false)
        defer { try? workspace.store.close() }
        let client = AdminClient(transport: try await OfflineTransport(workspace))
        guard let view = JSONView(try await client.call("GET", "/audit/verify")) else { return }
        restored.auditEntries = view.text("entries").flatMap { Int($0) }
        if view.text("whole") != "true" {
            restored.faults.append("the audit trail is broken: \(view.text("fault") ?? "?")")
        }
    }
}

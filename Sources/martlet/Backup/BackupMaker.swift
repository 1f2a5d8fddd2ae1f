import AdminAPI
import Glibc
import Ledger
import NIOPosix
import Policy
import Storage
import SQLiteStorage
import Synchronization

/// Makes backups of a data folder, of one that serves or one at rest, into its folder `backups`.
///
/// First the store is copied, then the journal, whose segments stay meanwhile: whatever the copy of the store lacks is in the copy of
/// the journal, and what both have counts once, by its id.
final class BackupMaker: BackupDesk {
    private let folder: DataFolder
    private let store: SQLiteStore
    private let box: SecretBox
    /// The journal when it is open; at rest its files are read.
    private let journal: Journal?
    private let clock: @Sendable () -> UnixMilliseconds
    private let isRunning = Mutex(false)

    init(
        _ workspace: Workspace,
        journal: Journal?,
        clock: @escaping @Sendable () -> UnixMilliseconds = Workspace.unixMilliseconds
    ) {
        self.folder = workspace.folder
        self.store = workspace.store
        self.box = workspace.secretBox
        self.journal = journal
        self.clock = clock
    }

    func create(withMasterKey: Bool) async throws(AdminProblem) -> CreatedBackup {
        let isFree = self.isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard isFree else { throw AdminProblem(.conflict, "a backup is being made already") }
        defer { self.isRunning.withLock { $0 = false } }
        guard !withMasterKey || access(self.folder.masterKeyPath, F_OK) == 0 else {
            throw AdminProblem(
                .conflict,
                "the master key comes from \(MasterKey.environmentVariable), not from the data folder: keep it where it is",
                field: "with_master_key"
            )
        }
        do {
            return try await NIOThreadPool.singleton.runIfActive { try self.make(withMasterKey: withMasterKey) }
        } catch {
            throw AdminProblem(.storeFailed, "the backup was not made: \(error)")
        }
    }

    private func make(withMasterKey: Bool) throws -> CreatedBackup {
        let createdAt = Timestamp.text(self.clock())
        if mkdir(self.folder.backupsPath, 0o700) != 0, errno != EEXIST {
            throw BackupFiles.failure(self.folder.backupsPath, "made")
        }
        let name = String(createdAt.filter { $0 != ":" && $0 != "-" && $0 != "." })
        let path = self.folder.backupsPath + "/" + name
        try BackupFiles.makeFolder(path)
        do {
            let manifest = try self.fill(path, createdAt, withMasterKey: withMasterKey)
            return CreatedBackup(path: path, createdAt: createdAt, files: manifest.files.count, bytes: manifest.bytes)
        } catch {
            BackupFiles.remove(path)
            throw error
        }
    }

    private func fill(_ path: String, _ createdAt: String, withMasterKey: Bool) throws -> BackupManifest {
        var files: [BackupManifest.File] = []
        let storePath = path + "/martlet.sqlite"
        try BackupFiles.makeFolder(path + "/journal")
        if let journal = self.journal {
            files += try journal.holding {
                try self.store.copy(to: storePath)
                return try Self.journal(into: path) { take in try journal.copySegments(take) }
            }
        } else {
            try self.store.copy(to: storePath)
            files += try Self.journal(into: path) { take in
                try Journal.copySegments(of: FileDisk(folder: self.folder.journalPath), take)
            }
        }
        let sum = try BackupFiles.sum(storePath)
        files.insert(.init(path: "martlet.sqlite", bytes: sum.bytes, sha256: sum.sha256), at: 0)
        if withMasterKey {
            let sum = try BackupFiles.copy(self.folder.masterKeyPath, to: path + "/master.key")
            files.append(.init(path: "master.key", bytes: sum.bytes, sha256: sum.sha256))
        }
        let manifest = BackupManifest(
            martlet: Martlet.version,
            createdAt: createdAt,
            keyVersion: self.box.keyVersion,
            files: files
        )
        BackupFiles.sync(folder: path + "/journal")
        var file = try SummedFile(creating: path + "/" + BackupManifest.fileName)
        try file.write(manifest.json)
        _ = try file.finish()
        BackupFiles.sync(folder: path)
        return manifest
    }

    /// Writes the pieces of the journal's files, each file's in order.
    private static func journal(
        into path: String,
        _ read: ((JournalPiece) throws -> Void) throws -> Void
    ) throws -> [BackupManifest.File] {
        var files: [BackupManifest.File] = []
        var names: [String] = []
        try read { piece in
            let target = "\(path)/journal/\(piece.name)"
            if piece.offset == 0 { names.append(piece.name) }
            let descriptor = open(target, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw BackupFiles.failure(target, "made") }
            defer { _ = close(descriptor) }
            var done = 0
            while done < piece.bytes.count {
                let count = piece.bytes.withUnsafeBytes {
                    write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw BackupFiles.failure(target, "written") }
                done += count
            }
            guard fsync(descriptor) == 0 else { throw BackupFiles.failure(target, "synced") }
        }
        for name in names {
            let sum = try BackupFiles.sum("\(path)/journal/\(name)")
            files.append(.init(path: "journal/\(name)", bytes: sum.bytes, sha256: sum.sha256))
        }
        return files
    }
}

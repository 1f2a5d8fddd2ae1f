import Glibc
import Storage

/// Notices that the database file or its write-ahead log was deleted or replaced while open. Two system calls per check.
///
/// SQLite would go on writing into the deleted file: every commit would look durable and be lost at the end.
struct FileWatch: Sendable {
    private let files: [Watched]

    private struct Watched: Sendable {
        let path: String
        let device: UInt
        let inode: UInt
    }

    /// Remembers the files as they are now.
    init(path: String) throws(StorageError) {
        self.files = [try Self.facts(path), try Self.facts(path + "-wal")]
    }

    /// Throws `.failed` when a file is not the remembered one.
    func check() throws(StorageError) {
        for file in self.files {
            var facts = stat()
            let isThere = lstat(file.path, &facts) == 0
            guard isThere, UInt(facts.st_ino) == file.inode, UInt(facts.st_dev) == file.device else {
                throw StorageError(
                    .failed,
                    "\(file.path) was deleted or replaced while in use; restart, and keep other programs off it"
                )
            }
        }
    }

    private static func facts(_ path: String) throws(StorageError) -> Watched {
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            throw StoreFile.refusal(path, "vanished while it was opened: \(StoreFile.reason(errno))")
        }
        return Watched(path: path, device: UInt(facts.st_dev), inode: UInt(facts.st_ino))
    }
}

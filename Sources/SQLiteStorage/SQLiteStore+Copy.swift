import Glibc
import GRDB
public import Storage

extension SQLiteStore {
    /// Copies the whole store, as of one moment, into a new file of its own that needs no write-ahead log. Writers go on
    /// meanwhile: the copy is made from one read transaction, by SQLite's online backup.
    ///
    /// - Parameter path: Where no file may be yet; made with mode 0600.
    /// - Throws: `.unusable` when the file cannot be made, `.failed`; what was made of it is then left for the caller to delete.
    public func copy(to path: String) throws(StorageError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(.unusable, "\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        Glibc.close(descriptor)
        try self.read { _ in }
        try StorageError.mapping {
            let copy = try DatabaseQueue(path: path)
            try self.pool.backup(to: copy)
            try copy.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try copy.close()
        }
    }

    /// Signs everybody out: what a copy of the store knows of sessions is not to be believed any more.
    public func endSessions() throws(StorageError) {
        try self.write { database in
            guard try database.tableExists("sessions") else { return }
            try database.execute(sql: "DELETE FROM sessions")
        }
    }
}

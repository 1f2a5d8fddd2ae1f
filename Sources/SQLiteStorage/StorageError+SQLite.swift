import GRDB
import Storage

extension StorageError {
    /// Runs `body` and turns whatever it throws into a `StorageError`.
    static func mapping<R>(_ body: () throws -> R) throws(StorageError) -> R {
        do {
            return try body()
        } catch let error as StorageError {
            throw error
        } catch let error as DatabaseError {
            throw StorageError(engine: error)
        } catch {
            throw StorageError(.failed, "the store failed: \(error)")
        }
    }

    /// Says what an engine error means. Never includes SQL or values.
    init(engine error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(.unusable, "the database file is damaged; restore it from a backup")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(.unusable, "the database file or its folder cannot be written; check owner, mode and mount")
        case .SQLITE_CANTOPEN:
            self.init(.unusable, "the database file cannot be opened; check that its folder exists and is writable")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.failed, "the database is busy: another program holds it; close that program and try again")
        case .SQLITE_FULL:
            self.init(.failed, "the disk is full; free some space and try again")
        case .SQLITE_IOERR:
            self.init(.failed, "reading or writing the database failed (code \(error.extendedResultCode.rawValue))")
        case .SQLITE_INTERRUPT:
            self.init(.failed, "the query took too long; ask for less time or for fewer groups")
        case .SQLITE_CONSTRAINT:
            self.init(.conflict, "a stored rule refuses it: \(error.message ?? "constraint failed")")
        default:
            let code = error.extendedResultCode.rawValue
            self.init(.failed, "the database engine failed (code \(code)): \(error.message ?? "no message")")
        }
    }

    /// Runs an insert or update; when a unique column is taken, throws what `clashes` says for it (`projects.name`).
    static func naming<R>(_ clashes: [String: String], _ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            let message = error.message ?? ""
            for (column, clash) in clashes where message.hasSuffix(": \(column)") {
                throw StorageError(.conflict, clash)
            }
            throw error
        }
    }

    /// The error of a missing row.
    static func missing(_ kind: String, _ id: String) -> StorageError {
        StorageError(.notFound, "there is no \(kind) with the id \(id)")
    }
}

import GRDB
import Storage

/// What writes configuration inside one transaction of the store. Its methods stand with what reads the same table.
struct SQLiteTransaction: ConfigurationWriter {
    let database: Database

    func write<R>(_ body: (Database) throws -> R) throws -> R { try body(self.database) }
}

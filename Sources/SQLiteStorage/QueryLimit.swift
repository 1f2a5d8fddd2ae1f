import GRDB
import GRDBSQLite

/// Ends queries that take too long. The engine asks from time to time whether it should go on.
enum QueryLimit {
    /// Steps of the engine between two questions; some hundred microseconds.
    private static let steps: Int32 = 10_000

    /// Runs `body`, whose statements are interrupted once `limit` has passed.
    static func hold<R>(_ database: Database, to limit: Duration, _ body: () throws -> R) throws -> R {
        guard let connection = database.sqliteConnection else { return try body() }
        var end = ContinuousClock.now + limit
        return try withUnsafeMutablePointer(to: &end) { end in
            sqlite3_progress_handler(connection, Self.steps, Self.isOver, end)
            defer { sqlite3_progress_handler(connection, 0, nil, nil) }
            return try body()
        }
    }

    private static let isOver: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { end in
        guard let end else { return 0 }
        return ContinuousClock.now > end.load(as: ContinuousClock.Instant.self) ? 1 : 0
    }
}

import GRDB
import GRDBSQLite
import Storage

/// Ends queries that take too long, and has the others give way to who waits for a processor. The engine asks from time to
/// time whether it should go on.
enum QueryLimit {
    /// Steps of the engine between two questions; some ten microseconds.
    private static let steps: Int32 = 1_000

    /// What the engine's questions are answered by.
    private struct State {
        let end: ContinuousClock.Instant
        var courtesy: Courtesy
    }

    /// Runs `body`, whose statements are interrupted once `limit` has passed.
    static func hold<R>(_ database: Database, to limit: Duration, _ body: () throws -> R) throws -> R {
        guard let connection = database.sqliteConnection else { return try body() }
        let now = ContinuousClock.now
        var state = State(end: now + limit, courtesy: Courtesy(at: now))
        return try withUnsafeMutablePointer(to: &state) { state in
            sqlite3_progress_handler(connection, Self.steps, Self.isOver, state)
            defer { sqlite3_progress_handler(connection, 0, nil, nil) }
            return try body()
        }
    }

    private static let isOver: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
        guard let state = context?.assumingMemoryBound(to: State.self) else { return 0 }
        let now = ContinuousClock.now
        state.pointee.courtesy.offer(at: now)
        return now > state.pointee.end ? 1 : 0
    }
}

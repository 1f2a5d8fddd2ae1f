public import Storage

/// Reads the request log on a thread of its own, so that a long read holds up neither an event loop nor a write.
public actor RequestReader {
    private let executor = StoreExecutor.quiet()
    private let log: any RequestLog

    /// Reads from a log.
    public init(_ log: any RequestLog) {
        self.log = log
    }

    /// The reader's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Lists records.
    func list(_ query: RequestQuery) throws(AdminProblem) -> [StoredRequest] {
        do { return try self.log.list(query) } catch { throw Self.failed }
    }

    /// One record by request id.
    func find(id: String) throws(AdminProblem) -> StoredRequest? {
        do { return try self.log.find(id: id) } catch { throw Self.failed }
    }

    /// The newest record with a request id among those of projects; callers may repeat the ids of others.
    func find(id: String, in projects: [String]?) throws(AdminProblem) -> StoredRequest? {
        guard let projects else { return try self.find(id: id) }
        var query = RequestQuery(limit: 1)
        query.id = id
        query.projects = projects
        return try self.list(query).first
    }

    /// When each key was last used.
    func lastUsed(keyIDs: [String]) throws(AdminProblem) -> [String: UnixMilliseconds] {
        do { return try self.log.lastUsed(keyIDs: keyIDs) } catch { throw Self.failed }
    }

    private static let failed = AdminProblem(.storeFailed, "the request log could not be read")
}

import Storage

/// Changes that are tried on a copy before they are made.
struct PendingChanges {
    typealias Write = (any ConfigurationWriter) throws -> Void

    /// The rows as the changes so far leave them.
    let working: WorkingConfiguration
    /// The changes so far, in order.
    var writes: [Write] = []
}

extension Administration {
    /// What several changes made together came to.
    struct Together<Result> {
        /// What their maker returned.
        var result: Result
        /// The stored rows before, and after them.
        var before: StoredConfiguration
        var after: StoredConfiguration
    }

    /// Makes changes together: each one is checked against what those before it leave, and all are written in one
    /// transaction, or none.
    ///
    /// - Parameters:
    ///   - origin: Who will own the rows made or changed.
    ///   - isTrial: Nothing is written.
    ///   - change: Makes the changes by this actor's own methods. What it throws undoes them.
    /// - Returns: What came of them.
    /// - Throws: What `change` throws, and what writing does.
    func together<Result>(
        as origin: RecordOrigin = .stored,
        isTrial: Bool = false,
        _ change: () throws(AdminProblem) -> Result
    ) throws(AdminProblem) -> Together<Result> {
        let before = self.stored
        self.beginPending(as: origin)
        let result: Result
        do throws(AdminProblem) {
            result = try change()
        } catch {
            _ = self.endPending(restoring: before)
            throw error
        }
        let after = self.stored
        let writes = self.endPending(restoring: before)
        if !isTrial, !writes.isEmpty {
            try self.commit { writer in
                for write in writes { try write(writer) }
            }
        }
        return Together(result: result, before: before, after: after)
    }
}

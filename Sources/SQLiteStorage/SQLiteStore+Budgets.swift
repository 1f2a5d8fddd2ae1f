import GRDB
import Storage

extension SQLiteTransaction {
    /// Inserts a budget. Throws `.conflict` when the id is taken or the scope has one of this period, `.notFound` when its
    /// key or project does not exist.
    func insertBudget(_ budget: BudgetRecord) throws {
        let (owner, id) = SQLiteStore.owner(of: budget.scope)
        let taken = "the \(owner) \(id) has a \(budget.period.rawValue) budget already; change that one"
        let clashes = [
            "budgets.id": "a budget with the id \(budget.id) exists already",
            "budgets.key_id, budgets.period": taken,
            "budgets.project_id, budgets.period": taken,
        ]
        try self.write { database in
            let sql = "SELECT 1 FROM \(owner)s WHERE id = ?"
            guard try Int.fetchOne(database, sql: sql, arguments: [id]) != nil else {
                throw StorageError.missing(owner, id)
            }
            try StorageError.naming(clashes) {
                try database.execute(
                    sql: """
                        INSERT INTO budgets (id, \(owner)_id, amount_nano_usd, period, time_zone, is_hard,
                            is_upper_bound, reset_at, origin, created_at, updated_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        budget.id, id, budget.amountNanoUSD, budget.period.rawValue, budget.timeZone, budget.isHard,
                        budget.isUpperBound, budget.resetAt, budget.origin.rawValue, budget.createdAt,
                        budget.updatedAt,
                    ]
                )
            }
        }
    }

    /// Replaces a budget; its scope and period stay. Throws `.notFound`.
    func updateBudget(_ budget: BudgetRecord) throws {
        try self.write { database in
            try database.change(
                "budget",
                budget.id,
                sql: """
                    UPDATE budgets SET amount_nano_usd = ?, time_zone = ?, is_hard = ?, is_upper_bound = ?, reset_at = ?,
                        origin = ?, created_at = ?, updated_at = ?
                    WHERE id = ?
                    """,
                arguments: [
                    budget.amountNanoUSD, budget.timeZone, budget.isHard, budget.isUpperBound, budget.resetAt,
                    budget.origin.rawValue, budget.createdAt, budget.updatedAt, budget.id,
                ]
            )
        }
    }

    /// Deletes a budget; its balances and ledger rows stay. Throws `.notFound`.
    func deleteBudget(id: String) throws {
        try self.write { database in
            try database.change("budget", id, sql: "DELETE FROM budgets WHERE id = ?", arguments: [id])
        }
    }
}

extension SQLiteStore {
    /// All budgets, by creation.
    static func budgets(_ database: Database) throws -> [BudgetRecord] {
        let sql = """
            SELECT id, key_id, project_id, amount_nano_usd, period, time_zone, is_hard, is_upper_bound, reset_at,
                origin, created_at, updated_at
            FROM budgets ORDER BY created_at, id
            """
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "budgets")
            let id = try reader.value(String.self)
            let key = try reader.optional(String.self)
            let project = try reader.optional(String.self)
            return BudgetRecord(
                id: id,
                scope: key.map(BudgetScope.key) ?? .project(project ?? ""),
                amountNanoUSD: try reader.value(),
                period: try reader.choice(),
                timeZone: try reader.value(),
                isHard: try reader.value(),
                isUpperBound: try reader.value(),
                resetAt: try reader.optional(),
                origin: try reader.choice(),
                createdAt: try reader.value(),
                updatedAt: try reader.value()
            )
        }
    }

    /// The kind of record that a budget belongs to, and its id.
    fileprivate static func owner(of scope: BudgetScope) -> (kind: String, id: String) {
        switch scope {
        case .key(let id): ("key", id)
        case .project(let id): ("project", id)
        }
    }
}

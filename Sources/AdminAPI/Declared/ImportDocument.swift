import Storage
import Wire

/// Rows to be made together: those of a declared document, and keys.
struct ImportDocument: Sendable {
    /// What the document and the request may hold.
    static let fields = DeclaredDocument.sections + ["keys", "dry_run"]
    /// A key's verifier takes tens of milliseconds to make, one after another.
    static let maximumKeys = 1_000

    var rows: DeclaredDocument
    var keys: [KeyDraft]

    init(_ body: AdminBody) throws(AdminProblem) {
        self.rows = try DeclaredDocument(body)
        self.keys = try body.objects("keys", KeyRoutes.draftFields, KeyRoutes.draft) ?? []
        guard self.keys.count <= Self.maximumKeys else {
            throw AdminProblem(.invalidField, "keys must be at most \(Self.maximumKeys) at a time", field: "keys")
        }
    }
}

/// What an import made.
struct ImportedRows: Sendable {
    /// Ids and names by section.
    var rows: [(section: String, rows: [(id: String, name: String)])] = []
    /// Keys with their secrets.
    var keys: [CreatedKey] = []
}

extension Administration {
    /// Makes all rows of a document in one transaction: one that cannot be made, or is there already, refuses all of them.
    ///
    /// - Parameters:
    ///   - document: What is to be made.
    ///   - prepared: A secret for each of its keys.
    ///   - isTrial: Everything is checked and nothing made.
    /// - Returns: What was made.
    /// - Throws: `AdminProblem` with the place in the document.
    func importRows(
        _ document: ImportDocument,
        _ prepared: [PreparedKey],
        isTrial: Bool
    ) throws(AdminProblem) -> ImportedRows {
        try self.together(isTrial: isTrial) { () throws(AdminProblem) in
            var made = ImportedRows()
            let rows = document.rows
            made.add(
                "projects",
                try Self.each(rows.projects, "projects", \.name) { draft throws(AdminProblem) in
                    let row = try self.createProject(draft)
                    return (row.id, row.name)
                }
            )
            made.add(
                "providers",
                try Self.each(rows.providers, "providers", \.name) { draft throws(AdminProblem) in
                    let row = try self.createProvider(draft)
                    return (row.id, row.name)
                }
            )
            made.add(
                "models",
                try Self.each(rows.models, "models", \.name) { draft throws(AdminProblem) in
                    let row = try self.createModel(draft)
                    return (row.id, row.name)
                }
            )
            var secrets = prepared[...]
            made.keys = try Self.each(document.keys, "keys", \.name) { draft throws(AdminProblem) in
                try self.createKey(draft, secrets.popFirst())
            }
            made.add(
                "budgets",
                try Self.each(rows.budgets, "budgets", \.period.rawValue) { draft throws(AdminProblem) in
                    let row = try self.createBudget(draft)
                    return (row.id, row.period.rawValue)
                }
            )
            return made
        }.result
    }

    /// Runs over a section and says in which place something was wrong.
    static func each<Draft, Made>(
        _ drafts: [Draft],
        _ section: String,
        _ name: (Draft) -> String,
        _ body: (Draft) throws(AdminProblem) -> Made
    ) throws(AdminProblem) -> [Made] {
        var made: [Made] = []
        for (index, draft) in drafts.enumerated() {
            do throws(AdminProblem) {
                made.append(try body(draft))
            } catch {
                throw error.placed("\(section)[\(index)]", name(draft))
            }
        }
        return made
    }
}

extension ImportedRows {
    fileprivate mutating func add(_ section: String, _ rows: [(id: String, name: String)]) {
        self.rows.append((section, rows))
    }
}

import Storage

extension StorageExam {
    /// Chains by adding up: what the hash is made of is not the store's business.
    private static let seal: AuditSeal = { previous, number, draft in
        var hash = previous
        hash[0] &+= UInt8(truncatingIfNeeded: number)
        hash[1] &+= UInt8(truncatingIfNeeded: draft.action.utf8.count)
        return hash
    }

    private static func draft(_ action: String, at: UnixMilliseconds = 7, object: String = "") -> AuditDraft {
        AuditDraft(at: at, actor: "ann", origin: "192.0.2.1", requestID: "adm_1", action: action, objectID: object)
    }

    private static func list(_ store: Store, _ change: (inout AuditQuery) -> Void = { _ in }) throws -> [AuditEntry] {
        var query = AuditQuery()
        change(&query)
        return try store.auditEntries(query)
    }

    private static func project(_ id: String) -> ProjectRecord {
        ProjectRecord(id: id, name: "project \(id)", createdAt: 1, updatedAt: 1)
    }

    static let auditQuestions: [StorageExam] = [
        StorageExam("entries of the audit trail are numbered and chained, and come back as they went in") { store in
            var full = Self.draft("key.changed", object: "key_1")
            full.objectName = "größer"
            full.before = #"{"a":1}"#
            full.after = "{}"
            full.detail = ""
            try store.appendAudit(AuditBatch([Self.draft("a"), full], seal: Self.seal))
            try store.appendAudit(AuditBatch([Self.draft("c")], seal: Self.seal))
            try store.appendAudit(AuditBatch([], seal: Self.seal))
            let entries = try Self.list(store) { $0.after = 0 }
            try expectEqual(entries.map(\.number), [1, 2, 3], "numbers")
            try expectEqual(entries.map { $0.draft.action }, ["a", "key.changed", "c"], "order")
            try expectEqual(entries[1].draft, full, "fields")
            try expectEqual(entries.map { $0.hash[0] }, [1, 3, 6], "the chain")
            try expectEqual(try Self.list(store).map(\.number), [3, 2, 1], "newest first")
        },
        StorageExam("the audit trail is filtered and paged") { store in
            let drafts = (0..<6).map { number in
                Self.draft(number % 2 == 0 ? "key.created" : "keyless", at: Int64(number), object: "o\(number % 3)")
            }
            try store.appendAudit(AuditBatch(drafts, seal: Self.seal))
            try expectEqual(try Self.list(store) { $0.action = "key." }.map(\.number), [5, 3, 1], "all of a kind")
            try expectEqual(try Self.list(store) { $0.action = "keyless" }.map(\.number), [6, 4, 2], "one action")
            try expectEqual(try Self.list(store) { $0.object = "o2" }.map(\.number), [6, 3], "one object")
            try expectEqual(try Self.list(store) { $0.actor = "bob" }.count, 0, "another actor")
            let span = try Self.list(store) { query in
                query.from = 1
                query.to = 3
            }
            try expectEqual(span.map(\.number), [3, 2], "a span of time")
            let page = try Self.list(store) { query in
                query.before = 4
                query.limit = 2
            }
            try expectEqual(page.map(\.number), [3, 2], "a page")
        },
        StorageExam("a change and its entries are one: both are there or neither") { store in
            let after = try store.change(
                { writer in
                    try writer.insertProject(Self.project("prj_1"))
                    try writer.insertProject(Self.project("prj_2"))
                },
                audit: { rows in
                    AuditBatch(rows.projects.map { Self.draft("project.created", object: $0.id) }, seal: Self.seal)
                }
            )
            try expectEqual(after.projects.map(\.id), ["prj_1", "prj_2"], "rows afterwards")
            try expectEqual(try Self.list(store).map { $0.draft.objectID }, ["prj_2", "prj_1"], "entries")
            try expectError(.conflict, "a change that fails half way") {
                try store.change(
                    { writer in
                        try writer.insertProject(Self.project("prj_3"))
                        try writer.insertProject(Self.project("prj_1"))
                    },
                    audit: { _ in AuditBatch([Self.draft("never")], seal: Self.seal) }
                )
            }
            try expectEqual(try store.loadConfiguration().projects.map(\.id), ["prj_1", "prj_2"], "nothing is left")
            try expectEqual(try Self.list(store).count, 2, "and nothing is told")
        },
        StorageExam("versions of the price list enter the audit trail with themselves") { store in
            let record = PriceVersionRecord(
                version: 1,
                createdAt: 1,
                source: "s",
                checksum: "c",
                document: "{}",
                builtIn: "b"
            )
            let batch = AuditBatch([Self.draft("prices.changed")], seal: Self.seal)
            try store.insertPriceVersion(record, audit: batch)
            try expectError(.conflict, "the same once more") { try store.insertPriceVersion(record, audit: batch) }
            try expectEqual(try Self.list(store).count, 1, "entries")
        },
    ]
}

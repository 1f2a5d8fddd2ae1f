import Storage
import Wire

/// What the configuration file declares: plan, apply, export, versions, roll back.
enum DeclaredRoutes {
    private static let documentFields = ["document", "source"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/config"
        let administration = services.administration
        return [
            AdminRoute(
                .post,
                "\(path)/plan",
                takesBody: true,
                maxBodyBytes: DeclaredDocument.maximumBytes,
                "says what applying a document would change"
            ) { call throws(AdminProblem) in
                let (document, _) = try self.document(call.body)
                return self.answer(try await administration.plan(document))
            }.documented(DeclaredOperations.plan),
            AdminRoute(
                .post,
                "\(path)/apply",
                takesBody: true,
                maxBodyBytes: DeclaredDocument.maximumBytes,
                "makes the rows that a document declares, and the file's own"
            ) { call throws(AdminProblem) in
                let (document, source) = try self.document(call.body)
                return self.answer(try await administration.apply(document, from: DeclaredSource(name: source)))
            }.documented(DeclaredOperations.apply),
            AdminRoute(.get, "\(path)/export", "the document that declares what is stored, without credentials") {
                call throws(AdminProblem) in
                try await self.export(call, administration)
            }.documented(DeclaredOperations.export),
            AdminRoute(.get, "\(path)/versions", "lists versions of what the file declared, newest first") {
                call throws(AdminProblem) in
                try await self.list(call, administration)
            }.documented(DeclaredOperations.versions),
            AdminRoute(.get, "\(path)/versions/{id}", "shows a version and its document, without credentials") {
                call throws(AdminProblem) in
                try await self.show(call, administration)
            }.documented(DeclaredOperations.version),
            AdminRoute(.post, "\(path)/rollback", takesBody: true, "puts an earlier version in force again") {
                call throws(AdminProblem) in
                let number = try AdminBody.read(call.body, ["version"]) { body throws(AdminProblem) in
                    guard let number = try body.int("version") else { throw body.wrong("version", "is needed") }
                    return number
                }
                return self.answer(try await administration.rollBack(to: Int64(number)))
            }.documented(DeclaredOperations.rollback),
        ]
    }

    private static func document(_ body: [UInt8]) throws(AdminProblem) -> (DeclaredDocument, source: String) {
        try AdminBody.read(body, self.documentFields) { body throws(AdminProblem) in
            let document = try body.object("document", DeclaredDocument.sections, DeclaredDocument.init)
            guard let document else { throw body.wrong("document", "is needed") }
            let source = try body.optional("source", body.string) ?? "api"
            guard (1...1_024).contains(source.utf8.count) else {
                throw body.wrong("source", "must be 1 to 1024 bytes")
            }
            return (document, source)
        }
    }

    private static func answer(_ plan: DeclaredPlan) -> AdminAnswer {
        .object { writer in
            writer.member("version", plan.version.map { Int($0) })
            let counts = plan.counts
            writer.member("created", counts.created)
            writer.member("changed", counts.changed)
            writer.member("deleted", counts.deleted)
            writer.member(
                "changes",
                array: { writer in
                    for change in plan.changes { writer.object { self.write(change, to: &$0) } }
                }
            )
        }
    }

    private static func write(_ change: DeclaredPlan.Change, to writer: inout JSONWriter) {
        writer.member("action", change.action.rawValue)
        writer.member("kind", change.kind)
        writer.member("name", change.name)
        writer.key("before")
        if let before = change.before { writer.raw(before) } else { writer.null() }
        writer.key("after")
        if let after = change.after { writer.raw(after) } else { writer.null() }
    }

    private static func export(
        _ call: AdminCall,
        _ administration: Administration
    ) async throws(AdminProblem) -> AdminAnswer {
        let owner: RecordOrigin? =
            switch call.query["owner"] {
            case nil, "any": nil
            case "file": .file
            case "stored": .stored
            default: throw AdminProblem(.invalidQuery, "owner must be any, file or stored", field: "owner")
            }
        let document = DeclaredDocument(await administration.stored, ownedBy: owner)
        return AdminAnswer(status: 200, body: document.json(withSecrets: false))
    }

    private static func list(
        _ call: AdminCall,
        _ administration: Administration
    ) async throws(AdminProblem) -> AdminAnswer {
        let limit = try call.query.limit()
        var before: Int64?
        if let after = call.query["after"] {
            let position = try AdminCursor(after, list: "versions").position
            guard let number = Int64(position), number > 0 else {
                throw AdminProblem(.invalidQuery, "after must be a cursor that this list gave out", field: "after")
            }
            before = number
        }
        let versions = try await administration.versions(limit: limit + 1, before: before)
        var page = AdminPage(entries: Array(versions.prefix(limit)), next: nil)
        if versions.count > limit, let last = page.entries.last {
            page.next = AdminCursor(list: "versions", position: String(last.number)).text
        }
        return page.answer { writer, version in writer.object { self.write(version, to: &$0) } }
    }

    private static func show(
        _ call: AdminCall,
        _ administration: Administration
    ) async throws(AdminProblem) -> AdminAnswer {
        guard let number = Int64(call.id), let version = try await administration.version(number) else {
            throw AdminProblem(.notFound, "there is no version \(call.id)")
        }
        let document = try await administration.document(of: version)
        return .object { writer in
            self.write(version, to: &writer)
            writer.key("document")
            writer.raw(document.json(withSecrets: false))
        }
    }

    private static func write(_ version: ConfigurationVersion, to writer: inout JSONWriter) {
        writer.member("version", Int(version.number))
        writer.member("applied_at", time: version.at)
        writer.member("actor", version.actor)
        writer.member("source", version.source)
        writer.member("created", version.changes.created)
        writer.member("changed", version.changes.changed)
        writer.member("deleted", version.changes.deleted)
        writer.member("restores", version.restores.map { Int($0) })
    }
}

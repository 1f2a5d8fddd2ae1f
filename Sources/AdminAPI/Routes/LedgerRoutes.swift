import Catalogue
import Storage
import Wire

/// The ledger: list, show an attempt, correct it, price a time anew. Rows are added, never changed.
enum LedgerRoutes {
    private static let list = "ledger"
    private static let maximumNoteBytes = 500

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/ledger"
        return [
            AdminRoute(.get, path, "lists ledger rows by attempt, newest first") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(LedgerOperations.list),
            AdminRoute(.get, "\(path)/{id}", "shows all rows of an attempt") { call throws(AdminProblem) in
                let attempt = try self.attempt(call.id)
                let entries = try await services.ledger.entries(of: attempt)
                guard !entries.isEmpty else { throw self.unknown(call.id) }
                return self.answer(attempt, entries)
            }.documented(LedgerOperations.show),
            AdminRoute(.post, "\(path)/{id}/corrections", takesBody: true, "adds to what an attempt cost") {
                call throws(AdminProblem) in
                let attempt = try self.attempt(call.id)
                let (amount, note) = try self.correction(call.body)
                let entries = try await services.ledger.correct(attempt, by: amount, note: note)
                return self.answer(attempt, entries, status: 201)
            }.documented(LedgerOperations.correct),
            AdminRoute(.post, "\(path)/rerate", takesBody: true, "prices a time by the price list in force") {
                call throws(AdminProblem) in
                try await self.rerate(try self.rerating(call.body), services)
            }.documented(LedgerOperations.rerate),
        ]
    }

    private static func list(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        let given = call.query
        try given.allow("limit", "after", "key", "project", "request", "from", "to")
        var query = LedgerQuery()
        query.limit = try given.limit()
        query.projects = call.principal.projects
        query.from = try given.instant("from")
        query.to = try given.instant("to")
        query.keyID = given["key"]
        query.requestID = given["request"]
        let projects = await services.administration.configuration.projects
        query.projectID = given["project"].map { reference in
            projects.first { $0.name == reference }?.id ?? reference
        }
        if let text = given["after"] {
            guard let before = AttemptText.parse(try AdminCursor(text, list: self.list).position) else {
                throw AdminProblem(.invalidQuery, "after must be a cursor that this list gave out", field: "after")
            }
            query.before = before
        }
        let (entries, next) = try await services.ledger.page(query)
        let cursor = next.map { AdminCursor(list: self.list, position: AttemptText.text($0)).text }
        let page = AdminPage(entries: entries, next: cursor)
        return page.answer { writer, entry in writer.object { entry.write(to: &$0) } }
    }

    private static func answer(_ attempt: AttemptID, _ entries: [LedgerEntry], status: Int = 200) -> AdminAnswer {
        .object(status: status) { writer in
            writer.member("attempt", AttemptText.text(attempt))
            writer.member("charge_usd", nanoUSD: Int64(clamping: LedgerDesk.sum(entries)))
            writer.member(
                "entries",
                array: { writer in
                    for entry in entries { writer.object { entry.write(to: &$0) } }
                }
            )
        }
    }

    private static func attempt(_ text: String) throws(AdminProblem) -> AttemptID {
        guard let attempt = AttemptText.parse(text) else { throw self.unknown(text) }
        return attempt
    }

    private static func unknown(_ text: String) -> AdminProblem {
        AdminProblem(.notFound, "there is no attempt \(text)")
    }

    private static func correction(_ body: [UInt8]) throws(AdminProblem) -> (amount: Int64, note: String) {
        try AdminBody.read(body, ["amount_usd", "note"]) { body throws(AdminProblem) in
            guard let amount = try body.dollars("amount_usd") else { throw body.wrong("amount_usd", "is needed") }
            let bound = BudgetRules.amounts.upperBound
            guard amount != 0, (-bound...bound).contains(amount) else {
                throw body.wrong("amount_usd", "must be what is added or, with a minus, taken away, and not 0")
            }
            let note = try body.requiredString("note")
            guard (1...self.maximumNoteBytes).contains(note.utf8.count), NameRules.isOneLine(note) else {
                throw body.wrong("note", "must say who corrects and why, in 1 to 500 bytes on one line")
            }
            return (amount, note)
        }
    }

    private static func rerating(_ body: [UInt8]) throws(AdminProblem) -> RerateRequest {
        try AdminBody.read(body, ["from", "to", "model", "dry_run"]) { body throws(AdminProblem) in
            guard let from = try body.instant("from") else { throw body.wrong("from", "is needed") }
            guard let to = try body.instant("to") else { throw body.wrong("to", "is needed") }
            guard from < to else { throw body.wrong("to", "must lie after from") }
            var request = RerateRequest(from: from, to: to)
            request.model = try body.optional("model", body.string)
            request.isDryRun = try body.bool("dry_run") ?? false
            return request
        }
    }

    private static func rerate(
        _ request: RerateRequest,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        let book = try await services.prices.bookInForce()
        let configuration = await services.administration.configuration
        let result = try await services.ledger.rerate(request, version: book.version) { entry in
            services.reprice(entry, book, configuration)
        }
        return .object { writer in
            writer.member("price_version", Int(clamping: book.version))
            writer.member("attempts", result.attempts)
            writer.member("changed", result.changed)
            writer.member("unpriced", result.unpriced)
            writer.member("difference_usd", nanoUSD: result.differenceNanoUSD)
            writer.member("dry_run", request.isDryRun)
        }
    }
}

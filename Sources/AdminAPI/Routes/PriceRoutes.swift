import Catalogue
import Exchange
import Storage
import Wire

/// The price list: list, versions, set one, take one away, import many. Rates are US dollars for a million tokens.
enum PriceRoutes {
    /// Whole tables come in one body.
    private static let maxDocumentBytes = 16 << 20

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/prices"
        let prices = services.prices
        return [
            AdminRoute(.get, path, "lists prices, built-in ones and the operator's own") { call throws(AdminProblem) in
                try self.list(call, try await prices.bookInForce())
            }.documented(PriceOperations.list),
            AdminRoute(.put, path, takesBody: true, "sets a model's price") { call throws(AdminProblem) in
                var (entry, terms) = try PriceFields.entry(call.body)
                let configuration = await services.administration.configuration
                try Self.check(entry.scope, configuration)
                terms.providers = configuration.providers
                return self.answer(try await prices.set(entry, terms), terms)
            }.documented(PriceOperations.set),
            AdminRoute(.delete, path, "takes a model's own price away") { call throws(AdminProblem) in
                let (scope, model) = try self.named(call.query)
                let providers = await services.administration.configuration.providers
                let terms = PriceChangeTerms(isConfirmed: true, providers: providers)
                return self.answer(try await prices.remove(scope, model, terms), terms)
            }.documented(PriceOperations.unset),
            AdminRoute(
                .post,
                "\(path)/import",
                takesBody: true,
                maxBodyBytes: self.maxDocumentBytes,
                "takes prices from a document, or tells what it would change"
            ) { call throws(AdminProblem) in
                try await self.importDocument(call.body, services)
            }.documented(PriceOperations.importDocument),
            AdminRoute(.get, "\(path)/effective", "shows what a provider's model costs now") {
                call throws(AdminProblem) in
                try await self.effective(call.query, services)
            }.documented(PriceOperations.effective),
            AdminRoute(.get, "\(path)/versions", "lists versions of the price list, newest first") {
                call throws(AdminProblem) in
                try call.query.allow("limit")
                let versions = try await prices.versions(limit: try call.query.limit())
                return AdminPage(entries: versions, next: nil).answer { writer, version in
                    writer.object { self.write(version, to: &$0) }
                }
            }.documented(PriceOperations.versions),
            AdminRoute(.get, "\(path)/versions/{id}", "shows a version with its document") {
                call throws(AdminProblem) in
                guard let number = Int64(call.id) else {
                    throw AdminProblem(.notFound, "there is no version \(call.id) of the price list")
                }
                let version = try await prices.version(number)
                return .object { writer in
                    self.write(version, to: &writer)
                    writer.key("document")
                    writer.raw(version.document)
                }
            }.documented(PriceOperations.version),
        ]
    }

    private static func list(_ call: AdminCall, _ book: PriceBook) throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "vendor", "provider", "model", "origin")
        let rows = book.all().filter { row in
            let query = call.query
            let isNamed =
                switch row.scope {
                case .provider(let name): query["vendor"] == nil && query.matches("provider", name)
                case .vendor(let name): query["provider"] == nil && query.matches("vendor", name)
                }
            return isNamed && query.matches("model", row.model)
                && query.matches("origin", row.isBuiltIn ? "built_in" : "own")
        }
        let page = try AdminPage(of: rows, list: "prices", query: call.query) { row in
            let kind = if case .provider = row.scope { "0" } else { "1" }
            return "\(kind) \(row.scope.name) \(row.model) \(Timestamp.text(row.price.effectiveFrom ?? 0))"
        }
        return page.answer { writer, row in
            writer.object { writer in
                row.scope.write(to: &writer)
                writer.member("model", row.model)
                writer.member("origin", row.isBuiltIn ? "built_in" : "own")
                row.price.write(to: &writer)
            }
        }
    }

    private static func named(
        _ query: AdminQuery
    ) throws(AdminProblem) -> (scope: PriceDocument.Scope, model: String) {
        try query.allow("vendor", "provider", "model")
        guard let model = query["model"] else {
            throw AdminProblem(.invalidQuery, "model is needed", field: "model")
        }
        switch (query["provider"], query["vendor"]) {
        case (let name?, nil): return (.provider(name), model)
        case (nil, let name?): return (.vendor(name), model)
        case (nil, nil), (.some, .some):
            throw AdminProblem(.invalidQuery, "either provider or vendor is needed", field: "provider")
        }
    }

    private static func effective(
        _ query: AdminQuery,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        try query.allow("provider", "model")
        guard let name = query["provider"] else {
            throw AdminProblem(.invalidQuery, "provider is needed", field: "provider")
        }
        guard let model = query["model"] else { throw AdminProblem(.invalidQuery, "model is needed", field: "model") }
        let providers = await services.administration.configuration.providers
        guard let provider = providers.first(where: { $0.name == name }) else {
            throw AdminProblem(.notFound, "there is no provider named \(name.prefix(64))")
        }
        let book = try await services.prices.bookInForce()
        let now = services.process.now()
        guard let price = book.price(of: model, at: now, provider: provider, named: name) else {
            let line = "martlet price set \(name)/\(model) --input USD_PER_MILLION --output USD_PER_MILLION"
            throw AdminProblem(.notFound, "\(name)/\(model) has no price; set one with: \(line)")
        }
        return .object { writer in
            writer.member("provider", name)
            writer.member("model", model)
            writer.member("version", Int(clamping: book.version))
            price.write(to: &writer)
        }
    }

    /// A price for a provider that does not exist is a slip of the pen.
    private static func check(
        _ scope: PriceDocument.Scope,
        _ configuration: StoredConfiguration
    ) throws(AdminProblem) {
        guard case .provider(let name) = scope else { return }
        guard configuration.providers.contains(where: { $0.name == name }) else {
            throw .field("provider", "must be the name of a provider")
        }
    }

    private static func importDocument(
        _ body: [UInt8],
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        var order = try PriceFields.order(body)
        order.terms.providers = await services.administration.configuration.providers
        let document: PriceDocument
        do throws(PriceFileError) {
            document =
                switch order.format {
                case .martlet: try PriceDocument.parse(order.document)
                case .perToken: try PriceDocument.importPerTokenTable(order.document)
                }
        } catch {
            throw PriceAdministration.problem(error)
        }
        let source = "import \(order.source ?? order.format.rawValue)"
        let result =
            order.isReplacing
            ? try await services.prices.replace(document, order.terms, source: source)
            : try await services.prices.merge(document, order.terms, source: source)
        return self.answer(result, order.terms)
    }

    private static func answer(_ result: PriceChangeResult, _ terms: PriceChangeTerms) -> AdminAnswer {
        .object { writer in
            writer.member("version", Int(clamping: result.version))
            writer.member("applied", result.isApplied)
            writer.member("dry_run", terms.isDryRun)
            writer.member("drastic", result.changes.filter(\.isDrastic).count)
            writer.member(
                "changes",
                array: { writer in
                    for change in result.changes { writer.object { change.write(to: &$0) } }
                }
            )
        }
    }

    private static func write(_ version: PriceVersionRecord, to writer: inout JSONWriter) {
        writer.member("version", Int(clamping: version.version))
        writer.member("created_at", time: version.createdAt)
        writer.member("source", version.source)
        writer.member("checksum", version.checksum)
        writer.member("built_in", version.builtIn)
    }
}

import Catalogue
import Storage
import Wire

/// Models with their targets: list, show, create, change, delete.
enum ModelRoutes {
    static let fields = ["name", "enabled", "targets", "routing"]
    private static let targetFields = ["provider", "upstream_model", "weight", "priority", "enabled", "overrides"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/models"
        let administration = services.administration
        return [
            AdminRoute(.get, path, "lists models by name") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(ModelOperations.list),
            AdminRoute(.post, path, takesBody: true, "creates a model") { call throws(AdminProblem) in
                let model = try await administration.createModel(
                    try AdminBody.read(call.body, self.fields, self.draft)
                )
                return await self.answer(model, services, status: 201)
            }.documented(ModelOperations.create),
            AdminRoute(.get, "\(path)/{id}", "shows a model") { call throws(AdminProblem) in
                let model = try await administration.model(id: call.id)
                return await self.answer(model, services)
            }.documented(ModelOperations.show),
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes a model") { call throws(AdminProblem) in
                let model = try await administration.changeModel(id: call.id, try self.change(call.body))
                return await self.answer(model, services)
            }.documented(ModelOperations.change),
            AdminRoute(.delete, "\(path)/{id}", "deletes a model") { call throws(AdminProblem) in
                try await administration.deleteModel(id: call.id)
                return .noContent
            }.documented(ModelOperations.delete),
        ]
    }

    private static func list(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "name", "provider")
        let models = await services.administration.configuration.models.filter { model in
            call.query.matches("name", model.name)
                && model.targets.contains { call.query.matches("provider", $0.provider) }
        }
        let page = try AdminPage(of: models, list: "models", query: call.query) { $0.name }
        let tags = await PriceTags(services)
        return page.answer { writer, model in writer.object { self.write(model, tags, to: &$0) } }
    }

    private static func answer(_ model: ModelRecord, _ services: AdminServices, status: Int = 200) async -> AdminAnswer
    {
        let tags = await PriceTags(services)
        return .object(status: status) { self.write(model, tags, to: &$0) }
    }

    static func draft(_ body: AdminBody) throws(AdminProblem) -> ModelDraft {
        let name = try body.requiredString("name")
        guard let targets = try self.targets(body) else { throw body.wrong("targets", "is needed") }
        var draft = ModelDraft(name: name, targets: targets)
        draft.isEnabled = try body.bool("enabled") ?? true
        draft.routing = try RoutingFields.change(body).applied(to: draft.routing)
        return draft
    }

    private static func change(_ body: [UInt8]) throws(AdminProblem) -> ModelChange {
        try AdminBody.read(body, self.fields) { body throws(AdminProblem) in
            var change = ModelChange()
            change.name = try body.change("name", body.string)
            change.isEnabled = try body.change("enabled", body.bool)
            if let targets = try self.targets(body) { change.targets = .set(targets) }
            change.routing = try RoutingFields.change(body)
            return change
        }
    }

    private static func targets(_ body: AdminBody) throws(AdminProblem) -> [TargetRecord]? {
        try body.objects("targets", self.targetFields) { target throws(AdminProblem) in
            TargetRecord(
                provider: try target.requiredString("provider"),
                upstreamModel: try target.requiredString("upstream_model"),
                weight: try target.int("weight") ?? 1,
                priority: try target.int("priority") ?? 0,
                isEnabled: try target.bool("enabled") ?? true,
                overrides: try RoutingFields.overrides(target)
            )
        }
    }

    private static func write(_ model: ModelRecord, _ tags: PriceTags, to writer: inout JSONWriter) {
        writer.member("id", model.id)
        writer.member("name", model.name)
        writer.member("enabled", model.isEnabled)
        writer.member("origin", model.origin.rawValue)
        writer.member(
            "targets",
            array: { writer in
                for target in model.targets {
                    writer.object { self.write(target, tags, to: &$0) }
                }
            }
        )
        RoutingFields.write(model.routing, to: &writer)
        writer.member("created_at", time: model.createdAt)
        writer.member("updated_at", time: model.updatedAt)
    }

    /// Writes what is stored of a target.
    static func write(_ target: TargetRecord, to writer: inout JSONWriter) {
        writer.member("provider", target.provider)
        writer.member("upstream_model", target.upstreamModel)
        writer.member("weight", target.weight)
        writer.member("priority", target.priority)
        writer.member("enabled", target.isEnabled)
        RoutingFields.write(target.overrides, to: &writer)
    }

    private static func write(_ target: TargetRecord, _ tags: PriceTags, to writer: inout JSONWriter) {
        self.write(target, to: &writer)
        writer.key("price")
        guard let price = tags.price(of: target) else { return writer.null() }
        let rates = price.rates(tier: nil, inputTokens: 0)
        writer.object { writer in
            writer.member("input", nanoUSD: rates.input)
            writer.member("output", nanoUSD: rates.output)
        }
    }
}

/// Tells what targets cost now, plain input and output.
private struct PriceTags {
    /// `nil` when the stored list is damaged: then no price is told.
    private let book: PriceBook?
    private let providers: [String: ProviderRecord]
    private let now: UnixMilliseconds

    init(_ services: AdminServices) async {
        self.book = try? await services.prices.bookInForce()
        let providers = await services.administration.configuration.providers
        self.providers = Dictionary(providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.now = services.process.now()
    }

    func price(of target: TargetRecord) -> ModelPrice? {
        let provider = self.providers[target.provider]
        return self.book?.price(of: target.upstreamModel, at: self.now, provider: provider, named: target.provider)
    }
}

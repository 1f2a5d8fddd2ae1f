import Exchange
import Storage
import Wire

/// Providers: list, show, create, change, delete. The secret is write-only; its last four characters are shown.
enum ProviderRoutes {
    private static let changeable = ["base_url", "secret", "settings", "enabled"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/providers"
        let administration = services.administration
        return [
            AdminRoute(.get, path, "lists providers by name") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(ProviderOperations.list),
            AdminRoute(.post, path, takesBody: true, "creates a provider") { call throws(AdminProblem) in
                let provider = try await administration.createProvider(
                    try AdminBody.read(call.body, self.draftFields, self.draft)
                )
                return self.answer(provider, services, status: 201)
            }.documented(ProviderOperations.create),
            AdminRoute(.get, "\(path)/{id}", "shows a provider") { call throws(AdminProblem) in
                let provider = try await administration.provider(id: call.id)
                return self.answer(provider, services)
            }.documented(ProviderOperations.show),
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes a provider") { call throws(AdminProblem) in
                let provider = try await administration.changeProvider(id: call.id, try self.change(call.body))
                return self.answer(provider, services)
            }.documented(ProviderOperations.change),
            AdminRoute(.post, "\(path)/{id}/check", "asks a provider whether it can be reached") {
                call throws(AdminProblem) in
                let provider = try await administration.provider(id: call.id)
                let found = await services.checkProvider(provider)
                return .object { writer in
                    writer.member("provider", provider.name)
                    writer.member("reachable", found.isGood)
                    writer.member("detail", found.detail)
                    writer.member("milliseconds", found.milliseconds)
                }
            }.documented(ProviderOperations.check),
            AdminRoute(.post, "\(path)/{id}/test", takesBody: true, "sends a provider two small requests") {
                call throws(AdminProblem) in
                let provider = try await administration.provider(id: call.id)
                let asked = try AdminBody.read(call.body, ["model"]) { body throws(AdminProblem) in
                    try body.optional("model", body.string)
                }
                let model = try asked.map { text throws(AdminProblem) in
                    try NameRules.modelName(text, field: "model")
                }
                let configured = self.configuredModel(of: provider, await administration.configuration)
                let trial = try await services.testProvider(provider, model ?? configured)
                return .object { self.write(trial, of: provider, to: &$0) }
            }.documented(ProviderOperations.test),
            AdminRoute(.post, "\(path)/{id}/drain", "gives a provider no new requests; those under way go on") {
                call throws(AdminProblem) in
                let provider = try await administration.drainProvider(id: call.id, true)
                return self.answer(provider, services)
            }.documented(ProviderOperations.drain),
            AdminRoute(.post, "\(path)/{id}/undrain", "gives a drained provider requests again") {
                call throws(AdminProblem) in
                let provider = try await administration.drainProvider(id: call.id, false)
                return self.answer(provider, services)
            }.documented(ProviderOperations.undrain),
            AdminRoute(.delete, "\(path)/{id}", "deletes a provider that no model uses") { call throws(AdminProblem) in
                try await administration.deleteProvider(id: call.id)
                return .noContent
            }.documented(ProviderOperations.delete),
        ]
    }

    /// The first upstream model that an operator gave a target there and that can be asked for by name. Of models that nobody
    /// chose, whoever knows the vendor finds a better one.
    private static func configuredModel(of provider: ProviderRecord, _ configuration: StoredConfiguration) -> String? {
        for model in configuration.models where model.isEnabled && model.origin == .stored {
            let target = model.targets.first { target in
                target.provider == provider.name && target.isEnabled
                    && target.upstreamModel.utf8.last != UInt8(ascii: "*")
            }
            if let target { return target.upstreamModel }
        }
        return nil
    }

    private static func list(
        _ call: AdminCall,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "name")
        let providers = await services.administration.configuration.providers.filter {
            call.query.matches("name", $0.name)
        }
        let page = try AdminPage(of: providers, list: "providers", query: call.query) { $0.name }
        let running = self.running(services)
        return page.answer { writer, provider in
            writer.object { self.write(provider, running: running[provider.name] ?? 0, to: &$0) }
        }
    }

    /// What describes a provider to be made.
    static let draftFields = ["name", "kind"] + Self.changeable

    static func draft(_ body: AdminBody) throws(AdminProblem) -> ProviderDraft {
        var draft = ProviderDraft(name: try body.requiredString("name"), kind: try body.requiredString("kind"))
        draft.baseURL = try body.optional("base_url", body.string)
        draft.secret = try body.optional("secret", body.secret)
        draft.settings = try body.settings("settings") ?? [:]
        draft.isEnabled = try body.bool("enabled") ?? true
        return draft
    }

    private static func change(_ body: [UInt8]) throws(AdminProblem) -> ProviderChange {
        try AdminBody.read(body, self.changeable) { body throws(AdminProblem) in
            var change = ProviderChange()
            change.baseURL = try body.change("base_url", body.string)
            change.secret = try body.clearableChange("secret", body.secret)
            change.settings = try body.change("settings", body.settings)
            change.isEnabled = try body.change("enabled", body.bool)
            return change
        }
    }

    private static func answer(
        _ provider: ProviderRecord,
        _ services: AdminServices,
        status: Int = 200
    ) -> AdminAnswer {
        let running = self.running(services)[provider.name] ?? 0
        return .object(status: status) { self.write(provider, running: running, to: &$0) }
    }

    /// Attempts under way, by provider.
    private static func running(_ services: AdminServices) -> [String: Int] {
        services.routes.status().reduce(into: [:]) { $0[$1.provider, default: 0] += $1.inFlight }
    }

    private static func write(_ provider: ProviderRecord, running: Int, to writer: inout JSONWriter) {
        writer.member("id", provider.id)
        writer.member("name", provider.name)
        writer.member("kind", provider.kind)
        writer.member("base_url", provider.baseURL)
        writer.member("secret_hint", provider.secretHint.isEmpty ? nil : "…\(provider.secretHint)")
        writer.member("has_secret", provider.sealedSecret != nil || provider.origin == .environment)
        writer.member(
            "settings",
            object: { writer in
                for (name, value) in provider.settings.sorted(by: { $0.key < $1.key }) {
                    writer.key(name)
                    writer.string(value)
                }
            }
        )
        writer.member("enabled", provider.isEnabled)
        writer.member("draining", provider.isDraining)
        writer.member("in_flight", running)
        writer.member("origin", provider.origin.rawValue)
        writer.member("created_at", time: provider.createdAt)
        writer.member("updated_at", time: provider.updatedAt)
    }

    private static func write(_ trial: ProviderTrial, of provider: ProviderRecord, to writer: inout JSONWriter) {
        writer.member("provider", provider.name)
        writer.member("model", trial.model)
        writer.member("format", trial.format)
        writer.member("good", trial.isGood)
        writer.member("models", trial.modelCount)
        writer.member("clock_skew_seconds", trial.clockSkewSeconds)
        writer.member(
            "calls",
            array: { writer in
                for call in trial.calls {
                    writer.object { writer in
                        writer.member("call", call.name)
                        writer.member("good", call.isGood)
                        writer.member("status", call.status)
                        writer.member("first_byte_ms", call.firstByteMilliseconds)
                        writer.member("total_ms", call.totalMilliseconds)
                        writer.member("detail", call.detail)
                    }
                }
            }
        )
    }
}

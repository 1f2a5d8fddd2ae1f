import Exchange
import Policy
import Storage
import Wire

/// Virtual keys: list, show, create, change, revoke, delete. The secret is in the answer to a creation and nowhere else.
enum KeyRoutes {
    private static let changeable = [
        "name", "enabled", "allowed_models", "limits", "requests_per_minute", "max_output_tokens", "expires_at",
        "strict_translation", "allowed_from",
    ]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/keys"
        let administration = services.administration
        return [
            AdminRoute(.get, path, "lists keys by creation") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(KeyOperations.list),
            AdminRoute(.post, path, takesBody: true, "creates a key and shows its secret once") {
                call throws(AdminProblem) in
                let draft = try AdminBody.read(call.body, self.draftFields, self.draft)
                try call.scope(await administration.configuration).check(draft)
                let created = try await administration.createKey(draft)
                let secret = String(decoding: created.secret.bytes, as: UTF8.self)
                return try await self.answer(created.record, services, status: 201, secret: secret)
            }.documented(KeyOperations.create),
            AdminRoute(.get, "\(path)/{id}", "shows a key") { call throws(AdminProblem) in
                try await self.answer(try await administration.key(id: call.id), services)
            }.documented(KeyOperations.show),
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes a key") { call throws(AdminProblem) in
                let change = try self.change(call.body)
                try call.scope(await administration.configuration).check(change, ofKey: call.id)
                let key = try await administration.changeKey(id: call.id, change)
                return try await self.answer(key, services)
            }.documented(KeyOperations.change),
            AdminRoute(
                .post,
                "\(path)/{id}/rotate",
                takesBody: true,
                "gives a key another secret and shows it once; the old one is good for a while"
            ) { call throws(AdminProblem) in
                let grace = try AdminBody.read(call.body, ["grace_seconds"]) { body throws(AdminProblem) in
                    try body.int("grace_seconds") ?? KeyRules.usualGraceSeconds
                }
                let rotated = try await administration.rotateKey(id: call.id, graceSeconds: grace)
                let secret = String(decoding: rotated.secret.bytes, as: UTF8.self)
                return try await self.answer(rotated.record, services, secret: secret)
            }.documented(KeyOperations.rotate),
            AdminRoute(.post, "\(path)/{id}/disable", "disables a key until it is enabled again") {
                call throws(AdminProblem) in
                try await self.answer(try await administration.disableKey(id: call.id), services)
            }.documented(KeyOperations.disable),
            AdminRoute(.post, "\(path)/{id}/revoke", "revokes a key for good") { call throws(AdminProblem) in
                try await self.answer(try await administration.revokeKey(id: call.id), services)
            }.documented(KeyOperations.revoke),
            AdminRoute(.delete, "\(path)/{id}", "deletes a key; its records stay") {
                call throws(AdminProblem) in
                try await administration.deleteKey(id: call.id)
                return .noContent
            }.documented(KeyOperations.delete),
        ]
    }

    private static func list(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "name", "project")
        let configuration = await services.administration.configuration
        let names = Self.projectNames(configuration)
        let keys = configuration.keys.filter { key in
            call.principal.sees(project: key.projectID) && call.query.matches("name", key.name)
                && (call.query.matches("project", names[key.projectID] ?? "")
                    || call.query.matches("project", key.projectID))
        }
        let page = try AdminPage(of: keys, list: "keys", query: call.query) {
            "\(Timestamp.text($0.createdAt)) \($0.id)"
        }
        let used = try await services.requests.lastUsed(keyIDs: page.entries.map(\.id))
        let budgets = try await services.budgets(of: page.entries.map { .key($0.id) })
        let now = services.process.now()
        return page.answer { writer, key in
            var view = KeyView(key, project: names[key.projectID], lastUsed: used[key.id], now: now)
            view.budgets = budgets[.key(key.id)] ?? []
            writer.object { self.write(view, to: &$0) }
        }
    }

    private static func answer(
        _ key: KeyRecord,
        _ services: AdminServices,
        status: Int = 200,
        secret: String? = nil
    ) async throws(AdminProblem) -> AdminAnswer {
        let names = self.projectNames(await services.administration.configuration)
        let used = secret == nil ? try await services.requests.lastUsed(keyIDs: [key.id]) : [:]
        var view = KeyView(key, project: names[key.projectID], lastUsed: used[key.id], now: services.process.now())
        view.budgets = try await services.budgets(of: [.key(key.id)])[.key(key.id)] ?? []
        view.totals = try await self.totals(of: key, services)
        let shown = view
        return .object(status: status) { writer in
            self.write(shown, to: &writer)
            if let secret { writer.member("secret", secret) }
        }
    }

    /// All that a key was ever used for, from the rollups by day.
    private static func totals(of key: KeyRecord, _ services: AdminServices) async throws(AdminProblem) -> UsageRow {
        let day: UnixMilliseconds = 86_400_000
        let from = max(0, key.createdAt - key.createdAt % day)
        let query = UsageQuery(from: from, to: services.process.now() + 1, filters: [.key: key.id], limit: 1)
        return try await services.ledger.usage(query).first ?? UsageRow()
    }

    private static func projectNames(_ configuration: StoredConfiguration) -> [String: String] {
        Dictionary(configuration.projects.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    /// What describes a key to be made.
    static let draftFields = Self.changeable + ["project"]

    static func draft(_ body: AdminBody) throws(AdminProblem) -> KeyDraft {
        var draft = KeyDraft(name: try body.requiredString("name"), project: try body.requiredString("project"))
        draft.isEnabled = try body.bool("enabled") ?? true
        draft.allowedModels = try body.optional("allowed_models", body.strings)
        draft.limits = try self.limits(body).applied(to: draft.limits)
        draft.maxOutputTokens = try body.optional("max_output_tokens", body.int)
        draft.expiresAt = try body.optional("expires_at", body.instant)
        draft.isStrict = try body.bool("strict_translation") ?? false
        draft.allowedFrom = try body.optional("allowed_from", body.strings)
        return draft
    }

    private static func change(_ body: [UInt8]) throws(AdminProblem) -> KeyChange {
        try AdminBody.read(body, self.changeable) { body throws(AdminProblem) in
            var change = KeyChange()
            change.name = try body.change("name", body.string)
            change.isEnabled = try body.change("enabled", body.bool)
            change.allowedModels = try body.clearableChange("allowed_models", body.strings)
            change.limits = try self.limits(body)
            change.maxOutputTokens = try body.clearableChange("max_output_tokens", body.int)
            change.expiresAt = try body.clearableChange("expires_at", body.instant)
            change.isStrict = try body.change("strict_translation", body.bool)
            change.allowedFrom = try body.clearableChange("allowed_from", body.strings)
            return change
        }
    }

    private static func limits(_ body: AdminBody) throws(AdminProblem) -> LimitsChange {
        var change = try LimitFields.change(body)
        try LimitFields.alias(body, into: &change)
        return change
    }

    private static func write(_ view: KeyView, to writer: inout JSONWriter) {
        let key = view.key
        writer.member("id", key.id)
        writer.member("name", key.name)
        writer.member("prefix", VirtualKey.label(id: key.id))
        writer.member("project", view.project)
        writer.member("project_id", key.projectID)
        writer.member("state", view.state)
        writer.member("enabled", key.isEnabled)
        writer.member("allowed_models", key.allowedModels)
        writer.member("requests_per_minute", key.limits.requestsPerMinute)
        LimitFields.write(key.limits, to: &writer)
        writer.member("max_output_tokens", key.maxOutputTokens)
        writer.member("strict_translation", key.isStrict)
        writer.member("allowed_from", key.allowedFrom)
        writer.member("budgets", budgets: view.budgets)
        self.write(totals: view.totals, to: &writer)
        writer.member("expires_at", time: key.expiresAt)
        writer.member("revoked_at", time: key.revokedAt)
        writer.member("retired_secret_until", time: view.retiredUntil)
        writer.member("last_used_at", time: view.lastUsed)
        writer.member("created_at", time: key.createdAt)
        writer.member("updated_at", time: key.updatedAt)
    }
}

extension KeyRoutes {
    /// Lists do not tell totals: each would be a sum of its own.
    private static func write(totals: UsageRow?, to writer: inout JSONWriter) {
        guard let totals else {
            writer.key("totals")
            return writer.null()
        }
        writer.member(
            "totals",
            object: { writer in
                writer.member("requests", totals.requests)
                let (sum, isTooMuch) = totals.usage.inputTokens.addingReportingOverflow(totals.usage.outputTokens)
                writer.member("tokens", isTooMuch ? .max : sum)
                writer.member("cost_usd", nanoUSD: totals.chargeNanoUSD)
            }
        )
    }
}

/// A key as it is shown.
private struct KeyView {
    var key: KeyRecord
    var project: String?
    var lastUsed: UnixMilliseconds?
    var state: String
    var budgets: [ShownBudget] = []
    /// `nil` where they are not told.
    var totals: UsageRow?
    /// Until when the secret before the last rotation is let in; `nil` when none is.
    var retiredUntil: UnixMilliseconds?

    init(_ key: KeyRecord, project: String?, lastUsed: UnixMilliseconds?, now: UnixMilliseconds) {
        self.key = key
        self.project = project
        self.lastUsed = lastUsed
        self.retiredUntil = key.retired.flatMap { $0.until > now ? $0.until : nil }
        if key.revokedAt != nil {
            self.state = "revoked"
        } else if let expiresAt = key.expiresAt, expiresAt <= now {
            self.state = "expired"
        } else {
            self.state = key.isEnabled ? "active" : "disabled"
        }
    }
}

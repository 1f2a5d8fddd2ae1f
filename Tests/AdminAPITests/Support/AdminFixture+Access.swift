import Exchange
import Policy
import Storage
import Testing

@testable import AdminAPI

extension AdminFixture {
    /// A token of a role, made through the desk; its secret.
    func token(
        _ role: AdminRole,
        projects: [String]? = nil,
        expiresAt: UnixMilliseconds? = nil
    ) async throws -> String {
        let draft = TokenDraft(
            name: "\(role.rawValue) token",
            grant: AccessGrant(role: role, projects: projects),
            expiresAt: expiresAt
        )
        let created = try await self.services.access.createToken(draft, by: .bootstrap(actor: "admin-token"))
        return String(decoding: created.secret.bytes, as: UTF8.self)
    }

    /// One call with a token.
    func call(
        as token: String,
        _ method: String,
        _ path: String,
        query: String? = nil,
        json: String? = nil
    ) async -> AdminAnswer {
        await self.call(method, "/admin/v1" + path, query: query, json: json, authorization: ["Bearer \(token)"])
    }

    /// A project made through the administration; its id.
    func project(named name: String) async throws -> String {
        try await self.administration.createProject(ProjectDraft(name: name)).id
    }

    /// Refusals in the audit trail, oldest first.
    var refusals: [AuditDraft] {
        get throws {
            var query = AuditQuery()
            query.action = "refused"
            query.after = 0
            return try self.store.auditEntries(query).map(\.draft)
        }
    }
}

/// Rows of every kind that belong to a project, for what may be done with one's own and with others'.
struct ProjectRows {
    let project: String
    let name: String
    let key: String
    let budget: String
    let request: String
    let attempt: String

    init(_ name: String, number: UInt64, in fixture: AdminFixture) async throws {
        self.name = name
        self.project = try await fixture.project(named: name)
        self.key = try await fixture.administration.createKey(KeyDraft(name: "key of \(name)", project: name)).record.id
        self.budget = try await fixture.administration.createBudget(
            BudgetDraft(scope: .key(self.key), amountNanoUSD: 5_000_000_000, period: .daily)
        ).id
        self.request = "req_\(name)"
        try fixture.store.append([
            RequestRecord(
                id: self.request,
                startedAt: 1,
                keyID: self.key,
                projectID: self.project,
                operation: .chat
            )
        ])
        let attempt = AttemptID(high: 0, low: number)
        let subject = LedgerEntry.Subject(
            keyID: self.key,
            projectID: self.project,
            operation: .chat,
            model: "m",
            provider: "p",
            upstreamModel: "u"
        )
        let entry = LedgerEntry(
            attempt: attempt,
            kind: .settlement,
            requestID: self.request,
            subject: subject,
            startedAt: 1,
            settledAt: 2
        )
        let count = try fixture.ledger.append([entry], watermark: nil)
        #expect(count == 1)
        self.attempt = AttemptText.text(attempt)
    }

    /// The id that stands for a route's `{id}`.
    func id(_ owned: RouteRight.Owned) -> String? {
        switch owned {
        case .none: nil
        case .project: self.project
        case .key: self.key
        case .budget: self.budget
        case .request, .bodies: self.request
        case .attempt: self.attempt
        }
    }
}

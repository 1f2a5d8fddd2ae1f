import Exchange
import Policy
import Storage
import Synchronization
import Telemetry
import Wire

@testable import AdminAPI

/// A whole admin plane over a store in memory, with a clock that stands still.
struct AdminFixture: Sendable {
    static let token = Secret("mt-admin-" + String(repeating: "a", count: 43))
    static let now: UnixMilliseconds = 1_800_000_000_000

    let store: MemoryStore
    let administration: Administration
    let services: AdminServices
    let router: AdminRouter
    let ledger: MemoryLedger
    let changes = Changes()
    let desk = FakeRouteDesk()
    let idempotency = MemoryIdempotency()
    /// What every answer is held against.
    let described: DescribedAnswers

    /// Counts what an observer was told.
    final class Changes: Sendable {
        private let seen = Mutex<[StoredConfiguration]>([])
        var all: [StoredConfiguration] { self.seen.withLock { $0 } }
        func record(_ configuration: StoredConfiguration) { self.seen.withLock { $0.append(configuration) } }
    }

    static var readOnly: ReadOnlyRows {
        var rows = ReadOnlyRows()
        rows.addProvider(name: "sandbox", kind: "sandbox", baseURL: "", origin: .builtIn, at: 1)
        rows.addModel(name: "sandbox/echo", provider: "sandbox", upstreamModel: "echo", origin: .builtIn, at: 1)
        rows.addProvider(
            name: "openai",
            kind: "openai",
            baseURL: "https://api.openai.com/v1",
            secretHint: "wxyz",
            origin: .environment,
            at: 1
        )
        rows.addModel(name: "gpt-x", provider: "openai", upstreamModel: "gpt-x", origin: .environment, at: 1)
        return rows
    }

    init(
        isLoopback: Bool = true,
        cost: PasswordHash.Cost? = PasswordHash.Cost(rounds: 2, blockSize: 1, parallelism: 1),
        oidc: OIDCSignIn? = nil
    ) async throws {
        let store = MemoryStore()
        self.store = store
        let ledger = MemoryLedger()
        self.ledger = ledger
        self.administration = Administration(
            store: store,
            secretBox: try Self.secretBox(),
            digester: KeyDigester(pepper: Array(repeating: 7, count: 32)),
            readOnly: Self.readOnly,
            verifierCost: 4,
            zoneBoundaries: { period, zone, now, count in
                let isKnown = zone == "UTC" || zone == "Europe/Berlin"
                return isKnown ? BudgetPeriods.utcOnly(period, "UTC", now, count) : nil
            },
            clock: { Self.now }
        )
        let chain = AuditChain(KeyDigester(pepper: Array(repeating: 7, count: 32)))
        let metrics = MetricRegistry()
        let readiness = Readiness(waitingFor: ["store"])
        readiness.set("store", .ready)
        let access = AccessDesk(
            store: store,
            digester: KeyDigester(pepper: Array(repeating: 7, count: 32)),
            hasher: PasswordHasher(cost: cost ?? .usual),
            clock: { Self.now }
        )
        try await access.load()
        var services = AdminServices(
            administration: self.administration,
            access: access,
            requests: RequestReader(store),
            ledger: LedgerDesk(ledger, moveBalances: { ledger.moved($0, $1) }, audit: chain, clock: { Self.now }),
            prices: PriceAdministration(store: ledger, audit: chain, clock: { Self.now }),
            audit: AuditDesk(store, chain: chain, metrics: metrics, clock: { Self.now }),
            metrics: metrics,
            readiness: readiness,
            process: AdminProcess(version: "1.2.3", mode: "serving", startedAt: Self.now - 61_000, now: { Self.now }),
            budgetStanding: { ledger.standing($0) },
            routes: self.desk,
            testProvider: { _, model throws(AdminProblem) in
                ProviderTrial(
                    model: model ?? "none",
                    format: "chat",
                    calls: [
                        ProviderTrial.Call(name: "models", isGood: true, status: 200),
                        ProviderTrial.Call(
                            name: "answer",
                            isGood: false,
                            status: 404,
                            firstByteMilliseconds: 5,
                            totalMilliseconds: 6,
                            detail: "no such model"
                        ),
                    ],
                    modelCount: 3,
                    clockSkewSeconds: -2
                )
            },
            idempotency: IdempotencyDesk(
                self.idempotency,
                box: try Self.secretBox(),
                digester: KeyDigester(pepper: Array(repeating: 7, count: 32)),
                clock: { Self.now }
            ),
            checkProvider: { ProviderReachability(isGood: $0.kind == "openai", detail: "status 200", milliseconds: 7) }
        )
        services.oidc = oidc
        self.services = services
        self.router = AdminRouter(services: self.services, token: Self.token, isLoopback: isLoopback)
        self.described = try DescribedAnswers(self.router)
        try await self.administration.load()
        try await self.services.prices.load()
        let changes = self.changes
        await self.administration.observe { changes.record($0) }
        _ = try await self.administration.createProject(ProjectDraft(name: "default"))
    }

    /// One call with the token.
    func call(
        _ method: String,
        _ path: String,
        query: String? = nil,
        json: String? = nil,
        authorization: [String] = ["Bearer \(String(decoding: Self.token.bytes, as: UTF8.self))"],
        contentType: String? = "application/json",
        idempotencyKey: [String] = []
    ) async -> AdminAnswer {
        var request = AdminRequest(method: method, path: path, query: query, requestID: "adm_test")
        request.authorization = authorization
        request.contentType = contentType
        request.idempotencyKey = idempotencyKey
        let answer = await self.router.answer(request) { (_: Int?) throws(AdminProblem) in Array((json ?? "").utf8) }
        self.described.check(method, path, answer)
        return answer
    }

    /// A key made through the administration.
    func key(named name: String = "one") async throws -> CreatedKey {
        try await self.administration.createKey(KeyDraft(name: name, project: "default"))
    }
}

extension AdminAnswer {
    /// The body as text.
    var text: String { String(decoding: self.body, as: UTF8.self) }

    /// A string at a path of member names and indexes: `data.0.name`.
    func string(_ path: String) -> String? { self.value(path) { $0.string } }

    /// How many items an array or object at a path has.
    func count(_ path: String) -> Int? { self.value(path) { $0.count } }

    /// The raw JSON at a path.
    func raw(_ path: String) -> String? { self.value(path) { String(decoding: $0.bytes, as: UTF8.self) } }

    private func value<R>(_ path: String, _ read: (JSONValue) -> R?) -> R? {
        let tape = JSONTape()
        return self.body.withUnsafeBytes { bytes in
            guard var value = try? tape.parse(bytes) else { return nil }
            for part in path.split(separator: ".") {
                let next = Int(part).map { value.element($0) } ?? value.member(String(part))
                guard let next else { return nil }
                value = next
            }
            return read(value)
        }
    }
}

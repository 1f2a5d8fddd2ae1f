import AdminAPI
import Exchange
import Telemetry

/// Answers admin calls in this process, on the store under its lock, by the very routes the server has.
struct OfflineTransport: AdminTransport {
    private let router: AdminRouter
    private let authorization: String

    init(_ workspace: Workspace, settings: [ShownSetting] = []) async throws {
        let chain = AuditChain(workspace.digester)
        let metrics = MetricRegistry()
        let prices = PriceAdministration(store: workspace.store, audit: chain, clock: Workspace.unixMilliseconds)
        do throws(AdminProblem) {
            try await prices.load()
        } catch {
            // Everything but prices can be worked on, and a new list be put in its place.
            Console.talk("martlet: \(error.detail)")
        }
        let token = workspace.adminToken
        var services = AdminServices(
            administration: workspace.administration,
            access: workspace.access,
            requests: RequestReader(workspace.store),
            ledger: LedgerDesk(workspace.store, audit: chain, clock: Workspace.unixMilliseconds),
            prices: prices,
            audit: AuditDesk(
                workspace.store,
                chain: chain,
                metrics: metrics,
                clock: Workspace.unixMilliseconds
            ),
            metrics: metrics,
            readiness: Readiness(),
            process: AdminProcess(
                version: Martlet.version,
                mode: "offline",
                startedAt: Workspace.unixMilliseconds(),
                now: Workspace.unixMilliseconds
            ),
            testProvider: ProviderTrials.test(workspace),
            secrets: workspace.secrets,
            backups: BackupMaker(workspace, journal: nil),
            checkProvider: ProviderChecks.check(workspace)
        )
        services.settings = settings
        services.bodies = BodiesKeeper(workspace)
        self.router = AdminRouter(services: services, token: token, isLoopback: true)
        self.authorization = "Bearer " + String(decoding: token.bytes, as: UTF8.self)
    }

    func send(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> AdminReply {
        let parts = path.split(separator: "?", maxSplits: 1)
        var request = AdminRequest(
            method: method,
            path: String(parts.first ?? ""),
            query: parts.count > 1 ? String(parts[1]) : nil,
            requestID: "offline"
        )
        request.actor = "command-line"
        request.authorization = [self.authorization]
        request.contentType = body == nil ? nil : "application/json"
        let answer = await self.router.answer(request) { (_: Int?) throws(AdminProblem) in body ?? [] }
        return AdminReply(status: answer.status, body: answer.body)
    }
}

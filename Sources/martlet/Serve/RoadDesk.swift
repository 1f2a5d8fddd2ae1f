import AdminAPI
import Exchange
import Gateway
import NIOCore
import Policy
import Storage

/// Answers the admin API's questions about routing by what the running road decides by.
struct RoadDesk: RouteDesk {
    let explainer: RouteExplainer
    let health: HealthChecks

    init(_ snapshots: SnapshotHolder, _ health: HealthChecks) {
        self.health = health
        self.explainer = RouteExplainer(
            snapshots: snapshots,
            formats: Rooms.clients,
            now: { MonotonicInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }
        )
    }

    func explain(_ question: RouteQuestion) async throws(AdminProblem) -> [UInt8] {
        do throws(GatewayFailure) {
            return try self.explainer.explain(
                model: question.model,
                operation: question.operation,
                keyID: question.keyID,
                body: question.request
            )
        } catch {
            throw AdminProblem(.invalidField, error.message, field: error.parameter ?? "request")
        }
    }

    func status() -> [TargetStanding] {
        let now = Workspace.unixMilliseconds()
        return self.explainer.standings().map { standing in
            let view = standing.view
            let coolsDown = view.obstacle == .coolingDown ? view.availableIn : nil
            return TargetStanding(
                provider: standing.provider,
                model: standing.model,
                breaker: Self.word(view.breaker == .closed ? view.providerBreaker : view.breaker),
                errorRate: view.recentAttempts > 0 ? Double(view.recentFailures) / Double(view.recentAttempts) : nil,
                inFlight: view.inFlight,
                coolingDownUntil: coolsDown.map { now + $0.components.seconds * 1000 },
                credential: view.credential == .closed ? "good" : "refused"
            )
        }
    }

    func checks() -> [CheckStanding] { self.health.standings }

    private static func word(_ state: Breaker.State) -> String {
        switch state {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half_open"
        }
    }
}

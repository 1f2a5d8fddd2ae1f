import Storage
import Telemetry
import Wire

/// What the process is and how it stands.
enum StatusRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(.get, "\(AdminRoutes.prefix)/status", "tells version, readiness and counts") {
                call throws(AdminProblem) in
                try call.query.allow()
                let configuration = await services.administration.configuration
                let process = services.process
                let draining = Set(configuration.providers.filter(\.isDraining).map(\.name))
                return .object { writer in
                    writer.member("version", process.version)
                    writer.member("mode", process.mode)
                    writer.member("started_at", time: process.startedAt)
                    writer.member("uptime_seconds", Int(max(0, process.now() - process.startedAt) / 1_000))
                    writer.member("ready", services.readiness.isReady)
                    writer.member("conditions", object: { HealthRoutes.write(services.readiness, to: &$0) })
                    writer.member("projects", configuration.projects.count)
                    writer.member("keys", configuration.keys.count)
                    writer.member("providers", configuration.providers.count)
                    writer.member("models", configuration.models.count)
                    writer.key("load")
                    if let load = services.load() { writer.object { load.write(to: &$0) } } else { writer.null() }
                    writer.member(
                        "targets",
                        array: { writer in
                            for target in services.routes.status() {
                                let isDraining = draining.contains(target.provider)
                                writer.object { self.write(target, isDraining: isDraining, to: &$0) }
                            }
                        }
                    )
                    writer.member(
                        "health_checks",
                        array: { writer in
                            for check in services.routes.checks() { writer.object { self.write(check, to: &$0) } }
                        }
                    )
                }
            }.documented(ProcessOperations.status)
        ]
    }

    private static func write(_ target: TargetStanding, isDraining: Bool, to writer: inout JSONWriter) {
        writer.member("provider", target.provider)
        writer.member("model", target.model)
        writer.member("breaker", target.breaker)
        writer.key("error_rate")
        if let rate = target.errorRate { writer.double((rate * 10_000).rounded() / 10_000) } else { writer.null() }
        writer.member("in_flight", target.inFlight)
        writer.member("draining", isDraining)
        writer.member("cooling_down_until", time: target.coolingDownUntil)
        writer.member("credential", target.credential)
    }

    private static func write(_ check: CheckStanding, to writer: inout JSONWriter) {
        writer.member("provider", check.provider)
        writer.member("kind", check.kind)
        writer.member("at", time: check.at)
        writer.member("good", check.isGood)
        writer.member("milliseconds", check.milliseconds)
        writer.member("detail", check.detail)
    }
}

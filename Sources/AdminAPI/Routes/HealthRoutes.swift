import Telemetry
import Wire

/// Health and metrics: what probes and scrapers read.
enum HealthRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(.get, "/livez", access: .open, "answers while the process lives") { _ throws(AdminProblem) in
                AdminAnswer(status: 200, contentType: "text/plain", body: Array("ok\n".utf8))
            }.documented(ProcessOperations.live),
            AdminRoute(.get, "/readyz", access: .open, "answers 200 while the process should be given work") {
                call throws(AdminProblem) in
                self.readiness(services.readiness, isVerbose: call.request.query == "verbose")
            }.documented(ProcessOperations.ready),
            AdminRoute(.get, "/health", access: .open, "the same as /readyz") { call throws(AdminProblem) in
                self.readiness(services.readiness, isVerbose: call.request.query == "verbose")
            }.documented(ProcessOperations.health),
            AdminRoute(.get, "/metrics", access: .openOnLoopback, "all metrics as Prometheus text") {
                _ throws(AdminProblem) in
                AdminAnswer(status: 200, contentType: MetricRegistry.contentType, body: services.metrics.render())
            }.documented(ProcessOperations.metrics),
        ]
    }

    private static func readiness(_ readiness: Readiness, isVerbose: Bool) -> AdminAnswer {
        let status = readiness.isReady ? 200 : 503
        guard isVerbose else {
            let word = status == 200 ? "ok\n" : "not ready\n"
            return AdminAnswer(status: status, contentType: "text/plain", body: Array(word.utf8))
        }
        return .object(status: status) { writer in
            writer.member("ready", status == 200)
            writer.member("conditions", object: { self.write(readiness, to: &$0) })
            writer.member(
                "notes",
                object: { writer in
                    for note in readiness.notes {
                        writer.key(note.name)
                        writer.string(note.text)
                    }
                }
            )
        }
    }

    /// Each condition by name with `ready` or the reason why not.
    static func write(_ readiness: Readiness, to writer: inout JSONWriter) {
        for (name, state) in readiness.report {
            writer.key(name)
            switch state {
            case .ready: writer.string("ready")
            case .waiting(let reason): writer.string(reason)
            }
        }
    }
}

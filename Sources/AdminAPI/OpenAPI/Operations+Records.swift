import Exchange
import Storage

/// Descriptions of the routes of request records.
enum RequestOperations {
    static let list = OperationDescription(
        id: "listRequests",
        tag: "requests",
        note: "With `since` it is followed: what is newer than that cursor, oldest first.",
        query: .paged(
            .init("since", .cursor, "The `newest` of an answer before; excludes `after`."),
            .filter("key", "Requests of the key with this id."),
            .filter("project", "Requests of this project, by name or id."),
            .filter("model", "Requests for this model."),
            .init("outcome", .choice(of: ExchangeOutcome.self), "Requests that ended so."),
            .init("trace_id", .traceID, "Requests of this trace.")
        ),
        answers: [
            .json(
                .record([
                    "data": .list(.shared(.request)),
                    "next": .nextCursor,
                    "newest": .orNull(.noted(.cursor, "What to follow from, as `since`.")),
                ]),
                "One page."
            )
        ]
    )
    static let show = OperationDescription(
        id: "getRequest",
        tag: "requests",
        answers: [.json(.shared(.request), "The record.")]
    )
}

/// Descriptions of the routes of the audit trail.
enum AuditOperations {
    static let list = OperationDescription(
        id: "listAudit",
        tag: "audit",
        note: "With `since` it is followed: what is newer than that cursor, oldest first.",
        query: .paged(
            .init("since", .pattern("^(start|([0-9a-f]{2}){1,512})$"), "A cursor, or `start`; excludes `after`."),
            .filter("actor", "Entries of who asked."),
            .filter("action", "Entries of this action, or of all that begin so when it ends in a dot."),
            .filter("object", "Entries of this row, by id or name."),
            .time("from", "Entries at or after this instant."),
            .time("to", "Entries before this instant.")
        ),
        answers: [.page(.auditEntry)]
    )
    static let verify = OperationDescription(
        id: "verifyAudit",
        tag: "audit",
        answers: [.json(.shared(.auditCheck), "How far the chain holds.")]
    )
}

/// Descriptions of the routes that tell of the process.
enum ProcessOperations {
    private static let word = OperationDescription.AnswerDescription(
        status: 200,
        note: "`ok`.",
        contents: [("text/plain", nil)]
    )
    private static let readiness = [200, 503].map { status in
        OperationDescription.AnswerDescription(
            status: status,
            note: status == 200 ? "It should be given work." : "It should not.",
            contents: [("text/plain", nil), ("application/json", .shared(.readiness))]
        )
    }

    static let live = OperationDescription(id: "getLiveness", tag: "health", answers: [Self.word])
    static let ready = OperationDescription(
        id: "getReadiness",
        tag: "health",
        note: "With the query `verbose` alone it says why, as JSON.",
        answers: Self.readiness
    )
    static let health = OperationDescription(
        id: "getHealth",
        tag: "health",
        note: "With the query `verbose` alone it says why, as JSON.",
        answers: Self.readiness
    )
    static let metrics = OperationDescription(
        id: "getMetrics",
        tag: "health",
        note: "Open to everybody on this machine; the token is needed where others can reach the listener.",
        answers: [.init(status: 200, note: "Prometheus text.", contents: [("text/plain", nil)])]
    )
    static let document = OperationDescription(
        id: "getOpenAPI",
        tag: "health",
        note: "Open to everybody on this machine; the token is needed where others can reach the listener.",
        answers: [.json(.open(required: ["openapi", "info", "paths"]), "OpenAPI 3.1.")]
    )
    static let status = OperationDescription(
        id: "getStatus",
        tag: "status",
        answers: [.json(.shared(.status), "The process, its load, its targets and its health checks.")]
    )
}

/// The route of the OpenAPI document.
enum OpenAPIRoutes {
    /// The document tells of the routes given and of itself.
    static func all(_ services: AdminServices, describing routes: [AdminRoute]) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/openapi.json"
        let version = services.process.version
        let bare = AdminRoute(.get, path, access: .openOnLoopback, "this API as an OpenAPI 3.1 document") {
            _ throws(AdminProblem) in .noContent
        }.documented(ProcessOperations.document)
        let document = OpenAPIDocument(routes: routes + [bare], version: version)
        return [
            AdminRoute(.get, path, access: .openOnLoopback, bare.summary) { _ throws(AdminProblem) in
                AdminAnswer(status: 200, body: document.json)
            }.documented(ProcessOperations.document)
        ]
    }
}

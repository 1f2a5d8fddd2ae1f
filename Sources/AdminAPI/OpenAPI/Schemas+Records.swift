import Exchange
import Storage

extension SharedSchema {
    /// A request's record.
    static let request = SharedSchema(
        name: "Request",
        schema: .record([
            "id": .anyText,
            "started_at": .time,
            "key": .anyText,
            "project": .anyText,
            "operation": .choice(of: Operation.self),
            "stream": .flag,
            "model": .anyText,
            "model_served": .orNull(.anyText),
            "provider": .orNull(.anyText),
            "status": .whole(nil),
            "outcome": .choice(of: ExchangeOutcome.self),
            "failure": .orNull(.anyText),
            "attempts": .count,
            "upstream_request_id": .orNull(.anyText),
            "finish_reason": .orNull(.anyText),
            "timing_ms": .record([
                "queue": .milliseconds, "first_byte": .milliseconds, "first_content": .milliseconds,
                "total": .milliseconds, "overhead": .milliseconds,
            ]),
            "usage": .orNull(.shared(.usage)),
            "warnings": .orNull(.list(.anyText)),
            "client": .orNull(.anyText),
            "session": .orNull(.anyText),
            "trace_id": .orNull(.noted(.traceID, "The trace that it belongs to; `null` while telemetry is off.")),
            "route": .orNull(.noted(.open(), "How its targets were chosen and what became of each attempt.")),
        ])
    )

    /// An entry of the audit trail.
    static let auditEntry = SharedSchema(
        name: "AuditEntry",
        schema: .record([
            "number": .whole(1...Int.max),
            "at": .time,
            "actor": .noted(.anyText, "Who asked."),
            "origin": .orNull(.noted(.anyText, "The address that it was asked from.")),
            "request_id": .orNull(.anyText),
            "action": .anyText,
            "object": .orNull(.anyText),
            "name": .orNull(.anyText),
            "before": .orNull(.open()),
            "after": .orNull(.open()),
            "detail": .orNull(.anyText),
            "hash": .hash,
        ]),
        example: """
            {"number":17,"at":"2026-11-28T08:15:30.250Z","actor":"admin-token","origin":"127.0.0.1",\
            "request_id":"adm_3f0Qk2n8Zt5LrWc1XbVd","action":"key.changed","object":"7fQ2xLr0Tz9K",\
            "name":"search service","before":{"enabled":true},"after":{"enabled":false},"detail":null,\
            "hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
            """
    )

    /// Whether the audit trail is whole.
    static let auditCheck = SharedSchema(
        name: "AuditCheck",
        schema: .record(["whole": .flag, "entries": .count, "hash": .hash, "fault": .orNull(.anyText)])
    )

    /// Whether the process should be given work, condition by condition.
    static let readiness = SharedSchema(
        name: "Readiness",
        schema: .record(["ready": .flag, "conditions": .map(.anyText), "notes": .map(.anyText)])
    )

    /// What the process is and how it stands.
    static let status = SharedSchema(
        name: "Status",
        schema: .record([
            "version": .anyText,
            "mode": .choice(["serving", "offline"]),
            "started_at": .time,
            "uptime_seconds": .count,
            "ready": .flag,
            "conditions": .map(.anyText),
            "projects": .count,
            "keys": .count,
            "providers": .count,
            "models": .count,
            "load": .orNull(
                .record([
                    "in_flight": .count, "max_in_flight": .count, "waiting": .count, "body_bytes": .count,
                    "max_body_bytes": .count, "memory_pressure": .anyText, "shed": .map(.count),
                ])
            ),
            "targets": .list(
                .record([
                    "provider": .anyText,
                    "model": .anyText,
                    "breaker": .choice(["closed", "open", "half_open"]),
                    "error_rate": .orNull(.number),
                    "in_flight": .count,
                    "draining": .flag,
                    "cooling_down_until": .orNull(.time),
                    "credential": .choice(["good", "refused"]),
                ])
            ),
            "health_checks": .list(
                .record([
                    "provider": .anyText, "kind": .anyText, "at": .time, "good": .flag, "milliseconds": .count,
                    "detail": .orNull(.anyText),
                ])
            ),
        ])
    )
}

import Exchange
import Storage

extension SharedSchema {
    /// A provider.
    static let provider = SharedSchema(
        name: "Provider",
        schema: .record([
            "id": .rowID,
            "name": .slug,
            "kind": .anyText,
            "base_url": .anyText,
            "secret_hint": .orNull(.noted(.anyText, "The credential's last characters.")),
            "has_secret": .flag,
            "settings": .map(.anyText),
            "enabled": .flag,
            "draining": .noted(.flag, "It is given no new requests."),
            "in_flight": .noted(.count, "Attempts under way."),
            "origin": .origin,
            "created_at": .time,
            "updated_at": .time,
        ]),
        example: """
            {"id":"prv_8Hn4Wd1Xp6Gt3JcK","name":"openai","kind":"openai","base_url":"https://api.openai.com/v1",\
            "secret_hint":"…wxyz","has_secret":true,"settings":{},"enabled":true,"draining":false,\
            "in_flight":3,"origin":"stored","created_at":"2026-11-24T09:00:00.000Z","updated_at":"2026-11-24T09:00:00.000Z"}
            """
    )

    /// A model with its targets.
    static let model = SharedSchema(
        name: "Model",
        schema: .record([
            "id": .rowID,
            "name": .modelName,
            "enabled": .flag,
            "origin": .origin,
            "targets": .list(.shared(.target)),
            "routing": .shared(.routing),
            "created_at": .time,
            "updated_at": .time,
        ]),
        example: """
            {"id":"mdl_2Vb9Ls5Fz0Qy7MxC","name":"fast","enabled":true,"origin":"stored","targets":[{"provider":"openai",\
            "upstream_model":"gpt-5-mini","weight":1,"priority":0,"enabled":true,"overrides":{"max_output_tokens":null,\
            "reasoning_effort":null,"headers":{}},"price":{"input":"0.25","output":"2"}}],"routing":{"strategy":"weighted",\
            "affinity":true,"retry_possibly_accepted":false,"fallback_on_content_policy":false,"hedge":false,\
            "deadlines":{"connect_ms":null,"first_content_ms":null,"idle_ms":null,"total_ms":null}},\
            "created_at":"2026-11-24T09:00:00.000Z","updated_at":"2026-11-24T09:00:00.000Z"}
            """
    )

    /// One place where a model's requests go.
    static let target = SharedSchema(
        name: "Target",
        schema: .record([
            "provider": .slug,
            "upstream_model": .modelName,
            "weight": .whole(TargetRules.weights),
            "priority": .whole(TargetRules.priorities),
            "enabled": .flag,
            "overrides": .record([
                "max_output_tokens": .limit(KeyRules.maxOutputTokens),
                "reasoning_effort": .orNull(.choice(of: ReasoningIntent.Effort.self)),
                "headers": .map(.anyText),
            ]),
            "price": .orNull(
                .noted(
                    .record(["input": .dollars, "output": .dollars]),
                    "What a million tokens cost now; `null` when no price is known."
                )
            ),
        ])
    )

    /// A target as it is set.
    static let targetDraft = SharedSchema(
        name: "TargetDraft",
        schema: .body(
            required: ["provider", "upstream_model"],
            [
                "provider": .anyText,
                "upstream_model": .modelName,
                "weight": .whole(TargetRules.weights),
                "priority": .whole(TargetRules.priorities),
                "enabled": .flag,
                "overrides": .orNull(
                    .body([
                        "max_output_tokens": .limit(KeyRules.maxOutputTokens),
                        "reasoning_effort": .orNull(.choice(of: ReasoningIntent.Effort.self)),
                        "headers": .orNull(.map(.anyText)),
                    ])
                ),
            ]
        )
    )

    /// How a model's requests are shared among its targets.
    static let routing = SharedSchema(
        name: "Routing",
        schema: .record([
            "strategy": .choice(ModelRoutingRecord.strategies),
            "affinity": .flag,
            "retry_possibly_accepted": .flag,
            "fallback_on_content_policy": .flag,
            "hedge": .flag,
            "deadlines": .record([
                "connect_ms": .limit(RoutingRules.deadlines),
                "first_content_ms": .limit(RoutingRules.deadlines),
                "idle_ms": .limit(RoutingRules.deadlines),
                "total_ms": .limit(RoutingRules.deadlines),
            ]),
        ])
    )

    /// Routing as it is set.
    static let routingChange = SharedSchema(
        name: "RoutingChange",
        schema: .body([
            "strategy": .choice(ModelRoutingRecord.strategies),
            "affinity": .flag,
            "retry_possibly_accepted": .flag,
            "fallback_on_content_policy": .flag,
            "hedge": .flag,
            "deadlines": .orNull(
                .body([
                    "connect_ms": .limit(RoutingRules.deadlines),
                    "first_content_ms": .limit(RoutingRules.deadlines),
                    "idle_ms": .limit(RoutingRules.deadlines),
                    "total_ms": .limit(RoutingRules.deadlines),
                ])
            ),
        ])
    )

    /// What came of asking a provider for a sign of life.
    static let reachability = SharedSchema(
        name: "Reachability",
        schema: .record([
            "provider": .slug, "reachable": .flag, "detail": .anyText, "milliseconds": .count,
        ])
    )

    /// What came of trying a provider out.
    static let trial = SharedSchema(
        name: "Trial",
        schema: .record([
            "provider": .slug,
            "model": .anyText,
            "format": .anyText,
            "good": .flag,
            "models": .orNull(.count),
            "clock_skew_seconds": .orNull(.whole(nil)),
            "calls": .list(
                .record([
                    "call": .choice(["models", "answer", "stream"]),
                    "good": .flag,
                    "status": .orNull(.whole(nil)),
                    "first_byte_ms": .orNull(.count),
                    "total_ms": .orNull(.count),
                    "detail": .orNull(.anyText),
                ])
            ),
        ])
    )

    /// Where a request would go.
    static let explanation = SharedSchema(
        name: "Explanation",
        schema: .open(
            required: ["model", "candidates"],
            [
                "model": .anyText,
                "operation": .choice(of: Operation.self),
                "strategy": .anyText,
                "affinity": .orNull(.anyText),
                "candidates": .list(
                    .open(
                        required: ["target", "decision"],
                        [
                            "target": .anyText,
                            "priority": .whole(nil),
                            "weight": .whole(nil),
                            "decision": .anyText,
                            "reason": .orNull(.anyText),
                        ]
                    )
                ),
            ]
        )
    )
}

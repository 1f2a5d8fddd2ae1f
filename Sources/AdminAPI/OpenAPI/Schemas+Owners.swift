import Storage

extension SharedSchema {
    /// A project.
    static let project = SharedSchema(
        name: "Project",
        schema: .record([
            "id": .rowID,
            "name": .slug,
            "enabled": .flag,
            "limits": .noted(.shared(.limits), "What all its keys together may use."),
            "bodies": .noted(.shared(.bodyRules), "What is kept of the bodies of its requests and answers."),
            "budgets": .list(.shared(.budget)),
            "origin": .origin,
            "created_at": .time,
            "updated_at": .time,
        ]),
        example: """
            {"id":"prj_0Fq3ZJx8uT5bN1cV","name":"research","enabled":true,"limits":{"requests_per_minute":null,\
            "tokens_per_minute":null,"concurrent_requests":null,"models":{}},"bodies":{"mode":"off","sample":1,"max_bytes":65536,"redact":[]},"budgets":[],\
            "origin":"stored","created_at":"2026-11-24T09:00:00.000Z","updated_at":"2026-11-24T09:00:00.000Z"}
            """
    )

    /// A virtual key.
    static let key = SharedSchema(
        name: "Key",
        schema: .record([
            "id": .rowID,
            "name": .label,
            "prefix": .noted(.anyText, "How the key begins, as logs and people name it."),
            "project": .orNull(.slug),
            "project_id": .rowID,
            "state": .choice(["active", "disabled", "expired", "revoked"]),
            "enabled": .flag,
            "allowed_models": .orNull(.list(.modelName)),
            "requests_per_minute": .noted(.limit(LimitRules.requestsPerMinute), "The one in `limits`."),
            "limits": .shared(.limits),
            "max_output_tokens": .limit(KeyRules.maxOutputTokens),
            "strict_translation": .flag,
            "allowed_from": .orNull(.list(.anyText)),
            "budgets": .list(.shared(.budget)),
            "totals": .orNull(
                .noted(
                    .record(["requests": .count, "tokens": .count, "cost_usd": .dollars]),
                    "All that it was ever used for; `null` in lists."
                )
            ),
            "expires_at": .orNull(.time),
            "revoked_at": .orNull(.time),
            "retired_secret_until": .orNull(
                .noted(.time, "Until when the secret before the last rotation is let in as well.")
            ),
            "last_used_at": .orNull(.time),
            "created_at": .time,
            "updated_at": .time,
        ]),
        example: """
            {"id":"7fQ2xLr0Tz9K","name":"search service","prefix":"sk-mt-7fQ2xLr0Tz9K","project":"research",\
            "project_id":"prj_0Fq3ZJx8uT5bN1cV","state":"active","enabled":true,"allowed_models":["fast","openai/*"],\
            "requests_per_minute":600,"limits":{"requests_per_minute":600,"tokens_per_minute":null,\
            "concurrent_requests":null,"models":{}},"max_output_tokens":4096,"strict_translation":false,"allowed_from":null,"budgets":[],\
            "totals":{"requests":1204,"tokens":3810045,"cost_usd":"7.0312"},\
            "expires_at":null,"revoked_at":null,"retired_secret_until":null,"last_used_at":"2026-11-28T08:15:30.250Z",\
            "created_at":"2026-11-24T09:00:00.000Z","updated_at":"2026-11-24T09:00:00.000Z"}
            """
    )

    /// A key with its secret.
    static let newKey = SharedSchema(
        name: "NewKey",
        schema: SharedSchema.key.schema.adding([
            "secret": .noted(.anyText, "The whole key. It is shown here and never again.")
        ])
    )

    /// A budget and how it stands.
    static let budget = SharedSchema(
        name: "Budget",
        schema: .record([
            "id": .rowID,
            "scope": .record(["name": .orNull(.anyText)], optional: ["key": .rowID, "project": .rowID]),
            "amount_usd": .dollars,
            "period": .choice(of: BudgetPeriodKind.self),
            "time_zone": .anyText,
            "kind": .choice(of: BudgetKind.self),
            "bound": .choice(of: BudgetBound.self),
            "spent_usd": .noted(.dollars, "What was spent in the present period."),
            "reserved_usd": .noted(.dollars, "What is held for requests in flight."),
            "available_usd": .dollars,
            "overshoot_usd": .dollars,
            "period_starts_at": .time,
            "resets_at": .orNull(.noted(.time, "When the next period begins; `null` for `total`.")),
            "reset_at": .orNull(.noted(.time, "When it was last begun anew by hand.")),
            "origin": .origin,
            "created_at": .time,
            "updated_at": .time,
        ]),
        example: """
            {"id":"bud_5Lm8Qe2Rk7Yv0WaS","scope":{"project":"prj_0Fq3ZJx8uT5bN1cV","name":"research"},\
            "amount_usd":"250","period":"monthly","time_zone":"Europe/Berlin","kind":"hard","bound":"expected",\
            "spent_usd":"12.0375","reserved_usd":"0.02","available_usd":"237.9425","overshoot_usd":"0",\
            "period_starts_at":"2026-10-31T23:00:00.000Z","resets_at":"2026-11-30T23:00:00.000Z","reset_at":null,\
            "origin":"stored","created_at":"2026-11-24T09:00:00.000Z","updated_at":"2026-11-24T09:00:00.000Z"}
            """
    )
}

import Catalogue
import Storage

/// Descriptions of the routes of prices.
enum PriceOperations {
    static let list = OperationDescription(
        id: "listPrices",
        tag: "prices",
        query: .paged(
            .filter("vendor", "Prices of this vendor."),
            .filter("provider", "Prices of this provider."),
            .filter("model", "Prices of this model."),
            .filter("origin", "`built_in` or `own`.")
        ),
        answers: [.page(.priceRow)]
    )
    static let set = OperationDescription(
        id: "setPrice",
        tag: "prices",
        note: """
            Either `provider` or `vendor`; either `markup`, or `free`, or rates, of which `input` and `output` are \
            needed. Rates are US dollars for a million tokens.
            """,
        body: .init(
            .object(
                Schema.body(required: ["model"], ["provider": .slug, "vendor": .slug, "model": .modelName]).members
                    + RateKind.allCases.map {
                        Schema.Member(name: $0.rawValue, schema: .orNull(.dollars), isRequired: false)
                    }
                    + Schema.body([
                        "web_search": .orNull(.dollars),
                        "effective_from": .orNull(.time),
                        "markup": .orNull(.noted(.dollars, "A factor on the vendor's own price.")),
                        "free": .flag,
                        "dry_run": .flag,
                        "confirm": .noted(.flag, "A price that changes more than threefold is meant."),
                    ]).members,
                isOpen: false
            ),
            example: """
                {"vendor":"openai","model":"gpt-example","input":"0.25","output":"2","cache_read":"0.025",\
                "web_search":"0.01","dry_run":false,"confirm":true}
                """
        ),
        answers: [.json(.shared(.priceChange), "What it changed.")]
    )
    static let unset = OperationDescription(
        id: "unsetPrice",
        tag: "prices",
        note: "Either `provider` or `vendor`. The built-in price counts again.",
        query: [
            .filter("vendor", "The vendor."), .filter("provider", "The provider."),
            .init("model", .anyText, "The model.", isRequired: true),
        ],
        answers: [.json(.shared(.priceChange), "What it changed.")],
        problems: [404]
    )
    static let importDocument = OperationDescription(
        id: "importPrices",
        tag: "prices",
        body: .init(
            .body(
                required: ["document"],
                [
                    "format": .choice(of: PriceFields.Format.self),
                    "document": .noted(.open(), "The document, in this format."),
                    "source": .orNull(.noted(.label, "Where it comes from, for people.")),
                    "replace": .noted(.flag, "It stands in place of all own prices, rather than beside them."),
                    "dry_run": .flag,
                    "confirm": .flag,
                ]
            ),
            example: """
                {"format":"per_token","document":{"gpt-example":{"litellm_provider":"openai","mode":"chat",\
                "input_cost_per_token":2.5e-07,"output_cost_per_token":2e-06}},"source":"a table","dry_run":true}
                """
        ),
        answers: [.json(.shared(.priceChange), "What it changed, or would change.")]
    )
    static let effective = OperationDescription(
        id: "getEffectivePrice",
        tag: "prices",
        query: [
            .init("provider", .anyText, "The provider's name.", isRequired: true),
            .init("model", .anyText, "The model's name there.", isRequired: true),
        ],
        answers: [.json(.shared(.effectivePrice), "The price.")],
        problems: [404]
    )
    static let versions = OperationDescription(
        id: "listPriceVersions",
        tag: "prices",
        query: [.init("limit", .whole(1...200), "How many at most; 50 unless given.")],
        answers: [.page(.priceVersion)]
    )
    static let version = OperationDescription(
        id: "getPriceVersion",
        tag: "prices",
        answers: [.json(SharedSchema.priceVersion.schema.adding(["document": .open()]), "The version.")]
    )
}

/// Descriptions of the routes of the ledger and its sums.
enum LedgerOperations {
    static let list = OperationDescription(
        id: "listLedger",
        tag: "ledger",
        note: "An attempt's rows are never parted: a page may be shorter than `limit`.",
        query: .paged(
            .filter("key", "Rows of the key with this id."),
            .filter("project", "Rows of this project, by name or id."),
            .filter("request", "Rows of this request."),
            .time("from", "Attempts that began at or after this instant."),
            .time("to", "Attempts that began before this instant.")
        ),
        answers: [.page(.ledgerEntry)]
    )
    static let show = OperationDescription(
        id: "getAttempt",
        tag: "ledger",
        answers: [.json(.shared(.attempt), "The attempt's rows, its settlement first.")]
    )
    static let correct = OperationDescription(
        id: "correctAttempt",
        tag: "ledger",
        body: .init(
            .body(
                required: ["amount_usd", "note"],
                [
                    "amount_usd": .noted(.dollars, "What is added or, with a minus, taken away."),
                    "note": .noted(.text(1...500), "Who corrects and why."),
                ]
            ),
            example: #"{"amount_usd":"-0.05","note":"The vendor credited a failed batch (J. Doe)"}"#
        ),
        answers: [.json(status: 201, .shared(.attempt), "The attempt's rows, the new one included.")]
    )
    static let rerate = OperationDescription(
        id: "rerateLedger",
        tag: "ledger",
        body: .init(
            .body(
                required: ["from", "to"],
                ["from": .time, "to": .time, "model": .orNull(.anyText), "dry_run": .flag]
            ),
            example: #"{"from":"2026-11-01T00:00:00Z","to":"2026-12-01T00:00:00Z","model":null,"dry_run":true}"#
        ),
        answers: [.json(.shared(.rerating), "What it changed, or would change.")]
    )
    static let usage = OperationDescription(
        id: "getUsage",
        tag: "usage",
        query: [
            .init(
                "group_by",
                .anyText,
                "Some of \(UsageDimension.allCases.map(\.rawValue).joined(separator: ", ")), joined by commas.",
                example: "project,model"
            ),
            .init("interval", .choice(of: UsageInterval.self), "One row for each; one in all unless given."),
            .time("from", "From this instant on; a day before `to` unless given."),
            .time("to", "Up to this instant; now unless given."),
            .init(
                "since",
                .pattern("^[0-9]{1,5}[mhdw]$"),
                "A span up to now in place of both: minutes, hours, days or weeks.",
                example: "7d"
            ),
            .init("limit", .whole(1...10_000), "How many rows at most; 1000 unless given."),
            .init("format", .choice(["json", "csv"]), "`json` unless given."),
        ] + UsageDimension.allCases.map { .filter($0.rawValue, "Only of this \($0.rawValue).") },
        answers: [
            .init(
                status: 200,
                note: "The sums.",
                contents: [("application/json", .shared(.usageReport)), ("text/csv", nil)]
            )
        ]
    )
}

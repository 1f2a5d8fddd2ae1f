import Catalogue
import Exchange
import Storage

extension SharedSchema {
    /// What a model costs: US dollars for a million tokens.
    static let price = SharedSchema(name: "Price", schema: .object(Self.priceMembers, isOpen: false))

    /// A row of the price list.
    static let priceRow = SharedSchema(
        name: "PriceRow",
        schema: .object(
            [
                Schema.Member(name: "provider", schema: .anyText, isRequired: false),
                Schema.Member(name: "vendor", schema: .anyText, isRequired: false),
                Schema.Member(name: "model", schema: .anyText, isRequired: true),
                Schema.Member(name: "origin", schema: .choice(["built_in", "own"]), isRequired: true),
            ] + Self.priceMembers,
            isOpen: false
        ),
        example: """
            {"vendor":"openai","model":"gpt-5-mini","origin":"built_in","tiers":{"standard":[{"above_input_tokens":0,\
            "input":"0.25","output":"2","cache_read":"0.025"}]},"web_search":null,"effective_from":null}
            """
    )

    /// What a provider's model costs now.
    static let effectivePrice = SharedSchema(
        name: "EffectivePrice",
        schema: .object(
            [
                Schema.Member(name: "provider", schema: .anyText, isRequired: true),
                Schema.Member(name: "model", schema: .anyText, isRequired: true),
                Schema.Member(name: "version", schema: .count, isRequired: true),
            ] + Self.priceMembers,
            isOpen: false
        )
    )

    private static var priceMembers: [Schema.Member] {
        let step = Schema.object(
            [Schema.Member(name: "above_input_tokens", schema: .count, isRequired: true)]
                + RateKind.allCases.map { Schema.Member(name: $0.rawValue, schema: .dollars, isRequired: false) },
            isOpen: false
        )
        let tiers = PriceTier.allCases.map { tier in
            Schema.Member(name: tier.rawValue, schema: .list(step), isRequired: false)
        }
        return [
            Schema.Member(name: "tiers", schema: .object(tiers, isOpen: false), isRequired: true),
            Schema.Member(name: "web_search", schema: .orNull(.dollars), isRequired: true),
            Schema.Member(name: "effective_from", schema: .orNull(.time), isRequired: true),
        ]
    }

    /// What a change of the price list does.
    static let priceChange = SharedSchema(
        name: "PriceChange",
        schema: .record([
            "version": .noted(.count, "The version in force afterwards."),
            "applied": .flag,
            "dry_run": .flag,
            "drastic": .noted(.count, "How many prices change more than threefold."),
            "changes": .list(
                .record([
                    "name": .anyText,
                    "drastic": .flag,
                    "old": .orNull(.shared(.price)),
                    "new": .orNull(.shared(.price)),
                ])
            ),
        ])
    )

    /// A version of the price list.
    static let priceVersion = SharedSchema(
        name: "PriceVersion",
        schema: .record([
            "version": .count, "created_at": .time, "source": .anyText, "checksum": .anyText, "built_in": .anyText,
        ])
    )

    /// A row of the ledger.
    static let ledgerEntry = SharedSchema(
        name: "LedgerEntry",
        schema: .record([
            "attempt": .rowID,
            "kind": .choice(of: LedgerEntryKind.self),
            "number": .count,
            "request": .anyText,
            "key": .anyText,
            "project": .anyText,
            "operation": .choice(of: Operation.self),
            "model": .anyText,
            "provider": .anyText,
            "upstream_model": .anyText,
            "label": .orNull(.anyText),
            "started_at": .time,
            "settled_at": .time,
            "status": .whole(nil),
            "outcome": .choice(of: ExchangeOutcome.self),
            "charge_usd": .dollars,
            "reserved_usd": .dollars,
            "cache_savings_usd": .dollars,
            "lost_cache_usd": .dollars,
            "price_version": .orNull(.count),
            "estimated": .flag,
            "unpriced": .flag,
            "usage": .shared(.usage),
            "timing_ms": .record([
                "total": .milliseconds, "first_content": .milliseconds, "overhead": .milliseconds,
            ]),
            "budgets": .list(.record(["budget": .rowID, "period_starts_at": .orNull(.time)])),
            "note": .orNull(.anyText),
        ])
    )

    /// All rows of an attempt.
    static let attempt = SharedSchema(
        name: "Attempt",
        schema: .record([
            "attempt": .rowID,
            "charge_usd": .noted(.dollars, "The sum of all its rows."),
            "entries": .list(.shared(.ledgerEntry)),
        ])
    )

    /// What pricing a time anew did, or would do.
    static let rerating = SharedSchema(
        name: "Rerating",
        schema: .record([
            "price_version": .count, "attempts": .count, "changed": .count, "unpriced": .count,
            "difference_usd": .dollars, "dry_run": .flag,
        ])
    )

    /// Sums of usage.
    static let usageReport = SharedSchema(
        name: "UsageReport",
        schema: .record([
            "from": .time,
            "to": .time,
            "interval": .orNull(.choice(of: UsageInterval.self)),
            "group_by": .list(.choice(of: UsageDimension.self)),
            "data": .list(.object(Self.usageGroup + Self.usageSums, isOpen: false)),
            "total": .object(Self.usageSums, isOpen: false),
            "truncated": .noted(.flag, "Whether there may be more rows than `limit` let through."),
        ])
    )

    private static var usageGroup: [Schema.Member] {
        let names = UsageDimension.allCases.map(\.rawValue)
        return [Schema.Member(name: "starts_at", schema: .orNull(.time), isRequired: false)]
            + names.map { Schema.Member(name: $0, schema: .anyText, isRequired: false) }
            + ["project", "key"].map {
                Schema.Member(name: "\($0)_name", schema: .orNull(.anyText), isRequired: false)
            }
    }

    private static var usageSums: [Schema.Member] {
        let percentiles = Schema.orNull(.record(["p50": .number, "p95": .number, "p99": .number]))
        return Schema.record([
            "requests": .count, "errors": .count, "estimated": .count, "cost_usd": .dollars,
            "cache_savings_usd": .dollars, "lost_cache_usd": .dollars, "cache_hit_rate": .orNull(.number),
            "latency_ms": .record(["total": percentiles, "first_content": percentiles, "overhead": percentiles]),
        ]).members + Self.tokenCounts
    }
}

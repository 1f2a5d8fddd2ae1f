import Exchange
import Policy
import Wire

/// What a key is told of itself: what it may do, and what is left of it. All of it is in memory.
struct KeyStanding {
    let key: KeyEntry
    let limits: LimitStanding
    /// The models that have limits of their own, with all that a request for one of them meets.
    let models: [(name: String, limits: LimitStanding)]

    /// Reads how a key stands. Takes nothing.
    init(key: KeyEntry, admissions: AdmissionTable, at now: MonotonicInstant, wall: Int64) {
        self.key = key
        self.limits = admissions.standing(key.limits, at: now, wall: wall)
        self.models = key.limitedModels.filter { key.allows(model: $0) }.map { model in
            (model, admissions.standing(key.limits(for: model), at: now, wall: wall))
        }
    }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("object", "key")
            writer.member("id", self.key.id)
            writer.member("name", self.key.name)
            writer.member("prefix", self.key.label)
            writer.member("project", self.key.project.name)
            writer.key("allowed_models")
            if let patterns = self.key.allowedModels.patterns {
                writer.array { writer in
                    for pattern in patterns { writer.string(pattern) }
                }
            } else {
                writer.null()
            }
            writer.member("max_output_tokens", self.key.maxOutputTokens)
            writer.member("strict_translation", self.key.isStrict)
            writer.member("expires_at", Self.time(self.key.expiresAt))
            writer.member("limits", object: { Self.write(self.limits, to: &$0) })
            writer.member(
                "model_limits",
                object: { writer in
                    for model in self.models {
                        writer.key(model.name)
                        writer.object { Self.write(model.limits, to: &$0) }
                    }
                }
            )
            writer.member(
                "budgets",
                array: { writer in
                    for budget in self.limits.budgets { writer.object { Self.write(budget, to: &$0) } }
                }
            )
        }
        return writer.bytes
    }

    private static func write(_ limits: LimitStanding, to writer: inout JSONWriter) {
        Self.write("requests_per_minute", limits.rates.requests, to: &writer)
        Self.write("tokens_per_minute", limits.rates.tokens, to: &writer)
        writer.key("concurrent_requests")
        guard let places = limits.places else { return writer.null() }
        writer.object { writer in
            writer.member("limit", places.limit)
            writer.member("remaining", places.remaining)
        }
    }

    private static func write(_ name: StaticString, _ rate: LimitDecision?, to writer: inout JSONWriter) {
        writer.key(name)
        guard let rate else { return writer.null() }
        writer.object { writer in
            writer.member("limit", rate.limit)
            writer.member("remaining", rate.remaining)
            writer.member("reset_seconds", Int(clamping: rate.resetAfter.wholeSecondsRoundedUp))
        }
    }

    private static func write(_ budget: BudgetView, to writer: inout JSONWriter) {
        writer.member("id", budget.id)
        writer.member("scope", budget.scopeLabel)
        writer.member("period", budget.periodName)
        writer.member("kind", budget.isHard ? "hard" : "soft")
        writer.member("amount_usd", NanoUSD.text(budget.amount))
        writer.member("spent_usd", NanoUSD.text(budget.spent))
        writer.member("reserved_usd", NanoUSD.text(budget.reserved))
        writer.member("available_usd", NanoUSD.text(budget.available))
        writer.member("resets_at", self.time(budget.resetsAt))
    }

    private static func time(_ unixMilliseconds: Int64?) -> String? {
        unixMilliseconds.map { RFC3339.text(unixSeconds: $0 / 1_000) }
    }
}

extension Duration {
    /// Whole seconds, rounded up, not negative.
    var wholeSecondsRoundedUp: Int64 {
        let (seconds, attoseconds) = self.components
        return max(0, seconds + (attoseconds > 0 ? 1 : 0))
    }
}

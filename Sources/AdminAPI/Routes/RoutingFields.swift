import Storage
import Wire

/// The `routing` of models and the `overrides` of their targets, in bodies and answers.
enum RoutingFields {
    private static let fields = [
        "strategy", "affinity", "retry_possibly_accepted", "fallback_on_content_policy", "hedge", "deadlines",
    ]
    private static let deadlines = ["connect_ms", "first_content_ms", "idle_ms", "total_ms"]
    private static let overrides = ["max_output_tokens", "reasoning_effort", "headers"]

    /// Reads `routing` as a change: members that are not there stay, `null` puts a deadline or all back to the default.
    static func change(_ body: AdminBody) throws(AdminProblem) -> RoutingChange {
        guard !body.isNull("routing") else {
            var change = RoutingChange()
            change.clearsAll = true
            return change
        }
        return try body.object("routing", self.fields, self.change(inside:)) ?? RoutingChange()
    }

    private static func change(inside body: AdminBody) throws(AdminProblem) -> RoutingChange {
        var change = RoutingChange()
        change.strategy = try body.change("strategy", body.string)
        change.isSticky = try body.change("affinity", body.bool)
        change.mayBillTwice = try body.change("retry_possibly_accepted", body.bool)
        change.fallsBackOnRefusal = try body.change("fallback_on_content_policy", body.bool)
        change.hedges = try body.change("hedge", body.bool)
        change.clearsDeadlines = body.isNull("deadlines")
        guard !change.clearsDeadlines else { return change }
        let changed = try body.object("deadlines", self.deadlines) { body throws(AdminProblem) in
            var changed = change
            changed.connectMilliseconds = try body.clearableChange("connect_ms", body.int)
            changed.firstContentMilliseconds = try body.clearableChange("first_content_ms", body.int)
            changed.idleMilliseconds = try body.clearableChange("idle_ms", body.int)
            changed.totalMilliseconds = try body.clearableChange("total_ms", body.int)
            return changed
        }
        return changed ?? change
    }

    /// Reads a target's `overrides`; targets are replaced whole, so what is not there is not overridden.
    static func overrides(_ target: AdminBody) throws(AdminProblem) -> TargetOverrides {
        guard !target.isNull("overrides") else { return TargetOverrides() }
        let read = try target.object("overrides", self.overrides) { body throws(AdminProblem) in
            TargetOverrides(
                maxOutputTokens: try body.optional("max_output_tokens", body.int),
                reasoningEffort: try body.optional("reasoning_effort", body.string),
                headers: try body.optional("headers", body.texts) ?? [:]
            )
        }
        return read ?? TargetOverrides()
    }

    /// Writes `routing`, every member named.
    static func write(_ routing: ModelRoutingRecord, to writer: inout JSONWriter) {
        writer.member(
            "routing",
            object: { writer in
                writer.member("strategy", routing.strategy)
                writer.member("affinity", routing.isSticky)
                writer.member("retry_possibly_accepted", routing.mayBillTwice)
                writer.member("fallback_on_content_policy", routing.fallsBackOnRefusal)
                writer.member("hedge", routing.hedges)
                writer.member(
                    "deadlines",
                    object: { writer in
                        writer.member("connect_ms", routing.connectMilliseconds)
                        writer.member("first_content_ms", routing.firstContentMilliseconds)
                        writer.member("idle_ms", routing.idleMilliseconds)
                        writer.member("total_ms", routing.totalMilliseconds)
                    }
                )
            }
        )
    }

    /// Writes `overrides`, every member named.
    static func write(_ overrides: TargetOverrides, to writer: inout JSONWriter) {
        writer.member(
            "overrides",
            object: { writer in
                writer.member("max_output_tokens", overrides.maxOutputTokens)
                writer.member("reasoning_effort", overrides.reasoningEffort)
                writer.member(
                    "headers",
                    object: { writer in
                        for (name, value) in overrides.headers.sorted(by: { $0.key < $1.key }) {
                            writer.key(name)
                            writer.string(value)
                        }
                    }
                )
            }
        )
    }
}

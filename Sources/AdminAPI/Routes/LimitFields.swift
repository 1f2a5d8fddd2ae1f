import Storage
import Wire

/// The `limits` of keys and projects, in bodies and answers.
enum LimitFields {
    private static let dimensions = ["requests_per_minute", "tokens_per_minute", "concurrent_requests"]

    /// Reads `limits` as a change: members that are not there stay, `null` takes a limit, a model's limits or all away.
    static func change(_ body: AdminBody) throws(AdminProblem) -> LimitsChange {
        var change = LimitsChange()
        guard !body.isNull("limits") else {
            change.clearsAll = true
            return change
        }
        let fields = self.dimensions + ["models"]
        let read = try body.object("limits", fields) { body throws(AdminProblem) in
            var change = LimitsChange()
            change.requestsPerMinute = try body.clearableChange("requests_per_minute", body.int)
            change.tokensPerMinute = try body.clearableChange("tokens_per_minute", body.int)
            change.concurrentRequests = try body.clearableChange("concurrent_requests", body.int)
            change.clearsModels = body.isNull("models")
            guard !change.clearsModels else { return change }
            for (name, limits) in try body.named("models", self.dimensions, self.model) ?? [] {
                change.models[name] = .some(limits)
            }
            return change
        }
        return read ?? change
    }

    private static func model(_ body: AdminBody) throws(AdminProblem) -> LimitsRecord.ModelLimits {
        LimitsRecord.ModelLimits(
            requestsPerMinute: try body.optional("requests_per_minute", body.int),
            tokensPerMinute: try body.optional("tokens_per_minute", body.int),
            concurrentRequests: try body.optional("concurrent_requests", body.int)
        )
    }

    /// Reads the key's `requests_per_minute`, which is another name for the one in `limits`.
    static func alias(_ body: AdminBody, into change: inout LimitsChange) throws(AdminProblem) {
        let alias = try body.clearableChange("requests_per_minute", body.int)
        guard alias != .keep else { return }
        if case .set(let value?) = alias, !LimitRules.requestsPerMinute.contains(value) {
            throw body.wrong("requests_per_minute", "must be 1 to 1000000, or null for no limit")
        }
        guard change.requestsPerMinute == .keep || change.requestsPerMinute == alias else {
            throw body.wrong("requests_per_minute", "must not differ from limits.requests_per_minute")
        }
        change.requestsPerMinute = alias
    }

    /// Writes `limits`: every dimension, or only those that are limited.
    static func write(_ limits: LimitsRecord, sparsely isSparse: Bool = false, to writer: inout JSONWriter) {
        writer.member(
            "limits",
            object: { writer in
                let all = LimitsRecord.ModelLimits(
                    requestsPerMinute: limits.requestsPerMinute,
                    tokensPerMinute: limits.tokensPerMinute,
                    concurrentRequests: limits.concurrentRequests
                )
                self.write(all, isSparse, to: &writer)
                guard !isSparse || !limits.models.isEmpty else { return }
                writer.member(
                    "models",
                    object: { writer in
                        for (name, model) in limits.models.sorted(by: { $0.key < $1.key }) {
                            writer.key(name)
                            writer.object { self.write(model, isSparse, to: &$0) }
                        }
                    }
                )
            }
        )
    }

    private static func write(_ limits: LimitsRecord.ModelLimits, _ isSparse: Bool, to writer: inout JSONWriter) {
        if !isSparse || limits.requestsPerMinute != nil {
            writer.member("requests_per_minute", limits.requestsPerMinute)
        }
        if !isSparse || limits.tokensPerMinute != nil { writer.member("tokens_per_minute", limits.tokensPerMinute) }
        if !isSparse || limits.concurrentRequests != nil {
            writer.member("concurrent_requests", limits.concurrentRequests)
        }
    }
}

import Exchange
import Storage
import Wire

/// Request records: list, follow, show. They hold no prompt, answer or secret.
enum RequestRoutes {
    private static let list = "requests"

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/requests"
        return [
            AdminRoute(.get, path, "lists request records, newest first") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(RequestOperations.list),
            AdminRoute(.get, "\(path)/{id}", "shows a request record") { call throws(AdminProblem) in
                guard let stored = try await services.requests.find(id: call.id, in: call.principal.projects) else {
                    throw AdminProblem(.notFound, "there is no request \(call.id)")
                }
                return .object { self.write(stored, to: &$0) }
            }.documented(RequestOperations.show),
        ]
    }

    private static func list(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        var query = try self.query(call.query, await services.administration.configuration)
        query.projects = call.principal.projects
        let records = try await services.requests.list(query)
        return .object { writer in
            writer.member(
                "data",
                array: { writer in
                    for stored in records {
                        writer.object { self.write(stored, to: &$0) }
                    }
                }
            )
            let older = query.after == nil && records.count == query.limit ? records.last : nil
            writer.member("next", older.map { self.cursor($0.sequence) })
            let newest = query.after == nil ? records.first?.sequence ?? 0 : records.last?.sequence ?? query.after
            writer.member("newest", newest.map(self.cursor))
        }
    }

    /// Reads filters and position; a project may be named by name or id.
    private static func query(
        _ given: AdminQuery,
        _ configuration: StoredConfiguration
    ) throws(AdminProblem) -> RequestQuery {
        try given.allow("limit", "after", "since", "key", "project", "model", "outcome", "trace_id")
        var query = RequestQuery(limit: try given.limit())
        query.before = try self.sequence(given, "after")
        query.after = try self.sequence(given, "since")
        guard query.before == nil || query.after == nil else {
            throw AdminProblem(.invalidQuery, "after and since exclude each other", field: "since")
        }
        query.keyID = given["key"]
        query.projectID = given["project"].map { reference in
            configuration.projects.first { $0.name == reference }?.id ?? reference
        }
        query.model = given["model"]
        query.outcome = try self.outcome(given["outcome"])
        query.traceID = try self.traceID(given["trace_id"])
        return query
    }

    private static func sequence(_ given: AdminQuery, _ name: String) throws(AdminProblem) -> Int64? {
        guard let text = given[name] else { return nil }
        guard let sequence = Int64(try AdminCursor(text, list: self.list, field: name).position), sequence >= 0 else {
            throw AdminProblem(.invalidQuery, "\(name) must be a cursor that this list gave out", field: name)
        }
        return sequence
    }

    private static func outcome(_ text: String?) throws(AdminProblem) -> ExchangeOutcome? {
        guard let text else { return nil }
        guard let outcome = ExchangeOutcome(rawValue: text) else {
            let known = ExchangeOutcome.allCases.map(\.rawValue).joined(separator: ", ")
            throw AdminProblem(.invalidQuery, "outcome must be one of \(known)", field: "outcome")
        }
        return outcome
    }

    /// A trace's id in the one form in which it is stored (W3C Trace Context, section 3.2.2.3).
    private static func traceID(_ text: String?) throws(AdminProblem) -> String? {
        guard let text else { return nil }
        let isPlain = text.utf8.count == 32 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        guard isPlain else {
            throw AdminProblem(.invalidQuery, "trace_id must be 32 lower-case hexadecimal digits", field: "trace_id")
        }
        return text
    }

    private static func cursor(_ sequence: Int64) -> String {
        AdminCursor(list: self.list, position: String(sequence)).text
    }

    private static func write(_ stored: StoredRequest, to writer: inout JSONWriter) {
        let record = stored.record
        writer.member("id", record.id)
        writer.member("started_at", time: record.startedAt)
        writer.member("key", record.keyID)
        writer.member("project", record.projectID)
        writer.member("operation", record.operation.rawValue)
        writer.member("stream", record.isStream)
        writer.member("model", record.modelAsked)
        writer.member("model_served", record.modelServed.isEmpty ? nil : record.modelServed)
        writer.member("provider", record.provider.isEmpty ? nil : record.provider)
        writer.member("status", record.status)
        writer.member("outcome", record.outcome.rawValue)
        writer.member("failure", record.failure)
        writer.member("attempts", record.attempts)
        writer.member("upstream_request_id", record.upstreamRequestID)
        writer.member("finish_reason", record.finishReason)
        writer.member("timing_ms", object: { self.writeTimings(record, to: &$0) })
        writer.key("usage")
        if let usage = record.usage { writer.object { UsageFields.write(usage, to: &$0) } } else { writer.null() }
        writer.member("warnings", record.warnings)
        writer.member("client", record.client)
        writer.member("session", record.session)
        writer.member("trace_id", record.traceID)
        writer.key("route")
        if let route = self.route(record) { writer.raw(route) } else { writer.null() }
    }

    /// The decision record, when it is what it should be: one JSON object. It was written by another process perhaps, and
    /// must not break the answer it stands in.
    private static func route(_ record: RequestRecord) -> String? {
        record.route.flatMap { JSONText.isObject($0) ? $0 : nil }
    }

    private static func writeTimings(_ record: RequestRecord, to writer: inout JSONWriter) {
        writer.member("queue", milliseconds: record.queueMicroseconds)
        writer.member("first_byte", milliseconds: record.firstByteMicroseconds)
        writer.member("first_content", milliseconds: record.firstContentMicroseconds)
        writer.member("total", milliseconds: record.totalMicroseconds)
        writer.member("overhead", milliseconds: record.overheadMicroseconds)
    }
}

import Storage
import Wire

/// The audit trail: list, prove.
enum AuditRoutes {
    private static let list = "audit"

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/audit"
        return [
            AdminRoute(.get, path, "lists what was changed and refused, newest first") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(AuditOperations.list),
            AdminRoute(.get, "\(path)/verify", "proves that the audit trail is whole") { call throws(AdminProblem) in
                try call.query.allow()
                let check = try await services.audit.verify()
                return .object { writer in
                    writer.member("whole", check.fault == nil)
                    writer.member("entries", Int(clamping: check.count))
                    writer.member("hash", self.hexadecimal(check.hash))
                    writer.member("fault", check.fault?.what)
                }
            }.documented(AuditOperations.verify),
        ]
    }

    private static func list(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "since", "actor", "action", "object", "from", "to")
        var query = AuditQuery()
        query.limit = try call.query.limit()
        query.before = try self.number(call.query, "after")
        query.after = try self.number(call.query, "since")
        guard query.before == nil || query.after == nil else {
            throw AdminProblem(.invalidQuery, "after and since exclude each other", field: "since")
        }
        query.actor = call.query["actor"]
        query.action = call.query["action"]
        query.object = call.query["object"]
        query.from = try call.query.instant("from")
        query.to = try call.query.instant("to")
        let entries = try await services.audit.list(query)
        let next = entries.count == query.limit ? entries.last : nil
        let page = AdminPage(
            entries: entries,
            next: next.map { AdminCursor(list: self.list, position: String($0.number)).text }
        )
        return page.answer { writer, entry in writer.object { self.write(entry, to: &$0) } }
    }

    private static func number(_ query: AdminQuery, _ name: String) throws(AdminProblem) -> Int64? {
        guard let text = query[name] else { return nil }
        // From the very first entry on.
        if name == "since", text == "start" { return 0 }
        guard let number = Int64(try AdminCursor(text, list: self.list, field: name).position), number >= 0 else {
            throw AdminProblem(.invalidQuery, "\(name) must be a cursor that this list gave out", field: name)
        }
        return number
    }

    private static func write(_ entry: AuditEntry, to writer: inout JSONWriter) {
        let draft = entry.draft
        writer.member("number", Int(clamping: entry.number))
        writer.member("at", time: draft.at)
        writer.member("actor", draft.actor)
        writer.member("origin", draft.origin.isEmpty ? nil : draft.origin)
        writer.member("request_id", draft.requestID.isEmpty ? nil : draft.requestID)
        writer.member("action", draft.action)
        writer.member("object", draft.objectID.isEmpty ? nil : draft.objectID)
        writer.member("name", draft.objectName.isEmpty ? nil : draft.objectName)
        for (name, text) in [("before", draft.before), ("after", draft.after)] {
            writer.key(name)
            // A row that was written to by others must not break the answer it stands in.
            if let text, JSONText.isObject(text) { writer.raw(text) } else { writer.null() }
        }
        writer.member("detail", draft.detail)
        writer.member("hash", self.hexadecimal(entry.hash))
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Looks at JSON of our own.
enum JSONText {
    /// The member `id` of an object.
    static func id(of body: [UInt8]) -> String? {
        let id: String?? = body.withUnsafeBytes { bytes in
            try? JSONTape().read(bytes) { (root) throws(AdminProblem) in root.member("id")?.string }
        }
        return id ?? nil
    }

    /// Whether it is one JSON object.
    static func isObject(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { bytes in
            (try? JSONTape().read(bytes) { (root) throws(AdminProblem) in root.kind == .object }) ?? false
        }
    }
}

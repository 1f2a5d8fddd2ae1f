import Wire

/// One operation of the document.
struct OpenAPIOperation {
    let route: AdminRoute
    let description: OperationDescription

    /// Writes the members of an Operation Object (OpenAPI 3.1, section 4.8.10).
    func write(to writer: inout JSONWriter) {
        writer.member("operationId", self.description.id)
        writer.member("tags", [self.description.tag])
        writer.member("summary", self.route.summary)
        if let note = self.description.note { writer.member("description", note) }
        if self.route.access != .token { writer.member("security", array: { self.writeSecurity(to: &$0) }) }
        writer.member("parameters", array: { self.writeParameters(to: &$0) })
        if let body = self.description.body {
            writer.member("requestBody", object: { Self.write(body, to: &$0) })
        }
        writer.member(
            "responses",
            object: { writer in
                for answer in self.description.answers { self.write(answer, to: &writer) }
                for status in self.route.problemStatuses { self.write(problem: status, to: &writer) }
            }
        )
    }

    /// An empty requirement says that the token may be left out; a second one, that it is taken.
    private func writeSecurity(to writer: inout JSONWriter) {
        writer.object { _ in }
        guard self.route.access == .openOnLoopback else { return }
        writer.object { $0.member("adminToken", [String]()) }
    }

    private func writeParameters(to writer: inout JSONWriter) {
        if self.route.path.contains("{id}") {
            writer.object { writer in
                writer.member("name", "id")
                writer.member("in", "path")
                writer.member("required", true)
                writer.key("schema")
                Schema.pathID.write(to: &writer)
            }
        }
        for parameter in self.description.query {
            writer.object { writer in
                writer.member("name", parameter.name)
                writer.member("in", "query")
                writer.member("required", parameter.isRequired)
                writer.member("description", parameter.note)
                writer.key("schema")
                parameter.schema.write(to: &writer)
                if let example = parameter.example { writer.member("example", example) }
            }
        }
        if self.route.isWrite, self.route.path.contains("{id}") {
            let note = "The ETag of the row as it is to be before the change."
            Self.write(header: "if-match", .anyText, note, to: &writer)
        }
        if self.route.takesIdempotencyKey {
            let note = "Names this request, for a day: sent again with the same key it is carried out once."
            Self.write(header: IdempotencyKey.header, .pattern("^[!-~]{1,255}$"), note, to: &writer)
        }
    }

    private static func write(header: String, _ schema: Schema, _ note: String, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", header)
            writer.member("in", "header")
            writer.member("required", false)
            writer.member("description", note)
            writer.key("schema")
            schema.write(to: &writer)
        }
    }

    private static func write(_ body: OperationDescription.BodyDescription, to writer: inout JSONWriter) {
        writer.member("required", true)
        writer.member(
            "content",
            object: { writer in
                writer.member(
                    "application/json",
                    object: { writer in
                        writer.key("schema")
                        body.schema.write(to: &writer)
                        writer.key("example")
                        writer.raw(body.example)
                    }
                )
            }
        )
    }

    private func write(_ answer: OperationDescription.AnswerDescription, to writer: inout JSONWriter) {
        writer.key(String(answer.status))
        writer.object { writer in
            writer.member("description", answer.note)
            writer.member("headers", object: { self.writeHeaders(isTagged: answer.isTagged, to: &$0) })
            guard !answer.contents.isEmpty else { return }
            writer.member(
                "content",
                object: { writer in
                    for (type, schema) in answer.contents {
                        writer.key(type)
                        writer.object { writer in
                            writer.key("schema")
                            (schema ?? .anyText).write(to: &writer)
                        }
                    }
                }
            )
        }
    }

    private func write(problem status: Int, to writer: inout JSONWriter) {
        writer.key(String(status))
        writer.object { writer in
            writer.member("description", AdminProblem.meaning(of: status))
            writer.member("headers", object: { self.writeHeaders(isTagged: nil, to: &$0) })
            writer.member(
                "content",
                object: { writer in
                    writer.member(
                        "application/problem+json",
                        object: { writer in
                            writer.key("schema")
                            Schema.shared(.problem).write(to: &writer)
                        }
                    )
                }
            )
        }
    }

    /// Writes the headers of an answer; of a problem, where `isTagged` is `nil`.
    private func writeHeaders(isTagged: Bool?, to writer: inout JSONWriter) {
        var headers = [("x-request-id", "The request's id, as the audit trail and the log name it.")]
        if isTagged == true { headers.append(("etag", "The state of the row, for `If-Match`.")) }
        if isTagged != nil, self.route.takesIdempotencyKey {
            headers.append((IdempotencyKey.replayed, "`true` when this was answered before to the same request."))
        }
        for (name, note) in headers {
            writer.key(name)
            writer.object { writer in
                writer.member("description", note)
                writer.key("schema")
                Schema.anyText.write(to: &writer)
            }
        }
    }
}

extension AdminProblem {
    /// What a status says, in a sentence.
    static func meaning(of status: Int) -> String {
        switch status {
        case 400: "The query, the body or a field of it is not as described; `field` names it."
        case 401: "No admin token, or a wrong one."
        case 404: "There is no such row."
        case 408: "The body did not arrive in time."
        case 409: "The change does not fit what is there."
        case 412: "The row is not as `If-Match` says."
        case 413: "The body is too large."
        case 422: "The idempotency key came with another request."
        case 415: "The body is not `application/json` in UTF-8."
        case 503: "The store cannot be used now, or it takes a running server."
        default: "A defect of Martlet's own."
        }
    }
}

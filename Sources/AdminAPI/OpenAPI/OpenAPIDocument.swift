import Wire

/// The OpenAPI 3.1 document of the admin API, made of the routes themselves.
///
/// It tells of routes and forms and of nothing that is stored: whoever may read it learns no names and no ids.
struct OpenAPIDocument: Sendable {
    /// Routes without a description are left out.
    let routes: [AdminRoute]
    /// Martlet's version.
    let version: String

    /// The document as JSON.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 1 << 18)
        writer.object { writer in
            writer.member("openapi", "3.1.0")
            writer.member("info", object: { self.writeInfo(to: &$0) })
            writer.member("servers", array: { $0.object { $0.member("url", "/") } })
            writer.member("security", array: { $0.object { $0.member("adminToken", [String]()) } })
            writer.member("tags", array: { self.writeTags(to: &$0) })
            writer.member("paths", object: { self.writePaths(to: &$0) })
            writer.member("components", object: { self.writeComponents(to: &$0) })
        }
        return writer.bytes
    }

    private var documented: [(route: AdminRoute, description: OperationDescription)] {
        self.routes.compactMap { route in route.documentation.map { (route, $0) } }
    }

    private func writeInfo(to writer: inout JSONWriter) {
        writer.member("title", "Martlet admin API")
        writer.member("version", self.version)
        writer.member(
            "description",
            """
            Everything an operator does to Martlet. Bodies are strict: a field that is not named here is refused. \
            Times are RFC 3339 in UTC, money is US dollars as decimal text. Lists come in pages: give `next` of one \
            page as `after` of the next. An answer that shows one row carries its `ETag`; a change with `If-Match` is \
            made only to the row as it was then. Refusals are problems by RFC 9457 with a `code` for programs.
            """
        )
        writer.member("license", object: { $0.member("name", "Apache-2.0") })
    }

    private func writeTags(to writer: inout JSONWriter) {
        var seen: Set<String> = []
        for (_, description) in self.documented where seen.insert(description.tag).inserted {
            writer.object { $0.member("name", description.tag) }
        }
    }

    private func writePaths(to writer: inout JSONWriter) {
        let documented = self.documented
        var seen: Set<String> = []
        for (route, _) in documented where seen.insert(route.path).inserted {
            writer.key(route.path)
            writer.object { writer in
                for (other, description) in documented where other.path == route.path {
                    writer.key(other.method.rawValue.lowercased())
                    writer.object { OpenAPIOperation(route: other, description: description).write(to: &$0) }
                }
            }
        }
    }

    private func writeComponents(to writer: inout JSONWriter) {
        writer.member(
            "securitySchemes",
            object: { writer in
                writer.member(
                    "adminToken",
                    object: { writer in
                        writer.member("type", "http")
                        writer.member("scheme", "bearer")
                        writer.member("description", "An admin token, as made at the first start.")
                    }
                )
            }
        )
        writer.member(
            "schemas",
            object: { writer in
                for shared in self.sharedSchemas {
                    writer.key(shared.name)
                    shared.write(to: &writer)
                }
            }
        )
    }

    /// Every shared schema that something refers to, by name.
    private var sharedSchemas: [SharedSchema] {
        var found: [String: SharedSchema] = [SharedSchema.problem.name: .problem]
        var open = self.documented.flatMap { _, description in
            description.query.flatMap(\.schema.references) + (description.body?.schema.references ?? [])
                + description.answers.flatMap(\.contents).flatMap { $0.schema?.references ?? [] }
        }
        while let next = open.popLast() {
            guard found.updateValue(next, forKey: next.name) == nil else { continue }
            open += next.schema.references
        }
        return found.values.sorted { $0.name < $1.name }
    }
}

extension SharedSchema {
    /// Writes the schema with its example.
    func write(to writer: inout JSONWriter) {
        var inner = JSONWriter()
        self.schema.write(to: &inner)
        guard let example else { return writer.raw(inner.bytes) }
        // Behind the schema's own members, before its closing bracket.
        let examples = Array(",\"examples\":[\(example)]}".utf8)
        writer.raw(Array(inner.bytes.dropLast()) + examples)
    }
}

/// What the OpenAPI document says of a route, beyond what the route itself says.
struct OperationDescription: Sendable {
    /// The operation's name for generated clients, unique.
    var id: String
    /// The noun it belongs to.
    var tag: String
    /// More than the summary says, for people; `nil` when there is no more to say.
    var note: String?
    /// The query parameters that it takes.
    var query: [QueryParameter] = []
    /// The body it takes; `nil` for none.
    var body: BodyDescription?
    /// What it answers when all is well, by status.
    var answers: [AnswerDescription]
    /// Statuses of problems beyond those that every such route can answer with.
    var problems: [Int] = []

    /// What a body of it may be.
    var taken: Schema { self.body?.schema ?? .open() }

    /// A query parameter.
    struct QueryParameter: Sendable {
        var name: String
        var schema: Schema
        var note: String
        var isRequired = false
        /// A value that is taken.
        var example: String?

        init(_ name: String, _ schema: Schema, _ note: String, isRequired: Bool = false, example: String? = nil) {
            self.name = name
            self.schema = schema
            self.note = note
            self.isRequired = isRequired
            self.example = example
        }
    }

    /// A body that is taken: JSON.
    struct BodyDescription: Sendable {
        var schema: Schema
        /// A body that is taken, as JSON.
        var example: String

        init(_ schema: Schema, example: String) {
            self.schema = schema
            self.example = example
        }
    }

    /// An answer that is not a problem.
    struct AnswerDescription: Sendable {
        var status: Int
        var note: String
        /// What it consists of, by media type; JSON has a schema, text has none.
        var contents: [(type: String, schema: Schema?)]
        /// Whether it carries the tag of the row that it shows.
        var isTagged = false

        /// JSON.
        static func json(status: Int = 200, _ schema: Schema, _ note: String, isTagged: Bool = false) -> Self {
            Self(status: status, note: note, contents: [("application/json", schema)], isTagged: isTagged)
        }

        /// A row, with its tag.
        static func row(status: Int = 200, _ schema: SharedSchema, _ note: String) -> Self {
            .json(status: status, .shared(schema), note, isTagged: true)
        }

        /// A page of a list.
        static func page(_ schema: SharedSchema) -> Self {
            .json(.record(["data": .list(.shared(schema)), "next": .nextCursor]), "One page.")
        }

        /// Nothing.
        static func empty(_ note: String) -> Self { Self(status: 204, note: note, contents: []) }
    }
}

extension AdminRoute {
    /// The route with its description, which also says which query parameters are let in.
    func documented(_ description: OperationDescription) -> AdminRoute {
        var route = self
        route.documentation = description
        let (handle, names) = (self.handle, description.query.map(\.name))
        route.handle = { call throws(AdminProblem) in
            try call.query.allow(names)
            return try await handle(call)
        }
        return route
    }

    /// The route with its description, and whatever else the query holds: others write it.
    func described(_ description: OperationDescription) -> AdminRoute {
        var route = self
        route.documentation = description
        return route
    }

    /// The statuses of all problems that it can answer with, ascending.
    var problemStatuses: [Int] {
        guard let documentation else { return [] }
        var statuses = Set(documentation.problems)
        if self.access == .token { statuses.formUnion([400, 401, 403, 500, 503]) }
        if self.access == .signIn { statuses.formUnion([400, 401, 403, 500, 503]) }
        if self.access == .openOnLoopback { statuses.formUnion([401, 403]) }
        if self.path.contains("{id}") { statuses.insert(404) }
        if self.takesBody { statuses.formUnion([400, 408, 413, 415]) }
        if self.takesIdempotencyKey { statuses.insert(422) }
        if self.isWrite { statuses.formUnion([409, 412]) }
        return statuses.sorted()
    }

    /// Whether it may change something.
    var isWrite: Bool { self.method != .get }
}

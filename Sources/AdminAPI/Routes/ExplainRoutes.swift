import Exchange
import Storage
import Wire

/// Where a request would go: a dry run of the road's own choice.
enum ExplainRoutes {
    private static let fields = ["operation", "key", "request"]
    /// As large as a request may be on the road by default.
    private static let maxBodyBytes = 33 << 20

    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(
                .post,
                "\(AdminRoutes.prefix)/models/{id}/explain",
                takesBody: true,
                maxBodyBytes: self.maxBodyBytes,
                "tells where a request for a model would go"
            ) { call throws(AdminProblem) in
                let model = try await services.administration.model(id: call.id)
                let question = try self.read(call.body, self.fields) { body throws(AdminProblem) in
                    try self.question(body, model: model.name)
                }
                return try await self.answer(question, services)
            }.documented(ModelOperations.explain),
            AdminRoute(
                .post,
                "\(AdminRoutes.prefix)/explain",
                takesBody: true,
                maxBodyBytes: self.maxBodyBytes,
                "tells where a request for a model, named as a caller names it, would go"
            ) { call throws(AdminProblem) in
                let question = try self.read(call.body, ["model"] + self.fields) { body throws(AdminProblem) in
                    try self.question(
                        body,
                        model: try NameRules.modelName(body.requiredString("model"), field: "model")
                    )
                }
                return try await self.answer(question, services)
            }.documented(ModelOperations.explainByName),
        ]
    }

    /// Requests are deeper than what the admin API is usually sent.
    private static func read(
        _ bytes: [UInt8],
        _ fields: [String],
        _ body: (AdminBody) throws(AdminProblem) -> RouteQuestion
    ) throws(AdminProblem) -> RouteQuestion {
        try AdminBody.read(bytes, fields, maxDepth: JSONLimits().maxDepth + 1, body)
    }

    private static func question(_ body: AdminBody, model: String) throws(AdminProblem) -> RouteQuestion {
        guard let request = try body.document("request") else { throw body.wrong("request", "is needed") }
        return RouteQuestion(
            model: model,
            operation: try body.choice("operation") ?? .chat,
            keyID: try body.optional("key", body.string),
            request: request
        )
    }

    private static func answer(
        _ question: RouteQuestion,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        if let id = question.keyID {
            let keys = await services.administration.configuration.keys
            guard keys.contains(where: { $0.id == id }) else { throw .field("key", "must be the id of a key") }
        }
        return AdminAnswer(status: 200, body: try await services.routes.explain(question))
    }
}

import Storage
import Wire

/// Kept bodies: show, erase. Each is audited before anything is told or erased.
enum BodyRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        let prefix = AdminRoutes.prefix
        return [
            AdminRoute(.get, "\(prefix)/requests/{id}/body", "shows what is kept of a request's bodies") {
                call throws(AdminProblem) in
                let projects = call.principal.projects
                let found = try await self.desk(services).show(requestID: call.id, in: projects)
                guard let bodies = found else {
                    throw AdminProblem(.notFound, "no bodies are kept of a request \(call.id)")
                }
                try await services.audit.require("body.read", object: call.id, detail: "project \(bodies.projectID)")
                return .object { self.write(bodies, to: &$0) }
            }.documented(BodyOperations.show),
            AdminRoute(.delete, "\(prefix)/requests/{id}/body", "erases what is kept of a request's bodies") {
                call throws(AdminProblem) in
                let bodies = BodySelection.request(call.id, projects: call.principal.projects)
                return try await self.erase(bodies, call.id, "of one request", services)
            }.documented(BodyOperations.erase),
            AdminRoute(.delete, "\(prefix)/projects/{id}/bodies", "erases all bodies that are kept of a project") {
                call throws(AdminProblem) in
                try await self.check(call, services)
                return try await self.erase(.project(call.id), call.id, "of a project", services)
            }.documented(BodyOperations.eraseProject),
        ]
    }

    private static func desk(_ services: AdminServices) throws(AdminProblem) -> any BodyDesk {
        guard let desk = services.bodies else { throw AdminProblem(.unavailable, "nobody keeps bodies here") }
        return desk
    }

    /// A project that was deleted may have left bodies, for whoever is not held to others.
    private static func check(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) {
        let projects = await services.administration.configuration.projects
        guard !projects.contains(where: { $0.id == call.id }) else { return }
        if !call.principal.isScoped, try await self.desk(services).holds(.project(call.id)) { return }
        throw AdminProblem(.notFound, "there is no project \(call.id)")
    }

    private static func erase(
        _ bodies: BodySelection,
        _ object: String,
        _ what: String,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        let desk = try self.desk(services)
        try await services.audit.require("body.erase", object: object, detail: what)
        let erased = await desk.erase(bodies)
        guard var problem = erased.problem else {
            await services.audit.note("body.erased", object: object, detail: "\(erased.count) exchanges")
            return .object { $0.member("erased", erased.count) }
        }
        let detail = "\(erased.count) exchanges, then it failed: others may be left"
        await services.audit.note("body.erased", object: object, detail: detail)
        problem.detail = "the bodies of \(erased.count) exchanges are erased, others may be left: \(problem.detail)"
        throw problem
    }

    private static func write(_ bodies: ShownBodies, to writer: inout JSONWriter) {
        writer.member("id", bodies.requestID)
        writer.member("project", bodies.projectID)
        writer.member("at", time: bodies.at)
        writer.member("mode", bodies.mode)
        writer.member("stream", bodies.isStream)
        writer.member("request", object: { self.write(bodies.request, to: &$0) })
        writer.key("answer")
        if let answer = bodies.answer { writer.object { self.write(answer, to: &$0) } } else { writer.null() }
    }

    private static func write(_ part: ShownBodies.Part, to writer: inout JSONWriter) {
        writer.member("bytes", part.bytes)
        writer.member("cut", part.isCut)
        writer.member("text", part.text)
    }
}

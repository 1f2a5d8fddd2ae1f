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
                let projects = call.principal.projects
                try await services.audit.require("body.erase", object: call.id, detail: "of one request")
                let count = try await self.desk(services).erase(requestID: call.id, in: projects)
                return await self.erased(count, call.id, services)
            }.documented(BodyOperations.erase),
            AdminRoute(.delete, "\(prefix)/projects/{id}/bodies", "erases all bodies that are kept of a project") {
                call throws(AdminProblem) in
                try await services.audit.require("body.erase", object: call.id, detail: "of a project")
                let count = try await self.desk(services).erase(projectID: call.id)
                return await self.erased(count, call.id, services)
            }.documented(BodyOperations.eraseProject),
        ]
    }

    private static func desk(_ services: AdminServices) throws(AdminProblem) -> any BodyDesk {
        guard let desk = services.bodies else { throw AdminProblem(.unavailable, "nobody keeps bodies here") }
        return desk
    }

    private static func erased(_ count: Int, _ object: String, _ services: AdminServices) async -> AdminAnswer {
        await services.audit.note("body.erased", object: object, detail: "\(count) exchanges")
        return .object { $0.member("erased", count) }
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

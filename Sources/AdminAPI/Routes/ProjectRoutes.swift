import Storage
import Wire

/// Projects: list, show, create, change, delete.
enum ProjectRoutes {
    private static let fields = ["name", "enabled"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/projects"
        let administration = services.administration
        return [
            AdminRoute(.get, path, "lists projects by name") { call throws(AdminProblem) in
                try await self.list(call, administration)
            },
            AdminRoute(.post, path, takesBody: true, "creates a project") { call throws(AdminProblem) in
                let project = try await administration.createProject(try self.draft(call.body))
                return .object(status: 201) { self.write(project, to: &$0) }
            },
            AdminRoute(.get, "\(path)/{id}", "shows a project") { call throws(AdminProblem) in
                let project = try await administration.project(id: call.id)
                return .object { self.write(project, to: &$0) }
            },
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes a project") { call throws(AdminProblem) in
                let project = try await administration.changeProject(id: call.id, try self.change(call.body))
                return .object { self.write(project, to: &$0) }
            },
            AdminRoute(.delete, "\(path)/{id}", "deletes a project that owns no keys") { call throws(AdminProblem) in
                try await administration.deleteProject(id: call.id)
                return .noContent
            },
        ]
    }

    private static func list(
        _ call: AdminCall,
        _ administration: Administration
    ) async throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "name")
        let projects = await administration.configuration.projects.filter { call.query.matches("name", $0.name) }
        let page = try AdminPage(of: projects, list: "projects", query: call.query) { $0.name }
        return page.answer { writer, project in writer.object { self.write(project, to: &$0) } }
    }

    private static func draft(_ body: [UInt8]) throws(AdminProblem) -> ProjectDraft {
        try AdminBody.read(body, self.fields) { body throws(AdminProblem) in
            ProjectDraft(name: try body.requiredString("name"), isEnabled: try body.bool("enabled") ?? true)
        }
    }

    private static func change(_ body: [UInt8]) throws(AdminProblem) -> ProjectChange {
        try AdminBody.read(body, self.fields) { body throws(AdminProblem) in
            var change = ProjectChange()
            change.name = try body.change("name", body.string)
            change.isEnabled = try body.change("enabled", body.bool)
            return change
        }
    }

    private static func write(_ project: ProjectRecord, to writer: inout JSONWriter) {
        writer.member("id", project.id)
        writer.member("name", project.name)
        writer.member("enabled", project.isEnabled)
        writer.member("created_at", time: project.createdAt)
        writer.member("updated_at", time: project.updatedAt)
    }
}

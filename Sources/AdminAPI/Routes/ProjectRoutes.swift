import Storage
import Wire

/// Projects: list, show, create, change, delete.
enum ProjectRoutes {
    static let fields = ["name", "enabled", "limits", "bodies"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/projects"
        let administration = services.administration
        return [
            AdminRoute(.get, path, "lists projects by name") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(ProjectOperations.list),
            AdminRoute(.post, path, takesBody: true, "creates a project") { call throws(AdminProblem) in
                let project = try await administration.createProject(
                    try AdminBody.read(call.body, self.fields, self.draft)
                )
                return try await self.answer(project, services, status: 201)
            }.documented(ProjectOperations.create),
            AdminRoute(.get, "\(path)/{id}", "shows a project") { call throws(AdminProblem) in
                try await self.answer(try await administration.project(id: call.id), services)
            }.documented(ProjectOperations.show),
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes a project") { call throws(AdminProblem) in
                let project = try await administration.changeProject(id: call.id, try self.change(call.body))
                return try await self.answer(project, services)
            }.documented(ProjectOperations.change),
            AdminRoute(.delete, "\(path)/{id}", "deletes a project that owns no keys") { call throws(AdminProblem) in
                try await administration.deleteProject(id: call.id)
                return .noContent
            }.documented(ProjectOperations.delete),
        ]
    }

    private static func list(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "name")
        let projects = await services.administration.configuration.projects.filter {
            call.principal.sees(project: $0.id) && call.query.matches("name", $0.name)
        }
        let page = try AdminPage(of: projects, list: "projects", query: call.query) { $0.name }
        let budgets = try await services.budgets(of: page.entries.map { .project($0.id) })
        return page.answer { writer, project in
            writer.object { self.write(project, budgets[.project(project.id)] ?? [], to: &$0) }
        }
    }

    static func draft(_ body: AdminBody) throws(AdminProblem) -> ProjectDraft {
        var draft = ProjectDraft(name: try body.requiredString("name"))
        draft.isEnabled = try body.bool("enabled") ?? true
        draft.limits = try LimitFields.change(body).applied(to: draft.limits)
        draft.bodies = try BodyRulesFields.change(body).applied(to: draft.bodies)
        return draft
    }

    private static func change(_ body: [UInt8]) throws(AdminProblem) -> ProjectChange {
        try AdminBody.read(body, self.fields) { body throws(AdminProblem) in
            var change = ProjectChange()
            change.name = try body.change("name", body.string)
            change.isEnabled = try body.change("enabled", body.bool)
            change.limits = try LimitFields.change(body)
            change.bodies = try BodyRulesFields.change(body)
            return change
        }
    }

    private static func answer(
        _ project: ProjectRecord,
        _ services: AdminServices,
        status: Int = 200
    ) async throws(AdminProblem) -> AdminAnswer {
        let budgets = try await services.budgets(of: [.project(project.id)])
        return .object(status: status) { self.write(project, budgets[.project(project.id)] ?? [], to: &$0) }
    }

    private static func write(_ project: ProjectRecord, _ budgets: [ShownBudget], to writer: inout JSONWriter) {
        writer.member("id", project.id)
        writer.member("name", project.name)
        writer.member("enabled", project.isEnabled)
        LimitFields.write(project.limits, to: &writer)
        BodyRulesFields.write(project.bodies, to: &writer)
        writer.member("budgets", budgets: budgets)
        writer.member("origin", project.origin.rawValue)
        writer.member("created_at", time: project.createdAt)
        writer.member("updated_at", time: project.updatedAt)
    }
}

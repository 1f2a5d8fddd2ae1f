public import Storage

extension Administration {
    /// Makes a project.
    public func createProject(_ draft: ProjectDraft) throws(AdminProblem) -> ProjectRecord {
        let now = self.now
        let project = ProjectRecord(
            id: self.identifiers.project(),
            name: try NameRules.slug(draft.name),
            isEnabled: draft.isEnabled,
            limits: try LimitRules.checked(draft.limits),
            bodies: draft.bodies,
            origin: self.writesAs,
            createdAt: now,
            updatedAt: now
        )
        try self.checkFree(projectName: project.name, except: nil)
        try self.commit { try $0.insertProject(project) }
        return project
    }

    /// One project by id.
    public func project(id: String) throws(AdminProblem) -> ProjectRecord {
        guard let project = self.configuration.projects.first(where: { $0.id == id }) else {
            throw AdminProblem(.notFound, "there is no project \(id)")
        }
        return project
    }

    /// Changes a project. Disabling it refuses its keys at once.
    public func changeProject(id: String, _ change: ProjectChange) throws(AdminProblem) -> ProjectRecord {
        var project = try self.project(id: id)
        try self.checkOwn(project.origin, "project \(project.name)")
        project.name = try NameRules.slug(change.name.applied(to: project.name))
        project.isEnabled = change.isEnabled.applied(to: project.isEnabled)
        project.limits = try LimitRules.checked(change.limits.applied(to: project.limits))
        project.bodies = change.bodies.applied(to: project.bodies)
        project.origin = self.ownerAfterChange(of: project.origin)
        project.updatedAt = self.now
        try self.checkFree(projectName: project.name, except: id)
        let changed = project
        try self.commit { try $0.updateProject(changed) }
        return changed
    }

    /// Deletes a project that owns no keys, and its budgets; its ledger rows stay.
    public func deleteProject(id: String) throws(AdminProblem) {
        let project = try self.project(id: id)
        try self.checkOwn(project.origin, "project \(project.name)")
        let keys = self.configuration.keys.filter { $0.projectID == id }.count
        guard keys == 0 else {
            throw AdminProblem(.conflict, "project \(project.name) still owns \(keys) key\(keys == 1 ? "" : "s")")
        }
        try self.commit { try $0.deleteProject(id: id) }
    }

    private func checkFree(projectName name: String, except id: String?) throws(AdminProblem) {
        guard self.configuration.projects.contains(where: { $0.name == name && $0.id != id }) else { return }
        throw AdminProblem(.conflict, "there is already a project named \(name)", field: "name")
    }
}

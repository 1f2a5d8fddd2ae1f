public import Storage

extension Administration {
    /// Makes a model.
    public func createModel(_ draft: ModelDraft) throws(AdminProblem) -> ModelRecord {
        let now = self.now
        let model = ModelRecord(
            id: self.identifiers.model(),
            name: try NameRules.modelName(draft.name),
            isEnabled: draft.isEnabled,
            targets: try self.checked(draft.targets),
            routing: try RoutingRules.checked(draft.routing),
            origin: self.writesAs,
            createdAt: now,
            updatedAt: now
        )
        try self.checkFree(modelName: model.name, except: nil)
        try ModelRules.check(model, self.configuration.providers)
        try self.commit { try $0.insertModel(model) }
        return model
    }

    /// One model by id.
    public func model(id: String) throws(AdminProblem) -> ModelRecord {
        guard let model = self.configuration.models.first(where: { $0.id == id }) else {
            throw AdminProblem(.notFound, "there is no model \(id)")
        }
        return model
    }

    /// Changes a stored model.
    public func changeModel(id: String, _ change: ModelChange) throws(AdminProblem) -> ModelRecord {
        var model = try self.model(id: id)
        try self.checkOwn(model.origin, "model \(model.name)")
        model.name = try NameRules.modelName(change.name.applied(to: model.name))
        model.isEnabled = change.isEnabled.applied(to: model.isEnabled)
        if case .set(let targets) = change.targets { model.targets = try self.checked(targets) }
        model.routing = try RoutingRules.checked(change.routing.applied(to: model.routing))
        try self.checkFree(modelName: model.name, except: id)
        try ModelRules.check(model, self.configuration.providers)
        model.origin = self.ownerAfterChange(of: model.origin)
        model.updatedAt = self.now
        let changed = model
        try self.commit { try $0.updateModel(changed) }
        return changed
    }

    /// Deletes a stored model.
    public func deleteModel(id: String) throws(AdminProblem) {
        let model = try self.model(id: id)
        try self.checkOwn(model.origin, "model \(model.name)")
        try self.commit { try $0.deleteModel(id: id) }
    }

    /// A stored model may take the name of one that the environment brought, and then stands in its place; built-in
    /// names are Martlet's own.
    private func checkFree(modelName name: String, except id: String?) throws(AdminProblem) {
        let taken = self.configuration.models.contains { model in
            model.id != id && model.origin != .environment && model.name.utf8.elementsEqual(name.utf8)
        }
        guard taken else { return }
        throw AdminProblem(.conflict, "there is already a model named \(name)", field: "name")
    }

    private func checked(_ targets: [TargetRecord]) throws(AdminProblem) -> [TargetRecord] {
        guard (1...TargetRules.maximum).contains(targets.count) else {
            throw .field("targets", "must hold 1 to \(TargetRules.maximum) targets")
        }
        var checked: [TargetRecord] = []
        for (index, target) in targets.enumerated() {
            let place = "targets[\(index)]"
            guard let provider = self.configuration.providers.first(where: { $0.name == target.provider }) else {
                throw .field("\(place).provider", "must be the name of a provider")
            }
            _ = try NameRules.modelName(target.upstreamModel, field: "\(place).upstream_model")
            try TargetRules.check(target, at: place)
            guard !targets.prefix(index).contains(where: { TargetRules.isSame($0, target) }) else {
                throw .field(place, "repeats an earlier target")
            }
            var target = target
            target.overrides = try TargetRules.checked(target.overrides, of: provider, at: "\(place).overrides")
            checked.append(target)
        }
        return checked
    }
}

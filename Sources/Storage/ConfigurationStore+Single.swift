/// One change by itself, with no entry in the audit trail: for what is set up before anybody administers, and for tests.
extension ConfigurationStore {
    /// As `ConfigurationWriter` says.
    public func insertProject(_ project: ProjectRecord) throws {
        try self.change({ try $0.insertProject(project) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func updateProject(_ project: ProjectRecord) throws {
        try self.change({ try $0.updateProject(project) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func deleteProject(id: String) throws {
        try self.change({ try $0.deleteProject(id: id) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func insertKey(_ key: KeyRecord) throws {
        try self.change({ try $0.insertKey(key) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func updateKey(_ key: KeyRecord) throws {
        try self.change({ try $0.updateKey(key) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func rotateKey(_ key: KeyRecord) throws {
        try self.change({ try $0.rotateKey(key) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func deleteKey(id: String) throws {
        try self.change({ try $0.deleteKey(id: id) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func insertProvider(_ provider: ProviderRecord) throws {
        try self.change({ try $0.insertProvider(provider) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func updateProvider(_ provider: ProviderRecord) throws {
        try self.change({ try $0.updateProvider(provider) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func deleteProvider(id: String) throws {
        try self.change({ try $0.deleteProvider(id: id) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func insertModel(_ model: ModelRecord) throws {
        try self.change({ try $0.insertModel(model) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func updateModel(_ model: ModelRecord) throws {
        try self.change({ try $0.updateModel(model) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func deleteModel(id: String) throws {
        try self.change({ try $0.deleteModel(id: id) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func insertBudget(_ budget: BudgetRecord) throws {
        try self.change({ try $0.insertBudget(budget) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func updateBudget(_ budget: BudgetRecord) throws {
        try self.change({ try $0.updateBudget(budget) }, audit: { _ in nil })
    }

    /// As `ConfigurationWriter` says.
    public func deleteBudget(id: String) throws {
        try self.change({ try $0.deleteBudget(id: id) }, audit: { _ in nil })
    }
}

import Catalogue
import Exchange
import Policy
import Providers
public import Storage

extension Administration {
    /// Makes a provider; its secret is sealed and never shown again.
    public func createProvider(_ draft: ProviderDraft) throws(AdminProblem) -> ProviderRecord {
        let name = try NameRules.slug(draft.name)
        guard !self.configuration.providers.contains(where: { $0.name == name }) else {
            throw AdminProblem(.conflict, "there is already a provider named \(name)", field: "name")
        }
        try Self.check(kind: draft.kind)
        try self.checkUnaddressed(name)
        let now = self.now
        var provider = ProviderRecord(
            id: self.identifiers.provider(),
            name: name,
            kind: draft.kind,
            baseURL: draft.baseURL ?? "",
            settings: draft.settings,
            isEnabled: draft.isEnabled,
            origin: self.writesAs,
            createdAt: now,
            updatedAt: now
        )
        try self.place(draft.secret, in: &provider)
        try self.normalise(&provider)
        let made = provider
        try self.commit { try $0.insertProvider(made) }
        return made
    }

    /// One provider by id.
    public func provider(id: String) throws(AdminProblem) -> ProviderRecord {
        guard let provider = self.configuration.providers.first(where: { $0.id == id }) else {
            throw AdminProblem(.notFound, "there is no provider \(id)")
        }
        return provider
    }

    /// Changes a stored provider.
    public func changeProvider(id: String, _ change: ProviderChange) throws(AdminProblem) -> ProviderRecord {
        var provider = try self.provider(id: id)
        // A file need not hold credentials: one that it does not name may be given here.
        if !(provider.origin == .file && change.isOfSecretAlone) {
            try self.checkOwn(provider.origin, "provider \(provider.name)")
        }
        provider.baseURL = change.baseURL.applied(to: provider.baseURL)
        provider.settings = change.settings.applied(to: provider.settings)
        provider.isEnabled = change.isEnabled.applied(to: provider.isEnabled)
        if case .set(let secret) = change.secret { try self.place(secret, in: &provider) }
        try self.normalise(&provider)
        provider.origin = self.ownerAfterChange(of: provider.origin)
        provider.updatedAt = self.now
        let changed = provider
        try self.commit { try $0.updateProvider(changed) }
        return changed
    }

    /// Gives a stored provider no new requests, or gives it some again. Those under way go on. Its row counts as unchanged
    /// otherwise: what is known of its health stays.
    public func drainProvider(id: String, _ isDraining: Bool) throws(AdminProblem) -> ProviderRecord {
        var provider = try self.provider(id: id)
        // Taking a provider out of service for a while is an operation: what a file declares can be, too.
        if provider.origin != .file { try self.checkOwn(provider.origin, "provider \(provider.name)") }
        guard provider.isDraining != isDraining else { return provider }
        provider.isDraining = isDraining
        let changed = provider
        try self.commit { try $0.updateProvider(changed) }
        return changed
    }

    /// Deletes a stored provider that no model has a target on.
    public func deleteProvider(id: String) throws(AdminProblem) {
        let provider = try self.provider(id: id)
        try self.checkOwn(provider.origin, "provider \(provider.name)")
        let users = self.stored.models.filter { $0.targets.contains { $0.provider == provider.name } }.map(\.name)
        guard users.isEmpty else {
            throw AdminProblem(.conflict, "provider \(provider.name) still serves \(Self.listed(users))")
        }
        try self.commit { try $0.deleteProvider(id: id) }
    }

    /// Models whose names would all at once read as the new provider's, and would send elsewhere.
    private func checkUnaddressed(_ name: String) throws(AdminProblem) {
        let models = self.configuration.models.filter { model in
            ModelRules.isAddress(model.name, of: name) && !model.targets.contains { $0.provider == name }
        }
        guard models.isEmpty else {
            throw AdminProblem(
                .conflict,
                "\(Self.listed(models.map(\.name))) would read as a model of the provider \(name) without having a target on "
                    + "it; rename the model, or name the provider otherwise",
                field: "name"
            )
        }
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " …" : "")
    }

    private func place(_ secret: Secret?, in provider: inout ProviderRecord) throws(AdminProblem) {
        guard let secret else {
            provider.sealedSecret = nil
            provider.secretHint = ""
            return
        }
        do throws(ProviderConfigurationError) {
            try ProviderConfiguration.validate(secret: secret, kind: ProviderKind(provider.kind))
        } catch {
            throw .field(error.field, error.message)
        }
        do {
            provider.sealedSecret = try self.secretBox.seal(secret, context: .providerSecret(row: provider.id))
        } catch {
            throw AdminProblem(.internalError, "the secret could not be sealed")
        }
        provider.secretHint = secret.hint
    }

    private static func check(kind: String) throws(AdminProblem) {
        guard kind != ProviderKind.sandbox.rawValue else {
            throw .field("kind", "must not be sandbox: the sandbox is built in")
        }
    }

    /// Checks the whole and keeps the base URL in its normal form.
    private func normalise(_ provider: inout ProviderRecord) throws(AdminProblem) {
        let configuration: ProviderConfiguration
        do throws(ProviderConfigurationError) {
            configuration = try ProviderConfiguration.validate(
                name: provider.name,
                kind: ProviderKind(provider.kind),
                baseURL: provider.baseURL.isEmpty ? nil : provider.baseURL,
                settings: provider.settings,
                hasSecret: provider.sealedSecret != nil
            )
            provider.baseURL = configuration.baseURL
        } catch {
            throw .field(error.field, error.message)
        }
        if let listener = configuration.route.flatMap(self.ownListener) {
            throw .field(
                "base_url",
                "leads to \(listener): requests would come back to Martlet and go round in a loop"
            )
        }
        do throws(CapabilityError) {
            _ = try ConfiguredCapabilities(settings: provider.settings)
        } catch {
            throw .field("settings", "say of capabilities what cannot be: \(error.message)")
        }
    }

    /// Refuses a change of a row that whoever asks does not own.
    func checkOwn(_ origin: RecordOrigin, _ what: String) throws(AdminProblem) {
        switch origin {
        case .stored: return
        case .file:
            guard self.writesAs != .file else { return }
            throw AdminProblem(
                .readOnly,
                "\(what) is declared in the configuration file; change it there, and run 'martlet config apply'"
            )
        case .environment:
            throw AdminProblem(.readOnly, "\(what) comes from the environment; change it there and restart")
        case .builtIn: throw AdminProblem(.readOnly, "\(what) is built in")
        }
    }

    /// A row that the file declares is the file's from then on.
    func ownerAfterChange(of origin: RecordOrigin) -> RecordOrigin {
        self.writesAs == .file ? .file : origin
    }
}

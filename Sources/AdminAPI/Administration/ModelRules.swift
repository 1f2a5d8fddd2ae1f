import Storage

/// What a model as a whole may be, so that nothing about it is a riddle at request time.
enum ModelRules {
    /// Checks name, wildcards and weights against one another.
    ///
    /// - Parameters:
    ///   - model: As it would be stored; each target has been looked at by itself.
    ///   - providers: All that there are.
    /// - Throws: A problem that names the field at fault and a way out.
    static func check(_ model: ModelRecord, _ providers: [ProviderRecord]) throws(AdminProblem) {
        try self.checkWildcards(model)
        try self.checkAddress(model, providers)
        try self.checkServes(model)
    }

    /// A wildcard stands alone in the last place: `prefix/*`. Only such a model has a rest of the name to put in the place of
    /// a `*` that ends an upstream model.
    private static func checkWildcards(_ model: ModelRecord) throws(AdminProblem) {
        let isWildcard = self.isWildcard(model.name)
        guard isWildcard || !model.name.utf8.contains(UInt8(ascii: "*")) else {
            throw .field("name", "may hold one *, at its end after a slash, as in openai/*")
        }
        for (index, target) in model.targets.enumerated() {
            let stars = target.upstreamModel.utf8.count { $0 == UInt8(ascii: "*") }
            guard stars > 0 else { continue }
            let place = "targets[\(index)].upstream_model"
            guard stars == 1, target.upstreamModel.utf8.last == UInt8(ascii: "*") else {
                throw .field(place, "may hold one *, at its end")
            }
            guard isWildcard else {
                throw .field(
                    place,
                    "may end in * only where the model's own name ends in /*: that is what it stands for"
                )
            }
        }
    }

    /// `provider/model` addresses that provider's model directly, and a key that may use `provider/*` may use it. A model of
    /// such a name is an alias on purpose when one of its targets is on that provider; otherwise it would send elsewhere
    /// what reads as going there.
    private static func checkAddress(_ model: ModelRecord, _ providers: [ProviderRecord]) throws(AdminProblem) {
        guard let provider = providers.first(where: { self.isAddress(model.name, of: $0.name) }),
            !model.targets.contains(where: { $0.provider == provider.name })
        else { return }
        throw .field(
            "name",
            "reads as a model of the provider \(provider.name), which none of its targets is on; name it otherwise, or give "
                + "it a target on \(provider.name)"
        )
    }

    /// A model that is served needs a target that can be chosen.
    private static func checkServes(_ model: ModelRecord) throws(AdminProblem) {
        guard model.isEnabled, !model.targets.contains(where: { $0.isEnabled && $0.weight > 0 }) else { return }
        throw .field(
            "targets",
            "must hold one that is enabled and has a weight above 0; to serve nothing, disable the model"
        )
    }

    /// Whether a model's name would be read as a provider's.
    static func isAddress(_ name: String, of provider: String) -> Bool {
        name.utf8.starts(with: provider.utf8) && name.utf8.dropFirst(provider.utf8.count).first == UInt8(ascii: "/")
    }

    private static func isWildcard(_ name: String) -> Bool {
        let stars = name.utf8.count { $0 == UInt8(ascii: "*") }
        return stars == 1 && name.utf8.count > 2 && name.utf8.suffix(2).elementsEqual("/*".utf8)
    }
}

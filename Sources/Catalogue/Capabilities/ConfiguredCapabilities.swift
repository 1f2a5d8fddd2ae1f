public import Exchange
import Wire

/// What a provider's settings say of its models: which model is behind an arbitrary name, and where the table is wrong or
/// silent.
///
/// - `base_models`: `prod-eu=gpt-5.1,cheap=gpt-4.1-mini`
/// - `capabilities`: `{"prod-eu": {"max_output_tokens": 8000}, "*": {"strict_tools": false}}`; `*` is for every model, and a
///   model's own entry comes after it.
public struct ConfiguredCapabilities: Sendable {
    private var baseModels: [String: String] = [:]
    private var overrides: [String: RawJSON] = [:]

    /// No settings: the table's word stands.
    public init() {}

    /// Reads a provider's settings.
    ///
    /// - Parameter settings: All of them; the two are found by name.
    /// - Throws: `CapabilityError` naming the setting, or the field inside it, that cannot be.
    public init(settings: [String: String]) throws(CapabilityError) {
        if let list = settings["base_models"] { self.baseModels = try Self.baseModels(list) }
        guard let json = settings["capabilities"] else { return }
        self.overrides = try JSONText.read(json) { root throws(CapabilityError) in
            guard root.kind == .object else {
                throw CapabilityError(.notAnObject, "capabilities", "capabilities must be an object of models")
            }
            var overrides: [String: RawJSON] = [:]
            for (name, fields) in root.members {
                _ = try ModelCapabilities().applying(fields)
                overrides[name.string ?? ""] = RawJSON(fields)
            }
            return overrides
        }
    }

    /// What a model can do, by the table and these settings.
    ///
    /// - Parameters:
    ///   - kind: The provider's kind.
    ///   - vendor: The provider's name, which may tell whose server a compatible one is.
    ///   - model: The vendor's name of the model.
    /// - Returns: The table's row, changed where settings say so.
    public func capabilities(provider kind: String, vendor: String, model: String) -> ModelCapabilities {
        var capabilities = CapabilityTable.builtIn.capabilities(
            provider: kind,
            vendor: vendor,
            model: model,
            baseModel: self.baseModels[model]
        )
        for name in ["*", model] {
            guard let fields = self.overrides[name] else { continue }
            // A default cap may only fit the blank model it was checked with: then the table's word stands.
            if let changed = try? capabilities.applying(json: fields.text) { capabilities = changed }
        }
        return capabilities
    }

    /// The model that a name stands for, where `base_models` says so; the name itself otherwise.
    public func baseModel(of model: String) -> String { self.baseModels[model] ?? model }

    private static func baseModels(_ list: String) throws(CapabilityError) -> [String: String] {
        var models: [String: String] = [:]
        for entry in list.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, models[parts[0]] == nil else {
                throw .wants("base_models", "name=model, by comma, each name once")
            }
            models[parts[0]] = parts[1]
        }
        return models
    }
}

/// What about models cannot work as things stand, though it was right when it was written.
enum ModelFindings {
    /// Looks at every enabled model.
    ///
    /// - Parameters:
    ///   - models: As the admin API lists them.
    ///   - providers: All of them, likewise.
    /// - Returns: What is wrong and how to mend it, by model.
    static func of(_ models: [JSONView], providers: [JSONView]) -> [(model: String, text: String)] {
        let enabled = Set(providers.filter { $0.text("enabled") == "true" }.compactMap { $0.text("name") })
        let known = Set(providers.compactMap { $0.text("name") })
        var findings: [(model: String, text: String)] = []
        for model in models where model.text("enabled") == "true" {
            let name = model.text("name") ?? "?"
            let targets = model.elements("targets").filter { $0.text("enabled") == "true" }
            for target in targets {
                guard let provider = target.text("provider"), !known.contains(provider) else { continue }
                findings.append(
                    (name, "has a target on the provider \(provider), which is not there: add it, or change the model")
                )
            }
            let serving = targets.filter { $0.text("weight") != "0" && enabled.contains($0.text("provider") ?? "") }
            if serving.isEmpty {
                findings.append(
                    (name, "has no target that can serve: enable one of its providers, or disable the model")
                )
            }
        }
        return findings
    }
}

public import Exchange

/// A provider found in the process environment: read-only, its secret never stored.
public struct DiscoveredProvider: Sendable {
    /// The validated configuration, name and kind included.
    public let configuration: ProviderConfiguration
    /// The credential; empty when it is where the cloud's own clients look.
    public let secret: Secret
    /// The variables it was made from, the credential's first.
    public let variables: [String]
    /// The vendor whose models the catalogue lists; `nil` when model names are the account's own.
    public let catalogueVendor: String?

    /// The provider's name.
    public var name: String { self.configuration.name }
}

/// What the environment held.
public struct EnvironmentDiscovery: Sendable {
    /// Providers ready to use, in the order of ``EnvironmentRule/all``.
    public var providers: [DiscoveredProvider] = []
    /// One line for each variable that could not be used: what was wrong and what would be right, never a value.
    public var warnings: [String] = []
}

/// Finds vendors in environment variables that their own SDKs read.
public enum EnvironmentProviders {
    /// Looks for every known vendor.
    ///
    /// A vendor whose variables are malformed is left out with a warning: falling back to the default host could send a
    /// credential where it was not meant to go. Variables that are set but empty count as not set.
    ///
    /// - Parameter environment: The process environment.
    /// - Returns: Providers ready to use, and warnings.
    public static func discover(environment: [String: String]) -> EnvironmentDiscovery {
        let values = environment.compactMapValues { value -> String? in
            let text = self.trimmed(value)
            return text.isEmpty ? nil : text
        }
        var found = EnvironmentDiscovery()
        for rule in EnvironmentRule.all {
            do throws(EnvironmentFault) {
                guard let provider = try self.apply(rule, values) else { continue }
                found.providers.append(provider)
            } catch {
                found.warnings.append("\(error.message); provider \(rule.name) is left out")
            }
        }
        return found
    }

    private static func apply(
        _ rule: EnvironmentRule,
        _ values: [String: String]
    ) throws(EnvironmentFault) -> DiscoveredProvider? {
        guard let source = rule.secrets.first(where: { $0.applies(values) }) else {
            return try self.applyKeyless(rule, values)
        }
        var variables: [String] = []
        let secret = try self.secret(source, values, kind: rule.kind, &variables)
        let baseURL = try self.baseURL(rule, values, secretVariable: source.variable, &variables)
        let settings = self.settings(rule, values, source, &variables)
        return try self.provider(rule, secret, baseURL, settings, variables, (source, values))
    }

    /// A provider whose credential is where its cloud's own clients look.
    private static func applyKeyless(
        _ rule: EnvironmentRule,
        _ values: [String: String]
    ) throws(EnvironmentFault) -> DiscoveredProvider? {
        guard let needed = rule.keylessSettings else { return nil }
        var variables: [String] = []
        let settings = self.settings(rule, values, nil, &variables)
        guard needed.allSatisfy({ settings[$0] != nil }) else { return nil }
        return try self.provider(rule, Secret([]), rule.baseURL, settings, variables, (nil, values))
    }

    private static func secret(
        _ source: EnvironmentSecret,
        _ values: [String: String],
        kind: ProviderKind,
        _ variables: inout [String]
    ) throws(EnvironmentFault) -> Secret {
        var words = [values[source.variable] ?? ""]
        variables.append(source.variable)
        for part in source.parts {
            guard let word = values[part.variable] else {
                guard part.isNeeded else { continue }
                throw EnvironmentFault(message: "\(source.variable) is set but \(part.variable) is not")
            }
            words.append(word)
            variables.append(part.variable)
        }
        let secret = Secret(words.joined(separator: ":"))
        do throws(ProviderConfigurationError) {
            try ProviderConfiguration.validate(secret: secret, kind: kind)
        } catch {
            throw EnvironmentFault(message: "\(source.variable) \(error.message)")
        }
        return secret
    }

    private static func provider(
        _ rule: EnvironmentRule,
        _ secret: Secret,
        _ baseURL: String?,
        _ settings: [String: String],
        _ variables: [String],
        _ origin: (source: EnvironmentSecret?, values: [String: String])
    ) throws(EnvironmentFault) -> DiscoveredProvider {
        let configuration: ProviderConfiguration
        do throws(ProviderConfigurationError) {
            configuration = try .validate(
                name: rule.name,
                kind: rule.kind,
                baseURL: baseURL,
                settings: settings,
                hasSecret: !secret.isEmpty
            )
        } catch {
            throw EnvironmentFault(
                message:
                    "\(self.variable(rule, origin.source, origin.values, at: error.field)) \(error.message)\(self.advice(error))"
            )
        }
        return DiscoveredProvider(
            configuration: configuration,
            secret: secret,
            variables: variables,
            catalogueVendor: rule.catalogueVendor
        )
    }

    private static func baseURL(
        _ rule: EnvironmentRule,
        _ values: [String: String],
        secretVariable: String,
        _ variables: inout [String]
    ) throws(EnvironmentFault) -> String? {
        guard let variable = rule.baseURLVariable else { return rule.baseURL }
        guard let text = values[variable] else {
            guard !rule.needsBaseURL else {
                throw EnvironmentFault(message: "\(secretVariable) is set but \(variable) is not")
            }
            return rule.baseURL
        }
        variables.append(variable)
        return text
    }

    private static func settings(
        _ rule: EnvironmentRule,
        _ values: [String: String],
        _ source: EnvironmentSecret?,
        _ variables: inout [String]
    ) -> [String: String] {
        var settings = rule.settings.merging(source?.settings ?? [:]) { _, new in new }
        var found: Set<String> = []
        for (variable, setting) in rule.settingVariables + (source?.settingVariables ?? []) {
            guard let value = values[variable], found.insert(setting).inserted else { continue }
            settings[setting] = value
            variables.append(variable)
        }
        return settings
    }

    /// The variable behind a field of the configuration: the one that is set, or the likeliest.
    private static func variable(
        _ rule: EnvironmentRule,
        _ source: EnvironmentSecret?,
        _ values: [String: String],
        at field: String
    ) -> String {
        if field == "base_url", let variable = rule.baseURLVariable { return variable }
        let candidates = (rule.settingVariables + (source?.settingVariables ?? []))
            .filter { field == "settings.\($0.setting)" }.map(\.variable)
        return candidates.first { values[$0] != nil } ?? candidates.first ?? field
    }

    private static func advice(_ error: ProviderConfigurationError) -> String {
        error.code == .privateAddress ? " (on a provider of your own; the environment cannot say so)" : ""
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
        let bytes = text.utf8.drop(while: isSpace)
        guard let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(decoding: bytes[...last], as: UTF8.self)
    }
}

/// A variable that could not be used.
private struct EnvironmentFault: Error {
    var message: String
}

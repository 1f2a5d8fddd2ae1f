import Exchange

/// How a provider is asked for a sign of life while it serves.
public struct HealthCheck: Sendable, Equatable {
    /// What is asked for.
    public enum Kind: String, Sendable, CaseIterable {
        /// The vendor's list of models, which costs nothing.
        case models
        /// An answer of one token, which the vendor bills.
        case completion
    }

    /// What is asked for.
    public var kind: Kind
    /// From one check to the next, before jitter.
    public var interval: Duration
    /// The model that a completion is asked of, by its name there; `nil` takes one that the provider's targets name.
    public var model: String?

    /// Describes a check.
    public init(kind: Kind, interval: Duration = Self.usualInterval, model: String? = nil) {
        self.kind = kind
        self.interval = interval
        self.model = model
    }

    /// The interval unless a setting says otherwise.
    public static let usualInterval = Duration.seconds(30)
    /// Seconds that the setting may name.
    static let intervals = 5...3_600
}

extension ProviderConfiguration {
    /// How this provider is checked; `nil` when it is not.
    ///
    /// Without a setting its list of models is asked for, where it has one on the network. What would be billed is never
    /// asked for unless the setting says so.
    public var healthCheck: HealthCheck? {
        guard self.route != nil else { return nil }
        let kind: HealthCheck.Kind?
        switch self.settings["health_check"] {
        case nil: kind = self.requestTarget(operation: .models, model: "") == nil ? nil : .models
        case let name?: kind = HealthCheck.Kind(rawValue: name)
        }
        guard let kind else { return nil }
        var check = HealthCheck(kind: kind, model: self.settings["health_model"])
        if let seconds = self.settings["health_interval"].flatMap({ Int($0) }) { check.interval = .seconds(seconds) }
        return check
    }
}

extension ProviderSetting {
    /// How a provider is checked while it serves.
    static let health: [ProviderSetting] = [
        .matching(
            "health_check",
            "What is asked for to see whether the vendor is well: models (its list), completion (one token, billed) or off.",
            rule: "must be models, completion or off"
        ) { $0 == "off" || HealthCheck.Kind(rawValue: $0) != nil },
        .matching(
            "health_interval",
            "Seconds from one health check to the next; 30 unless said here.",
            rule:
                "must be a whole number from \(HealthCheck.intervals.lowerBound) to \(HealthCheck.intervals.upperBound)"
        ) { $0.utf8.count <= 4 && Int($0).map(HealthCheck.intervals.contains) ?? false },
        .matching(
            "health_model",
            "The model, by its name there, that a health check asks for one token.",
            rule: "must be 1 to 256 bytes without control characters"
        ) { (1...256).contains($0.utf8.count) && !$0.utf8.contains { $0 < 0x20 || $0 == 0x7F } },
    ]
}

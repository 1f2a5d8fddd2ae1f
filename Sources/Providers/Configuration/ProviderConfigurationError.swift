/// Why a provider's configuration was refused.
public struct ProviderConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of fault it is: an open set.
    public struct Code: Hashable, Sendable {
        /// The name used in answers and logs.
        public let rawValue: String

        /// Names a code.
        public init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The provider's name breaks the rule for names.
        public static let invalidName = Code("invalid_name")
        /// No such kind.
        public static let unknownKind = Code("unknown_kind")
        /// The base URL is missing or not of the strict form.
        public static let invalidBaseURL = Code("invalid_base_url")
        /// The base URL needs `allow_private`.
        public static let privateAddress = Code("private_address")
        /// The base URL leads to where no provider may be.
        public static let forbiddenAddress = Code("forbidden_address")
        /// The kind knows no such setting.
        public static let unknownSetting = Code("unknown_setting")
        /// A setting's value breaks its rule.
        public static let invalidSetting = Code("invalid_setting")
        /// A credential is needed, not needed, or cannot travel in a header.
        public static let invalidSecret = Code("invalid_secret")
    }

    /// What kind of fault it is.
    public var code: Code
    /// The field at fault: `name`, `kind`, `base_url`, `secret`, `settings.api_version`.
    public var field: String
    /// What was wrong and what would be right. Holds no secret.
    public var message: String

    /// Describes a fault.
    public init(_ code: Code, field: String, _ message: String) {
        self.code = code
        self.field = field
        self.message = message
    }

    /// Field and message.
    public var description: String { "\(self.field): \(self.message)" }
}

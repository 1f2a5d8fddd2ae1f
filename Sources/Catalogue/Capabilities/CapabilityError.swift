/// What is wrong with a set of capabilities, in the table or in configuration.
public struct CapabilityError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake.
    public struct Code: Sendable, Hashable {
        /// The name.
        public let rawValue: String

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// Not JSON, or no object.
        public static let notAnObject = Code("not_an_object")
        /// No capability has this name.
        public static let unknownField = Code("unknown_field")
        /// The value is of the wrong type, or outside what is allowed.
        public static let badValue = Code("bad_value")
        /// The table names something that it does not define above.
        public static let unknownReference = Code("unknown_reference")
    }

    /// What kind of mistake.
    public let code: Code
    /// The field; empty when it is none in particular.
    public let field: String
    /// What was wrong and what would be right, for whoever wrote it. Holds no value that was given.
    public let message: String

    /// The message.
    public var description: String { self.message }

    init(_ code: Code, _ field: String = "", _ message: String) {
        self.code = code
        self.field = field
        self.message = message
    }

    /// A value that does not fit its field.
    static func wants(_ field: String, _ expected: String) -> CapabilityError {
        CapabilityError(.badValue, field, "\(field) must be \(expected)")
    }
}

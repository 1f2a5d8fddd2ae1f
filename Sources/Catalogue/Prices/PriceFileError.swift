/// Why a price document was refused. It is refused whole: the prices in force stay.
public struct PriceFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake.
    public struct Code: Sendable, Hashable {
        /// The name.
        public let rawValue: String

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// Not JSON, cut off, or a number beyond what JSON readers agree on.
        public static let notJSON = Code("not_json")
        /// The document says nothing of its schema or unit, or names others.
        public static let wrongSchema = Code("wrong_schema")
        /// More entries or bytes than any price list has.
        public static let tooLarge = Code("too_large")
        /// A field that is needed is not there.
        public static let missingField = Code("missing_field")
        /// A field that the schema does not have.
        public static let unknownField = Code("unknown_field")
        /// A value of the wrong type, or outside what is allowed.
        public static let badValue = Code("bad_value")
        /// The same model twice.
        public static let duplicate = Code("duplicate")
    }

    /// What kind of mistake.
    public let code: Code
    /// The entry, as `openai/gpt-5.5`, or by its place where it has no name; empty when it is none in particular.
    public let entry: String
    /// The field; empty when it is none in particular.
    public let field: String
    /// What was wrong and what would be right.
    public let message: String

    /// The message.
    public var description: String { self.message }

    init(_ code: Code, entry: String = "", field: String = "", _ message: String) {
        self.code = code
        self.entry = entry
        self.field = field
        self.message = entry.isEmpty ? message : "\(entry): \(message)"
    }
}

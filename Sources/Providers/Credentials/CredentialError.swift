/// Why a credential could not be had.
public struct CredentialError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is: an open set.
    public struct Code: Hashable, Sendable {
        /// The name used in logs.
        public let rawValue: String

        /// Names a code.
        public init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// This source has nothing to offer; the next one of the chain is asked.
        public static let absent = Code("absent")
        /// The service that issues credentials could not be reached.
        public static let unreachable = Code("unreachable")
        /// It did not answer in time.
        public static let timedOut = Code("timed_out")
        /// It said no.
        public static let refused = Code("refused")
        /// A file, a variable or an answer is not what it should be.
        public static let malformed = Code("malformed")
        /// The configuration asks for a way that Martlet does not go.
        public static let unsupported = Code("unsupported")
        /// A file could not be read.
        public static let fileUnreadable = Code("file_unreadable")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was wrong and what would be right. Holds no secret and nothing that another service wrote at length.
    public var message: String

    /// Describes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(self.code.rawValue): \(self.message)" }
}

/// Why a master key, a sealed value or a verifier could not be used. No message holds key material or plaintext.
public struct SecretsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure: an open set, so that adding one breaks no caller.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name, as logged.
        public let description: String

        /// Names a code.
        public init(_ description: String) {
            self.description = description
        }
    }

    /// What kind of failure it was.
    public let code: Code

    /// What was wrong and how to mend it; safe to show and to log.
    public let message: String

    /// Pairs a code with a message that must not hold material.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(self.code): \(self.message)" }
}

extension SecretsError.Code {
    /// There is no master key in the text.
    public static let keyEmpty = Self("master_key_empty")
    /// The master key has fewer than 32 bytes.
    public static let keyShort = Self("master_key_short")
    /// The master key's bytes repeat or count upwards.
    public static let keyRepetitive = Self("master_key_repetitive")
    /// The master key is a placeholder such as `changeme`.
    public static let keyWellKnown = Self("master_key_well_known")
    /// The master key is neither base64 nor hex, or is oversized.
    public static let keyMalformed = Self("master_key_malformed")

    /// The master key file does not exist.
    public static let fileMissing = Self("master_key_file_missing")
    /// The master key file exists already, so none is created.
    public static let fileExists = Self("master_key_file_exists")
    /// The master key file is a symbolic link.
    public static let fileIsLink = Self("master_key_file_is_link")
    /// The master key file is a folder, a pipe, a device or a socket.
    public static let fileNotRegular = Self("master_key_file_not_regular")
    /// The master key file belongs to another user.
    public static let fileOwner = Self("master_key_file_owner")
    /// The master key file is open to its group or to others.
    public static let filePermissions = Self("master_key_file_permissions")
    /// The master key file cannot be opened, read or written.
    public static let fileUnusable = Self("master_key_file_unusable")

    /// The bytes are not a sealed value at all.
    public static let notSealed = Self("not_sealed")
    /// The sealed value was written by a newer release.
    public static let unknownFormat = Self("unknown_format")
    /// The sealed value ends early.
    public static let truncated = Self("truncated")
    /// The sealed value's bytes changed since it was written.
    public static let damaged = Self("damaged")
    /// The sealed value needs a master key of another version.
    public static let wrongKeyVersion = Self("wrong_key_version")
    /// The sealed value needs another master key of the same version.
    public static let wrongKey = Self("wrong_key")
    /// The sealed value belongs to another table, row or column.
    public static let wrongContext = Self("wrong_context")
    /// The secret is larger than a sealed value may hold.
    public static let tooLarge = Self("too_large")
    /// A stored value is absent after it was written.
    public static let notStored = Self("not_stored")
    /// The operating system refused a thread or another resource.
    public static let noResources = Self("no_resources")
}

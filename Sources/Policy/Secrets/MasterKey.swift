public import Exchange

/// The key under which all stored secrets are sealed: at least 32 random bytes and a version.
///
/// Its text is `mk1:` and base64, where 1 is the version; plain base64 or hex is read as version 1. It prints as its
/// version only.
public struct MasterKey: Sendable, Equatable, CustomStringConvertible {
    /// Fewest bytes of a master key, and the number in a generated one.
    public static let byteCount = 32
    /// The environment variable from which the server takes its master key.
    public static let environmentVariable = "MARTLET_MASTER_KEY"

    /// Which master key this is, from 1 up; written into everything sealed under it.
    public let version: Int
    /// The key's bytes: as many as its text held, never fewer than ``byteCount``.
    public let secret: Secret

    /// Takes bytes that were checked or just drawn.
    init(unchecked bytes: [UInt8], version: Int) {
        self.version = version
        self.secret = Secret(bytes)
    }

    /// Checks bytes and makes them a master key.
    ///
    /// - Parameters:
    ///   - bytes: At least 32 and at most 1,024 random bytes.
    ///   - version: From 1 to 65,535.
    ///   - source: The variable or file that messages name.
    /// - Throws: `SecretsError` with a `key...` code; the message names the source and never the value.
    public init(
        bytes: [UInt8],
        version: Int = 1,
        source: String = MasterKey.environmentVariable
    ) throws(SecretsError) {
        try MasterKeyRules(source: source).check(bytes, version: version)
        self.init(unchecked: bytes, version: version)
    }

    /// Reads a master key from text; whitespace around it is ignored.
    ///
    /// - Parameters:
    ///   - text: `mk1:` and base64, or plain base64, or hex, of at least 32 bytes.
    ///   - source: The variable or file that messages name.
    /// - Throws: `SecretsError` with a `key...` code; the message names the source and never the value.
    public init(
        validating text: String,
        source: String = MasterKey.environmentVariable
    ) throws(SecretsError) {
        let (bytes, version) = try MasterKeyRules(source: source).parse(text)
        self.init(unchecked: bytes, version: version)
    }

    /// Draws a new master key.
    ///
    /// - Parameters:
    ///   - version: From 1 to 65,535; a rotation takes the old key's version plus one.
    ///   - random: A source of as many random bytes as it is asked for.
    /// - Returns: A key of ``byteCount`` bytes.
    /// - Throws: `SecretsError` with a `key...` code when the version is out of range or the bytes are not random.
    public static func generate(
        version: Int = 1,
        random: (_ count: Int) -> [UInt8]
    ) throws(SecretsError) -> MasterKey {
        try MasterKey(bytes: random(Self.byteCount), version: version, source: "the source of randomness")
    }

    /// Draws a new master key from the operating system.
    public static func generate(version: Int = 1) throws(SecretsError) -> MasterKey {
        try self.generate(version: version, random: RandomBytes.system)
    }

    /// The key as text to keep in a file or a variable: `mk1:` and base64. Handle like the key itself.
    public var exported: Secret {
        self.secret.withBytes { bytes in
            Secret(Array("mk\(self.version):".utf8) + Base64.encode(bytes))
        }
    }

    /// The version, never the key.
    public var description: String { "MasterKey(version: \(self.version))" }
}

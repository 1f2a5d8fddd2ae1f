public import Exchange

/// The secret under which virtual keys are digested: 32 random bytes, sealed under the master key in the settings.
///
/// It is not the master key, so that rotating the latter leaves every digest as it was.
public enum Pepper {
    /// Name of the setting that holds the sealed pepper.
    public static let setting = "pepper"
    /// Length of the pepper.
    public static let byteCount = 32

    /// The place of the sealed pepper.
    public static var context: SecretContext { .setting(Self.setting) }

    /// Opens the stored pepper, or makes one when there is none.
    ///
    /// - Parameters:
    ///   - read: Gives a setting's value, or `nil` when there is none.
    ///   - write: Stores a setting unless it has a value already, which must then stay.
    ///   - box: The box under the master key.
    ///   - random: A source of as many random bytes as it is asked for.
    /// - Returns: What the store holds after the call: of two racers both get the same.
    /// - Throws: `SecretsError` when the stored value does not open, or `.notStored` when there is none after the write;
    ///   and what `read` and `write` throw.
    public static func loadOrCreate(
        read: (_ setting: String) throws -> [UInt8]?,
        write: (_ setting: String, _ value: [UInt8]) throws -> Void,
        box: SecretBox,
        random: (_ count: Int) -> [UInt8]
    ) throws -> Secret {
        if let stored = try read(Self.setting) { return try Self.open(stored, box: box) }
        let drawn = Secret(random(Self.byteCount))
        try write(Self.setting, try box.seal(drawn, context: Self.context))
        guard let stored = try read(Self.setting) else {
            throw SecretsError(.notStored, "the setting \(Self.setting) is absent after it was written")
        }
        return try Self.open(stored, box: box)
    }

    /// Opens the stored pepper, or makes one from the operating system's random bytes.
    public static func loadOrCreate(
        read: (_ setting: String) throws -> [UInt8]?,
        write: (_ setting: String, _ value: [UInt8]) throws -> Void,
        box: SecretBox
    ) throws -> Secret {
        try self.loadOrCreate(read: read, write: write, box: box, random: RandomBytes.system)
    }

    private static func open(_ stored: [UInt8], box: SecretBox) throws(SecretsError) -> Secret {
        let pepper = try box.open(stored, context: Self.context)
        guard pepper.count == Self.byteCount else {
            throw SecretsError(.damaged, "the setting \(Self.setting) does not hold \(Self.byteCount) bytes")
        }
        return pepper
    }
}

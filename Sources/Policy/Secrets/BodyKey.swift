import Exchange

/// The key under which kept bodies are sealed, itself sealed under the master key in the settings: a rotation of the master key
/// brings this one row under the new key, and leaves the bodies as they are.
public enum BodyKey {
    /// Name of the setting that holds the sealed key.
    public static let setting = "bodies_key"

    /// The place of the sealed key.
    public static var context: SecretContext { .setting(Self.setting) }

    /// Opens the stored key, or makes one when there is none, and gives its box.
    ///
    /// - Parameters:
    ///   - read: Gives a setting's value, or `nil` when there is none.
    ///   - write: Stores a setting unless it has a value already, which must then stay.
    ///   - box: The box under the master key.
    /// - Returns: A box under the bodies' key.
    /// - Throws: `SecretsError`, and what `read` and `write` throw.
    public static func loadOrCreate(
        read: (_ setting: String) throws -> [UInt8]?,
        write: (_ setting: String, _ value: [UInt8]) throws -> Void,
        box: SecretBox
    ) throws -> SecretBox {
        if try read(Self.setting) == nil {
            try write(Self.setting, try box.seal(try MasterKey.generate().secret, context: Self.context))
        }
        guard let stored = try read(Self.setting) else {
            throw SecretsError(.notStored, "the setting \(Self.setting) is absent after it was written")
        }
        let key = try box.open(stored, context: Self.context)
        return SecretBox(masterKey: try MasterKey(bytes: key.bytes, version: 1, source: Self.setting))
    }
}

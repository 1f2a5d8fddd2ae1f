import Exchange

/// A known text sealed under the master key and kept in the store: at start it tells a wrong master key from a damaged
/// store, before anything else is opened.
public enum KeyCheck {
    /// Name of the setting that holds the sealed text.
    public static let setting = "master_key_check"

    private static let knownText = Array("martlet master key check".utf8)

    /// The place of the sealed text.
    public static var context: SecretContext { .setting(Self.setting) }

    /// Seals the known text.
    public static func seal(_ box: SecretBox) throws(SecretsError) -> [UInt8] {
        try box.seal(Self.knownText, context: Self.context)
    }

    /// Checks that the master key is the one the store was made with.
    ///
    /// - Parameters:
    ///   - stored: The setting's value.
    ///   - box: The box under the master key to be checked.
    /// - Throws: `SecretsError`: `.wrongKey` or `.wrongKeyVersion` when the store is well and the key is another; all
    ///   other codes (`.damaged`, `.truncated`, `.notSealed` ...) when the stored value is not well.
    public static func verify(_ stored: [UInt8], box: SecretBox) throws(SecretsError) {
        let text = try box.open(stored, context: Self.context)
        guard text == Secret(Self.knownText) else {
            throw SecretsError(.damaged, "the setting \(Self.setting) does not hold the known text")
        }
    }
}

import Exchange

extension MasterKey {
    /// Reads the master key from a file of ours alone.
    ///
    /// - Parameter path: A regular file that belongs to the user of this process and is closed to group and others.
    /// - Returns: The key in the file.
    /// - Throws: `SecretsError` with a `file...` or `key...` code; the message says how to mend it.
    public static func load(path: String) throws(SecretsError) -> MasterKey {
        let file = MasterKeyFile(path: path)
        return try MasterKey(validating: file.read(), source: path)
    }

    /// Draws a new master key and keeps it in a new file with mode 0600, synced together with its folder.
    ///
    /// - Parameters:
    ///   - path: Where no file may be yet.
    ///   - random: A source of as many random bytes as it is asked for.
    /// - Returns: The new key; it is on disk when this returns.
    /// - Throws: `SecretsError` with `.fileExists`, `.fileIsLink` or `.fileUnusable`; nothing is left behind then.
    public static func create(
        path: String,
        random: (_ count: Int) -> [UInt8]
    ) throws(SecretsError) -> MasterKey {
        let key = try MasterKey.generate(random: random)
        try MasterKeyFile(path: path).create(Secret(key.exported.bytes + [UInt8(ascii: "\n")]))
        return key
    }

    /// Draws a new master key from the operating system and keeps it in a new file.
    ///
    /// - Parameter path: Where no file may be yet.
    /// - Returns: The new key; it is on disk when this returns.
    /// - Throws: `SecretsError` with `.fileExists`, `.fileIsLink` or `.fileUnusable`; nothing is left behind then.
    public static func create(path: String) throws(SecretsError) -> MasterKey {
        try self.create(path: path, random: RandomBytes.system)
    }
}

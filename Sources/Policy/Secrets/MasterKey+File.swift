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
        try key.keep(path: path)
        return key
    }

    /// Keeps the key in a new file with mode 0600, synced together with its folder.
    ///
    /// - Parameter path: Where no file may be yet.
    /// - Throws: As ``create(path:random:)``.
    public func keep(path: String) throws(SecretsError) {
        try MasterKeyFile(path: path).create(Secret(self.exported.bytes + [UInt8(ascii: "\n")]))
    }

    /// Puts one file in another's place, in one step: whoever opens the place meanwhile finds either the one or the other.
    /// The other stays under a name of its own until it is erased.
    ///
    /// - Parameters:
    ///   - path: The place.
    ///   - next: The file that moves there.
    ///   - former: The name that the file there keeps.
    /// - Throws: `SecretsError` with `.fileUnusable`; to be tried again.
    public static func replace(path: String, by next: String, keeping former: String) throws(SecretsError) {
        try MasterKeyFile(path: path).replace(by: next, keeping: former)
    }

    /// Overwrites a file of a key that is no longer needed, and deletes it. That there is none is no fault.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - place: The place of the key in force: a second name of that file is only taken away.
    /// - Throws: `SecretsError` with `.fileUnusable`.
    public static func erase(path: String, unlessAt place: String) throws(SecretsError) {
        try MasterKeyFile(path: path).erase(unlessAt: place)
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

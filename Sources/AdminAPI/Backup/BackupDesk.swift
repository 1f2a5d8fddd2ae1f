/// Makes backups.
public protocol BackupDesk: Sendable {
    /// Makes a backup of everything that must not be lost, in a folder of its own that this desk chooses.
    ///
    /// - Parameter withMasterKey: Whether the master key goes along: whoever has the backup then has every secret.
    /// - Returns: Where it is.
    /// - Throws: `.conflict` while another is being made, or when the master key is kept elsewhere; `.storeFailed`.
    func create(withMasterKey: Bool) async throws(AdminProblem) -> CreatedBackup
}

/// A backup that was made.
public struct CreatedBackup: Sendable, Equatable {
    /// Its folder, on the machine that made it.
    public var path: String
    /// When; RFC 3339.
    public var createdAt: String
    /// How many files it has, its manifest aside.
    public var files: Int
    /// How long they are.
    public var bytes: Int

    /// States the facts.
    public init(path: String, createdAt: String, files: Int, bytes: Int) {
        self.path = path
        self.createdAt = createdAt
        self.files = files
        self.bytes = bytes
    }
}

import Exchange
import Glibc
import Policy
import SQLiteStorage

/// The master keys that a data folder is opened with: the one in force, and the one that a rotation leads to.
struct MasterKeys: Sendable {
    /// How far a rotation has come.
    enum Progress: Sendable {
        /// There is none.
        case none
        /// The next key is at hand, and the store is still under the present one.
        case begun
        /// The store is under the next key, which is not yet in the present one's place.
        case committed
    }

    /// The variable from which the next key is taken when the present one is not in a file.
    static let nextVariable = "MARTLET_MASTER_KEY_NEXT"

    let folder: DataFolder
    /// Whether the keys are files of the data folder, rather than settings.
    let isInFiles: Bool
    private(set) var current: MasterKey
    private(set) var next: MasterKey?
    private(set) var progress = Progress.none
    private(set) var warnings: [String] = []

    /// Finds the keys; with `create` one is made for a folder that has no store yet.
    init(_ settings: Settings, _ folder: DataFolder, create: Bool) throws {
        self.folder = folder
        self.isInFiles = settings.masterKey == nil
        guard let given = settings.masterKey else {
            self.current = try Self.load(folder, create: create)
            if access(folder.nextMasterKeyPath, F_OK) == 0 { try self.loadNext() }
            return
        }
        self.current = try MasterKey(validating: String(decoding: given.bytes, as: UTF8.self))
        guard let text = settings.masterKeyNext else { return }
        let next = try MasterKey(
            validating: String(decoding: text.bytes, as: UTF8.self),
            source: Self.nextVariable
        )
        if next.secret != self.current.secret { self.next = next }
    }

    private static func load(_ folder: DataFolder, create: Bool) throws -> MasterKey {
        if access(folder.masterKeyPath, F_OK) == 0 { return try MasterKey.load(path: folder.masterKeyPath) }
        guard create, access(folder.storePath, F_OK) != 0 else {
            throw DataFolderError(
                message:
                    "\(folder.masterKeyPath) is missing; put it back, or give it as \(MasterKey.environmentVariable)"
            )
        }
        return try MasterKey.create(path: folder.masterKeyPath)
    }

    /// Reads the next key. A process that died while it wrote it has left something that is none, and nothing is under it.
    private mutating func loadNext() throws(SecretsError) {
        do throws(SecretsError) {
            self.next = try MasterKey.load(path: self.folder.nextMasterKeyPath)
        } catch  where [.keyEmpty, .keyShort, .keyMalformed].contains(error.code) {
            self.warnings.append("\(self.folder.nextMasterKeyPath) holds no whole key: a rotation ended as it began")
        }
    }

    /// Where the present key is kept.
    var source: String { self.isInFiles ? self.folder.masterKeyPath : MasterKey.environmentVariable }

    /// Finds out which key the store is under, and has the box seal with that one and open with both. A new store is put
    /// under the present key.
    ///
    /// - Throws: `SecretsError` when it is neither, or when what is stored is damaged.
    mutating func settle(_ store: SQLiteStore, _ box: SecretBox) throws {
        guard let stored = try store.setting(KeyCheck.setting) else {
            try store.setSetting(KeyCheck.setting, to: try KeyCheck.seal(box), ifAbsent: true)
            return
        }
        guard let next = self.next else {
            try KeyCheck.verify(stored, box: box)
            // What an unfinished writing has left is no key of ours.
            return self.discardUnfinished()
        }
        do throws(SecretsError) {
            try KeyCheck.verify(stored, box: box)
            box.ring.admit(next)
            self.progress = .begun
        } catch  where [.wrongKey, .wrongKeyVersion].contains(error.code) {
            try KeyCheck.verify(stored, box: SecretBox(masterKey: next))
            box.ring.promote(next)
            self.progress = .committed
        }
    }

    /// The next key is in the present one's place.
    mutating func moved(to next: MasterKey) {
        self.current = next
        self.next = nil
        self.progress = .none
    }

    private func discardUnfinished() {
        guard self.isInFiles else { return }
        for path in [self.folder.nextMasterKeyPath, self.folder.formerMasterKeyPath] {
            // A file that cannot be erased now is tried again at the next start.
            try? MasterKey.erase(path: path, unlessAt: self.folder.masterKeyPath)
        }
    }
}

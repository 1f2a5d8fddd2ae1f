import AdminAPI
import Gateway
import NIOPosix
import Policy
import SQLiteStorage
import Storage
import Synchronization

/// Kept bodies of a data folder: the file beside the store, its key, and who reads and erases them.
struct BodiesKeeper: BodyDesk {
    let store: SQLiteBodyStore
    let vault: BodyVault

    init(_ workspace: Workspace) {
        let store = SQLiteBodyStore(path: workspace.folder.bodiesPath)
        let key = BodyKeyHolder(workspace.store, workspace.secretBox)
        self.store = store
        self.vault = BodyVault(store) { try key.box() }
    }

    func show(requestID: String, in projects: [String]?) async throws(AdminProblem) -> ShownBodies? {
        let vault = self.vault
        return try await Self.offLoop { () -> ShownBodies? in
            guard let opened = try vault.open(requestID: requestID, in: projects) else { return nil }
            let kept = opened.kept
            return ShownBodies(
                requestID: kept.requestID,
                projectID: kept.projectID,
                at: kept.at,
                mode: kept.mode,
                isStream: kept.isStream,
                request: ShownBodies.Part(opened.request),
                answer: opened.answer.map { ShownBodies.Part($0) }
            )
        }
    }

    func erase(requestID: String, in projects: [String]?) async throws(AdminProblem) -> Int {
        let vault = self.vault
        return try await Self.offLoop { try vault.erase(requestID: requestID, in: projects) }
    }

    func erase(projectID: String) async throws(AdminProblem) -> Int {
        let vault = self.vault
        return try await Self.offLoop { try vault.erase(projectID: projectID) }
    }

    private static func offLoop<R: Sendable>(
        _ work: @escaping @Sendable () throws -> R
    ) async throws(AdminProblem) -> R {
        do {
            return try await NIOThreadPool.singleton.runIfActive(work)
        } catch let error as StorageError {
            throw AdminProblem(.storeFailed, "the store of bodies failed: \(error.message)")
        } catch let error as SecretsError {
            throw AdminProblem(.storeFailed, "the bodies could not be opened: \(error.message)")
        } catch {
            throw AdminProblem(.storeFailed, "the bodies could not be read or erased")
        }
    }
}

extension ShownBodies.Part {
    fileprivate init(_ part: BodyVault.OpenedPart) {
        self.init(bytes: part.bytes, isCut: part.isCut, text: part.text)
    }
}

/// Opens the bodies' key when it is first needed, or makes it.
private final class BodyKeyHolder: Sendable {
    private let store: SQLiteStore
    private let master: SecretBox
    private let opened = Mutex<SecretBox?>(nil)

    init(_ store: SQLiteStore, _ master: SecretBox) {
        self.store = store
        self.master = master
    }

    func box() throws -> SecretBox {
        if let box = self.opened.withLock({ $0 }) { return box }
        let box = try BodyKey.loadOrCreate(
            read: { try self.store.setting($0) },
            write: { try self.store.setSetting($0, to: $1, ifAbsent: true) },
            box: self.master
        )
        self.opened.withLock { $0 = box }
        return box
    }
}

import AdminAPI
import Gateway
import Policy
import SQLiteStorage
import Storage
import Synchronization

/// Kept bodies of a data folder: the file beside the store, its key, the thread it is worked on, and who reads and erases them.
struct BodiesKeeper: BodyDesk {
    let store: SQLiteBodyStore
    let vault: BodyVault
    let thread = BodyThread()

    init(_ workspace: Workspace) {
        let store = SQLiteBodyStore(path: workspace.folder.bodiesPath)
        let key = BodyKeyHolder(workspace.store, workspace.secretBox)
        self.store = store
        self.vault = BodyVault(store) { try key.box() }
    }

    /// Ends the thread, and closes the file behind its work; a file that still has some is left to the process's end.
    func close() async {
        guard await self.thread.shutdown() else { return }
        try? self.store.close()
    }

    func holds(_ bodies: BodySelection) async throws(AdminProblem) -> Bool {
        let vault = self.vault
        return try await self.offLoop { try vault.holds(bodies) }
    }

    func show(requestID: String, in projects: [String]?) async throws(AdminProblem) -> ShownBodies? {
        let vault = self.vault
        return try await self.offLoop { () -> ShownBodies? in
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

    func erase(_ bodies: BodySelection) async -> ErasedBodies {
        let erasure = await self.vault.erase(bodies, on: self.thread)
        return ErasedBodies(count: erasure.count, problem: erasure.error.map(Self.problem))
    }

    private func offLoop<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws(AdminProblem) -> R {
        do { return try await self.thread.runIfRoom(work) } catch { throw Self.problem(error) }
    }

    private static func problem(_ error: any Error) -> AdminProblem {
        switch error {
        case let error as StorageError:
            AdminProblem(.storeFailed, "the store of bodies failed: \(error.message)")
        case let error as SecretsError:
            AdminProblem(.storeFailed, "the bodies could not be opened: \(error.message)")
        case BodyThread.Refusal.busy:
            AdminProblem(.unavailable, "too many ask for bodies at once; try again in a moment")
        case BodyThread.Refusal.late:
            AdminProblem(.unavailable, "the file of bodies does not answer in time; try again in a moment")
        default:
            AdminProblem(.storeFailed, "the bodies could not be read or erased")
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

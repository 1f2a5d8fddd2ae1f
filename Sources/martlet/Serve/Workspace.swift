import AdminAPI
import Catalogue
import Exchange
import Glibc
import Policy
import Providers
import SQLiteStorage
import Storage

/// The opened data folder: master key, store, pepper and administration. `serve`, `init`, `doctor` and commands without a
/// server all open it the same way.
struct Workspace: Sendable {
    let settings: Settings
    let folder: DataFolder
    let store: SQLiteStore
    let secretBox: SecretBox
    let digester: KeyDigester
    let administration: Administration
    /// Tokens, users and sessions of the admin API.
    let access: AccessDesk
    let secrets: SecretKeeper
    /// Credentials of environment-owned providers, by provider name. Never stored.
    let environmentSecrets: [String: Secret]
    let adminToken: Secret
    /// The machine's time zones.
    let zones: ZoneFiles
    /// What was made because nothing was there yet.
    let firstRun: FirstRun?
    let warnings: [String]

    /// The secrets of a first run, to be shown once.
    struct FirstRun: Sendable {
        var key: Secret
        var adminToken: Secret
    }

    /// Opens the folder; with `create` whatever is missing is made.
    static func open(
        _ settings: Settings,
        environment: [String: String],
        create: Bool = true,
        hook: RotationHook? = nil
    ) async throws -> Workspace {
        let folder = try DataFolder.open(settings.dataFolder, create: create)
        var keys = try MasterKeys(settings, folder, create: create)
        let box = SecretBox(masterKey: keys.current)
        let store = try SQLiteStore(path: folder.storePath, create: create)
        try keys.settle(store, box)
        let pepper = try Pepper.loadOrCreate(
            read: { try store.setting($0) },
            write: { try store.setSetting($0, to: $1, ifAbsent: true) },
            box: box
        )
        let digester = KeyDigester(pepper: pepper.bytes)
        let discovery = EnvironmentProviders.discover(environment: settings.environmentProviders ? environment : [:])
        let zones = ZoneFiles()
        let administration = Administration(
            store: store,
            secretBox: box,
            digester: digester,
            readOnly: Self.readOnlyRows(settings, discovery),
            zoneBoundaries: zones.boundaries,
            ownListener: OwnListeners(settings).finding,
            clock: Self.unixMilliseconds
        )
        try await administration.load()
        let accessDesk = AccessDesk(
            store: store,
            digester: digester,
            sessionRules: SessionRules(idle: settings.admin.sessionIdle, absolute: settings.admin.sessionAbsolute),
            clock: Self.unixMilliseconds
        )
        try await accessDesk.load()
        let secrets = SecretKeeper(
            keys,
            store: store,
            box: box,
            administration: administration,
            hook: hook ?? environment["MARTLET_ROTATION_HOOK"].flatMap(RotationPoint.killer)
        )
        let unfinished = await secrets.resume()
        let existing = try folder.read(folder.adminTokenPath).map { Secret(Self.trimmed($0)) }
        let token = existing ?? AdminToken.generate()
        if existing == nil { try folder.write(token.bytes + [0x0A], to: folder.adminTokenPath) }
        let key = try await Self.firstKey(administration)
        return Workspace(
            settings: settings,
            folder: folder,
            store: store,
            secretBox: box,
            digester: digester,
            administration: administration,
            access: accessDesk,
            secrets: secrets,
            environmentSecrets: Dictionary(
                discovery.providers.map { ($0.name, $0.secret) },
                uniquingKeysWith: { first, _ in first }
            ),
            adminToken: token,
            zones: zones,
            firstRun: key.map { FirstRun(key: $0, adminToken: token) },
            warnings: discovery.warnings + keys.warnings + unfinished
        )
    }

    /// The wall clock.
    static let unixMilliseconds: @Sendable () -> UnixMilliseconds = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// A store without projects gets a default one, with one key.
    private static func firstKey(_ administration: Administration) async throws -> Secret? {
        guard await administration.configuration.projects.isEmpty else { return nil }
        _ = try await administration.createProject(ProjectDraft(name: "default"))
        return try await administration.createKey(KeyDraft(name: "first", project: "default")).secret
    }

    private static func readOnlyRows(_ settings: Settings, _ discovery: EnvironmentDiscovery) -> ReadOnlyRows {
        var rows = ReadOnlyRows()
        let now = Self.unixMilliseconds()
        if settings.sandbox.isEnabled {
            rows.addProvider(
                name: "sandbox",
                kind: ProviderKind.sandbox.rawValue,
                baseURL: "",
                origin: .builtIn,
                at: now
            )
            for model in Sandbox.models {
                rows.addModel(name: model.id, provider: "sandbox", upstreamModel: model.id, origin: .builtIn, at: now)
            }
        }
        for found in discovery.providers {
            rows.addProvider(
                name: found.name,
                kind: found.configuration.kind.rawValue,
                baseURL: found.configuration.baseURL,
                secretHint: found.secret.hint,
                settings: found.configuration.settings,
                origin: .environment,
                at: now
            )
            for model in CommonModel.all(of: found.catalogueVendor ?? "") {
                rows.addModel(
                    name: model.name,
                    provider: found.name,
                    upstreamModel: model.name,
                    origin: .environment,
                    at: now
                )
            }
        }
        return rows
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed())
    }
}

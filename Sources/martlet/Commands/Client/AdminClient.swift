import Exchange
import SQLiteStorage
import Wire

/// What commands talk to: the running server, else the store.
struct AdminClient: Sendable {
    private let transport: any AdminTransport
    private let store: SQLiteStore?

    /// Finds whom to talk to: the running server, else the store.
    ///
    /// - Parameter options: Where the settings come from, and whether a server is to be looked for at all.
    /// - Returns: The client; its owner closes it.
    /// - Throws: `SettingsError`, or a `CommandFailure` when the data folder or the store cannot be used.
    static func open(_ options: ClientOptions) async throws -> AdminClient {
        let loaded = try options.settings.load()
        let settings = loaded.settings
        let folder: DataFolder
        do {
            folder = try DataFolder.open(settings.dataFolder, create: false)
        } catch {
            throw CommandFailure(code: 1, message: "\(error)")
        }
        if !options.offline, let token = try folder.read(folder.adminTokenPath) {
            let text = token.filter { $0 > 0x20 }
            let http = HTTPTransport(host: settings.admin.host, port: settings.admin.port, token: Secret(text))
            if await Self.answers(http) { return AdminClient(transport: http, store: nil) }
        }
        let workspace = try await Workspace.open(settings, environment: SettingsOptions.environment, create: false)
        if !options.offline {
            let address = "\(settings.admin.host):\(settings.admin.port)"
            Console.talk("martlet: no server answers on \(address); working on the store itself")
        }
        return AdminClient(
            transport: try await OfflineTransport(workspace, settings: loaded.shown),
            store: workspace.store
        )
    }

    /// A client over a given transport, for tests.
    init(transport: any AdminTransport, store: SQLiteStore? = nil) {
        self.transport = transport
        self.store = store
    }

    private static func answers(_ http: HTTPTransport) async -> Bool {
        do {
            _ = try await http.send("GET", "/livez", nil)
            return true
        } catch is HTTPTransport.NoServer {
            return false
        } catch {
            return true
        }
    }

    /// Calls the API; refusals become failures with the exit code that says what they are.
    ///
    /// - Returns: The answer's body.
    func call(_ method: String, _ path: String, _ body: [UInt8]? = nil) async throws -> [UInt8] {
        let reply = try await self.transport.send(method, "/admin/v1" + path, body)
        guard !(200..<300).contains(reply.status) else { return reply.body }
        let problem = JSONView(reply.body)
        let detail = problem?.text("detail") ?? "the server answered \(reply.status)"
        let code: Int32 =
            switch reply.status {
            case 401, 403: 4
            case 404: 3
            case 400, 422: 2
            default: 1
            }
        throw CommandFailure(code: code, message: detail, field: problem?.text("field"))
    }

    /// All entries of a list, page by page.
    func list(_ path: String, limit: Int = 10_000) async throws -> [JSONView] {
        var entries: [JSONView] = []
        var cursor: String?
        repeat {
            let separator = path.contains("?") ? "&" : "?"
            let page =
                path + "\(separator)limit=\(min(200, limit))" + (cursor.map { "&after=\(percentEncoded($0))" } ?? "")
            guard let view = JSONView(try await self.call("GET", page)) else { break }
            entries += view.elements("data")
            cursor = view.text("next")
        } while cursor != nil && entries.count < limit
        return Array(entries.prefix(limit))
    }

    /// Has one provider, or every enabled one, asked for a sign of life.
    func checkProviders(_ reference: String? = nil) async throws -> [JSONView] {
        var ids: [String] = []
        if let reference {
            ids = [try await self.id(of: reference, in: "/providers")]
        } else {
            ids = try await self.list("/providers").filter { $0.text("enabled") == "true" }.compactMap { $0.text("id") }
        }
        var answers: [JSONView] = []
        for id in ids {
            let body = try await self.call("POST", "/providers/\(percentEncoded(id))/check")
            if let view = JSONView(body) { answers.append(view) }
        }
        return answers
    }

    /// Has a provider tried out; its answers may take a while.
    func testProvider(_ reference: String, model: String?) async throws -> [UInt8] {
        let id = try await self.id(of: reference, in: "/providers")
        var writer = JSONWriter()
        writer.object { writer in
            if let model { writer.member("model", model) }
        }
        return try await self.waiting(seconds: 90).call("POST", "/providers/\(percentEncoded(id))/test", writer.bytes)
    }

    /// The same with more patience.
    func waiting(seconds: Int) -> AdminClient {
        AdminClient(transport: self.transport.waiting(seconds: seconds), store: self.store)
    }

    /// Whether the running server answers, rather than the store.
    var isServer: Bool { self.store == nil }

    /// The id of the entry with a name or an id.
    func id(of reference: String, in list: String) async throws -> String {
        let named = try await self.list("\(list)?name=\(percentEncoded(reference))")
        if let id = named.first?.text("id") { return id }
        return reference
    }

    /// Lets go of the store, when it was opened here.
    func close() {
        // A store that cannot be closed cleanly is recovered by its next opening; the command itself has succeeded.
        try? self.store?.close()
    }
}

/// Encodes a query value.
func percentEncoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
        let scalar = Unicode.Scalar(byte)
        if scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte) || "-._~".utf8.contains(byte) {
            encoded.unicodeScalars.append(scalar)
        } else {
            let digits = String(byte, radix: 16, uppercase: true)
            encoded += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
        }
    }
    return encoded
}

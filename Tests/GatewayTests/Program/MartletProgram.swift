import Foundation
import MartletTesting
import SQLiteStorage
import Storage
import Testing

/// The built `martlet` program as a process of its own, with a data folder and logs that go away with it.
///
/// Confined to the test that started it.
final class MartletProgram {
    /// Beside the test program, where SwiftPM puts both.
    static let path: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("martlet").path
    }()

    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: Self.path) }

    let folder: LiveFolder
    private let process = Process()
    private(set) var port = 0
    private(set) var adminPort = 0

    /// What comes before the data folder's path for whoever does not share the program's mounts.
    private var root = ""
    private var secrets: [String: String] = [:]

    var dataFolder: String { self.root + self.folder.file("data") }
    var pid: Int32 { self.process.processIdentifier }

    /// Runs a test with `martlet serve` on free ports, and kills the process if it is still there afterwards.
    ///
    /// - Parameters:
    ///   - environment: Beyond what a process needs to run; settings go here.
    ///   - descriptorLimit: `ulimit -n` for it.
    ///   - disk: Where its data folder lies; on the machine's own disk without one.
    ///   - launch: The shell's words that start it, when there are others: `$0` is its path, `$1` its data folder.
    ///   - body: The test.
    /// - Throws: When the program does not start, and whatever the test throws.
    static func run(
        environment: [String: String] = [:],
        descriptorLimit: Int? = nil,
        disk: ProgramDisk? = nil,
        launch: String? = nil,
        _ body: (MartletProgram) async throws -> Void
    ) async throws {
        let launch = launch ?? descriptorLimit.map { "ulimit -n \($0) && exec \"$0\" serve" } ?? disk?.launch
        try await withTaskExecutorPreference(LiveExecutor()) {
            try await Self.runHere(environment, launch, isPrivate: disk?.isPrivate ?? false, body)
        }
    }

    private static func runHere(
        _ environment: [String: String],
        _ launch: String?,
        isPrivate: Bool,
        _ body: (MartletProgram) async throws -> Void
    ) async throws {
        let program = try MartletProgram(environment, launch)
        if isPrivate { program.root = "/proc/\(program.pid)/root" }
        do {
            try await program.waitUntilServing()
            try await body(program)
        } catch {
            await program.kill()
            throw error
        }
        await program.kill()
    }

    private init(_ environment: [String: String], _ launch: String?) throws {
        self.folder = try LiveFolder()
        let inherited = ProcessInfo.processInfo.environment.filter {
            ["PATH", "LD_LIBRARY_PATH", "HOME"].contains($0.key)
        }
        let own = [
            "MARTLET_LISTEN_HOST": "127.0.0.1", "MARTLET_LISTEN_PORT": "0", "MARTLET_ADMIN_PORT": "0",
            "MARTLET_DATA_FOLDER": self.folder.file("data"), "MARTLET_LOOPS": "1", "MARTLET_LOG_LEVEL": "debug",
            "MARTLET_PRICING_UNPRICED": "flag",
        ]
        self.process.environment = inherited.merging(own) { _, new in new }.merging(environment) { _, new in new }
        self.process.currentDirectoryURL = URL(fileURLWithPath: self.folder.path)
        if let launch {
            self.process.executableURL = URL(fileURLWithPath: "/bin/sh")
            self.process.arguments = ["-c", launch, Self.path, self.folder.file("data")]
        } else {
            self.process.executableURL = URL(fileURLWithPath: Self.path)
            self.process.arguments = ["serve"]
        }
        self.process.standardInput = FileHandle.nullDevice
        self.process.standardOutput = try self.log("stdout.log")
        self.process.standardError = try self.log("stderr.log")
        try self.process.run()
    }

    private func log(_ name: String) throws -> FileHandle {
        let path = self.folder.file(name)
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try #require(FileHandle(forWritingAtPath: path))
    }

    /// The ports are told in the log.
    private func waitUntilServing() async throws {
        let isServing = await eventually(within: .seconds(30)) {
            self.port = self.loggedPort("serving") ?? 0
            self.adminPort = self.loggedPort("admin listener is up") ?? 0
            return (self.port > 0 && self.adminPort > 0) || !self.process.isRunning
        }
        guard isServing, self.process.isRunning else {
            throw LiveFailure(description: "martlet did not start: \(self.errorText)")
        }
    }

    private func loggedPort(_ message: String) -> Int? {
        for line in self.errorText.split(separator: "\n") where line.contains("\"msg\":\"\(message)\"") {
            guard let json = try? PlainJSON(parsing: Array(line.utf8)) else { continue }
            if let port = json["port"]?.string.flatMap({ Int($0) }) ?? json["port"]?.int { return port }
        }
        return nil
    }

    /// Everything on standard error so far.
    var errorText: String { self.text("stderr.log") }

    /// Everything on standard output so far.
    var outputText: String { self.text("stdout.log") }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: self.folder.file(name)) ?? Data(), as: UTF8.self)
    }

    /// The first start's virtual key.
    func firstKey() throws -> String {
        try self.secret("first-key")
    }

    func adminToken() throws -> String {
        try self.secret("admin-token")
    }

    /// A file's secret, read once.
    private func secret(_ name: String) throws -> String {
        if let known = self.secrets[name] { return known }
        let bytes = try #require(FileManager.default.contents(atPath: self.dataFolder + "/" + name))
        let secret = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        self.secrets[name] = secret
        return secret
    }

    // MARK: Ending

    func signal(_ number: Int32) {
        _ = Foundation.kill(self.pid, number)
    }

    /// The exit code, waited for; `nil` when the process does not end within the limit, or by a signal.
    func exitCode(within limit: Duration) async -> Int32? {
        let hasEnded = await eventually(within: limit) { !self.process.isRunning }
        guard hasEnded, self.process.terminationReason == .exit else { return nil }
        return self.process.terminationStatus
    }

    private func kill() async {
        guard self.process.isRunning else { return }
        self.signal(SIGKILL)
        _ = await eventually { !self.process.isRunning }
    }
}

// MARK: Asking

extension MartletProgram {
    func connect() async throws -> RawClient { try await RawClient.connect(port: self.port) }

    /// The bytes of a request.
    static func request(
        _ path: String,
        method: String? = nil,
        token: String? = nil,
        headers: [String] = [],
        body: String? = nil
    ) -> String {
        let method = method ?? (body == nil ? "GET" : "POST")
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + headers
        if let token { lines.append("Authorization: Bearer \(token)") }
        if let body { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    /// One request on a connection of its own.
    func ask(_ request: String, port: Int? = nil, within limit: Duration = .seconds(20)) async throws -> Answer {
        let client = try await RawClient.connect(port: port ?? self.port)
        do {
            try await client.send(request)
            let answer = try await client.answer(within: limit)
            await client.close()
            return answer
        } catch {
            await client.close()
            throw error
        }
    }

    /// An admin request that must succeed.
    func administer(_ path: String, _ body: String) async throws {
        let request = Self.request("/admin/v1/\(path)", token: try self.adminToken(), body: body)
        let answer = try await self.ask(request, port: self.adminPort)
        try #require(answer.status == 201, "\(answer.status) \(answer.body)")
    }

    /// Makes a model whose one target is a provider's.
    func addModel(_ name: String, provider: String = "sandbox", _ upstreamModel: String) async throws {
        try await self.administer(
            "models",
            #"{"name":"\#(name)","targets":[{"provider":"\#(provider)","upstream_model":"\#(upstreamModel)"}]}"#
        )
    }

    /// A chat request.
    static func chat(_ model: String, stream: Bool = false) -> String {
        #"{"model":"\#(model)","stream":\#(stream),"messages":[{"role":"user","content":"one two three four five"}]}"#
    }
}

// MARK: Looking

extension MartletProgram {
    /// Runs a shell's words.
    ///
    /// - Returns: The exit code; -1 when there is none.
    static func shell(_ text: String) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", text, Self.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -1
    }

    var isRunning: Bool { self.process.isRunning }

    /// How it ended, and its last words.
    var obituary: String {
        guard !self.process.isRunning else { return "still running" }
        let reason = self.process.terminationReason == .exit ? "exit" : "signal"
        return "\(reason) \(self.process.terminationStatus): \(self.errorText.suffix(2000))"
    }

    /// File descriptors it holds, where the system tells.
    var openDescriptors: Int? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(self.pid)/fd"))?.count
    }

    /// Processor time used so far, of `/proc/PID/stat` (proc(5): fields 14 and 15, in hundredths of a second).
    var processorSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/\(self.pid)/stat", encoding: .utf8)) ?? ""
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / 100
    }

    /// The records in the store, once the process has ended.
    func storedRequests() throws -> [StoredRequest] {
        let store = try SQLiteStore(path: self.dataFolder + "/martlet.sqlite", create: false)
        defer { try? store.close() }
        return try store.list(RequestQuery(limit: 200))
    }
}

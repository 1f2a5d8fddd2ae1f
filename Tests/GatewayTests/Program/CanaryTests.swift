import Foundation
import MartletTesting
import Testing

@Suite(
    "Secrets and prompts stay where they belong (N101)",
    .timeLimit(.minutes(2)),
    .enabled(if: MartletProgram.isBuilt, "the martlet program is not beside the tests")
)
struct CanaryTests {
    /// What must be found nowhere, by what it is.
    private static let canaries = [
        "system": "CANARY-SYSTEM-7f3a91", "user": "CANARY-USER-5b02cd", "tool arguments": "CANARY-ARGUMENT-e81f44",
        "tool result": "CANARY-RESULT-09d6b7", "answer": "CANARY-ANSWER-c4470e", "vendor error": "CANARY-ERROR-1d9e20",
        "stored vendor secret": "CANARY-STORED-SECRET-a2c8f0",
        "environment's vendor secret": "CANARY-ENV-SECRET-6fe013",
        "unknown key": "CANARY-KEY-93b5aa", "unknown admin token": "CANARY-TOKEN-d0f7c1",
    ]

    private static func canary(_ name: String) -> String { Self.canaries[name] ?? "" }

    /// A chat request that holds every kind of prompt.
    private static func prompt(_ model: String, stream: Bool = false, extra: String = "") -> String {
        """
        {"model":"\(model)","stream":\(stream)\(extra),"messages":[
        {"role":"system","content":"\(Self.canary("system"))"},{"role":"user","content":"\(Self.canary("user"))"},
        {"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function",
        "function":{"name":"f","arguments":"{\\"a\\":\\"\(Self.canary("tool arguments"))\\"}"}}]},
        {"role":"tool","tool_call_id":"t1","content":"\(Self.canary("tool result"))"}]}
        """
    }

    @Test("neither logs, metrics, admin answers nor the data folder hold a prompt, an answer or a secret")
    func sweep() async throws {
        let oracle = try await OracleUpstream.start()
        do {
            try await ConnectProxy.run(.answer("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n")) { proxy in
                let environment = [
                    "OPENAI_API_KEY": Self.canary("environment's vendor secret"),
                    "HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)",
                    "MARTLET_LOG_LEVEL": "trace",
                ]
                try await MartletProgram.run(environment: environment) { program in
                    try await self.exercise(program, oracle)
                    #expect(proxy.connectionCount > 0)
                }
            }
        } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }

    private func exercise(_ program: MartletProgram, _ oracle: OracleUpstream) async throws {
        try await self.configure(program, oracle)
        let key = try program.firstKey()
        let token = try program.adminToken()
        try await self.call(program, oracle, key: key)
        try await self.knock(program)
        // Records are written ten times a second; all but those without a caller have one.
        let list = MartletProgram.request("/admin/v1/requests?limit=200", token: token)
        var listed = ""
        #expect(
            try await eventually {
                listed = try await program.ask(list, port: program.adminPort).body
                return listed.ranges(of: #""outcome":"#).count >= 9
            }
        )
        try await self.expectKept(program, listed, token: token)
        let metrics = try await program.ask(MartletProgram.request("/metrics"), port: program.adminPort)
        #expect(metrics.body.contains("martlet_requests_total"))
        let providers = try await program.ask(
            MartletProgram.request("/admin/v1/providers", token: token),
            port: program.adminPort
        )
        #expect(providers.body.contains("oracle"))
        var texts = ["/admin/v1/requests": listed, "/metrics": metrics.body, "/admin/v1/providers": providers.body]
        self.expectClean(texts.mapValues { Array($0.utf8) }, secrets: [key, token])
        // While it runs, the write-ahead log holds what was written last.
        self.expectClean(try self.files(program), secrets: [key, token])
        program.signal(SIGTERM)
        #expect(await program.exitCode(within: .seconds(30)) == 0)
        texts = ["standard output": program.outputText, "standard error": program.errorText]
        #expect(program.errorText.contains("upstream failed"))
        self.expectClean(texts.mapValues { Array($0.utf8) }, secrets: [key, token])
        self.expectClean(try self.files(program), secrets: [key, token])
    }

    private func configure(_ program: MartletProgram, _ oracle: OracleUpstream) async throws {
        try await program.administer(
            "providers",
            """
            {"name":"oracle","kind":"openai","base_url":"\(oracle.url)/v1",
            "secret":"\(Self.canary("stored vendor secret"))","settings":{"allow_private":"true","health_check":"off"}}
            """
        )
        try await self.keepBodies(program)
        try await program.addModel("real", provider: "oracle", "gpt-real")
        try await program.addModel("proxied", provider: "openai", "gpt-real")
    }

    /// All bodies are kept, sealed: so they are found nowhere either.
    private func keepBodies(_ program: MartletProgram) async throws {
        let token = try program.adminToken()
        let list = MartletProgram.request("/admin/v1/projects", token: token)
        let projects = try await program.ask(list, port: program.adminPort).body
        let start = try #require(projects.range(of: "prj_")).lowerBound
        let id = projects[start...].prefix { $0 != "\"" }
        let change = MartletProgram.request(
            "/admin/v1/projects/\(id)",
            method: "PATCH",
            token: token,
            body: #"{"bodies":{"mode":"full"}}"#
        )
        try #require(try await program.ask(change, port: program.adminPort).status == 200)
    }

    /// They were kept, and the one who may is shown them.
    private func expectKept(_ program: MartletProgram, _ listed: String, token: String) async throws {
        var texts = ""
        #expect(
            try await eventually {
                for part in listed.ranges(of: "\"id\":\"req_") {
                    let id = listed[listed.index(part.lowerBound, offsetBy: 6)...].prefix { $0 != "\"" }
                    let shown = MartletProgram.request("/admin/v1/requests/\(id)/body", token: token)
                    texts += try await program.ask(shown, port: program.adminPort).body
                }
                return texts.contains(Self.canary("user")) && texts.contains(Self.canary("answer"))
            }
        )
    }

    /// Successes, failures, streams and cut streams.
    private func call(_ program: MartletProgram, _ oracle: OracleUpstream, key: String) async throws {
        let path = "/v1/chat/completions"
        let answer = Live.chatAnswer.replacing(#""hi""#, with: #""\#(Self.canary("answer"))""#)
        let events = [Live.chunk(Self.canary("answer")), Live.chunk("", finish: #""stop""#), Live.done]
        let refusal = #"{"error":{"message":"\#(Self.canary("vendor error"))","type":"x","code":"y"}}"#
        func error(_ status: Int) -> OracleScript {
            let type = [OracleHeader("content-type", "application/json")]
            return OracleScript(OracleAnswer(status: status, headers: type, pieces: [Array(refusal.utf8)]))
        }
        let cut = OracleScript(OracleAnswer(events: events))
        oracle.enqueue(Live.json(answer), .events(events), error(400), error(401), error(500))
        oracle.enqueue(cut.cut(afterBytes: 150), cut.cut(afterBytes: 450, then: .reset))
        let expected = [(200, false), (200, true), (400, false), (502, false), (503, false), (502, true), (200, true)]
        for (status, stream) in expected {
            let request = MartletProgram.request(path, token: key, body: Self.prompt("real", stream: stream))
            let given = try await program.ask(request)
            if status == 200 { #expect(given.body.contains(Self.canary("answer")) || given.status == 502) }
            // What a reset overtakes decides how the last one is told.
            #expect(given.status == status || (stream && given.status == 502), "\(given.status) for \(status)")
        }
        // The canaries did travel.
        #expect(oracle.requests.allSatisfy { $0.bodyText.contains(Self.canary("user")) })
        #expect(
            oracle.requests.allSatisfy {
                $0.headers.first("authorization") == "Bearer \(Self.canary("stored vendor secret"))"
            }
        )
        // The environment's provider, behind a proxy that refuses; the sandbox; and a body refused by us.
        for (model, extra) in [("proxied", ""), ("sandbox/echo", ""), ("real", #","model":"real""#)] {
            let body = Self.prompt(model, extra: extra)
            _ = try await program.ask(MartletProgram.request(path, token: key, body: body))
        }
    }

    /// Strangers at both doors, and a request that is no HTTP.
    private func knock(_ program: MartletProgram) async throws {
        let body = Self.prompt("real")
        let path = "/v1/chat/completions"
        let unknown = MartletProgram.request(path, token: Self.canary("unknown key"), body: body)
        #expect(try await program.ask(unknown).status == 401)
        let wrong = MartletProgram.request("/admin/v1/keys", token: Self.canary("unknown admin token"))
        #expect(try await program.ask(wrong, port: program.adminPort).status == 401)
        let nonsense =
            "POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer \(Self.canary("unknown key"))\r\n\r\n"
        #expect(try await program.ask(nonsense).status == 400)
    }

    // MARK: Sweeping

    /// Every file in the data folder but the three that are there to hold a secret, mode 0600.
    private func files(_ program: MartletProgram) throws -> [String: [UInt8]] {
        let secret: Set<String> = ["master.key", "admin-token", "first-key"]
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: program.dataFolder) {
            let path = program.dataFolder + "/" + name
            guard !secret.contains(name) else {
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
                continue
            }
            if let data = FileManager.default.contents(atPath: path) { files[name] = Array(data) }
        }
        #expect(files.keys.contains("martlet.sqlite"))
        return files
    }

    private func expectClean(_ places: [String: [UInt8]], secrets: [String]) {
        let wanted =
            Self.canaries.map { (name: $0.key, text: $0.value) } + secrets.map { (name: "a live secret", text: $0) }
        for (place, bytes) in places {
            let data = Data(bytes)
            for canary in wanted {
                #expect(data.range(of: Data(canary.text.utf8)) == nil, "\(canary.name) in \(place)")
                let coded = Data(Data(canary.text.utf8).base64EncodedString().prefix(16).utf8)
                #expect(data.range(of: coded) == nil, "\(canary.name) in \(place), as base64")
            }
        }
    }
}

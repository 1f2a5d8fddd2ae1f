import AdminAPI
import Exchange
import MartletTesting
import NIOCore
import Providers
import Storage
import Testing
import Upstream

@testable import martlet

@Suite("Trying providers out", .timeLimit(.minutes(5)))
struct ProviderTrialsTests {
    private static let secret = "sk-canary-0123456789abcdef"

    private func run(
        _ oracle: OracleUpstream,
        _ kind: ProviderKind = .openAICompatible,
        model: String? = nil,
        path: String = "/v1",
        settings: [String: String] = [:],
        answerTimeout: TimeAmount = .seconds(5),
        now: UnixMilliseconds = 784_111_777_000
    ) async throws -> ProviderTrial {
        let provider = try Provider(
            configuration: .validate(
                name: "v",
                kind: kind,
                baseURL: "http://127.0.0.1:\(oracle.port)\(path)",
                settings: ["allow_private": "true"].merging(settings) { _, given in given },
                hasSecret: true
            ),
            secret: Secret(Self.secret),
            environment: [:]
        )
        let trials = ProviderTrials(
            connector: SocketConnector(connectTimeout: .seconds(2), unixSeconds: { 0 }),
            unixMilliseconds: { now },
            answerTimeout: answerTimeout
        )
        return try await trials.run(provider, Secret(Self.secret), model: model)
    }

    @Test(
        "each kind is asked in its own format, once whole and once as a stream",
        arguments: [
            (ProviderKind.openAI, "/v1", "gpt-4o", "chat", "/v1/chat/completions"),
            (.openAICompatible, "/v1", "any", "chat", "/v1/chat/completions"),
            (.anthropic, "", "claude-haiku-4-5", "messages", "/v1/messages"),
            (.gemini, "", "gemini-2.5-flash", "gemini", "gemini-2.5-flash"),
        ]
    )
    func formats(_ kind: ProviderKind, _ base: String, _ model: String, _ format: String, _ path: String) async throws {
        let oracle = try await OracleUpstream.start()
        let trial = try await self.run(oracle, kind, model: model, path: base)
        #expect(trial.isGood && trial.format == format && trial.model == model)
        #expect(trial.calls.map(\.name) == ["models", "answer", "stream"])
        #expect(trial.calls.allSatisfy { $0.isGood && $0.status == 200 && $0.detail == nil })
        #expect(trial.calls.allSatisfy { ($0.firstByteMilliseconds ?? -1) >= 0 })
        #expect((trial.modelCount ?? 0) > 0)
        let posts = oracle.requests.filter { $0.method == "POST" }
        #expect(posts.count == 2 && posts.allSatisfy { $0.target.contains(path) })
        await oracle.shutdown()
    }

    @Test("one token is asked for, with the credential and nothing of anybody's conversation")
    func request() async throws {
        let oracle = try await OracleUpstream.start()
        _ = try await self.run(oracle, model: "m")
        let posts = oracle.requests.filter { $0.method == "POST" }
        let body = try #require(posts.first).bodyText
        #expect(body.contains(#""model":"m""#) && body.contains("Say ok.") && !body.contains(#""stream":true"#))
        #expect(body.contains(#""max_tokens":1"#) || body.contains(#""max_completion_tokens":1"#))
        #expect(try #require(posts.last).bodyText.contains(#""stream":true"#))
        #expect(posts.allSatisfy { $0.headText.contains("authorization: Bearer \(Self.secret)") })
        #expect(posts.allSatisfy { $0.headText.contains("content-type: application/json") })
        await oracle.shutdown()
    }

    @Test(
        "what goes wrong is told with its status and the vendor's own words",
        arguments: [
            ("status-401", 401, 401), ("status-429", 429, 429), ("status-500", 500, 500), ("html", 200, 200),
            ("close", nil, nil), ("reset", nil, nil), ("short", 200, 200), ("cut-20", 200, 200), ("error-0", 200, 200),
        ] as [(String, Int?, Int?)]
    )
    func faults(_ model: String, _ answer: Int?, _ stream: Int?) async throws {
        let oracle = try await OracleUpstream.start()
        let trial = try await self.run(oracle, model: model)
        #expect(!trial.isGood)
        let calls = trial.calls.filter { $0.name != "models" }
        #expect(calls.contains { !$0.isGood && $0.detail?.isEmpty == false })
        #expect(calls.map(\.status) == [answer, stream])
        await oracle.shutdown()
    }

    @Test("a vendor that hangs is waited for no longer than the limit, before its head and inside its answer")
    func hanging() async throws {
        let oracle = try await OracleUpstream.start()
        for model in ["hang", "hang-head"] {
            let trial = try await self.run(oracle, model: model, answerTimeout: .milliseconds(50))
            let calls = trial.calls.filter { $0.name != "models" }
            #expect(calls.allSatisfy { !$0.isGood && $0.detail?.contains("in time") == true })
        }
        await oracle.shutdown()
    }

    @Test("nobody there is told as that")
    func unreachable() async throws {
        let oracle = try await OracleUpstream.start()
        await oracle.shutdown()
        let trial = try await self.run(oracle, model: "m")
        #expect(trial.calls.allSatisfy { !$0.isGood && $0.status == nil && $0.detail != nil })
        #expect(trial.modelCount == nil && trial.clockSkewSeconds == nil)
    }

    @Test("the vendor's own words stay exact, but for credentials")
    func words() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.handle { request in
            guard request.method == "POST" else { return nil }
            let words: PlainJSON = .string("Incorrect API key: \(Self.secret), or sk-proj-abcdefghijklmnop. Über\u{7}?")
            return .json(.object([.init("error", .object([.init("message", words)]))]), status: 401)
        }
        let trial = try await self.run(oracle, model: "m")
        let detail = try #require(trial.calls.last?.detail)
        #expect(detail.contains("Incorrect API key: <credential>, or sk-pr…") && detail.contains("Über"))
        #expect(!detail.contains("canary") && !detail.contains("abcdefgh"))
        await oracle.shutdown()
    }

    @Test(
        "the vendor's clock is compared with ours",
        arguments: [(784_111_777_500, 0), (784_111_800_500, -23), (784_108_177_500, 3_600)] as [(Int64, Int)]
    )
    func skew(_ now: Int64, _ expected: Int) async throws {
        let oracle = try await OracleUpstream.start()
        oracle.handle { request in
            guard request.method == "GET" else { return nil }
            return .json(["data": []], headers: [OracleHeader("date", "Sun, 06 Nov 1994 08:49:37 GMT")])
        }
        let skew = try #require(try await self.run(oracle, model: "m", now: now).clockSkewSeconds)
        #expect(abs(skew - expected) <= 1)
        await oracle.shutdown()
    }

    @Test("without a model the vendor's list chooses, and without a list somebody has to")
    func choice() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.handle { request in
            guard request.method == "GET" else { return nil }
            return .json(["data": [["id": "only-one"], ["id": "other"]]])
        }
        let trial = try await self.run(oracle)
        #expect(trial.model == "only-one" && trial.modelCount == 2)
        oracle.reset()
        oracle.handle { request in request.method == "GET" ? .json([:], status: 404) : nil }
        let problem = await #expect(throws: AdminProblem.self) { try await self.run(oracle) }
        #expect(problem?.field == "model")
        await oracle.shutdown()
    }

    @Test("a vendor without a list of models is none the worse for it")
    func noList() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.handle { request in request.method == "GET" ? .json(["error": "no"], status: 404) : nil }
        let trial = try await self.run(oracle, model: "m")
        #expect(trial.isGood && trial.modelCount == nil)
        #expect(trial.calls.first.map { !$0.isGood && $0.status == 404 } == true)
        await oracle.shutdown()
    }

    @Test(
        "lists of models are read in every vendor's shape",
        arguments: [
            (#"{"data":[{"id":"a"},{"id":"b"}]}"#, ["a", "b"]),
            (#"{"models":[{"name":"models/gemini-x"}]}"#, ["gemini-x"]), (#"[{"id":"a"}]"#, ["a"]),
            (#"{"data":[]}"#, []), ("{}", nil), (#"{"data":{}}"#, nil), ("", nil), ("<html>", nil),
        ] as [(String, [String]?)]
    )
    func lists(_ body: String, _ names: [String]?) {
        #expect(ListedModels(Array(body.utf8))?.names == names)
    }

    @Test(
        "credentials are cut wherever they stand, other words are not",
        arguments: [
            ("key \(Self.secret)", "key <credential>"), ("a\(Self.secret)b", "a<credential>b"),
            ("Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc", "Bearer eyJhb…"),
            ("AKIAIOSFODNN7EXAMPLE is unknown", "AKIAI… is unknown"),
            ("sk-short", "sk-short"), ("req_011CSHoEeqs5C35K2UUqR7Fy", "req_011CSHoEeqs5C35K2UUqR7Fy"),
            ("line\r\n\tbreaks\u{1B}[31m", "line breaks [31m"), ("", ""),
        ]
    )
    func masks(_ text: String, _ expected: String) {
        #expect(SecretMask(Secret(Self.secret)).excerpt(Array(text.utf8)) == expected)
    }

    @Test("a long text is cut, and a short credential is not looked for in every word")
    func bounds() {
        let long = SecretMask(nil).excerpt([UInt8](repeating: 0x61, count: 100_000))
        #expect(long.utf8.count <= SecretMask.maximumBytes + 3 && long.hasSuffix("…"))
        #expect(SecretMask(Secret("a")).excerpt(Array("a banana".utf8)) == "a banana")
    }
}

import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("what the admin API tells of routing")
struct ExplainRoutesTests {
    private static func id(_ fixture: AdminFixture, _ name: String = "sandbox/echo") async throws -> String {
        try #require(await fixture.administration.configuration.models.first { $0.name == name }).id
    }

    @Test("a dry run is asked of the road, by a model's id or its name, with the request's own bytes")
    func explained() async throws {
        let fixture = try await AdminFixture()
        let key = try await fixture.key().record.id
        let path = "/admin/v1/models/\(try await Self.id(fixture))/explain"
        let plain = await fixture.call("POST", path, json: #"{"request":{"messages" : []}}"#)
        #expect(plain.status == 200 && plain.string("candidates.0.target") == "sandbox/echo")
        let named = await fixture.call(
            "POST",
            "/admin/v1/explain",
            json: #"{"model":"openai/any","operation":"messages","key":"\#(key)","request":{"a":1.50}}"#
        )
        #expect(named.status == 200)
        #expect(
            fixture.desk.asked == [
                RouteQuestion(model: "sandbox/echo", operation: .chat, request: Array(#"{"messages" : []}"#.utf8)),
                RouteQuestion(
                    model: "openai/any",
                    operation: .messages,
                    keyID: key,
                    request: Array(#"{"a":1.50}"#.utf8)
                ),
            ]
        )
    }

    @Test(
        "a question that makes no sense is refused by name",
        arguments: [
            ("{}", "request"), (#"{"request":[]}"#, "request"), (#"{"request":{},"operation":"chatter"}"#, "operation"),
            (#"{"request":{},"key":"none"}"#, "key"), (#"{"request":{},"key":5}"#, "key"),
            (#"{"request":{},"dry":true}"#, "dry"),
        ]
    )
    func wrong(_ body: String, _ field: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", "/admin/v1/models/\(try await Self.id(fixture))/explain", json: body)
        #expect(answer.status == 400 && answer.string("field") == field)
        #expect(fixture.desk.asked.isEmpty)
    }

    @Test("a model that is not there cannot be asked about, and a name is needed where there is no id")
    func missing() async throws {
        let fixture = try await AdminFixture()
        #expect(await fixture.call("POST", "/admin/v1/models/mdl_none/explain", json: #"{"request":{}}"#).status == 404)
        let nameless = await fixture.call("POST", "/admin/v1/explain", json: #"{"request":{}}"#)
        #expect(nameless.status == 400 && nameless.string("field") == "model")
    }

    @Test("a request may be as deep as on the road, and no deeper")
    func depth() async throws {
        let fixture = try await AdminFixture()
        func status(_ depth: Int) async -> Int {
            let request = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
            return await fixture.call("POST", "/admin/v1/explain", json: #"{"model":"m","request":\#(request)}"#).status
        }
        #expect(await status(128) == 200)
        #expect(await status(129) == 400)
    }

    @Test("without a road nothing is explained, and no target stands anywhere")
    func offline() async throws {
        let problem = await #expect(throws: AdminProblem.self) {
            try await OfflineRouteDesk().explain(RouteQuestion(model: "m", operation: .chat, request: []))
        }
        #expect(problem?.code == .unavailable && problem?.code.status == 503)
        #expect(OfflineRouteDesk().status().isEmpty && OfflineRouteDesk().checks().isEmpty)
    }

    @Test("status shows each target as it stands")
    func status() async throws {
        let answer = await (try await AdminFixture()).call("GET", "/admin/v1/status")
        #expect(
            answer.raw("targets.0")
                == #"{"provider":"sandbox","model":"echo","breaker":"closed","error_rate":0.3333,"in_flight":2,"draining":false,"#
                + #""cooling_down_until":null,"credential":"good"}"#
        )
        #expect(answer.raw("targets.1.error_rate") == "null" && answer.string("targets.1.breaker") == "open")
        #expect(answer.string("targets.1.cooling_down_until") == "2027-01-15T08:00:05.000Z")
    }

    @Test("status shows the last health check of each provider")
    func healthChecks() async throws {
        let answer = await (try await AdminFixture()).call("GET", "/admin/v1/status")
        #expect(
            answer.raw("health_checks.0")
                == #"{"provider":"openai","kind":"models","at":"2027-01-15T08:00:00.000Z","good":false,"#
                + #""milliseconds":12,"detail":"answers with status 503"}"#
        )
    }

    @Test("status shows how full the data plane is, or that there is none")
    func load() async throws {
        let answer = await (try await AdminFixture()).call("GET", "/admin/v1/status")
        #expect(answer.raw("load") == "null")
        let load = LoadStanding(
            inFlight: 3,
            maxInFlight: 8,
            waiting: 1,
            bodyBytes: 10,
            maxBodyBytes: 100,
            memoryPressure: "none",
            shed: ["queue_full": 2, "memory": 0]
        )
        #expect(
            String(decoding: AdminAnswer.object { load.write(to: &$0) }.body, as: UTF8.self)
                == #"{"in_flight":3,"max_in_flight":8,"waiting":1,"body_bytes":10,"max_body_bytes":100,"#
                + #""memory_pressure":"none","shed":{"memory":0,"queue_full":2}}"#
        )
    }

    @Test("a provider is tried out with the model that was asked for, else with its first target's")
    func trial() async throws {
        let fixture = try await AdminFixture()
        let providers = await fixture.administration.configuration.providers
        let openAI = try #require(providers.first { $0.name == "openai" })
        let path = "/admin/v1/providers/\(openAI.id)/test"
        let asked = await fixture.call("POST", path, json: #"{"model":"gpt-y"}"#)
        #expect(asked.status == 200 && asked.string("model") == "gpt-y" && asked.string("provider") == "openai")
        #expect(asked.raw("good") == "false" && asked.raw("models") == "3" && asked.raw("clock_skew_seconds") == "-2")
        #expect(
            asked.raw("calls.1")
                == #"{"call":"answer","good":false,"status":404,"first_byte_ms":5,"total_ms":6,"detail":"no such model"}"#
        )
        let unchosen = await fixture.call("POST", path, json: "{}")
        #expect(unchosen.string("model") == "none", "what the environment brought is nobody's choice")
        var draft = ModelDraft(name: "a", targets: [TargetRecord(provider: "openai", upstreamModel: "first")])
        draft.targets[0].isEnabled = false
        draft.targets.append(TargetRecord(provider: "openai", upstreamModel: "second"))
        _ = try await fixture.administration.createModel(draft)
        #expect(await fixture.call("POST", path, json: "{}").string("model") == "second")
        #expect(await fixture.call("POST", path, json: #"{"model":"a b"}"#).string("field") == "model")
        #expect(await fixture.call("POST", path, json: #"{"tokens":5}"#).string("field") == "tokens")
        #expect(await fixture.call("POST", "/admin/v1/providers/prv_none/test", json: "{}").status == 404)
    }
}

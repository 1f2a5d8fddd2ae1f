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
        #expect(OfflineRouteDesk().status().isEmpty)
    }

    @Test("status shows each target as it stands")
    func status() async throws {
        let answer = await (try await AdminFixture()).call("GET", "/admin/v1/status")
        #expect(
            answer.raw("targets.0")
                == #"{"provider":"sandbox","model":"echo","breaker":"closed","error_rate":0.3333,"in_flight":2,"#
                + #""cooling_down_until":null,"credential":"good"}"#
        )
        #expect(answer.raw("targets.1.error_rate") == "null" && answer.string("targets.1.breaker") == "open")
        #expect(answer.string("targets.1.cooling_down_until") == "2027-01-15T08:00:05.000Z")
    }
}

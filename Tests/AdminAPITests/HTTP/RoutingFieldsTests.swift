import Storage
import Testing

@testable import AdminAPI

@Suite("routing in the admin API")
struct RoutingFieldsTests {
    private static let path = "/admin/v1/models"

    /// A body for a model on the sandbox, with further members.
    private static func body(_ members: String = "", target: String = "") -> String {
        #"{"name":"m","targets":[{"provider":"sandbox","upstream_model":"echo"\#(target)}]\#(members)}"#
    }

    @Test("a model tells its whole routing, by default too")
    func defaults() async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", Self.path, json: Self.body())
        #expect(answer.status == 201)
        #expect(
            answer.raw("routing")
                == #"{"strategy":"weighted","affinity":true,"retry_possibly_accepted":false,"#
                + #""fallback_on_content_policy":false,"hedge":false,"deadlines":{"connect_ms":null,"#
                + #""first_content_ms":null,"idle_ms":null,"total_ms":null}}"#
        )
        #expect(
            answer.raw("targets.0.overrides") == #"{"max_output_tokens":null,"reasoning_effort":null,"headers":{}}"#
        )
    }

    @Test("what is given is kept, what is not given stays, and null goes back to the default")
    func changes() async throws {
        let fixture = try await AdminFixture()
        let all =
            #","routing":{"strategy":"priority","affinity":false,"retry_possibly_accepted":true,"#
            + #""fallback_on_content_policy":true,"hedge":true,"deadlines":{"connect_ms":100,"#
            + #""first_content_ms":200,"idle_ms":300,"total_ms":3600000}}"#
        let made = await fixture.call("POST", Self.path, json: Self.body(all))
        #expect(made.status == 201)
        #expect(#","routing":\#(made.raw("routing") ?? "")"# == all)
        let path = "\(Self.path)/\(try #require(made.string("id")))"
        func patch(_ routing: String) async throws -> ModelRoutingRecord {
            let answer = await fixture.call("PATCH", path, json: #"{"routing":\#(routing)}"#)
            #expect(answer.status == 200)
            return try #require(try fixture.store.loadConfiguration().models.first).routing
        }
        let one = try await patch(#"{"affinity":false,"deadlines":{"idle_ms":null,"connect_ms":150}}"#)
        #expect(
            one
                == ModelRoutingRecord(
                    strategy: "priority",
                    isSticky: false,
                    mayBillTwice: true,
                    fallsBackOnRefusal: true,
                    hedges: true,
                    connectMilliseconds: 150,
                    firstContentMilliseconds: 200,
                    totalMilliseconds: 3_600_000
                )
        )
        #expect(try await patch("{}") == one)
        let two = try await patch(#"{"deadlines":null}"#)
        #expect(two.connectMilliseconds == nil && two.totalMilliseconds == nil && two.strategy == "priority")
        #expect(try await patch("null") == ModelRoutingRecord())
    }

    @Test(
        "a routing that cannot be is refused by name",
        arguments: [
            (#"{"strategy":"best"}"#, "routing.strategy"), (#"{"strategy":""}"#, "routing.strategy"),
            (#"{"strategy":1}"#, "routing.strategy"), (#"{"affinity":"yes"}"#, "routing.affinity"),
            (#"{"affinity":null}"#, "routing.affinity"), (#"{"sticky":true}"#, "routing.sticky"),
            (#"{"retry_possibly_accepted":1}"#, "routing.retry_possibly_accepted"),
            (#"{"hedge":{"enabled":true}}"#, "routing.hedge"),
            (#"{"deadlines":{"total_ms":99}}"#, "routing.deadlines.total_ms"),
            (#"{"deadlines":{"idle_ms":3600001}}"#, "routing.deadlines.idle_ms"),
            (#"{"deadlines":{"idle_ms":-1}}"#, "routing.deadlines.idle_ms"),
            (#"{"deadlines":{"connect_ms":1.5}}"#, "routing.deadlines.connect_ms"),
            (#"{"deadlines":{"connect_ms":2000,"total_ms":1000}}"#, "routing.deadlines.connect_ms"),
            (#"{"deadlines":{"connect":200}}"#, "routing.deadlines.connect"),
            (#"{"deadlines":[]}"#, "routing.deadlines"), ("[]", "routing"), (#""weighted""#, "routing"),
        ]
    )
    func wrongRouting(_ routing: String, _ field: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", Self.path, json: Self.body(#","routing":\#(routing)"#))
        #expect(answer.status == 400 && answer.string("field") == field)
        #expect(answer.string("detail")?.contains(field) == true)
    }

    @Test("a target's overrides are kept, with header names in lower case, and go with the target")
    func overrides() async throws {
        let fixture = try await AdminFixture()
        let given =
            #","overrides":{"max_output_tokens":4096,"reasoning_effort":"low","headers":{"X-Team":"a b","OpenAI-Beta":"z"}}"#
        let made = await fixture.call("POST", Self.path, json: Self.body(target: given))
        #expect(
            made.raw("targets.0.overrides")
                == #"{"max_output_tokens":4096,"reasoning_effort":"low","headers":{"openai-beta":"z","x-team":"a b"}}"#
        )
        let path = "\(Self.path)/\(try #require(made.string("id")))"
        let renamed = await fixture.call("PATCH", path, json: #"{"name":"n"}"#)
        #expect(renamed.raw("targets.0.overrides") == made.raw("targets.0.overrides"))
        let replaced = await fixture.call(
            "PATCH",
            path,
            json: #"{"targets":[{"provider":"sandbox","upstream_model":"echo","overrides":null}]}"#
        )
        #expect(replaced.raw("targets.0.overrides.max_output_tokens") == "null")
    }

    @Test(
        "overrides that cannot be are refused by their place",
        arguments: [
            (#"{"max_output_tokens":0}"#, "max_output_tokens"), (#"{"max_output_tokens":"5"}"#, "max_output_tokens"),
            (#"{"max_output_tokens":100000001}"#, "max_output_tokens"),
            (#"{"reasoning_effort":"extreme"}"#, "reasoning_effort"), (#"{"temperature":1}"#, "temperature"),
            (#"{"headers":{"x":1}}"#, "headers"), (#"{"headers":["x"]}"#, "headers"),
            (#"{"headers":{"":"v"}}"#, "headers"),
            (#"{"headers":{"a b":"v"}}"#, "headers"), (#"{"headers":{"a:":"v"}}"#, "headers"),
            (#"{"headers":{"x-a\r\nx-b":"v"}}"#, "headers"), (#"{"headers":{"é":"v"}}"#, "headers"),
            (#"{"headers":{"x-a":""}}"#, "headers.x-a"), (#"{"headers":{"x-a":"v\r\nx-evil: 1"}}"#, "headers.x-a"),
            (#"{"headers":{"x-a":" v"}}"#, "headers.x-a"), (#"{"headers":{"x-a":"é"}}"#, "headers.x-a"),
            (#"{"headers":{"x-a":"1","X-A":"2"}}"#, "headers.x-a"),
        ]
    )
    func wrongOverrides(_ overrides: String, _ field: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call(
            "POST",
            Self.path,
            json: Self.body(target: #","overrides":\#(overrides)"#)
        )
        #expect(answer.status == 400 && answer.string("field") == "targets[0].overrides.\(field)")
    }

    @Test(
        "headers that carry credentials, frame the message or belong to the gateway are refused, and their values not told",
        arguments: [
            "Authorization", "authorization", "Proxy-Authorization", "X-Api-Key", "api-key", "x-goog-api-key",
            "Ocp-Apim-Subscription-Key-Secret", "Cookie", "X-Auth-Token", "x-amz-security-token", "Host", "Connection",
            "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Proxy-Connection", "Content-Length",
            "Content-Type", "Content-Encoding", "Expect", "Accept-Encoding", "X-Martlet-Key", "X-Forwarded-For",
        ]
    )
    func forbiddenHeaders(_ name: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call(
            "POST",
            Self.path,
            json: Self.body(target: #","overrides":{"headers":{"\#(name)":"sk-canary"}}"#)
        )
        #expect(answer.status == 400)
        #expect(answer.string("field") == "targets[0].overrides.headers.\(name.lowercased())")
        #expect(!answer.text.contains("canary"))
    }

    @Test("the header that a provider was told to carry its credential in is refused, and a 17th header too")
    func providersOwnHeader() async throws {
        let fixture = try await AdminFixture()
        var draft = ProviderDraft(name: "lab", kind: "openai-compatible")
        draft.baseURL = "https://lab.example/v1"
        draft.settings = ["auth_header": "X-Lab-Door"]
        _ = try await fixture.administration.createProvider(draft)
        func problem(_ headers: [String: String]) async -> AdminProblem? {
            var model = ModelDraft(name: "m", targets: [TargetRecord(provider: "lab", upstreamModel: "x")])
            model.targets[0].overrides.headers = headers
            do throws(AdminProblem) {
                _ = try await fixture.administration.createModel(model)
                return nil
            } catch {
                return error
            }
        }
        #expect(await problem(["x-lab-door": "v"])?.field == "targets[0].overrides.headers.x-lab-door")
        let many = Dictionary(uniqueKeysWithValues: (0..<17).map { ("x-\($0)", "v") })
        #expect(await problem(many)?.field == "targets[0].overrides.headers")
        #expect(await problem(many.filter { $0.key != "x-0" }) == nil)
    }
}

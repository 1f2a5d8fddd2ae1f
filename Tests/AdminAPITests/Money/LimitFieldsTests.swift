import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("limits of keys and projects")
struct LimitFieldsTests {
    @Test("limits are set, merged, taken away one by one and all at once", arguments: ["keys", "projects"])
    func merging(_ list: String) async throws {
        let fixture = try await AdminFixture()
        let project = list == "keys" ? #","project":"default""# : ""
        let created = await fixture.call(
            "POST",
            "/admin/v1/\(list)",
            json: """
                {"name":"k"\(project),"limits":{"requests_per_minute":5,"tokens_per_minute":100,
                 "models":{"a":{"concurrent_requests":1},"b":{"requests_per_minute":2}}}}
                """
        )
        #expect(created.status == 201 && created.raw("limits.concurrent_requests") == "null")
        #expect(created.raw("limits.models.a.concurrent_requests") == "1")
        let path = "/admin/v1/\(list)/\(try #require(created.string("id")))"
        let merged = await fixture.call(
            "PATCH",
            path,
            json:
                #"{"limits":{"requests_per_minute":null,"concurrent_requests":3,"models":{"a":null,"c":{"tokens_per_minute":9}}}}"#
        )
        #expect(merged.raw("limits.requests_per_minute") == "null" && merged.raw("limits.tokens_per_minute") == "100")
        #expect(merged.raw("limits.concurrent_requests") == "3" && merged.count("limits.models") == 2)
        #expect(await fixture.call("PATCH", path, json: #"{"enabled":true}"#).count("limits.models") == 2)
        let bare = await fixture.call("PATCH", path, json: #"{"limits":{"models":null}}"#)
        #expect(bare.count("limits.models") == 0 && bare.raw("limits.tokens_per_minute") == "100")
        let none = await fixture.call("PATCH", path, json: #"{"limits":null}"#)
        #expect(none.raw("limits.tokens_per_minute") == "null" && none.raw("limits.concurrent_requests") == "null")
    }

    @Test("requests_per_minute is another name for the one in limits")
    func alias() async throws {
        let fixture = try await AdminFixture()
        let path = "/admin/v1/keys/\(try await fixture.key().record.id)"
        let set = await fixture.call("PATCH", path, json: #"{"requests_per_minute":7}"#)
        #expect(set.raw("requests_per_minute") == "7" && set.raw("limits.requests_per_minute") == "7")
        let both = await fixture.call(
            "PATCH",
            path,
            json: #"{"requests_per_minute":7,"limits":{"requests_per_minute":8}}"#
        )
        #expect(both.status == 400 && both.string("field") == "requests_per_minute")
    }

    @Test(
        "limits that cannot be are refused by name",
        arguments: [
            (#"{"limits":5}"#, "limits"), (#"{"limits":{"rpm":5}}"#, "limits.rpm"),
            (#"{"limits":{"tokens_per_minute":0}}"#, "limits.tokens_per_minute"),
            (#"{"limits":{"tokens_per_minute":1.5}}"#, "limits.tokens_per_minute"),
            (#"{"limits":{"concurrent_requests":100001}}"#, "limits.concurrent_requests"),
            (#"{"limits":{"models":[]}}"#, "limits.models"),
            (#"{"limits":{"models":{"a":5}}}"#, "limits.models.a"),
            (#"{"limits":{"models":{"a":{"requests_per_minute":-1}}}}"#, "limits.models.a.requests_per_minute"),
            (#"{"limits":{"models":{"a b":{"requests_per_minute":1}}}}"#, "limits.models"),
            (#"{"max_output_tokens":0}"#, "max_output_tokens"), (#"{"max_output_tokens":"5"}"#, "max_output_tokens"),
            (#"{"max_output_tokens":9223372036854775808}"#, "max_output_tokens"),
        ]
    )
    func refusals(_ json: String, _ field: String) async throws {
        let fixture = try await AdminFixture()
        let path = "/admin/v1/keys/\(try await fixture.key().record.id)"
        let answer = await fixture.call("PATCH", path, json: json)
        #expect(answer.status == 400)
        #expect(answer.string("field") == field || answer.string("detail")?.hasPrefix(field) == true)
    }
}

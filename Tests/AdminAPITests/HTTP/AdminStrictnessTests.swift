import Storage
import Testing

@testable import AdminAPI

@Suite("admin strictness")
struct AdminStrictnessTests {
    @Test(
        "unknown fields are refused by name (N022)",
        arguments: ["role", "owner_id", "spent", "created_at", "id", "Name", "secret", "name\\u0020", "é"]
    )
    func unknownFields(field: String) async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        for (method, path) in [("POST", "/admin/v1/keys"), ("PATCH", "/admin/v1/keys/\(id)")] {
            let answer = await fixture.call(method, path, json: #"{"name":"k","\#(field)":1}"#)
            #expect(answer.status == 400)
            #expect(answer.string("code") == "unknown_field")
            #expect(answer.string("field")?.isEmpty == false)
        }
        #expect(await fixture.call("GET", "/admin/v1/keys/\(id)").string("name") == "one")
    }

    @Test("an unknown field of a target is refused by its place")
    func nestedField() async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call(
            "POST",
            "/admin/v1/models",
            json: #"{"name":"m","targets":[{"provider":"sandbox","upstream_model":"e","cost":0}]}"#
        )
        #expect(answer.status == 400 && answer.string("field") == "targets[0].cost")
    }

    @Test(
        "bodies that are not exactly one JSON object are refused",
        arguments: [
            "", " ", "{", "[]", "null", "\"x\"", "1", "{}{}", "{\"name\":\"a\",\"name\":\"b\"}", "{\"name\":\"a\",}",
            "\u{FEFF}{\"name\":\"a\"}", "{'name':'a'}", "{\"name\":01}", String(repeating: "[", count: 100_000),
            #"{"name":"\ud800"}"#, #"{"n\u0061me":"a","name":"b"}"#,
        ]
    )
    func bodies(json: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", "/admin/v1/projects", json: json)
        #expect(answer.status == 400)
        #expect(answer.contentType == "application/problem+json")
        #expect(answer.string("code") == "invalid_body")
    }

    @Test(
        "fields of the wrong type are refused by name",
        arguments: [
            ("name", "1"), ("name", "null"), ("name", "[]"), ("enabled", "\"yes\""), ("enabled", "1"),
            ("enabled", "null"), ("strict_translation", "\"true\""), ("strict_translation", "1"),
            ("strict_translation", "null"), ("requests_per_minute", "\"5\""), ("requests_per_minute", "1.5"),
            ("requests_per_minute", "1e3"), ("requests_per_minute", "-1"),
            ("requests_per_minute", "99999999999999999999"),
            ("allowed_models", "\"a\""), ("allowed_models", "[1]"), ("allowed_models", "[]"), ("expires_at", "5"),
            ("expires_at", "\"soon\""), ("expires_at", "\"2001-01-01T00:00:00Z\""),
        ]
    )
    func types(field: String, value: String) async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        let answer = await fixture.call("PATCH", "/admin/v1/keys/\(id)", json: "{\"\(field)\":\(value)}")
        #expect(answer.status == 400)
        #expect(answer.string("field") == field)
        #expect(answer.string("detail")?.hasPrefix(field) == true)
    }

    @Test("missing fields are named", arguments: [("{}", "name"), (#"{"name":"k"}"#, "project")])
    func missing(json: String, field: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", "/admin/v1/keys", json: json)
        #expect(answer.status == 400 && answer.string("field") == field)
    }

    @Test(
        "only JSON in UTF-8 is taken",
        arguments: [
            (nil, 415), ("text/plain", 415), ("application/json; charset=utf-16", 415), ("application/jsonx", 415),
            ("application/x-www-form-urlencoded", 415), ("application/json", 201),
            ("Application/JSON; Charset=UTF-8", 201),
        ] as [(String?, Int)]
    )
    func mediaType(contentType: String?, status: Int) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", "/admin/v1/projects", json: #"{"name":"x"}"#, contentType: contentType)
        #expect(answer.status == status)
    }

    @Test(
        "page sizes are whole numbers from 1 to 200 (N046)",
        arguments: ["-1", "0", "201", "1000000000", "1e3", "", "+5", " 5", "0x5", "99999999999999999999", "٣"]
    )
    func limits(limit: String) async throws {
        let fixture = try await AdminFixture()
        for path in ["projects", "keys", "providers", "models", "requests"] {
            let answer = await fixture.call("GET", "/admin/v1/\(path)", query: "limit=\(limit)")
            #expect(answer.status == 400, "\(path)")
            #expect(answer.string("field") == "limit")
        }
    }

    @Test(
        "cursors that the list did not give out are refused (N046)",
        arguments: [
            "", "x", "zz", "00", "ff", "6b6579733a", String(repeating: "61", count: 5_000), "6b6579733a%27", "-1",
        ]
    )
    func cursors(cursor: String) async throws {
        let fixture = try await AdminFixture()
        for path in ["projects", "providers", "models", "requests"] {
            let answer = await fixture.call("GET", "/admin/v1/\(path)", query: "after=\(cursor)")
            #expect(answer.status == 400, "\(path)")
            #expect(answer.string("code") == "invalid_query")
        }
    }

    @Test("a cursor of one list does not open another")
    func foreignCursor() async throws {
        let fixture = try await AdminFixture()
        let cursor = AdminCursor(list: "projects", position: "a").text
        #expect(await fixture.call("GET", "/admin/v1/projects", query: "after=\(cursor)").status == 200)
        #expect(await fixture.call("GET", "/admin/v1/models", query: "after=\(cursor)").status == 400)
        let odd = AdminCursor(list: "requests", position: "-5").text
        #expect(await fixture.call("GET", "/admin/v1/requests", query: "after=\(odd)").status == 400)
    }

    @Test(
        "unknown, repeated and malformed query parameters are refused",
        arguments: ["sort=id;--", "limit", "limit=1&limit=2", "=", "&", "a=%", "a=%zz", "a=%ff", "Limit=1"]
    )
    func queries(query: String) async throws {
        let fixture = try await AdminFixture()
        #expect(await fixture.call("GET", "/admin/v1/projects", query: query).status == 400)
        #expect(await fixture.call("GET", "/admin/v1/requests", query: query).status == 400)
    }

    @Test("pages follow one another without gaps or repeats, deletions in between included")
    func paging() async throws {
        let fixture = try await AdminFixture()
        for index in 0..<23 {
            _ = try await fixture.administration.createProject(ProjectDraft(name: "p-\(index)"))
        }
        var names: [String] = []
        var query = "limit=5"
        for _ in 0..<10 {
            let page = await fixture.call("GET", "/admin/v1/projects", query: query)
            let count = try #require(page.count("data"))
            for index in 0..<count {
                names.append(try #require(page.string("data.\(index).name")))
            }
            if names.count == 5, let id = page.string("data.4.id") {
                try await fixture.administration.deleteProject(id: id)
            }
            guard let next = page.string("next") else { break }
            query = "limit=5&after=\(next)"
        }
        #expect(names == names.sorted() && Set(names).count == 24)
    }

    @Test("a problem carries what RFC 9457 asks for")
    func problem() async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("GET", "/admin/v1/projects/prj_none")
        #expect(answer.status == 404 && answer.raw("status") == "404")
        #expect(answer.string("type") == "about:blank" && answer.string("title") == "Not Found")
        #expect(answer.string("request_id") == "adm_test")
        for code in AdminProblem.Code.allCases {
            #expect((400...599).contains(code.status))
        }
    }
}

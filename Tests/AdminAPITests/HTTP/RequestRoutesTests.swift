import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("request records")
struct RequestRoutesTests {
    func fixture(records: Int) async throws -> AdminFixture {
        let fixture = try await AdminFixture()
        try fixture.store.append(
            (0..<records).map { index in
                var record = RequestRecord(
                    id: "req_\(index)",
                    startedAt: AdminFixture.now + Int64(index),
                    keyID: index % 2 == 0 ? "even" : "odd",
                    projectID: "prj_x",
                    operation: .chat
                )
                record.modelAsked = "fast"
                record.outcome = index == 3 ? .clientGone : .completed
                record.status = 200
                record.totalMicroseconds = 1_500
                record.traceID = index == 2 ? "4bf92f3577b34da6a3ce929d0e0e4736" : nil
                return record
            }
        )
        return fixture
    }

    @Test("are listed newest first, in pages that end")
    func pages() async throws {
        let fixture = try await self.fixture(records: 7)
        let first = await fixture.call("GET", "/admin/v1/requests", query: "limit=5")
        #expect(first.string("data.0.id") == "req_6" && first.count("data") == 5)
        let next = try #require(first.string("next"))
        let second = await fixture.call("GET", "/admin/v1/requests", query: "limit=5&after=\(next)")
        #expect(second.string("data.0.id") == "req_1" && second.count("data") == 2)
        #expect(second.raw("next") == "null")
    }

    @Test("are followed from where the last look ended, oldest first")
    func following() async throws {
        let fixture = try await self.fixture(records: 3)
        let newest = try #require(await fixture.call("GET", "/admin/v1/requests", query: "limit=1").string("newest"))
        let nothing = await fixture.call("GET", "/admin/v1/requests", query: "since=\(newest)")
        #expect(nothing.count("data") == 0 && nothing.string("newest") == newest)
        let record = RequestRecord(id: "req_new", startedAt: 1, keyID: "k", projectID: "p", operation: .messages)
        try fixture.store.append([record, record])
        let more = await fixture.call("GET", "/admin/v1/requests", query: "since=\(newest)")
        #expect(more.count("data") == 2 && more.string("data.0.operation") == "messages")
        #expect(more.string("newest") != newest)
    }

    @Test("an empty log can be followed too")
    func emptyLog() async throws {
        let fixture = try await self.fixture(records: 0)
        let newest = try #require(await fixture.call("GET", "/admin/v1/requests").string("newest"))
        try fixture.store.append([RequestRecord(id: "r", startedAt: 1, keyID: "k", projectID: "p", operation: .chat)])
        #expect(await fixture.call("GET", "/admin/v1/requests", query: "since=\(newest)").count("data") == 1)
    }

    @Test(
        "filters narrow the list",
        arguments: [
            ("key=odd", 3), ("project=prj_x", 7), ("project=none", 0), ("outcome=client_gone", 1), ("model=slow", 0),
            ("trace_id=4bf92f3577b34da6a3ce929d0e0e4736", 1), ("trace_id=00000000000000000000000000000001", 0),
        ]
    )
    func filters(query: String, count: Int) async throws {
        let fixture = try await self.fixture(records: 7)
        #expect(await fixture.call("GET", "/admin/v1/requests", query: query).count("data") == count)
    }

    @Test(
        "wrong filters are refused by name",
        arguments: [
            ("outcome=great", "outcome"), ("after=61&since=61", "after"), ("trace_id=4bf9", "trace_id"),
            ("trace_id=4BF92F3577B34DA6A3CE929D0E0E4736", "trace_id"),
        ]
    )
    func wrongFilters(query: String, field: String) async throws {
        let fixture = try await self.fixture(records: 1)
        let answer = await fixture.call("GET", "/admin/v1/requests", query: query)
        #expect(answer.status == 400 && answer.string("field") == field)
    }

    @Test("one is shown whole by its id, also when the caller chose it")
    func shown() async throws {
        let fixture = try await self.fixture(records: 1)
        var record = RequestRecord(id: "a.b:c-d_e", startedAt: 1, keyID: "k", projectID: "p", operation: .responses)
        var usage = TokenUsage()
        usage.uncachedInputTokens = 3
        usage.cacheReadTokens = 4
        record.usage = usage
        record.warnings = ["dropped_field"]
        record.traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
        try fixture.store.append([record])
        let answer = await fixture.call("GET", "/admin/v1/requests/a.b:c-d_e")
        #expect(answer.raw("usage.input_tokens") == "7" && answer.string("warnings.0") == "dropped_field")
        #expect(answer.string("trace_id") == "4bf92f3577b34da6a3ce929d0e0e4736")
        let other = await fixture.call("GET", "/admin/v1/requests/req_0")
        #expect(other.raw("trace_id") == "null")
        #expect(other.raw("usage") == "null" && other.raw("timing_ms.total") == "1.5")
        #expect(await fixture.call("GET", "/admin/v1/requests/none").status == 404)
    }

    @Test(
        "the decision record is shown as the object it is, and nothing else is",
        arguments: [
            (#"{"strategy":"weighted","attempts":[{"target":"openai/gpt-5","status":503,"ms":12}]}"#, true),
            (nil, false), ("", false), ("{", false), ("[]", false), ("null", false), (#"{"a":1}x"#, false),
            (#"{"a":1,"a":2}"#, false), (String(repeating: "[", count: 100_000), false),
        ] as [(String?, Bool)]
    )
    func route(_ text: String?, _ isShown: Bool) async throws {
        let fixture = try await self.fixture(records: 0)
        var record = RequestRecord(id: "r", startedAt: 1, keyID: "k", projectID: "p", operation: .chat)
        record.route = text
        try fixture.store.append([record])
        let answer = await fixture.call("GET", "/admin/v1/requests/r")
        #expect(answer.string("id") == "r" && answer.raw("route") == (isShown ? text : "null"))
        #expect(await fixture.call("GET", "/admin/v1/requests").count("data") == 1)
    }

    @Test("a key tells when it was last used")
    func lastUsed() async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        #expect(await fixture.call("GET", "/admin/v1/keys/\(id)").raw("last_used_at") == "null")
        try fixture.store.append([RequestRecord(id: "r", startedAt: 0, keyID: id, projectID: "p", operation: .chat)])
        #expect(await fixture.call("GET", "/admin/v1/keys/\(id)").string("last_used_at") == "1970-01-01T00:00:00.000Z")
        #expect(await fixture.call("GET", "/admin/v1/keys").string("data.0.last_used_at") != nil)
    }
}

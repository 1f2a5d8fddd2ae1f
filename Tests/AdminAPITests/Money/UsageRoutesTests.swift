import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("usage routes")
struct UsageRoutesTests {
    private static let path = "/admin/v1/usage"

    private func row(_ group: [String]) -> UsageRow {
        var row = UsageRow(group: group)
        row.requests = 3
        row.chargeNanoUSD = 1_500_000_000
        row.usage.uncachedInputTokens = 10
        row.usage.cacheReadTokens = 20
        row.lostCacheNanoUSD = 250_000_000
        row.total = UsagePercentiles(p50: 1_500, p95: 2_000, p99: 3_007)
        return row
    }

    @Test("sums are grouped, named and totalled")
    func json() async throws {
        let fixture = try await AdminFixture()
        let project = try #require(await fixture.administration.configuration.projects.first)
        fixture.ledger.setRows([self.row([project.id, "fast"])])
        let query = "group_by=project,model&since=7d&project=default&status=completed"
        let answer = await fixture.call("GET", Self.path, query: query)
        #expect(answer.status == 200)
        #expect(answer.string("data.0.project_name") == "default" && answer.string("data.0.model") == "fast")
        #expect(answer.string("data.0.cost_usd") == "1.5" && answer.raw("data.0.input_tokens") == "30")
        #expect(answer.raw("data.0.cache_hit_rate") == "0.6667" && answer.string("data.0.lost_cache_usd") == "0.25")
        #expect(
            answer.raw("data.0.latency_ms.total.p99") == "3.007" && answer.raw("data.0.latency_ms.overhead") == "null"
        )
        #expect(answer.raw("total.requests") == "3" && answer.raw("truncated") == "false")
        let asked = try #require(fixture.ledger.queries.first)
        #expect(asked.groupBy == [.project, .model] && asked.to - asked.from == 7 * 86_400_000)
        #expect(asked.filters == [.project: project.id, .status: "completed"] && asked.to == AdminFixture.now)
        #expect(fixture.ledger.queries.last?.groupBy == [])
    }

    @Test("without input there is no rate of what was cached")
    func hitRate() {
        var usage = TokenUsage()
        #expect(UsageReport.hitRate(usage) == nil)
        usage.cacheReadTokens = 7
        #expect(UsageReport.hitRate(usage) == 1)
        usage.uncachedInputTokens = .max
        #expect(UsageReport.hitRate(usage) == 0)
    }

    @Test("comma-separated values are quoted, and no text is taken for a formula")
    func csv() async throws {
        let fixture = try await AdminFixture()
        fixture.ledger.setRows([self.row(["=cmd(\"x\"),1"])])
        let answer = await fixture.call("GET", Self.path, query: "group_by=label&format=csv")
        #expect(answer.contentType == "text/csv; charset=utf-8")
        let lines = answer.text.split(separator: "\r\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("label,requests,errors,estimated,cost_usd"))
        #expect(lines[1].hasPrefix(#""'=cmd(""x""),1",3,0,0,1.5,0,0.25,0.6667,30"#) && lines[1].contains(",3.007"))
    }

    @Test(
        "questions that make no sense are refused by name",
        arguments: [
            ("group_by=colour", "group_by"), ("group_by=key,key", "group_by"), ("interval=week", "interval"),
            ("since=7", "since"), ("since=0d", "since"), ("since=7d&from=2027-01-01T00:00:00Z", "since"),
            ("from=2028-01-01T00:00:00Z", "from"), ("to=soon", "to"), ("format=xml", "format"),
            ("limit=10001", "limit"),
            ("limit=0", "limit"), ("colour=red", "colour"), ("since=999999d", "since"),
        ]
    )
    func refusals(_ query: String, _ field: String) async throws {
        let answer = await (try await AdminFixture()).call("GET", Self.path, query: query)
        #expect(answer.status == 400 && answer.string("field") == field)
    }
}

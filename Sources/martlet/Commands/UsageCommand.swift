import ArgumentParser
import Glibc
import Wire

/// `martlet usage`
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Requests, tokens and cost, summed by what you like.",
        discussion: """
            Examples:
              martlet usage --by model --since 7d
              martlet usage --by project,key --since 4w --csv
              martlet usage --interval hour --model gpt-5.5
            """
    )

    @OptionGroup var common: ClientOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Print comma-separated values.") var csv = false
    @Option(help: "project, key, model, provider, target, status, label; several by comma.") var by: String?
    @Option(help: "One row a minute, hour or day too.") var interval: String?
    @Option(help: "A span up to now: 90m, 24h, 7d, 4w (default: 24h).") var since: String?
    @Option(help: "From this time on (RFC 3339).") var from: String?
    @Option(help: "Up to this time (RFC 3339).") var to: String?
    @Option(help: "Only this project's.") var project: String?
    @Option(help: "Only this key's.") var key: String?
    @Option(help: "Only this model's.") var model: String?
    @Option(help: "Only this provider's.") var provider: String?
    @Option(help: "Only this target's, as provider/upstream-model.") var target: String?
    @Option(help: "Only attempts that ended so: completed, client_gone, …") var status: String?
    @Option(help: "Only this label's.") var label: String?
    @Option(help: "At most so many rows.") var limit: Int?

    func validate() throws {
        guard !(self.csv && self.output.json) else { throw ValidationError("--csv and --json exclude each other") }
    }

    func run() async throws {
        let client = try await AdminClient.open(self.common)
        defer { client.close() }
        let body = try await client.call("GET", "/usage" + self.path)
        guard !self.csv, !self.output.json, let report = JSONView(body) else {
            let text = String(decoding: body, as: UTF8.self)
            return Console.out(text.hasSuffix("\r\n") ? String(text.dropLast()) : text)
        }
        self.table(report).print()
        if report.text("truncated") == "true" { Console.talk("There are more rows; raise --limit.") }
        guard isatty(STDOUT_FILENO) == 1, let line = try await self.sparkline(client) else { return }
        Console.out(line)
    }

    /// The query, with its question mark.
    var path: String {
        query(
            [("group_by", self.by), ("interval", self.interval)] + self.span + self.filters + [
                ("limit", self.limit.map(String.init)), ("format", self.csv ? "csv" : nil),
            ]
        )
    }

    private var span: [(name: String, value: String?)] {
        [("since", self.since), ("from", self.from), ("to", self.to)]
    }

    private var filters: [(name: String, value: String?)] {
        [
            ("project", self.project), ("key", self.key), ("model", self.model), ("provider", self.provider),
            ("target", self.target), ("status", self.status), ("label", self.label),
        ]
    }

    /// The rows, and their sum in the last line.
    func table(_ report: JSONView) -> Table {
        let groups = (self.by ?? "").split(separator: ",").map(String.init)
        let times = self.interval == nil ? [] : ["starts_at"]
        let sums = ["requests", "errors", "input_tokens", "output_tokens", "cost_usd", "cache_savings_usd"]
        func cells(_ row: JSONView?) -> [String?] {
            sums.map { row?.text($0) } + [
                row?.text("cache_hit_rate").flatMap(Self.percent), row?.text("lost_cache_usd"),
            ]
        }
        var table = Table(
            times.map { _ in "TIME" } + groups.map { $0.uppercased() }
                + ["REQUESTS", "ERRORS", "INPUT", "OUTPUT", "COST USD", "SAVED USD", "CACHED", "LOST USD"]
        )
        for row in report.elements("data") {
            table.add(
                times.map { row.text($0) } + groups.map { row.text("\($0)_name") ?? row.text($0) }
                    + cells(row)
            )
        }
        let total = report.view("total")
        let heads = times + groups
        guard !heads.isEmpty else { return table }
        table.add(heads.enumerated().map { $0.offset == 0 ? "total" : "" } + cells(total))
        return table
    }

    private static func percent(_ rate: String) -> String? {
        guard let tenths = Double(rate).flatMap({ Int(exactly: (min(max($0, 0), 1) * 1_000).rounded()) }) else {
            return nil
        }
        return "\(tenths / 10).\(tenths % 10) %"
    }

    private func sparkline(_ client: AdminClient) async throws -> String? {
        let isLong = self.since.map { $0.hasSuffix("d") || $0.hasSuffix("w") } ?? (self.from != nil)
        let interval = isLong ? "day" : "hour"
        let path = query([("interval", interval), ("limit", "120")] + self.span + self.filters)
        guard let report = JSONView(try await client.call("GET", "/usage" + path)) else { return nil }
        let costs = report.elements("data").map { Double($0.text("cost_usd") ?? "") ?? 0 }
        guard costs.count > 1 else { return nil }
        return "Cost by \(interval)  \(Sparkline.text(costs))"
    }
}

/// Values as a row of bars, for eyes only.
enum Sparkline {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    static func text(_ values: [Double]) -> String {
        let highest = values.max() ?? 0
        let heights = values.map { value in
            // The comparison keeps out what is not a number.
            guard highest > 0, value > 0 else { return 0 }
            return (1..<Self.bars.count).last { Double($0) * highest <= value * Double(Self.bars.count) } ?? 0
        }
        return String(heights.map { Self.bars[$0] })
    }
}

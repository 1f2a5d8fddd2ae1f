import Exchange
import Storage
import Wire

/// Sums of usage as they are shown, as JSON or as comma-separated values.
struct UsageReport: Sendable {
    var query: UsageQuery
    var rows: [UsageRow]
    /// The sum over all rows, those beyond the limit included.
    var total: UsageRow
    /// Names of projects and keys by id.
    var names: [UsageDimension: [String: String]]

    private static let percentiles: [(name: StaticString, part: @Sendable (UsageRow) -> UsagePercentiles?)] = [
        ("total", { $0.total }), ("first_content", { $0.firstContent }), ("overhead", { $0.overhead }),
    ]

    var json: AdminAnswer {
        .object { writer in
            writer.member("from", time: self.query.from)
            writer.member("to", time: self.query.to)
            writer.member("interval", self.query.interval?.rawValue)
            writer.member("group_by", self.query.groupBy.map(\.rawValue))
            writer.member(
                "data",
                array: { writer in
                    var courtesy = Courtesy(at: .now)
                    for row in self.rows {
                        courtesy.offer(at: .now)
                        writer.object { writer in
                            if self.query.interval != nil { writer.member("starts_at", time: row.startsAt) }
                            self.writeGroup(row, to: &writer)
                            Self.writeSums(row, to: &writer)
                        }
                    }
                }
            )
            writer.member("total", object: { Self.writeSums(self.total, to: &$0) })
            writer.member("truncated", self.rows.count >= self.query.limit)
        }
    }

    private func writeGroup(_ row: UsageRow, to writer: inout JSONWriter) {
        for (dimension, value) in zip(self.query.groupBy, row.group) {
            writer.key(dimension.rawValue)
            writer.string(value)
            guard let names = self.names[dimension] else { continue }
            writer.key("\(dimension.rawValue)_name")
            if let name = names[value] { writer.string(name) } else { writer.null() }
        }
    }

    private static func writeSums(_ row: UsageRow, to writer: inout JSONWriter) {
        writer.member("requests", row.requests)
        writer.member("errors", row.errors)
        writer.member("estimated", row.estimated)
        writer.member("cost_usd", nanoUSD: row.chargeNanoUSD)
        writer.member("cache_savings_usd", nanoUSD: row.cacheSavingsNanoUSD)
        writer.member("lost_cache_usd", nanoUSD: row.lostCacheNanoUSD)
        writer.key("cache_hit_rate")
        if let rate = Self.hitRate(row.usage) { writer.double(rate) } else { writer.null() }
        for count in UsageFields.counts(row.usage) { writer.member(count.name, count.value) }
        writer.member(
            "latency_ms",
            object: { writer in
                for (name, part) in self.percentiles {
                    writer.key(name)
                    guard let percentiles = part(row) else {
                        writer.null()
                        continue
                    }
                    writer.object { writer in
                        writer.member("p50", milliseconds: percentiles.p50)
                        writer.member("p95", milliseconds: percentiles.p95)
                        writer.member("p99", milliseconds: percentiles.p99)
                    }
                }
            }
        )
    }

    /// RFC 4180, one line a row under a line of names.
    var csv: AdminAnswer {
        var lines = [self.columns.joined(separator: ",")]
        var courtesy = Courtesy(at: .now)
        for row in self.rows {
            courtesy.offer(at: .now)
            lines.append(self.cells(row).joined(separator: ","))
        }
        let text = lines.map { $0 + "\r\n" }.joined()
        return AdminAnswer(status: 200, contentType: "text/csv; charset=utf-8", body: Array(text.utf8))
    }

    private var columns: [String] {
        var names = self.query.interval == nil ? [] : ["starts_at"]
        for dimension in self.query.groupBy {
            names.append(dimension.rawValue)
            if self.names[dimension] != nil { names.append("\(dimension.rawValue)_name") }
        }
        names += ["requests", "errors", "estimated", "cost_usd", "cache_savings_usd", "lost_cache_usd"]
        names.append("cache_hit_rate")
        names += UsageFields.counts(TokenUsage()).map { "\($0.name)" }
        for (name, _) in Self.percentiles { names += ["p50", "p95", "p99"].map { "\(name)_\($0)_ms" } }
        return names
    }

    private func cells(_ row: UsageRow) -> [String] {
        var cells = self.query.interval == nil ? [] : [row.startsAt.map(Timestamp.text) ?? ""]
        for (dimension, value) in zip(self.query.groupBy, row.group) {
            cells.append(Self.cell(value))
            if let names = self.names[dimension] { cells.append(Self.cell(names[value] ?? "")) }
        }
        cells += [row.requests, row.errors, row.estimated].map(String.init)
        cells += [row.chargeNanoUSD, row.cacheSavingsNanoUSD, row.lostCacheNanoUSD].map(NanoUSD.text)
        cells.append(Self.hitRate(row.usage).map { "\($0)" } ?? "")
        cells += UsageFields.counts(row.usage).map { String($0.value) }
        for (_, part) in Self.percentiles {
            let percentiles = part(row)
            cells += [percentiles?.p50, percentiles?.p95, percentiles?.p99].map { $0.map(Self.milliseconds) ?? "" }
        }
        return cells
    }

    /// The share of all input tokens that came from a vendor's cache, with four places; `nil` when there was no input.
    static func hitRate(_ usage: TokenUsage) -> Double? {
        guard usage.inputTokens > 0 else { return nil }
        let share = Double(usage.cacheReadTokens) / Double(usage.inputTokens)
        return (min(max(share, 0), 1) * 10_000).rounded() / 10_000
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        let rest = String(microseconds.magnitude % 1_000)
        return "\(microseconds / 1_000).\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest)"
    }

    /// A text that came from outside: quoted where it must be, and never taken for a formula by a spreadsheet.
    private static func cell(_ text: String) -> String {
        let isFormula = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return safe }
        return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

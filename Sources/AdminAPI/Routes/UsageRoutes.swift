import Storage
import Wire

/// Sums of usage by what one likes, from the rollups.
enum UsageRoutes {
    private static let day: UnixMilliseconds = 86_400_000
    private static let maximumRows = 10_000

    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(.get, "\(AdminRoutes.prefix)/usage", "sums requests, tokens and cost, as JSON or CSV") {
                call throws(AdminProblem) in
                try await self.report(call, services)
            }.documented(LedgerOperations.usage)
        ]
    }

    private static func report(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        let configuration = await services.administration.configuration
        var query = try self.query(call.query, configuration, now: services.process.now())
        query.projects = call.principal.projects
        let isCSV = try self.isCSV(call.query)
        let sums: UsageSums
        if isCSV {
            sums = UsageSums(rows: try await services.ledger.usage(query), total: UsageRow())
        } else {
            sums = try await services.ledger.usageAndTotal(query)
        }
        let projects = configuration.projects.map { ($0.id, $0.name) }
        let keys = configuration.keys.map { ($0.id, $0.name) }
        let report = UsageReport(
            query: query,
            rows: sums.rows,
            total: sums.total,
            names: [
                .project: Dictionary(projects, uniquingKeysWith: { first, _ in first }),
                .key: Dictionary(keys, uniquingKeysWith: { first, _ in first }),
            ]
        )
        return await services.ledger.work { isCSV ? report.csv : report.json }
    }

    private static func query(
        _ given: AdminQuery,
        _ configuration: StoredConfiguration,
        now: UnixMilliseconds
    ) throws(AdminProblem) -> UsageQuery {
        let names = UsageDimension.allCases.map(\.rawValue)
        try given.allow(["group_by", "interval", "from", "to", "since", "limit", "format"] + names)
        let span = try given.span(now: now, otherwise: self.day)
        var query = UsageQuery(from: span.from, to: span.to)
        query.groupBy = try self.groups(given["group_by"])
        query.limit = try given.limit(upTo: self.maximumRows, otherwise: 1_000)
        if let text = given["interval"] {
            guard let interval = UsageInterval(rawValue: text) else {
                let known = UsageInterval.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminProblem(.invalidQuery, "interval must be one of \(known)", field: "interval")
            }
            query.interval = interval
        }
        for dimension in UsageDimension.allCases {
            query.filters[dimension] = given[dimension.rawValue]
        }
        if let reference = query.filters[.project] {
            query.filters[.project] = configuration.projects.first { $0.name == reference }?.id ?? reference
        }
        return query
    }

    private static func groups(_ text: String?) throws(AdminProblem) -> [UsageDimension] {
        guard let text, !text.isEmpty else { return [] }
        var groups: [UsageDimension] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let dimension = UsageDimension(rawValue: String(name)), !groups.contains(dimension) else {
                let known = UsageDimension.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminProblem(.invalidQuery, "group_by must be some of \(known), each once", field: "group_by")
            }
            groups.append(dimension)
        }
        return groups
    }

    private static func isCSV(_ given: AdminQuery) throws(AdminProblem) -> Bool {
        switch given["format"] {
        case nil, "json": return false
        case "csv": return true
        default: throw AdminProblem(.invalidQuery, "format must be json or csv", field: "format")
        }
    }
}

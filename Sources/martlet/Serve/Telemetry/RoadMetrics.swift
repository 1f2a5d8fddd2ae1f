import AdminAPI
import Exchange
import Gateway
import Policy
import Telemetry

/// Metrics that are read where they are kept, when somebody scrapes.
enum RoadMetrics {
    /// Adds what stands still between requests: the program's version, how targets and budgets stand.
    static func register(_ road: Road, in registry: MetricRegistry) {
        registry.collect("martlet_build_info", help: "1, with the program's version.", type: .gauge) {
            [(labels: [("version", Martlet.version)], value: 1)]
        }
        let desk = road.desk
        registry.collect(
            "martlet_upstream_state",
            help: "Breakers of targets: 0 closed, 1 half open, 2 open.",
            type: .gauge
        ) {
            desk.status().map { standing in
                (
                    labels: [("target", "\(standing.provider)/\(standing.model)")],
                    value: Self.number(of: standing.breaker)
                )
            }
        }
        let (admissions, time) = (road.admissions, road.money.budgetTime)
        registry.collect(
            "martlet_budget_remaining_usd",
            help: "What is left of the budgets of projects, what requests hold counted as spent.",
            type: .gauge
        ) {
            Self.remaining(admissions.views(wall: time.unixMilliseconds))
        }
    }

    static func number(of breaker: String) -> Double {
        switch breaker {
        case "open": 2
        case "half_open": 1
        default: 0
        }
    }

    /// Of projects alone: keys are too many to be labels. Where a project has several budgets of one period, the least counts.
    static func remaining(_ views: [BudgetView]) -> [(labels: [(String, String)], value: Double)] {
        struct Place: Hashable {
            var project: String
            var period: String
        }
        let start = "the project "
        var least: [Place: Int64] = [:]
        for view in views where view.scopeLabel.hasPrefix(start) {
            let place = Place(project: String(view.scopeLabel.dropFirst(start.count)), period: view.periodName)
            least[place] = min(least[place] ?? .max, view.available)
        }
        return least.map { place, nanoUSD in
            (
                labels: [("project", place.project), ("period", place.period)],
                value: Double(nanoUSD) / 1_000_000_000
            )
        }
    }
}

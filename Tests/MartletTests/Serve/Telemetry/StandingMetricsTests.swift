import Policy
import Testing

@testable import martlet

@Suite("Metrics of what stands still")
struct StandingMetricsTests {
    @Test("breakers are told as numbers", arguments: [("closed", 0.0), ("half_open", 1), ("open", 2)])
    func breakers(_ word: String, _ number: Double) {
        #expect(RoadMetrics.number(of: word) == number)
    }

    @Test("no budget, no series")
    func budgets() {
        #expect(RoadMetrics.remaining([]).isEmpty)
        #expect(RoadMetrics.remaining(AdmissionTable().views(wall: 0)).isEmpty)
    }
}

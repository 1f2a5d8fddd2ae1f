import Testing

@testable import Policy

@Suite("Outcome window")
struct OutcomeWindowTests {
    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(microseconds: seconds * 1_000_000)
    }

    @Test func countsWhatBeganInItAndForgetsTheRest() {
        var window = OutcomeWindow(slots: 10, width: .seconds(1))
        for second in 0..<20 { window.note(at: Self.at(Int64(second)), attempts: 2, failures: 1) }
        #expect(window.totals(at: Self.at(19)) == (20, 10))
        #expect(window.totals(at: Self.at(24)) == (10, 5))
        #expect(window.totals(at: Self.at(40)) == (0, 0))
    }

    @Test func aFailureCountsWhenItsAttemptBeganAndNotAtAllWhenThatIsTooLongAgo() {
        var window = OutcomeWindow(slots: 10, width: .seconds(1))
        window.note(at: Self.at(3), attempts: 1)
        window.note(at: Self.at(30), attempts: 1)
        window.note(at: Self.at(3), failures: 1)
        #expect(window.totals(at: Self.at(30)) == (1, 0))
    }

    @Test func neverGoesBelowNothing() {
        var window = OutcomeWindow(slots: 4, width: .seconds(1))
        window.note(at: Self.at(1), attempts: -3, failures: -1)
        #expect(window.totals(at: Self.at(1)) == (0, 0))
    }

    @Test func aWiderWindowKeepsWhatWasCounted() {
        var window = OutcomeWindow(slots: 10, width: .seconds(1))
        for second in 0..<10 { window.note(at: Self.at(Int64(second)), attempts: 1, failures: second % 2) }
        window.resize(width: .seconds(4))
        #expect(window.totals(at: Self.at(9)) == (10, 5))
        #expect(window.totals(at: Self.at(39)) == (10, 5))
        #expect(window.totals(at: Self.at(50)) == (0, 0))
    }

    @Test func readsInstantsBeforeTheClocksStart() {
        var window = OutcomeWindow(slots: 10, width: .seconds(1))
        window.note(at: Self.at(-3), attempts: 1)
        #expect(window.totals(at: Self.at(2)) == (1, 0))
        #expect(window.totals(at: Self.at(8)) == (0, 0))
    }
}

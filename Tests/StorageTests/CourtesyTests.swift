import Testing

@testable import Storage

@Suite("Giving way during long work")
struct CourtesyTests {
    private static let start = ContinuousClock.now

    private static func after(_ microseconds: Int) -> ContinuousClock.Instant {
        Self.start + .microseconds(microseconds)
    }

    /// A tenth of the limit goes by with each offer.
    private static func loseTenth(
        _ courtesy: inout Courtesy,
        at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant {
        let end = now + Courtesy.limit / 10
        courtesy.note(from: now, to: end)
        return end
    }

    @Test("an offer is due after each interval of work, and not before")
    func interval() {
        var courtesy = Courtesy(at: Self.start)
        #expect(!courtesy.isDue(at: Self.start) && !courtesy.isDue(at: Self.after(99)))
        #expect(courtesy.isDue(at: Self.after(100)) && courtesy.isDue(at: Self.after(5_000)))
        courtesy.note(from: Self.after(130), to: Self.after(430))
        #expect(!courtesy.isDue(at: Self.after(529)) && courtesy.isDue(at: Self.after(530)))
    }

    @Test("offers end when as much was lost by them as may be")
    func limit() {
        var courtesy = Courtesy(at: Self.start)
        var now = Self.start
        for _ in 0..<10 {
            now += Courtesy.interval
            #expect(courtesy.isDue(at: now))
            now = Self.loseTenth(&courtesy, at: now)
        }
        #expect(!courtesy.isDue(at: now + .seconds(60)))
    }

    @Test("an offer that is not due is not made, and one that is comes back")
    func offers() {
        var courtesy = Courtesy(at: Self.start)
        let before = courtesy
        courtesy.offer(at: Self.start)
        #expect(courtesy.isDue(at: Self.after(100)) == before.isDue(at: Self.after(100)))
        courtesy.offer(at: Self.after(100))
        #expect(!courtesy.isDue(at: Self.after(100)))
    }
}

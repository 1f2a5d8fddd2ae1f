import MartletTesting
import Testing

@Suite struct ManualClockTests {
    @Test("the clock stands still until it is advanced")
    func standsStill() {
        let clock = ManualClock(now: 5)
        #expect(clock.now == 5)
        #expect(clock.now == 5)
        #expect(clock.advance(by: .nanoseconds(7)) == 12)
        #expect(clock.now == 12)
    }

    @Test("a source handed out earlier tells the clock's present time")
    func source() {
        let clock = ManualClock(now: 0)
        let source = clock.source
        clock.advance(by: .milliseconds(1500))
        #expect(source() == 1_500_000_000)
        #expect(clock.milliseconds == 1500)
    }

    @Test("a clock may be set back")
    func back() {
        let clock = ManualClock(now: 100)
        clock.advance(by: .nanoseconds(-40))
        #expect(clock.now == 60)
        clock.set(7)
        #expect(clock.now == 7)
    }
}

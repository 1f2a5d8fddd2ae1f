import Testing

@testable import Policy

@Suite("GCRA")
struct GCRATests {
    private func at(_ microseconds: Int64) -> MonotonicInstant { MonotonicInstant(microseconds: microseconds) }

    @Test("a burst of the whole limit passes at once, the next waits exactly one interval")
    func burst() {
        var bucket = GCRA(.perMinute(60))
        for taken in 1...60 {
            let decision = bucket.take(1, at: self.at(0))
            #expect(decision.isAllowed)
            #expect(decision.limit == 60)
            #expect(decision.remaining == 60 - taken)
            #expect(decision.resetAfter == .seconds(taken))
            #expect(decision.retryAfter == nil)
        }
        let refused = bucket.take(1, at: self.at(0))
        #expect(!refused.isAllowed)
        #expect(refused.remaining == 0)
        #expect(refused.resetAfter == .seconds(60))
        #expect(refused.retryAfter == .seconds(1))
        #expect(!refused.canNeverPass)
    }

    @Test(
        "the wait told is true to the microsecond (N089)",
        arguments: [0, 1, 999_999, 1_000_000, 123_456_789] as [Int64]
    )
    func truthful(_ start: Int64) throws {
        var bucket = GCRA(.perMinute(7))
        for _ in 0..<7 { #expect(bucket.take(1, at: self.at(start)).isAllowed) }
        let wait = try #require(bucket.take(1, at: self.at(start + 3)).retryAfter)
        let microseconds = Int64(wait.components.attoseconds / 1_000_000_000_000) + wait.components.seconds * 1_000_000
        #expect(!bucket.peek(1, at: self.at(start + 3 + microseconds - 1)).isAllowed)
        #expect(bucket.peek(1, at: self.at(start + 3 + microseconds)).isAllowed)
    }

    @Test("a look takes nothing and agrees with the take that follows")
    func looking() {
        var bucket = GCRA(.perMinute(2))
        for _ in 0..<10 { #expect(bucket.peek(1, at: self.at(5)).isAllowed) }
        #expect(bucket.peek(1, at: self.at(5)).remaining == 2)
        #expect(bucket.peek(1, at: self.at(5)).resetAfter == .zero)
        _ = bucket.take(2, at: self.at(5))
        #expect(bucket.peek(1, at: self.at(5)) == bucket.take(1, at: self.at(5)))
    }

    @Test("more than the whole limit can never pass, however long one waits")
    func never() {
        var bucket = GCRA(.perMinute(5))
        #expect(bucket.take(5, at: self.at(0)).isAllowed)
        #expect(!bucket.take(5, at: self.at(0)).canNeverPass)
        for cost in [6, 1000, Int.max] {
            let decision = bucket.take(cost, at: self.at(0))
            #expect(decision.canNeverPass)
            #expect(decision.retryAfterSeconds == nil)
        }
    }

    @Test("a limit below one admits nothing", arguments: [0, -1, Int.min])
    func nothing(_ limit: Int) {
        var bucket = GCRA(.perMinute(limit))
        #expect(bucket.take(1, at: self.at(0)).canNeverPass)
        #expect(bucket.take(1, at: self.at(0)).limit == 0)
    }

    @Test("a cost of nothing or less takes nothing", arguments: [0, -1, Int.min])
    func free(_ cost: Int) {
        var bucket = GCRA(.perMinute(2))
        #expect(bucket.take(cost, at: self.at(0)).remaining == 2)
        #expect(bucket.take(2, at: self.at(0)).isAllowed)
    }

    @Test(
        "numbers at the edge neither trap nor wrap",
        arguments: [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max],
        [1, 60, Int.max]
    )
    func edges(_ now: Int64, _ limit: Int) {
        var bucket = GCRA(.perMinute(limit))
        for cost in [1, limit, .max, 0, .min] {
            let decision = bucket.take(cost, at: self.at(now))
            #expect(decision.remaining >= 0 && decision.remaining <= limit)
            bucket.giveBack(cost, takenAt: self.at(-now.subtractingReportingOverflow(1).partialValue.magnitude.clamped))
            bucket.change(to: .perMinute(limit / 2 + 1), at: self.at(now))
            _ = bucket.peek(1, at: self.at(.min))
            _ = bucket.peek(1, at: self.at(.max))
        }
    }

    @Test("no window admits more than the limit and the burst (N089)", arguments: 0..<20 as Range<UInt64>)
    func windows(_ seed: UInt64) {
        let random = Randomness.seeded(seed)
        let number = { (bound: Int) in
            random.bytes(4).reduce(0) { ($0 << 8 | Int($1)) } % bound
        }
        let limit = 1 + number(50)
        let burst = 1 + number(limit)
        var bucket = GCRA(LimitRate(limit: limit, per: .milliseconds(10), burst: burst))
        var (now, admitted) = (Int64(number(1000)), [Int64]())
        for _ in 0..<2000 {
            now += Int64(number(400))
            if bucket.take(1, at: self.at(now)).isAllowed { admitted.append(now) }
        }
        for (index, start) in admitted.enumerated() {
            let inWindow = admitted[index...].prefix { $0 < start + 10_000 }.count
            #expect(inWindow <= limit + burst)
            #expect(admitted[index...].prefix { $0 == start }.count <= burst)
        }
        #expect(admitted.count > burst)
    }

    @Test("a reading that goes back admits nothing more")
    func backwards() {
        var bucket = GCRA(.perMinute(2))
        _ = bucket.take(2, at: self.at(1_000_000))
        #expect(!bucket.take(1, at: self.at(0)).isAllowed)
        #expect(bucket.take(1, at: self.at(0)).retryAfter == .seconds(31))
    }

    @Test("a period that does not divide is rounded against the caller")
    func rounding() {
        #expect(LimitRate.perMinute(7).interval == 8_571_428_572)
        #expect(LimitRate.perMinute(60).interval == 1_000_000_000)
        #expect(LimitRate.perMinute(.max).interval == 1)
        #expect(LimitRate.perMinute(.max).tolerance == .max)
        #expect(LimitRate(limit: 10, per: .zero).interval == 1)
        #expect(LimitRate(limit: 1, per: .seconds(Int64.max)).interval == .max)
        #expect(LimitRate(limit: 5, per: .seconds(1), burst: -3).tolerance == 0)
    }

    @Test("a large limit is what it says", arguments: [90_000_000, 150_000_000, 1_000_000_000])
    func large(_ limit: Int) {
        var bucket = GCRA(.perMinute(limit))
        #expect(bucket.take(limit, at: self.at(0)).isAllowed)
        // A second later one sixtieth has drained, and never more.
        let room = bucket.peek(1, at: self.at(1_000_000)).remaining
        #expect(room <= limit / 60 && room > limit / 60 * 99 / 100)
    }

    @Test("what was not used comes back, as far as it has not drained since")
    func givingBack() {
        var bucket = GCRA(.perMinute(60))
        _ = bucket.take(60, at: self.at(0))
        bucket.giveBack(10, takenAt: self.at(0))
        #expect(bucket.peek(1, at: self.at(0)).remaining == 10)
        #expect(bucket.take(10, at: self.at(0)).isAllowed)
        #expect(bucket.take(4, at: self.at(4_000_000)).isAllowed)
        bucket.giveBack(10, takenAt: self.at(0))
        #expect(bucket.peek(1, at: self.at(4_000_000)).remaining == 6)
        bucket.giveBack(3, takenAt: self.at(0))
        #expect(bucket.peek(1, at: self.at(4_000_000)).remaining == 6)
    }

    @Test("giving back never admits more than a full burst", arguments: 0..<10 as Range<UInt64>)
    func givingBackBounded(_ seed: UInt64) {
        let random = Randomness.seeded(seed)
        var bucket = GCRA(.perMinute(20))
        var now: Int64 = 0
        for _ in 0..<500 {
            now += Int64(random.bytes(1)[0]) * 100_000
            _ = bucket.take(1, at: self.at(now))
            if random.bytes(1)[0] < 128 { bucket.giveBack(1, takenAt: self.at(now)) }
            #expect(bucket.peek(1, at: self.at(now)).remaining <= 20)
        }
    }

    @Test("giving back to a limit that was never taken from changes nothing")
    func givingBackUntaken() {
        var bucket = GCRA(.perMinute(5))
        bucket.giveBack(3, takenAt: self.at(0))
        #expect(bucket == GCRA(.perMinute(5)))
    }

    @Test("a correction is what a take of the right size would have left", arguments: 0..<20 as Range<UInt64>)
    func corrections(_ seed: UInt64) {
        let random = Randomness.seeded(seed)
        let number = { (bound: Int) in random.bytes(4).reduce(0) { ($0 << 8 | Int($1)) } % bound }
        for _ in 0..<200 {
            // Without a pause in between, taking a guess and correcting it is the same as having known.
            var (guessed, knew) = (GCRA(.perMinute(600)), GCRA(.perMinute(600)))
            var (now, open) = (Int64(number(1_000_000)), [(at: Int64, delta: Int)]())
            for _ in 0..<5 {
                let (guess, actual) = (1 + number(100), 1 + number(100))
                guard guessed.take(guess, at: self.at(now)).isAllowed else { continue }
                _ = knew.take(actual, at: self.at(now))
                open.append((now, actual - guess))
                now += Int64(number(1_000))
            }
            for one in open.reversed() { guessed.correct(by: one.delta, takenAt: self.at(one.at)) }
            #expect(open.count == 5)
            #expect(guessed.peek(1, at: self.at(now)) == knew.peek(1, at: self.at(now)))
        }
    }

    @Test("what has drained before another take does not come back")
    func correctedAfterIdle() {
        var bucket = GCRA(.perMinute(60))
        _ = bucket.take(60, at: self.at(0))
        bucket.correct(by: -50, takenAt: self.at(0))
        #expect(bucket.peek(1, at: self.at(0)).remaining == 50)
        bucket.correct(by: 70, takenAt: self.at(0))
        #expect(bucket.peek(1, at: self.at(0)).remaining == 0)
        #expect(bucket.peek(1, at: self.at(0)).retryAfter == .seconds(21))
        #expect(bucket.take(60, at: self.at(200_000_000)).isAllowed)
        bucket.correct(by: -60, takenAt: self.at(0))
        #expect(bucket.peek(1, at: self.at(200_000_000)).remaining == 0)
        for delta in [Int.min, .max, 0] { bucket.correct(by: delta, takenAt: self.at(0)) }
        #expect(!bucket.peek(1, at: self.at(200_000_000)).isAllowed)
    }

    @Test("a raised limit keeps the count taken")
    func raised() {
        var bucket = GCRA(.perMinute(10))
        _ = bucket.take(10, at: self.at(0))
        bucket.change(to: .perMinute(100), at: self.at(0))
        let decision = bucket.peek(1, at: self.at(0))
        #expect((decision.limit, decision.remaining) == (100, 90))
    }

    @Test("a lowered limit is full at most, and passes again after one interval")
    func lowered() {
        var bucket = GCRA(.perMinute(100))
        _ = bucket.take(50, at: self.at(0))
        bucket.change(to: .perMinute(10), at: self.at(0))
        let decision = bucket.take(1, at: self.at(0))
        #expect((decision.limit, decision.remaining) == (10, 0))
        #expect(decision.retryAfter == .seconds(6))
        bucket.change(to: .perMinute(10), at: self.at(0))
        #expect(bucket.peek(1, at: self.at(0)).retryAfter == .seconds(6))
    }

    @Test("changing an idle limit leaves it whole")
    func changedIdle() {
        var bucket = GCRA(.perMinute(10))
        _ = bucket.take(10, at: self.at(0))
        bucket.change(to: .perMinute(30), at: self.at(60_000_000))
        #expect(bucket.peek(1, at: self.at(60_000_000)).remaining == 30)
    }

    @Test("whole seconds to wait are rounded up")
    func wholeSeconds() {
        let seconds = { (wait: Duration?) in
            LimitDecision(isAllowed: false, limit: 1, remaining: 0, resetNanoseconds: 0, retryAfter: wait)
                .retryAfterSeconds
        }
        #expect(seconds(.microseconds(1)) == 1)
        #expect(seconds(.seconds(1)) == 1)
        #expect(seconds(.microseconds(1_000_001)) == 2)
        #expect(seconds(nil) == nil)
    }
}

extension UInt64 {
    fileprivate var clamped: Int64 { Int64(clamping: self) }
}

import Testing

@testable import Policy

@Suite("Breaker")
struct BreakerTests {
    private static let start = MonotonicInstant(microseconds: 50_000_000)

    private static func at(_ seconds: Double) -> MonotonicInstant {
        self.start.adding(.milliseconds(Int64(exactly: (seconds * 1_000).rounded()) ?? 0))
    }

    /// One that stays open exactly as long as its rules say.
    private static func steady() -> Breaker {
        var rules = BreakerRules.standard
        rules.hasJitter = false
        return Breaker(rules, seed: 1)
    }

    /// One that was just opened.
    private static func opened() throws -> Breaker {
        var breaker = Self.steady()
        for _ in 0..<5 { breaker.fail(try breaker.pass(at: Self.start), at: Self.start) }
        return breaker
    }

    // MARK: Opening

    @Test func fiveFailuresInARowOpenIt() throws {
        var breaker = Self.steady()
        for _ in 0..<4 { breaker.fail(try breaker.pass(at: Self.start), at: Self.start) }
        #expect(breaker.state == .closed)
        breaker.fail(try breaker.pass(at: Self.start), at: Self.start)
        #expect(breaker.state == .open(until: Self.at(5)))
        #expect(breaker.refuses(at: Self.at(4.999)))
    }

    @Test func aSuccessBetweenFailuresStartsTheRowAgain() throws {
        var breaker = Self.steady()
        for _ in 0..<3 {
            // Far apart, so that the window never holds ten.
            for second in 0..<4 {
                let now = Self.at(Double(second) * 20)
                breaker.fail(try breaker.pass(at: now), at: now)
            }
            breaker.succeed(try breaker.pass(at: Self.at(80)))
        }
        #expect(breaker.state == .closed)
    }

    @Test func halfOfTenAttemptsInTheWindowOpenIt() throws {
        var breaker = Self.steady()
        for index in 0..<10 {
            let permit = try breaker.pass(at: Self.at(Double(index) * 0.5))
            if index % 2 == 0 { breaker.succeed(permit) } else { breaker.fail(permit, at: Self.at(4.5)) }
        }
        #expect(breaker.state == .open(until: Self.at(9.5)))
    }

    @Test func fewerThanHalfDoNot() throws {
        var breaker = Self.steady()
        for index in 0..<1_000 {
            let permit = try breaker.pass(at: Self.at(Double(index) * 0.01))
            if index % 5 < 3 { breaker.succeed(permit) } else { breaker.fail(permit, at: Self.at(10)) }
        }
        #expect(breaker.state == .closed)
    }

    /// Failures are known at once, successes only after a minute: the ones under way must count as attempts.
    @Test func quickFailuresAmongSlowSuccessesDoNotOpenIt() throws {
        var breaker = Self.steady()
        var underWay: [Breaker.Permit] = []
        for index in 0..<1_000 {
            let now = Self.at(Double(index) * 0.01)
            let permit = try breaker.pass(at: now)
            if index % 50 == 0 { breaker.fail(permit, at: now) } else { underWay.append(permit) }
            if index % 60 == 0, let early = underWay.popLast() { breaker.succeed(early) }
        }
        #expect(breaker.state == .closed)
    }

    @Test func whatLiesBeforeTheWindowIsForgotten() throws {
        var breaker = Self.steady()
        for index in 0..<9 {
            let permit = try breaker.pass(at: Self.at(0))
            if index % 2 == 0 { breaker.succeed(permit) } else { breaker.fail(permit, at: Self.at(0)) }
        }
        for _ in 0..<4 { breaker.fail(try breaker.pass(at: Self.at(12)), at: Self.at(12)) }
        #expect(breaker.state == .closed)
    }

    @Test func aWindowThatLearnedOfSlowAttemptsReachesBackFurther() throws {
        var breaker = Self.steady()
        breaker.learn(p99: .seconds(60))
        for index in 0..<10 {
            let permit = try breaker.pass(at: Self.at(Double(index) * 10))
            if index % 2 == 0 { breaker.succeed(permit) } else { breaker.fail(permit, at: Self.at(95)) }
        }
        #expect(breaker.state == .open(until: Self.at(100)))
    }

    // MARK: Half-open

    @Test func threeProbesOneAfterTheOtherCloseIt() throws {
        var breaker = try Self.opened()
        for _ in 0..<3 {
            let probe = try breaker.pass(at: Self.at(5))
            #expect(probe.isProbe)
            #expect(breaker.refuses(at: Self.at(5)))
            breaker.succeed(probe)
        }
        #expect(breaker.state == .closed)
        let regular = try breaker.pass(at: Self.at(5))
        #expect(!regular.isProbe)
    }

    @Test func aFailedProbeOpensItForTwiceAsLongUpToAMinute() throws {
        var breaker = try Self.opened()
        var now = Self.at(5)
        for seconds in [10, 20, 40, 60, 60] as [Int64] {
            breaker.fail(try breaker.pass(at: now), at: now)
            #expect(breaker.state == .open(until: now.adding(.seconds(seconds))))
            now = now.adding(.seconds(seconds))
        }
        for _ in 0..<3 { breaker.succeed(try breaker.pass(at: now)) }
        // Closed again, it begins with the shortest.
        for _ in 0..<5 { breaker.fail(try breaker.pass(at: now), at: now) }
        #expect(breaker.state == .open(until: now.adding(.seconds(5))))
    }

    @Test func aNeutralOutcomeFreesTheProbesPlaceAndProvesNothing() throws {
        var breaker = try Self.opened()
        for _ in 0..<10 { breaker.release(try breaker.pass(at: Self.at(5))) }
        #expect(breaker.state == .halfOpen)
        for _ in 0..<2 { breaker.succeed(try breaker.pass(at: Self.at(5))) }
        #expect(breaker.state == .halfOpen)
    }

    @Test func aProbeWhoseHolderVanishedExpires() throws {
        var breaker = try Self.opened()
        let lost = try breaker.pass(at: Self.at(5))
        #expect(breaker.availableFrom == Self.at(65))
        #expect(breaker.refuses(at: Self.at(64.999)))
        let second = try breaker.pass(at: Self.at(65))
        // The lost one comes back after all: its place is another's now.
        breaker.succeed(lost)
        breaker.release(lost)
        #expect(breaker.refuses(at: Self.at(65)))
        breaker.succeed(second)
        _ = try breaker.pass(at: Self.at(65))
    }

    @Test func resultsFromBeforeTheLastChangeDoNotCount() throws {
        var breaker = Self.steady()
        let early = try (0..<20).map { _ in try breaker.pass(at: Self.start) }
        for permit in early.prefix(5) { breaker.fail(permit, at: Self.at(1)) }
        #expect(breaker.state == .open(until: Self.at(6)))
        for permit in early.dropFirst(5).prefix(5) { breaker.fail(permit, at: Self.at(2)) }
        for permit in early.dropFirst(10).prefix(5) { breaker.succeed(permit) }
        #expect(breaker.state == .open(until: Self.at(6)))
        let probe = try breaker.pass(at: Self.at(6))
        for permit in early.dropFirst(15) { breaker.fail(permit, at: Self.at(6)) }
        #expect(breaker.state == .halfOpen)
        breaker.succeed(probe)
        let next = try breaker.pass(at: Self.at(6))
        #expect(next.isProbe)
    }

    // MARK: Forced

    @Test func aForcedSuccessIsTheFirstProofAndAForcedFailureChangesNothing() throws {
        var breaker = try Self.opened()
        let bad = breaker.beginAnyway(at: Self.at(1))
        #expect(bad.isForced && !bad.isProbe)
        breaker.fail(bad, at: Self.at(1))
        #expect(breaker.state == .open(until: Self.at(5)))
        breaker.succeed(breaker.beginAnyway(at: Self.at(2)))
        #expect(breaker.state == .halfOpen)
        for _ in 0..<2 { breaker.succeed(try breaker.pass(at: Self.at(2))) }
        #expect(breaker.state == .closed)
    }

    @Test func aForcedAttemptIsNoSecondProbe() throws {
        var breaker = try Self.opened()
        let probe = try breaker.pass(at: Self.at(5))
        let forced = breaker.beginAnyway(at: Self.at(5))
        #expect(forced.isForced && !forced.isProbe)
        breaker.fail(forced, at: Self.at(5))
        #expect(breaker.state == .halfOpen)
        breaker.fail(probe, at: Self.at(5))
        #expect(breaker.state == .open(until: Self.at(15)))
    }

    // MARK: Rules

    @Test func jitterTakesOffUpToAQuarterAndNeverAdds() throws {
        var lengths: Set<Int64> = []
        for seed in 1...200 as ClosedRange<UInt64> {
            var breaker = Breaker(seed: seed)
            for _ in 0..<5 { breaker.fail(try breaker.pass(at: Self.start), at: Self.start) }
            let length = breaker.availableFrom.since(Self.start).wholeMicroseconds
            #expect((3_750_000...5_000_000).contains(length))
            lengths.insert(length)
        }
        #expect(lengths.count > 150)
    }

    @Test func aCredentialIsOutAtOnceAndProbedAfterFiveMinutes() throws {
        var breaker = Breaker(.credential, seed: 1)
        breaker.fail(try breaker.pass(at: Self.start), at: Self.start)
        #expect(breaker.state == .open(until: Self.at(300)))
        breaker.fail(try breaker.pass(at: Self.at(300)), at: Self.at(301))
        #expect(breaker.state == .open(until: Self.at(601)))
        breaker.succeed(try breaker.pass(at: Self.at(601)))
        #expect(breaker.state == .closed)
    }

    /// Whatever happens in whatever order: one probe at a time, and no place stays taken for good.
    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func underAnyHistoryThereIsOneProbeAndNoPlaceLeaks(_ seed: UInt64) throws {
        var random = TestRandom(seed)
        var breaker = Breaker(seed: seed)
        var now = Self.start
        var flying: [Breaker.Permit] = []
        for _ in 0..<400 {
            switch random.int(0...9) {
            case 0...3:
                let known = flying.filter { $0.isProbe && now < $0.startedAt.adding(.seconds(60)) }
                guard let permit = breaker.begin(at: now) else { break }
                if permit.isProbe, breaker.state == .halfOpen {
                    #expect(!known.contains { $0.epoch == permit.epoch }, "two probes at \(now)")
                }
                flying.append(permit)
            case 4: flying.append(breaker.beginAnyway(at: now))
            case 5...8:
                guard !flying.isEmpty else { break }
                let permit = flying.remove(at: random.int(0...flying.count - 1))
                switch random.int(0...5) {
                case 0, 1: breaker.succeed(permit)
                case 2, 3: breaker.fail(permit, at: now)
                case 4: breaker.release(permit)
                default: break  // vanished
                }
            default: now = now.adding(.milliseconds(Int64(random.int(0...20_000))))
            }
            #expect(breaker.availableFrom <= now.adding(.seconds(60)))
        }
        now = now.adding(.seconds(60))
        _ = try breaker.pass(at: now)
    }
}

extension Breaker {
    /// An attempt that must be let through.
    fileprivate mutating func pass(at now: MonotonicInstant) throws -> Permit {
        let permit = self.begin(at: now)
        return try #require(permit)
    }

    /// Whether an attempt is not let through.
    fileprivate func refuses(at now: MonotonicInstant) -> Bool {
        var copy = self
        return copy.begin(at: now) == nil
    }
}

import Testing

@testable import Policy

@Suite("Route cursor")
struct RouteCursorTests {
    private static let served = AttemptOutcome.succeeded(firstContent: nil, total: .milliseconds(100))

    /// The places that one request goes when all that it tries fails as told.
    private static func walk(
        _ world: RoutingWorld,
        _ outcome: AttemptOutcome = .sickTarget,
        preferred: Int? = nil,
        obstacle: (Int) -> SkipReason? = { _ in nil },
        cost: (Int) -> Int64? = { _ in nil }
    ) -> (choices: [RouteChoice], skips: [RouteSkip]) {
        var cursor = RouteCursor()
        var choices: [RouteChoice] = []
        while let choice = cursor.next(
            world.chooser,
            preferred: preferred,
            at: world.now,
            obstacle: obstacle,
            cost: cost
        ) {
            world.health(choice.index).finish(choice.permit, outcome, at: world.now)
            choices.append(choice)
        }
        return (choices, cursor.skips(world.chooser))
    }

    // MARK: Balance

    @Test func aHundredRequestsAtFiveThreeTwoAreExact() {
        let world = RoutingWorld([(5, 0), (3, 0), (2, 0), (7, 1)])
        let places = (0..<100).compactMap { _ in world.serve() }
        #expect((0...3).map { index in places.count { $0 == index } } == [50, 30, 20, 0])
    }

    @Test func tenThousandRequestsWithWeightsChangedMidwayAreExactInEachHalf() {
        var world = RoutingWorld([(5, 0), (3, 0), (2, 0)])
        let first = (0..<5_000).compactMap { _ in world.serve() }
        #expect((0...2).map { index in first.count { $0 == index } } == [2_500, 1_500, 1_000])
        world.load([(1, 0), (1, 0), (8, 0)])
        let second = (0..<5_000).compactMap { _ in world.serve() }
        #expect((0...2).map { index in second.count { $0 == index } } == [500, 500, 4_000])
    }

    @Test func aReloadWithoutChangeKeepsTheVeryBalance() {
        var world = RoutingWorld([(5, 0), (3, 0)])
        let balance = world.chooser.balance
        world.load([(5, 0), (3, 0)], strategy: .priority)
        #expect(world.chooser.balance === balance)
        world.load([(5, 0), (4, 0)])
        #expect(world.chooser.balance !== balance)
        #expect(world.chooser.balance.retries === balance.retries)
    }

    @Test func manyAtOnceAreStillExact() async {
        let world = RoutingWorld([(5, 0), (3, 0), (2, 0)])
        let counts = await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<250).reduce(into: [0, 0, 0]) { sum, _ in sum[world.serve() ?? 0] += 1 } }
            }
            return await group.reduce(into: [0, 0, 0]) { sum, part in for index in 0...2 { sum[index] += part[index] } }
        }
        #expect(counts == [1_000, 600, 400])
        #expect((0...2).allSatisfy { world.health($0).inFlight == 0 })
    }

    // MARK: Groups

    @Test func theLowestNumberServesWhileItCanAndTheNextFollows() throws {
        var world = RoutingWorld([(1, 2), (1, 0), (1, 1)])
        #expect(Self.walk(world).choices.map(\.index) == [1, 2, 0])
        world.breakDown(1)
        #expect(world.serve() == 2)
        world.breakDown(2)
        #expect(world.serve() == 0)
        world.pass(.seconds(5))
        #expect(world.serve() == 1)
    }

    @Test func whatWasPassedOverIsNamedWithItsReason() {
        let world = RoutingWorld([(1, 0), (1, 0), (1, 0), (0, 0), (1, 1), (1, 2)])
        world.breakDown(0)
        world.finish(1, .throttled(retryAfter: nil))
        world.finish(2, .credential)
        var cursor = RouteCursor()
        let choice = cursor.next(world.chooser, at: world.now) { $0 == 4 ? .unsupported : nil }
        #expect(choice?.index == 5)
        #expect(
            cursor.skips(world.chooser) == [
                RouteSkip(index: 0, reason: .breakerOpen), RouteSkip(index: 1, reason: .coolingDown),
                RouteSkip(index: 2, reason: .credential), RouteSkip(index: 3, reason: .weightZero),
                RouteSkip(index: 4, reason: .unsupported),
            ]
        )
    }

    @Test func nothingIsNamedWhenTheFirstChoiceServes() {
        let world = RoutingWorld(Array(repeating: (1, 0), count: 50))
        var cursor = RouteCursor()
        let choice = cursor.next(world.chooser, at: world.now)
        #expect(choice != nil)
        #expect(cursor.skips(world.chooser).isEmpty)
        #expect((cursor.choices, cursor.latest) == (1, 0))
    }

    @Test func aModelWithoutWeightsServesNothing() {
        let world = RoutingWorld([(0, 0), (0, 1)])
        #expect(!world.chooser.canServe)
        #expect(world.serve() == nil)
    }

    @Test func tenThousandTargetsAreWalkedToTheEnd() {
        let world = RoutingWorld((0..<10_000).map { (1, $0 / 100) })
        world.breakDown(77)
        var cursor = RouteCursor()
        var places: Set<Int> = []
        for _ in 0..<150 {
            guard let choice = cursor.next(world.chooser, at: world.now) else { break }
            places.insert(choice.index)
            world.health(choice.index).finish(choice.permit, .unused, at: world.now)
        }
        #expect(places == Set(0...150).subtracting([77]))
    }

    // MARK: Strategies

    @Test func byPriorityTheFirstInOrderServesAndNothingIsMixed() {
        let world = RoutingWorld([(1, 0), (9, 0), (9, 0)], strategy: .priority)
        #expect((0..<20).allSatisfy { _ in world.serve() == 0 })
        #expect(Self.walk(world).choices.map(\.index) == [0, 1, 2])
    }

    @Test func byLatencyTheQuickerOfTwoServes() {
        let world = RoutingWorld([(1, 0), (1, 0), (1, 0)], strategy: .leastLatency)
        for (index, delay) in [900, 100, 500].enumerated() {
            world.finish(index, .succeeded(firstContent: .milliseconds(Int64(delay)), total: .seconds(2)))
        }
        var counts = [0, 0, 0]
        for _ in 0..<300 {
            var cursor = RouteCursor()
            guard let choice = cursor.next(world.chooser, at: world.now) else { continue }
            counts[choice.index] += 1
            #expect(choice.reason == .leastLatency)
            world.health(choice.index).finish(choice.permit, .unused, at: world.now)
        }
        // The slowest loses every pair, the quickest wins both of its three.
        #expect(counts[0] == 0)
        #expect((150...250).contains(counts[1]))
        #expect(counts.reduce(0, +) == 300)
    }

    @Test func byCostTheCheapestServesAndEqualsShareByWeight() {
        let world = RoutingWorld([(1, 0), (3, 0), (1, 0), (1, 0)], strategy: .leastCost)
        let costs: [Int64?] = [500, 200, 200, nil]
        var counts = [0, 0, 0, 0]
        for _ in 0..<40 {
            var cursor = RouteCursor()
            guard let choice = cursor.next(world.chooser, at: world.now, cost: { costs[$0] }) else { continue }
            counts[choice.index] += 1
            world.health(choice.index).finish(choice.permit, .unused, at: world.now)
        }
        #expect(counts == [0, 30, 10, 0])
        #expect(Self.walk(world, cost: { costs[$0] }).choices.map(\.index).suffix(2) == [0, 3])
    }

    // MARK: Sessions

    @Test func aSessionStaysWithoutATurnOfTheBalance() {
        let world = RoutingWorld([(1, 0), (1, 0), (1, 1)])
        for _ in 0..<50 {
            var cursor = RouteCursor()
            let choice = cursor.next(world.chooser, preferred: 2, at: world.now)
            #expect(choice?.index == 2 && choice?.reason == .affinity)
            if let choice { world.health(2).finish(choice.permit, Self.served, at: world.now) }
        }
        #expect((0..<4).compactMap { _ in world.serve() } == [0, 1, 0, 1])
    }

    @Test func aSessionMovesWhenItsTargetCannotServe() {
        let world = RoutingWorld([(1, 0), (1, 0), (0, 0)])
        world.breakDown(1)
        #expect(Self.walk(world, preferred: 1).choices.map(\.index) == [0])
        #expect(Self.walk(RoutingWorld([(1, 0), (1, 0)]), preferred: 5).choices.count == 2)
        #expect(Self.walk(world, preferred: 2).choices.first?.index == 0)
        let refused = Self.walk(RoutingWorld([(1, 0), (1, 0)]), preferred: 1) { $0 == 1 ? .notAllowed : nil }
        #expect(refused.choices.map(\.index) == [0])
    }

    // MARK: Panic

    @Test func whenAllAreSickTheSoonestToReopenIsTriedAndADeadCredentialLast() {
        var world = RoutingWorld([(1, 0), (1, 0), (1, 1), (1, 1)])
        world.finish(0, .credential)
        world.finish(1, .throttled(retryAfter: .seconds(100)))
        world.breakDown(2)
        world.pass(.seconds(1))
        world.breakDown(3)
        let (choices, _) = Self.walk(world)
        #expect(choices.map(\.index) == [2, 3, 1, 0])
        #expect(choices.allSatisfy { $0.reason == .panic })
    }

    @Test func thereIsNoPanicWhileSomethingIsWell() {
        let world = RoutingWorld([(1, 0), (1, 1)])
        world.breakDown(1)
        let (choices, skips) = Self.walk(world)
        // The first failed once and is not known to be sick: trying it again is better than the open one.
        #expect(choices.map(\.index) == [0])
        #expect(skips == [RouteSkip(index: 1, reason: .breakerOpen)])
    }

    @Test func whatCanNeverServeIsNotTriedInPanicEither() {
        let world = RoutingWorld([(1, 0), (1, 0), (0, 0)])
        world.breakDown(0)
        world.breakDown(1)
        let (choices, _) = Self.walk(world) { $0 == 0 ? .unpriced : nil }
        #expect(choices.map(\.index) == [1])
        #expect(Self.walk(world) { _ in .notAllowed }.choices.isEmpty)
    }

    // MARK: Again

    @Test func aTargetIsTriedAgainPastItsCooldownButNotPastItsBreaker() throws {
        let world = RoutingWorld()
        var cursor = RouteCursor()
        let choice = cursor.next(world.chooser, at: world.now)
        let first = try #require(choice)
        world.health(0).finish(first.permit, .throttled(retryAfter: .seconds(1)), at: world.now)
        #expect(cursor.rest(world.chooser, at: world.now) == .again(0))
        let again = cursor.again(0, world.chooser, at: world.now)
        let second = try #require(again)
        #expect(second.reason == .again)
        world.health(0).finish(second.permit, .sickTarget, at: world.now)
        world.breakDown(0)
        #expect(cursor.rest(world.chooser, at: world.now) == RouteRest.none)
        let refused = cursor.again(0, world.chooser, at: world.now)
        #expect(refused == nil)
        let outside = cursor.again(9, world.chooser, at: world.now)
        #expect(outside == nil)
    }

    @Test func theRestIsTheBestOfWhatIsLeft() throws {
        let world = RoutingWorld([(1, 0), (1, 1), (1, 2)])
        var cursor = RouteCursor()
        #expect(cursor.rest(world.chooser, at: world.now) == .untried)
        let choice = cursor.next(world.chooser, at: world.now)
        let first = try #require(choice)
        world.health(0).finish(first.permit, .sickTarget, at: world.now)
        #expect(cursor.rest(world.chooser, at: world.now) == .untried)
        #expect(cursor.rest(world.chooser, at: world.now) { $0 > 0 ? .unsupported : nil } == .again(0))
        world.breakDown(1)
        world.breakDown(2)
        #expect(cursor.rest(world.chooser, at: world.now) == .again(0))
        world.breakDown(0)
        #expect(cursor.rest(world.chooser, at: world.now) == .leastBad)
    }

    @Test func aTargetThatOthersHaveJustTakenTheProbeOfIsPassedOver() {
        var world = RoutingWorld([(1, 0), (1, 1)])
        world.breakDown(0)
        world.pass(.seconds(5))
        let probe = world.health(0).begin(at: world.now)
        #expect(probe?.isProbe == true)
        let (choices, skips) = Self.walk(world)
        #expect(choices.first?.index == 1)
        #expect(skips == [RouteSkip(index: 0, reason: .breakerOpen)])
    }
}

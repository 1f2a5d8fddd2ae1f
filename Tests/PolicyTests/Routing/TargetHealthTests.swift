import Testing

@testable import Policy

@Suite("Target health")
struct TargetHealthTests {
    private static let served = AttemptOutcome.succeeded(firstContent: .milliseconds(200), total: .seconds(3))

    // MARK: Whose fault it is

    @Test(arguments: [
        AttemptOutcome.callerFault, .cancelled, .unused, .throttled(retryAfter: .zero),
        .succeeded(firstContent: nil, total: .seconds(1)),
    ])
    func whatIsNotTheTargetsFaultNeverTakesItOut(_ outcome: AttemptOutcome) {
        let world = RoutingWorld()
        world.finish(0, outcome, times: 100)
        #expect(world.health(0).obstacle(at: world.now) == nil)
        #expect(world.health(0).view(at: world.now).failures == 0)
    }

    @Test func aSickTargetIsTakenOutAloneAndItsProviderServesOn() {
        let world = RoutingWorld([(1, 0), (1, 0)], sharesProvider: true)
        world.finish(0, .sickTarget, times: 5)
        #expect(world.health(0).obstacle(at: world.now) == .breakerOpen)
        #expect(world.health(1).obstacle(at: world.now) == nil)
    }

    @Test func aProviderThatCannotBeReachedIsTakenOutWithAllItsTargets() {
        let world = RoutingWorld([(1, 0), (1, 0)], sharesProvider: true)
        for index in [0, 1, 0, 1, 0] { world.finish(index, .sickProvider) }
        #expect(world.health(0).obstacle(at: world.now) == .breakerOpen)
        #expect(world.health(1).obstacle(at: world.now) == .breakerOpen)
        #expect(world.health(1).view(at: world.now).breaker == .closed)
    }

    @Test func anAnswerOfAnyKindProvesThatTheProviderCanBeReached() {
        let world = RoutingWorld([(1, 0), (1, 0)], sharesProvider: true)
        for _ in 0..<3 {
            world.finish(0, .sickProvider, times: 4)
            world.finish(1, .sickTarget)
            world.finish(1, Self.served)
            world.finish(0, .callerFault, times: 4)
        }
        #expect(world.health(0).obstacle(at: world.now) == nil)
    }

    @Test func aRefusedCredentialTakesOutItsProviderAtOnceAndIsProbedOnceAfterFiveMinutes() throws {
        var world = RoutingWorld([(1, 0), (1, 0), (1, 0)], sharesProvider: true)
        world.finish(0, .credential)
        #expect((0...2).allSatisfy { world.health($0).obstacle(at: world.now) == .credential })
        world.pass(.seconds(299))
        #expect(world.health(1).begin(at: world.now) == nil)
        world.pass(.seconds(1))
        let probe = try #require(world.health(1).begin(at: world.now))
        #expect(probe.isProbe)
        #expect(world.health(2).begin(at: world.now) == nil)
        world.health(1).finish(probe, .credential, at: world.now)
        #expect(world.health(2).obstacle(at: world.now) == .credential)
        world.pass(.seconds(300))
        let second = try #require(world.health(2).begin(at: world.now))
        world.health(2).finish(second, Self.served, at: world.now)
        #expect((0...2).allSatisfy { world.health($0).obstacle(at: world.now) == nil })
    }

    // MARK: Cooldown

    @Test(
        arguments: [
            (nil, Duration.seconds(5)), (.seconds(20), .seconds(20)), (.seconds(86_400), .seconds(300)),
            (.seconds(-3), .zero), (.seconds(Int64.max), .seconds(300)),
        ] as [(Duration?, Duration)]
    )
    func throttlingIsAPauseWithinBounds(_ told: Duration?, _ pause: Duration) {
        var world = RoutingWorld()
        world.finish(0, .throttled(retryAfter: told))
        if pause > .zero {
            world.pass(pause - .microseconds(1))
            #expect(world.health(0).obstacle(at: world.now) == .coolingDown)
            world.pass(.microseconds(1))
        }
        #expect(world.health(0).obstacle(at: world.now) == nil)
    }

    @Test func aShorterPauseDoesNotEndALongerOne() {
        var world = RoutingWorld()
        world.finish(0, .throttled(retryAfter: .seconds(60)))
        world.finish(0, .throttled(retryAfter: .seconds(1)))
        world.pass(.seconds(59))
        #expect(world.health(0).obstacle(at: world.now) == .coolingDown)
        #expect(world.health(0).begin(at: world.now) == nil)
        #expect(world.health(0).begin(at: world.now, ignoringCooldown: true) != nil)
    }

    @Test func aThrottledProbeFreesItsPlace() throws {
        var world = RoutingWorld()
        world.breakDown(0)
        world.pass(.seconds(5))
        let probe = try #require(world.health(0).begin(at: world.now))
        #expect(world.health(0).obstacle(at: world.now) == .breakerOpen)
        world.health(0).finish(probe, .throttled(retryAfter: .seconds(1)), at: world.now)
        #expect(world.health(0).obstacle(at: world.now) == .coolingDown)
        world.pass(.seconds(1))
        #expect(try #require(world.health(0).begin(at: world.now)).isProbe)
    }

    // MARK: Streams

    @Test func firstContentCountsAsServedLongBeforeTheEnd() throws {
        var world = RoutingWorld()
        world.breakDown(0)
        world.pass(.seconds(5))
        var permits: [AttemptPermit] = []
        for _ in 0..<3 {
            var permit = try #require(world.health(0).begin(at: world.now))
            world.pass(.milliseconds(300))
            world.health(0).noteFirstContent(&permit, at: world.now)
            world.health(0).noteFirstContent(&permit, at: world.now)
            permits.append(permit)
        }
        #expect(world.health(0).view(at: world.now).breaker == .closed)
        #expect(world.health(0).inFlight == 3)
        for permit in permits { world.health(0).finish(permit, Self.served, at: world.now) }
        let view = world.health(0).view(at: world.now)
        #expect(view.inFlight == 0)
        // Two of the five failures and three served: counted once each.
        #expect((view.recentAttempts, view.recentFailures) == (8, 5))
    }

    @Test func streamsThatAreCutAfterTheirFirstContentOpenTheBreakerToo() throws {
        let world = RoutingWorld()
        for _ in 0..<10 {
            guard var permit = world.health(0).begin(at: world.now) else { break }
            world.health(0).noteFirstContent(&permit, at: world.now)
            world.health(0).finish(permit, .sickProvider, at: world.now)
        }
        let view = world.health(0).view(at: world.now)
        #expect(view.obstacle == .breakerOpen)
        #expect(view.providerBreaker == .closed)
        #expect(view.recentFailures == view.recentAttempts)
    }

    @Test func aCallerWhoLeavesAfterContentDoesNotUndoTheSuccess() throws {
        let world = RoutingWorld()
        world.finish(0, .sickTarget, times: 4)
        var permit = try #require(world.health(0).begin(at: world.now))
        world.health(0).noteFirstContent(&permit, at: world.now)
        world.health(0).finish(permit, .cancelled, at: world.now)
        world.finish(0, .sickTarget, times: 4)
        #expect(world.health(0).obstacle(at: world.now) == nil)
    }

    // MARK: Requests to blame

    @Test func aFailureThatEchoesAnotherTargetsIsNotHeldAgainstTheSecond() {
        let world = RoutingWorld([(1, 0), (1, 1)])
        for _ in 0..<5 {
            world.finish(0, .sickTarget)
            let permit = world.health(1).beginAnyway(at: world.now)
            world.health(1).finish(permit, .sickTarget, at: world.now, isEcho: true)
        }
        #expect(world.health(0).obstacle(at: world.now) == .breakerOpen)
        #expect(world.health(1).obstacle(at: world.now) == nil)
        #expect(world.health(1).view(at: world.now).failures == 5)
    }

    // MARK: For people

    @Test func theViewTellsHowItStands() throws {
        var world = RoutingWorld()
        for _ in 0..<40 { world.finish(0, Self.served) }
        let permit = try #require(world.health(0).begin(at: world.now))
        let view = world.health(0).view(at: world.now)
        #expect((view.attempts, view.failures, view.inFlight) == (41, 0, 1))
        #expect((view.recentAttempts, view.recentFailures) == (40, 0))
        #expect(view.obstacle == nil && view.availableIn == nil)
        #expect(view.delay == .milliseconds(200))
        #expect(try #require(view.p95) >= .milliseconds(200))
        #expect(world.health(0).p95FirstContent == view.p95)
        world.health(0).finish(permit, .throttled(retryAfter: .seconds(30)), at: world.now)
        world.pass(.seconds(10))
        #expect(world.health(0).view(at: world.now).availableIn == .seconds(20))
        world.pass(.seconds(60))
        #expect(world.health(0).view(at: world.now).recentAttempts == 0)
    }

    @Test func failingAtOnceDoesNotLookQuick() {
        let world = RoutingWorld([(1, 0), (1, 0)])
        world.finish(0, Self.served)
        world.finish(1, .sickTarget)
        #expect(world.health(1).delayCost(at: world.now) > world.health(0).delayCost(at: world.now))
    }

    // MARK: Table

    @Test func theSameTargetKeepsItsHealthOverReloads() {
        var world = RoutingWorld([(1, 0), (1, 0)])
        let (first, second) = (world.health(0), world.health(1))
        world.load([(3, 0)])
        #expect(world.health(0) === first)
        world.load([(3, 0), (1, 0)])
        // It was forgotten in between.
        #expect(world.health(1) !== second)
    }

    @Test func aChangedProviderRowStartsAfresh() {
        let table = HealthTable(random: .seeded(1))
        func target(_ generation: Int64) -> TargetIdentity {
            TargetIdentity(provider: ProviderIdentity(id: "p", generation: generation), model: "m")
        }
        let old = table.reload(targets: [target(1)], providers: [])
        let new = table.reload(targets: [target(2)], providers: [])
        #expect(old[0] !== new[0] && old[0].provider !== new[0].provider)
        #expect(table.provider(target(1).provider) == nil)
    }

    @Test func targetsAddressedDirectlyAreRememberedWithinABound() {
        let table = HealthTable(random: .seeded(1))
        let provider = ProviderIdentity(id: "p", generation: 1)
        _ = table.reload(targets: [], providers: [provider])
        func target(_ number: Int) -> TargetHealth {
            table.target(TargetIdentity(provider: provider, model: "m\(number)"))
        }
        #expect(target(1) === target(1))
        for number in 0..<HealthTable.maximumUnnamed + 100 { _ = target(number) }
        #expect(table.all.count == HealthTable.maximumUnnamed)
        let late = target(1_000_000)
        #expect(late !== target(1_000_000))
        #expect(late.provider === target(1).provider)
        let known = target(1)
        _ = table.reload(targets: [], providers: [provider])
        #expect(target(1) === known)
        _ = table.reload(targets: [], providers: [])
        #expect(table.all.isEmpty)
    }
}

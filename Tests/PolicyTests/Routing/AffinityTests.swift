import Testing

@testable import Policy

@Suite("Affinity")
struct AffinityTests {
    private static let session = SessionDigest(high: 1, low: 2)

    private static func note(
        _ table: AffinityTable,
        _ world: RoutingWorld,
        _ index: Int,
        cachedTokens: Int = 0,
        isPinned: Bool = false
    ) {
        let target = world.chooser.targets[index]
        table.note(Self.session, servedBy: target, cachedTokens: cachedTokens, isPinned: isPinned, at: world.now)
    }

    private static func decide(_ table: AffinityTable, _ world: RoutingWorld) -> AffinityDecision {
        table.decide(Self.session, world.chooser, at: world.now)
    }

    @Test func aNewSessionIsPlacedAndThenStays() {
        let (table, world) = (AffinityTable(), RoutingWorld([(1, 0), (1, 0)]))
        #expect(Self.decide(table, world) == .place)
        Self.note(table, world, 1)
        #expect(Self.decide(table, world) == .stay(1))
        #expect(table.decide(SessionDigest(high: 1, low: 3), world.chooser, at: world.now) == .place)
        table.forget(Self.session)
        #expect(Self.decide(table, world) == .place)
    }

    @Test func itMovesWhenItsTargetIsGoneDrainedSickOrUnsuitable() {
        var (table, world) = (AffinityTable(), RoutingWorld([(1, 0), (1, 0)]))
        Self.note(table, world, 1)
        #expect(
            table.decide(Self.session, world.chooser, at: world.now) { $0 == 1 ? .context : nil } == .moved(.unsuitable)
        )
        world.breakDown(1)
        #expect(Self.decide(table, world) == .moved(.sick))
        world.load([(1, 0), (0, 0)])
        #expect(Self.decide(table, world) == .moved(.gone))
        world.load([(1, 0)])
        #expect(Self.decide(table, world) == .moved(.gone))
        table = AffinityTable()
        #expect(Self.decide(table, world) == .place)
    }

    @Test func itIsForgottenAfterAnHourOfSilence() {
        var (table, world) = (AffinityTable(), RoutingWorld([(1, 0), (1, 0)]))
        Self.note(table, world, 1)
        world.pass(.seconds(3_599))
        #expect(Self.decide(table, world) == .stay(1))
        world.pass(.seconds(1))
        #expect(Self.decide(table, world) == .place)
        table = AffinityTable(lifetime: .seconds(5))
        Self.note(table, world, 1)
        world.pass(.seconds(5))
        #expect(Self.decide(table, world) == .place)
    }

    @Test func itLeavesAFallbackWhenWhatComesBeforeIsWellAgain() {
        var (table, world) = (AffinityTable(), RoutingWorld([(1, 0), (1, 1)]))
        world.breakDown(0)
        Self.note(table, world, 1, cachedTokens: 100_000)
        #expect(Self.decide(table, world) == .stay(1))
        world.pass(.seconds(5))
        #expect(Self.decide(table, world) == .moved(.recovered))
        Self.note(table, world, 1, isPinned: true)
        #expect(Self.decide(table, world) == .stay(1))
        table = AffinityTable()
    }

    @Test func itLeavesAnOverloadedTargetUnlessItsCacheIsWorthIt() {
        let (table, world) = (AffinityTable(), RoutingWorld([(1, 0), (1, 0), (1, 0), (1, 0)]))
        // 30 of 33 in flight: 3.6 times the fair share.
        for _ in 0..<30 { _ = world.health(0).begin(at: world.now) }
        for index in 1...3 { _ = world.health(index).begin(at: world.now) }
        Self.note(table, world, 0, cachedTokens: 0)
        #expect(Self.decide(table, world) == .moved(.imbalance))
        Self.note(table, world, 0, cachedTokens: 4_096)
        #expect(Self.decide(table, world) == .moved(.imbalance))
        Self.note(table, world, 0, cachedTokens: 8_192)
        #expect(Self.decide(table, world) == .stay(0))
        Self.note(table, world, 0, cachedTokens: 0, isPinned: true)
        #expect(Self.decide(table, world) == .stay(0))
        Self.note(table, world, 1, cachedTokens: 0)
        #expect(Self.decide(table, world) == .stay(1))
    }

    @Test func aTableMayHoldTargetsToTheirFairShareWhateverTheCache() {
        let (table, world) = (AffinityTable(shares: 1...1), RoutingWorld([(1, 0), (1, 0)]))
        for _ in 0..<6 { _ = world.health(0).begin(at: world.now) }
        for _ in 0..<6 { _ = world.health(1).begin(at: world.now) }
        Self.note(table, world, 0, cachedTokens: .max)
        #expect(Self.decide(table, world) == .stay(0))
        _ = world.health(0).begin(at: world.now)
        #expect(Self.decide(table, world) == .moved(.imbalance))
        let usual = AffinityTable()
        Self.note(usual, world, 0, cachedTokens: .max)
        #expect(Self.decide(usual, world) == .stay(0))
    }

    @Test func whereASessionWasServedCanBeAskedWithoutUsingIt() {
        var (table, world) = (AffinityTable(lifetime: .seconds(5)), RoutingWorld([(1, 0), (1, 0)]))
        #expect(table.home(of: Self.session, at: world.now) == nil)
        Self.note(table, world, 1, cachedTokens: 70)
        let home = table.home(of: Self.session, at: world.now)
        #expect(home?.targetKey == "p1/m" && home?.cachedTokens == 70)
        world.pass(.seconds(5))
        #expect(table.home(of: Self.session, at: world.now) == nil)
        table = AffinityTable()
    }

    @Test func littleInFlightIsNoLoad() {
        let (table, world) = (AffinityTable(), RoutingWorld([(1, 0), (1, 0), (1, 0), (1, 0)]))
        for _ in 0..<4 { _ = world.health(0).begin(at: world.now) }
        Self.note(table, world, 0)
        #expect(Self.decide(table, world) == .stay(0))
    }

    @Test func encryptedReasoningStaysWithItsCredential() {
        var world = RoutingWorld([(1, 0), (1, 0)], sharesProvider: true)
        let table = AffinityTable()
        Self.note(table, world, 0, isPinned: true)
        world.breakDown(0)
        // The other target has the same credential.
        #expect(Self.decide(table, world) == .stay(1))
        world.load([(0, 0), (1, 0)], sharesProvider: true)
        #expect(Self.decide(table, world) == .stay(1))
        world.load([(1, 0), (1, 0)])
        #expect(Self.decide(table, world) == .moved(.credential))
    }

    @Test func theLeastRecentSessionsGoFirst() {
        let (table, world) = (AffinityTable(capacity: 160), RoutingWorld())
        let target = world.chooser.targets[0]
        for number in 0..<10_000 as Range<UInt64> {
            table.note(SessionDigest(high: 0, low: number), servedBy: target, cachedTokens: 0, at: world.now)
            // This one is used all the time.
            _ = table.decide(SessionDigest(high: 0, low: 5), world.chooser, at: world.now)
        }
        #expect(table.count == 160)
        #expect(table.decide(SessionDigest(high: 0, low: 5), world.chooser, at: world.now) == .stay(0))
        #expect(table.decide(SessionDigest(high: 0, low: 21), world.chooser, at: world.now) == .place)
        #expect(table.decide(SessionDigest(high: 0, low: 9_999), world.chooser, at: world.now) == .stay(0))
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func theMapAgreesWithASlowOne(_ seed: UInt64) {
        var random = TestRandom(seed)
        let capacity = random.int(1...8)
        var map = RecentMap<Int, Int>(capacity: capacity)
        var model: [(key: Int, value: Int)] = []
        for step in 0..<500 {
            let key = random.int(0...11)
            let place = model.firstIndex { $0.key == key }
            switch random.int(0...4) {
            case 0, 1:
                map.set(key, step)
                if let place { model.remove(at: place) } else if model.count == capacity { model.removeFirst() }
                model.append((key, step))
            case 2:
                let used = map.use(key)
                #expect(used == place.map { model[$0].value })
                if let place { model.append(model.remove(at: place)) }
            case 3: #expect(map.peek(key) == place.map { model[$0].value })
            default:
                map.remove(key)
                if let place { model.remove(at: place) }
            }
            #expect(map.count == model.count)
        }
    }
}

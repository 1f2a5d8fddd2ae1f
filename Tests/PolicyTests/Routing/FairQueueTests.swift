import Testing

@testable import Policy

@Suite("Fair queue")
struct FairQueueTests {
    private static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(microseconds: milliseconds * 1_000)
    }

    /// Requests of a project that arrive at once.
    private static func fill(
        _ queue: inout FairQueue,
        _ project: String,
        _ count: Int,
        at ms: Int64 = 0
    ) -> [FairQueue.Arrival] {
        (0..<count).map { _ in queue.arrive(project, at: Self.at(ms)) }
    }

    private static func waiters(_ arrivals: [FairQueue.Arrival]) -> [FairQueue.Waiter] {
        arrivals.compactMap { if case .waits(let waiter, _) = $0 { waiter } else { nil } }
    }

    @Test func theLastTenthIsKeptForThoseBelowTheirShare() {
        var queue = FairQueue(.init(inFlight: 100), seed: 1)
        let greedy = Self.fill(&queue, "greedy", 100)
        // Alone it is below its share all the time.
        #expect(greedy.allSatisfy { $0 == .admitted })
        var shared = FairQueue(.init(inFlight: 100), seed: 1)
        _ = Self.fill(&shared, "modest", 1)
        let arrivals = Self.fill(&shared, "greedy", 100)
        #expect(arrivals.count { $0 == .admitted } == 89)
        #expect(Self.fill(&shared, "late", 10).allSatisfy { $0 == .admitted })
    }

    @Test func aFreePlaceGoesToTheProjectWithTheFewestInFlight() throws {
        var queue = FairQueue(.init(inFlight: 4), seed: 1)
        _ = Self.fill(&queue, "a", 4)
        let a = Self.waiters(Self.fill(&queue, "a", 2))
        let b = Self.waiters(Self.fill(&queue, "b", 2))
        #expect((a.count, b.count) == (2, 2))
        let first = queue.leave("a")
        #expect(first == [b[0]])
        let second = queue.leave("a")
        #expect(second == [b[1]])
        let third = queue.leave("a")
        #expect(third == [a[0]])
        #expect((queue.inFlight, queue.waiting) == (4, 1))
    }

    @Test func theOldestIsServedFirstUntilHalfTheQueueIsFull() {
        var queue = FairQueue(.init(inFlight: 1), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let early = Self.waiters(Self.fill(&queue, "a", 49))
        let first = queue.leave("a")
        #expect(first == [early[0]])
        let late = Self.waiters(Self.fill(&queue, "a", 2))
        let second = queue.leave("a")
        #expect(second == [late[1]])
    }

    @Test func aFullQueueTurnsAwayTheOldestOfWhoHasMostWaiting() {
        var queue = FairQueue(.init(inFlight: 1), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let many = Self.waiters(Self.fill(&queue, "many", 99))
        let few = Self.waiters(Self.fill(&queue, "few", 1))
        guard case .waits(_, let evicted) = queue.arrive("few", at: Self.at(0)) else {
            Issue.record("it must wait")
            return
        }
        #expect(evicted == many[0])
        #expect(few.count == 1 && queue.waiting == 100)
    }

    @Test func nobodyWaitsLongerThanItsPatience() {
        var queue = FairQueue(.init(inFlight: 1), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let first = Self.waiters(Self.fill(&queue, "a", 2))
        let second = Self.waiters(Self.fill(&queue, "b", 1, at: 400))
        #expect(queue.nextExpiry == Self.at(1_000))
        let none = queue.expire(at: Self.at(999))
        #expect(none.isEmpty)
        let expired = queue.expire(at: Self.at(1_000))
        #expect(expired == first)
        #expect(queue.nextExpiry == Self.at(1_400))
        let rest = queue.expire(at: Self.at(5_000))
        #expect(rest == second)
        #expect(queue.nextExpiry == nil && queue.waiting == 0)
    }

    @Test func whoLeavesTheQueueIsNotLetInLater() {
        var queue = FairQueue(.init(inFlight: 1), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let waiting = Self.waiters(Self.fill(&queue, "a", 2))
        let wasWaiting = queue.cancel(waiting[0], of: "a")
        let isGone = queue.cancel(waiting[0], of: "a")
        #expect(wasWaiting && !isGone)
        let admitted = queue.leave("a")
        #expect(admitted == [waiting[1]])
    }

    @Test func withoutPlacesEverybodyIsTurnedAway() {
        var queue = FairQueue(.init(inFlight: 0), seed: 1)
        #expect(Self.fill(&queue, "a", 3) == [.refused, .refused, .refused])
        let nobody = queue.leave("a")
        #expect(nobody.isEmpty)
    }

    @Test func whoIsTurnedAwayComesBackInOneToThreeSeconds() {
        var queue = FairQueue(.init(inFlight: 0), seed: 9)
        let waits = (0..<200).map { _ in queue.retryAfter() }
        #expect(waits.allSatisfy { $0 >= .seconds(1) && $0 <= .seconds(3) })
        #expect(Set(waits).count > 150)
    }

    /// Whatever happens: bounds hold, everybody is let in or turned away once, and nothing is left at the end.
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func underAnyHistoryBoundsHoldAndNobodyIsLost(_ seed: UInt64) {
        var random = TestRandom(seed)
        var limits = FairQueue.Limits(inFlight: random.int(1...12))
        limits.waiting = random.int(0...10)
        var queue = FairQueue(limits, seed: seed)
        var now: Int64 = 0
        var flying: [String] = []
        var waiting: [FairQueue.Waiter: String] = [:]
        for _ in 0..<400 {
            let project = "p\(random.int(0...3))"
            switch random.int(0...6) {
            case 0...2:
                switch queue.arrive(project, at: Self.at(now)) {
                case .admitted: flying.append(project)
                case .waits(let waiter, let evicted):
                    if let evicted { #expect(waiting.removeValue(forKey: evicted) != nil) }
                    waiting[waiter] = project
                case .refused: #expect(limits.waiting == 0)
                }
            case 3, 4:
                guard !flying.isEmpty else { break }
                for waiter in queue.leave(flying.remove(at: random.int(0...flying.count - 1))) {
                    guard let owner = waiting.removeValue(forKey: waiter) else {
                        Issue.record("let in twice")
                        continue
                    }
                    flying.append(owner)
                }
            case 5:
                now += Int64(random.int(0...700))
                for waiter in queue.expire(at: Self.at(now)) { #expect(waiting.removeValue(forKey: waiter) != nil) }
            default:
                guard let (waiter, owner) = waiting.randomElement(using: &random) else { break }
                let wasWaiting = queue.cancel(waiter, of: owner)
                #expect(wasWaiting)
                waiting[waiter] = nil
            }
            #expect(queue.inFlight == flying.count && queue.waiting == waiting.count)
            #expect(flying.count <= limits.inFlight && waiting.count <= limits.waiting)
        }
    }
}

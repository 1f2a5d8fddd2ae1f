import Testing

@testable import Policy

@Suite("Fair queue")
struct FairQueueTests {
    private static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(microseconds: milliseconds * 1_000)
    }

    /// Requests of a project that arrive at once.
    private static func fill(
        _ queue: inout TestQueue,
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
        var queue = TestQueue(.init(.init(requests: 100)), seed: 1)
        let greedy = Self.fill(&queue, "greedy", 100)
        // Alone it is below its share all the time.
        #expect(greedy.allSatisfy { $0 == .admitted })
        var shared = TestQueue(.init(.init(requests: 100)), seed: 1)
        _ = Self.fill(&shared, "modest", 1)
        let arrivals = Self.fill(&shared, "greedy", 100)
        #expect(arrivals.count { $0 == .admitted } == 89)
        #expect(Self.fill(&shared, "late", 10).allSatisfy { $0 == .admitted })
    }

    @Test func aFreePlaceGoesToTheProjectWithTheFewestInFlight() throws {
        var queue = TestQueue(.init(.init(requests: 4)), seed: 1)
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
        #expect((queue.count.requests, queue.waiting) == (4, 1))
    }

    @Test func theOldestIsServedFirstUntilHalfTheQueueIsFull() {
        var queue = TestQueue(.init(.init(requests: 1)), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let early = Self.waiters(Self.fill(&queue, "a", 49))
        let first = queue.leave("a")
        #expect(first == [early[0]])
        let late = Self.waiters(Self.fill(&queue, "a", 2))
        let second = queue.leave("a")
        #expect(second == [late[1]])
    }

    @Test func aFullQueueTurnsAwayTheOldestOfWhoHasMostWaiting() {
        var queue = TestQueue(.init(.init(requests: 1)), seed: 1)
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
        var queue = TestQueue(.init(.init(requests: 1)), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let first = Self.waiters(Self.fill(&queue, "a", 2))
        let second = Self.waiters(Self.fill(&queue, "b", 1, at: 400))
        let none = queue.expire(at: Self.at(999))
        #expect(none.isEmpty)
        let expired = queue.expire(at: Self.at(1_000))
        #expect(expired == first)
        let early = queue.expire(at: Self.at(1_399))
        #expect(early.isEmpty)
        let rest = queue.expire(at: Self.at(5_000))
        #expect(rest == second && queue.waiting == 0)
    }

    @Test func whoLeavesTheQueueIsNotLetInLater() {
        var queue = TestQueue(.init(.init(requests: 1)), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let waiting = Self.waiters(Self.fill(&queue, "a", 2))
        let wasWaiting = queue.cancel(waiting[0], of: "a")
        let isGone = queue.cancel(waiting[0], of: "a")
        #expect(wasWaiting && !isGone)
        let admitted = queue.leave("a")
        #expect(admitted == [waiting[1]])
    }

    @Test func withoutPlacesEverybodyIsTurnedAway() {
        var queue = TestQueue(.init(.init(requests: 0)), seed: 1)
        #expect(Self.fill(&queue, "a", 3) == [.refused, .refused, .refused])
        let nobody = queue.leave("a")
        #expect(nobody.isEmpty)
    }

    @Test func whoIsTurnedAwayComesBackInUpToFourSeconds() {
        var queue = TestQueue(.init(.init(requests: 0)), seed: 9)
        let waits = (0..<200).map { _ in queue.retryAfter() }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(4) })
        #expect(Set(waits).count > 150)
    }

    @Test func theLastTenthOfTheBytesIsForThoseBelowTheirShareToo() {
        var queue = TestQueue(.init(.init(requests: 100, bodyBytes: 1_000)), seed: 1)
        let modest = queue.arrive("modest", bodyBytes: 10, at: Self.at(0))
        let large = queue.arrive("greedy", bodyBytes: 890, at: Self.at(0))
        #expect(modest == .admitted && large == .admitted)
        let more = Self.waiters([queue.arrive("greedy", bodyBytes: 1, at: Self.at(0))])
        #expect(more.count == 1)
        let late = queue.arrive("late", bodyBytes: 100, at: Self.at(0))
        #expect(late == .admitted && queue.count.bodyBytes == 1_000)
        let admitted = queue.leave("greedy", releasing: 890)
        #expect(admitted == more)
    }

    @Test func aBodyThatCanNeverFitIsTurnedAwayAtOnce() {
        var queue = TestQueue(.init(.init(requests: 100, bodyBytes: 1_000)), seed: 1)
        let arrival = queue.arrive("a", bodyBytes: 1_001, at: Self.at(0))
        #expect(arrival == .refused)
    }

    @Test func aBodyGrowsAsLongAsThereIsRoom() {
        var queue = TestQueue(.init(.init(requests: 100, bodyBytes: 1_000)), seed: 1)
        _ = Self.fill(&queue, "a", 1)
        let first = queue.grow(by: 1_000, "a")
        let second = queue.grow(by: 1, "a")
        #expect(first && !second && queue.count.bodyBytes == 1_000)
    }

    @Test func aSmallBodyGoesBeforeALargeOneOfAnotherProjectThatDoesNotFit() {
        var queue = TestQueue(.init(.init(requests: 100, bodyBytes: 1_000)), seed: 1)
        _ = queue.arrive("a", bodyBytes: 900, at: Self.at(0))
        let large = Self.waiters([queue.arrive("b", bodyBytes: 600, at: Self.at(0))])
        let small = queue.arrive("c", bodyBytes: 50, at: Self.at(0))
        #expect(large.count == 1 && small == .admitted)
    }

    /// Whatever happens: bounds hold, everybody is let in or turned away once, and nothing is left at the end.
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func underAnyHistoryBoundsHoldAndNobodyIsLost(_ seed: UInt64) {
        var random = TestRandom(seed)
        var limits = FairQueue.Limits(LoadBound(requests: random.int(1...12)))
        limits.waiting = random.int(0...10)
        var queue = TestQueue(limits, seed: seed)
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
            #expect(queue.count.requests == flying.count && queue.waiting == waiting.count)
            #expect(flying.count <= limits.bound.requests && waiting.count <= limits.waiting)
        }
    }
}

/// A queue over its own count, where projects are known by name.
private struct TestQueue {
    let count = LoadCount()
    private var queue: FairQueue

    init(_ limits: FairQueue.Limits, seed: UInt64) {
        self.queue = FairQueue(limits, self.count, seed: seed)
    }

    var waiting: Int { self.queue.waiting }

    mutating func arrive(_ project: String, bodyBytes: Int = 0, at now: MonotonicInstant) -> FairQueue.Arrival {
        self.queue.arrive(self.count.project(project), bodyBytes: bodyBytes, at: now)
    }

    mutating func grow(by bytes: Int, _ project: String) -> Bool {
        self.queue.grow(by: bytes, self.count.project(project))
    }

    /// Of those in flight, if any.
    mutating func leave(_ name: String, releasing bytes: Int = 0) -> [FairQueue.Waiter] {
        let project = self.count.project(name)
        guard project.requests > 0 else { return [] }
        self.count.leave(project)
        self.count.release(bytes, project)
        return self.queue.letIn()
    }

    mutating func expire(at now: MonotonicInstant) -> [FairQueue.Waiter] { self.queue.expire(at: now) }

    mutating func cancel(_ waiter: FairQueue.Waiter, of project: String) -> Bool {
        self.queue.cancel(waiter, of: self.count.project(project))
    }

    mutating func retryAfter() -> Duration { self.queue.retryAfter() }
}

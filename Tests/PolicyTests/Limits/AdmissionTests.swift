import Testing

@testable import Policy

@Suite("Admission")
struct AdmissionTests {
    private let table = AdmissionTable()
    private let start = MonotonicInstant(nanoseconds: 5_000_000_000)

    private func limiter(_ perMinute: Int) -> RequestLimiter {
        RequestLimiter(.perMinute(perMinute), in: self.table)
    }

    private func admit(_ claims: [LimitClaim]) throws -> (Admission, LimitDecision?) {
        guard case .admitted(let admission, let decision) = self.table.admit(claims, at: self.start) else {
            throw Unexpected()
        }
        return (admission, decision)
    }

    private func refusal(_ claims: [LimitClaim]) throws -> LimitDecision {
        guard case .refused(let decision) = self.table.admit(claims, at: self.start) else { throw Unexpected() }
        return decision
    }

    private struct Unexpected: Error {}

    @Test("nanoseconds are read as whole microseconds")
    func instants() {
        #expect(self.start.microseconds == 5_000_000)
        #expect(MonotonicInstant(nanoseconds: .max).microseconds > 0)
        #expect(MonotonicInstant(microseconds: 1) < MonotonicInstant(microseconds: 2))
    }

    @Test("all or none: a refusal by one limit takes nothing from the others")
    func allOrNone() throws {
        let (wide, narrow) = (self.limiter(10), self.limiter(1))
        let claims = [LimitClaim(wide), LimitClaim(narrow)]
        let (first, decision) = try self.admit(claims)
        first.markSent()
        first.settle()
        #expect(decision?.limit == 1)
        for _ in 0..<20 { #expect(try self.refusal(claims).limit == 1) }
        #expect(self.table.peek([LimitClaim(wide)], at: self.start)?.remaining == 9)
    }

    @Test("the refusal told is the one with the longest wait, or the one no wait helps")
    func binding() throws {
        let (slow, fast) = (self.limiter(1), self.limiter(60))
        let claims = [LimitClaim(fast, cost: 60), LimitClaim(slow)]
        let admission = try self.admit(claims).0
        #expect(try self.refusal([LimitClaim(fast), LimitClaim(slow)]).retryAfter == .seconds(60))
        #expect(try self.refusal([LimitClaim(slow), LimitClaim(fast)]).retryAfter == .seconds(60))
        #expect(try self.refusal([LimitClaim(slow), LimitClaim(fast, cost: 61)]).canNeverPass)
        #expect(try self.refusal([LimitClaim(fast, cost: 61), LimitClaim(slow)]).canNeverPass)
        admission.release()
    }

    @Test("a look agrees with what follows and takes nothing")
    func looking() throws {
        let claims = [LimitClaim(self.limiter(1))]
        for _ in 0..<5 { #expect(self.table.peek(claims, at: self.start)?.isAllowed == true) }
        let admission = try self.admit(claims).0
        #expect(self.table.peek(claims, at: self.start)?.isAllowed == false)
        #expect(self.table.peek([], at: self.start) == nil)
        admission.release()
        #expect(self.table.peek(claims, at: self.start)?.isAllowed == true)
    }

    @Test("what is released comes back once; what was sent stays taken")
    func ending() throws {
        let claims = [LimitClaim(self.limiter(2))]
        let remaining = { self.table.peek(claims, at: self.start)?.remaining }
        let admission = try self.admit(claims).0
        #expect(admission.state == .held)
        admission.settle()
        #expect(admission.state == .held)
        admission.release()
        admission.release()
        admission.markSent()
        #expect(admission.state == .released)
        #expect(remaining() == 2)
        let second = try self.admit(claims).0
        second.markSent()
        second.release()
        #expect(second.state == .sent)
        second.settle()
        #expect(second.state == .settled)
        #expect(remaining() == 1)
        #expect(self.table.abandonedCount == 0)
    }

    @Test("one that is dropped unsent is given back and counted")
    func droppedUnsent() throws {
        let claims = [LimitClaim(self.limiter(1))]
        _ = try self.admit(claims)
        #expect(self.table.abandonedCount == 1)
        #expect(self.table.peek(claims, at: self.start)?.isAllowed == true)
    }

    @Test("one that is dropped after it was sent stays taken and is counted")
    func droppedSent() throws {
        let claims = [LimitClaim(self.limiter(1))]
        try self.admit(claims).0.markSent()
        #expect(self.table.abandonedCount == 1)
        #expect(self.table.peek(claims, at: self.start)?.isAllowed == false)
    }

    @Test("a closed limit's slot is used again, and starts whole")
    func slots() throws {
        var limiter: RequestLimiter? = self.limiter(1)
        let slot = try #require(limiter).slot
        try self.admit([LimitClaim(try #require(limiter))]).0.markSent()
        limiter = nil
        let next = self.limiter(1)
        #expect(next.slot == slot)
        #expect(self.table.peek([LimitClaim(next)], at: self.start)?.isAllowed == true)
    }

    @Test("a thousand at once are admitted up to the limit exactly")
    func concurrent() async {
        let claims = [LimitClaim(self.limiter(60)), LimitClaim(self.limiter(500))]
        let admitted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    guard case .admitted(let admission, _) = self.table.admit(claims, at: self.start) else { return 0 }
                    admission.markSent()
                    admission.settle()
                    return 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 60)
        #expect(self.table.peek([claims[1]], at: self.start)?.remaining == 440)
    }
}

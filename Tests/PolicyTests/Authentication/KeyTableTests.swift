import Testing

@testable import Policy

@Suite("The key table")
struct KeyTableTests {
    private let limits = AdmissionTable()
    private let project = KeyProject(id: "prj_1", name: "default", isEnabled: true)

    private func facts(_ id: String, digest: UInt8 = 1, _ change: (inout KeyFacts) -> Void = { _ in }) -> KeyFacts {
        var facts = KeyFacts(
            id: id,
            name: "name of \(id)",
            projectID: "prj_1",
            digest: Array(repeating: digest, count: 32),
            verifier: "v"
        )
        change(&facts)
        return facts
    }

    private func digest(_ byte: UInt8) throws -> KeyDigest {
        try #require(KeyDigest(bytes: Array(repeating: byte, count: 32)))
    }

    private func table(
        _ keys: [KeyFacts],
        projects: [KeyProject]? = nil,
        after old: KeyTable = .empty,
        now: Int64 = 0
    ) -> KeyTable {
        old.successor(
            keys: keys,
            projects: projects ?? [self.project],
            limits: self.limits,
            now: MonotonicInstant(microseconds: now)
        )
    }

    private func admit(_ entry: KeyEntry?, at now: Int64 = 0) throws -> LimitDecision? {
        let entry = try #require(entry)
        switch self.limits.admit(entry.limits, .none, at: MonotonicInstant(microseconds: now), wall: 0) {
        case .admitted(let admission, let reading):
            admission.markSent()
            admission.settle()
            return reading.requests
        case .refused(.requests(let decision, LimitScope(.key))): return decision
        case .refused: return nil
        }
    }

    @Test("a rotated key is found by both its secrets, and by the old one let in for a while only")
    func rotated() throws {
        let table = self.table([
            self.facts("a", digest: 1) { $0.retired = (Array(repeating: 9, count: 32), 1_000) },
            self.facts("b", digest: 2),
        ])
        let (new, old) = (try self.digest(1), try self.digest(9))
        let entry = try #require(table.lookup(new))
        #expect(table.lookup(old) === entry && table.count == 2)
        #expect(entry.isRetired(old) && !entry.isRetired(new))
        #expect(entry.refusal(of: old, now: 999) == nil && entry.refusal(of: old, now: 1_000) == .expired)
        #expect(entry.refusal(of: new, now: 1_000) == nil)
    }

    @Test("a retired secret never takes the place of one in force")
    func retiredClash() throws {
        let table = self.table([
            self.facts("a", digest: 1) { $0.retired = (Array(repeating: 2, count: 32), 1_000) },
            self.facts("b", digest: 2),
        ])
        #expect(table.lookup(try self.digest(2))?.id == "b" && table.rejectedIDs.isEmpty)
    }

    @Test("a rotated secret keeps the key's id; what is no id is not kept")
    func rotatedID() throws {
        let first = VirtualKey.generate()
        let second = VirtualKey.generate(id: first.id)
        #expect(second.id == first.id && second.text != first.text)
        #expect(VirtualKey(second.text)?.id == first.id)
        #expect(VirtualKey.generate(id: "no id!").id != "no id!")
    }

    @Test("a key is found by its digest and by its id, a stranger by neither")
    func lookup() throws {
        let table = self.table([self.facts("a", digest: 1), self.facts("b", digest: 2)])
        #expect(table.lookup(try self.digest(1))?.id == "a")
        #expect(table.lookup(try self.digest(2))?.name == "name of b")
        #expect(table.lookup(try self.digest(3)) == nil)
        #expect(table.entry(id: "b")?.project == self.project)
        #expect(table.entry(id: "c") == nil)
        #expect(table.count == 2)
        #expect(table.entry(id: "a")?.label == "sk-mt-a")
        #expect(KeyTable.empty.lookup(try self.digest(1)) == nil)
    }

    @Test("repeated ids, repeated digests, bad digests and lost projects are left out, and named")
    func rejected() throws {
        let rows = [
            self.facts("a", digest: 1),
            self.facts("a", digest: 2),
            self.facts("b", digest: 1),
            self.facts("c", digest: 3) { $0.digest.removeLast() },
            self.facts("d", digest: 4) { $0.projectID = "prj_2" },
        ]
        let table = self.table(rows, projects: [self.project, self.project])
        #expect(table.rejectedIDs == ["a", "b", "c", "d"])
        #expect(table.count == 1)
        #expect(table.lookup(try self.digest(1))?.id == "a")
        #expect(table.lookup(try self.digest(2)) == nil)
    }

    @Test("a key is refused for its own reason, and otherwise not")
    func refusals() throws {
        let entry = { (change: (inout KeyFacts) -> Void) in
            try #require(self.table([self.facts("a", change)]).entry(id: "a"))
        }
        #expect(try entry { _ in }.refusal(now: 100) == nil)
        #expect(try entry { $0.isEnabled = false }.refusal(now: 100) == .disabled)
        #expect(try entry { $0.revokedAt = 500 }.refusal(now: 100) == .revoked)
        #expect(try entry { $0.expiresAt = 101 }.refusal(now: 100) == nil)
        #expect(try entry { $0.expiresAt = 100 }.refusal(now: 100) == .expired)
        #expect(try entry { $0.expiresAt = .min }.refusal(now: 100) == .expired)
        let off = KeyProject(id: "prj_1", name: "default", isEnabled: false)
        let table = self.table([self.facts("a")], projects: [off])
        #expect(table.entry(id: "a")?.refusal(now: 100) == .projectDisabled)
    }

    @Test("a key asks for what its list names")
    func models() throws {
        let entry = try #require(self.table([self.facts("a") { $0.allowedModels = ["fast"] }]).entry(id: "a"))
        #expect(entry.allows(model: "fast"))
        #expect(!entry.allows(model: "slow"))
    }

    @Test("a key is strict when its row says so, and only then")
    func strictness() throws {
        #expect(try #require(self.table([self.facts("a") { $0.isStrict = true }]).entry(id: "a")).isStrict)
        #expect(try !#require(self.table([self.facts("a")]).entry(id: "a")).isStrict)
    }

    @Test("a key without a limit is admitted without a decision")
    func unlimited() throws {
        let entry = try #require(self.table([self.facts("a")]).entry(id: "a"))
        #expect(entry.limits === LimitSet.unlimited)
        for now in 0..<100 as Range<Int64> { #expect(try self.admit(entry, at: now) == nil) }
    }

    @Test("a reload keeps what was taken, in the old entry and in the new")
    func reload() throws {
        let first = self.table([self.facts("a") { $0.limits.requestsPerMinute = 3 }])
        let old = try #require(first.entry(id: "a"))
        for _ in 0..<2 { #expect(try self.admit(old, at: 0)?.isAllowed == true) }
        let rows = [self.facts("a") { $0.limits.requestsPerMinute = 3 }, self.facts("b", digest: 2)]
        let second = self.table(rows, after: first)
        let new = try #require(second.entry(id: "a"))
        #expect(new !== old)
        #expect(try self.admit(new, at: 0)?.remaining == 0)
        #expect(try self.admit(old, at: 0)?.isAllowed == false)
        #expect(try self.admit(new, at: 0)?.isAllowed == false)
    }

    @Test("a raised limit holds at once, a lifted one too, and one set anew starts whole")
    func changedLimit() throws {
        let first = self.table([self.facts("a") { $0.limits.requestsPerMinute = 1 }])
        #expect(try self.admit(first.entry(id: "a"))?.isAllowed == true)
        #expect(try self.admit(first.entry(id: "a"))?.isAllowed == false)
        let raised = self.table([self.facts("a") { $0.limits.requestsPerMinute = 10 }], after: first)
        let decision = try #require(try self.admit(raised.entry(id: "a")))
        #expect(decision.isAllowed)
        #expect((decision.limit, decision.remaining) == (10, 8))
        let lifted = self.table([self.facts("a")], after: raised)
        #expect(try self.admit(lifted.entry(id: "a")) == nil)
        let again = self.table([self.facts("a") { $0.limits.requestsPerMinute = 2 }], after: lifted)
        #expect(try self.admit(again.entry(id: "a"))?.remaining == 1)
    }
}

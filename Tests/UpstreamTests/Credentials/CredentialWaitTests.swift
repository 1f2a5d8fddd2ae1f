import Exchange
import MartletTesting
import NIOCore
import NIOPosix
import Providers
import Synchronization
import Testing

@testable import Upstream

@Suite("Waits for credentials", .timeLimit(.minutes(5)))
struct CredentialWaitTests {
    private let issuer = FakeIssuer()
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// Outcomes in the order in which they were told.
    private final class Told: Sendable {
        private let list = Mutex<[CredentialOutcome]>([])
        func add(_ outcome: CredentialOutcome) { self.list.withLock { $0.append(outcome) } }
        var outcomes: [CredentialOutcome] { self.list.withLock { $0 } }
    }

    /// A wait that a test keeps, on its loop.
    private func wait(_ holder: CredentialHolder, _ told: Told) async throws -> NIOLoopBound<CredentialWait> {
        let (loop, now) = (self.loop, self.issuer.now)
        return try await loop.run {
            let wait = holder.whenReady(on: loop, at: now, deadline: .distantFuture) { outcome in
                loop.preconditionInEventLoop()
                told.add(outcome)
            }
            return NIOLoopBound(wait, eventLoop: loop)
        }
    }

    @Test("a caller who has left is not called, and makes room")
    func cancelled() async throws {
        let holder = try #require(try self.issuer.holder())
        let (gone, stays) = (Told(), Told())
        let wait = try await self.wait(holder, gone)
        _ = try await self.wait(holder, stays)
        #expect(holder.waitingCount == 2)
        try await self.loop.run {
            wait.value.cancel()
            wait.value.cancel()
        }
        #expect(holder.waitingCount == 1)
        await self.issuer.asked(1)
        self.issuer.issue("one")
        await eventually { stays.outcomes == [.ready] }
        #expect(gone.outcomes.isEmpty)
        try await self.loop.run { wait.value.cancel() }
        #expect(stays.outcomes == [.ready])
    }

    @Test("a caller who leaves while the credential is on its way is not called either")
    func cancelledLate() async throws {
        let holder = try #require(try self.issuer.holder())
        let first = Told()
        _ = try await self.wait(holder, first)
        await self.issuer.asked(1)
        self.issuer.issue("one")
        await eventually { first.outcomes == [.ready] }
        let (loop, now, told) = (self.loop, self.issuer.now, Told())
        let toldAtOnce = try await loop.run {
            let wait = holder.whenReady(on: loop, at: now, deadline: .distantFuture) { told.add($0) }
            defer { wait.cancel() }
            return told.outcomes
        }
        try await loop.run {}
        #expect(toldAtOnce.isEmpty, "not before the wait is in the caller's hands")
        #expect(told.outcomes.isEmpty)
    }

    @Test("a wait ends by its deadline, and the fetch goes on")
    func deadline() async throws {
        let holder = try #require(try self.issuer.holder())
        #expect(await holder.ready(on: self.loop, within: .zero) == .failed(CredentialHolder.tooLate))
        #expect(await holder.ready(on: self.loop, within: .milliseconds(1)) == .failed(CredentialHolder.tooLate))
        #expect(holder.waitingCount == 0)
        await self.issuer.asked(1)
        self.issuer.issue("one")
        await eventually { holder.look(at: self.issuer.now).holds("one") }
        #expect(self.issuer.askedCount == 1)
    }

    @Test("no more than the limit wait; who comes beyond is told that there is no room")
    func bounded() async throws {
        let holder = try #require(try self.issuer.holder(maxWaiting: 2))
        let told = [Told(), Told(), Told()]
        for one in told { _ = try await self.wait(holder, one) }
        await eventually { !told[2].outcomes.isEmpty }
        #expect(told[2].outcomes == [.failed(CredentialHolder.tooManyWait)])
        #expect(CredentialHolder.tooManyWait.kind == .overloaded)
        #expect(holder.waitingCount == 2)
        await self.issuer.asked(1)
        self.issuer.issue("one")
        await eventually { told[0].outcomes == [.ready] && told[1].outcomes == [.ready] }
    }

    @Test("a fetch that hangs is given up, and its late failure does not end the waits for its successor")
    func givenUp() async throws {
        let holder = try #require(try self.issuer.holder())
        let told = Told()
        _ = try await self.wait(holder, told)
        await self.issuer.asked(1)
        self.issuer.clock.advance(by: .seconds(61))
        #expect(holder.look(at: self.issuer.now) == .failed(CredentialHolder.tooLate))
        self.issuer.clock.advance(by: .seconds(2))
        #expect(holder.look(at: self.issuer.now) == .wait)
        await self.issuer.asked(2)
        self.issuer.fail()
        await eventually { !self.issuer.reports.isEmpty }
        #expect(told.outcomes.isEmpty)
        self.issuer.issue("two")
        await eventually { told.outcomes == [.ready] }
    }

    @Test("waits of many loops end once each, whoever ends them first")
    func race() async throws {
        let holder = try #require(try self.issuer.holder(maxWaiting: 1_000))
        let issuer = self.issuer
        let outcomes = await withTaskGroup(of: CredentialOutcome.self) { group in
            for index in 0..<400 {
                group.addTask {
                    let loop = MultiThreadedEventLoopGroup.singleton.next()
                    let limit: TimeAmount = index % 2 == 0 ? .seconds(30) : .microseconds(Int64(index * 5))
                    return await holder.ready(on: loop, within: limit)
                }
            }
            await issuer.asked(1)
            issuer.issue("one")
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 400)
        #expect(outcomes.filter { $0 == .ready }.count >= 200)
        #expect(holder.waitingCount == 0)
    }
}

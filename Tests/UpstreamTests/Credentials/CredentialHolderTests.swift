import Exchange
import MartletTesting
import NIOCore
import NIOPosix
import Providers
import Synchronization
import Testing

@testable import Upstream

@Suite("Credential holder", .timeLimit(.minutes(5)))
struct CredentialHolderTests {
    private let issuer = FakeIssuer()
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// A holder whose token `text` was issued now.
    private func holder(with text: String) async throws -> CredentialHolder {
        let holder = try #require(try self.issuer.holder())
        #expect(holder.look(at: self.issuer.now) == .wait)
        await self.issuer.asked(1)
        self.issuer.issue(text)
        await eventually { holder.look(at: self.issuer.now).holds(text) }
        return holder
    }

    private func waiters(_ count: Int, at holder: CredentialHolder) async -> [Task<CredentialOutcome, Never>] {
        let tasks = (0..<count).map { _ in
            Task {
                let loop = MultiThreadedEventLoopGroup.singleton.next()
                return await holder.ready(on: loop, within: .seconds(30))
            }
        }
        await eventually { holder.waitingCount == count }
        return tasks
    }

    @Test("whoever finds nothing waits, and one fetch serves them all")
    func coldWait() async throws {
        let holder = try #require(try self.issuer.holder())
        #expect(holder.look(at: self.issuer.now) == .wait)
        let tasks = await self.waiters(50, at: holder)
        await self.issuer.asked(1)
        #expect(holder.look(at: self.issuer.now) == .wait)
        self.issuer.issue("one")
        for task in tasks { #expect(await task.value == .ready) }
        #expect(holder.look(at: self.issuer.now).holds("one"))
        #expect(self.issuer.askedCount == 1)
        #expect(holder.waitingCount == 0)
        #expect(holder.problem == nil)
        #expect(await holder.ready(on: self.loop, within: .seconds(30)) == .ready)
    }

    @Test("a wait alone starts the fetch, without a look before")
    func waitStarts() async throws {
        let holder = try #require(try self.issuer.holder())
        let tasks = await self.waiters(1, at: holder)
        await self.issuer.asked(1)
        self.issuer.issue("one")
        for task in tasks { #expect(await task.value == .ready) }
    }

    @Test("a token is renewed ahead of its end, and nobody waits for it")
    func refreshAhead() async throws {
        let holder = try await self.holder(with: "old")
        self.issuer.clock.advance(by: .seconds(3_600 - 301))
        #expect(holder.look(at: self.issuer.now).holds("old"))
        #expect(self.issuer.askedCount == 1)
        self.issuer.clock.advance(by: .seconds(2))
        for _ in 0..<10 { #expect(holder.look(at: self.issuer.now).holds("old")) }
        await self.issuer.asked(2)
        self.issuer.issue("new")
        await eventually { holder.look(at: self.issuer.now).holds("new") }
        #expect(self.issuer.askedCount == 2)
    }

    @Test("a renewal that fails leaves the old token in use until its end")
    func failedRenewal() async throws {
        let holder = try await self.holder(with: "old")
        self.issuer.clock.advance(by: .seconds(3_400))
        #expect(holder.look(at: self.issuer.now).holds("old"))
        await self.issuer.asked(2)
        self.issuer.fail()
        await eventually { holder.problem != nil }
        #expect(holder.look(at: self.issuer.now).holds("old"))
        #expect(self.issuer.askedCount == 2)
        self.issuer.clock.advance(by: .seconds(200))
        #expect(holder.look(at: self.issuer.now) == .wait)
    }

    @Test("a failure is told to all who wait, reported, and not tried again before its time")
    func failure() async throws {
        let holder = try #require(try self.issuer.holder())
        let tasks = await self.waiters(3, at: holder)
        await self.issuer.asked(1)
        self.issuer.fail()
        let failure = GatewayFailure(
            .upstreamCredential,
            "The service that issues the provider's credential cannot be reached."
        )
        for task in tasks { #expect(await task.value == .failed(failure)) }
        #expect(holder.look(at: self.issuer.now) == .failed(failure))
        #expect(await holder.ready(on: self.loop, within: .seconds(30)) == .failed(failure))
        #expect(self.issuer.askedCount == 1)
        await eventually { !self.issuer.reports.isEmpty }
        #expect(self.issuer.reports == ["v: unreachable: Google's metadata server answered 500: no_luck"])
        self.issuer.clock.advance(by: .seconds(1))
        #expect(holder.look(at: self.issuer.now) == .wait)
        await self.issuer.asked(2)
        self.issuer.fail()
        await eventually { self.issuer.reports.count == 2 }
        self.issuer.clock.advance(by: .seconds(1))
        #expect(holder.look(at: self.issuer.now) == .failed(failure))
        self.issuer.clock.advance(by: .seconds(1))
        #expect(holder.look(at: self.issuer.now) == .wait)
        await self.issuer.asked(3)
        self.issuer.issue("late")
        await eventually { holder.look(at: self.issuer.now).holds("late") }
    }

    @Test(
        "what callers are told names neither file nor setting",
        arguments: [.absent, .unreachable, .timedOut, .refused, .malformed, .unsupported, .fileUnreadable]
            as [CredentialError.Code]
    )
    func told(_ code: CredentialError.Code) {
        let failure = CredentialError(code, "/home/x/.aws/credentials holds hunter2").failure
        #expect(failure.kind == .upstreamCredential)
        #expect(!failure.message.contains("hunter2") && !failure.message.contains("/home"))
    }

    @Test("a refused token is dropped once, and its successor is not")
    func refused() async throws {
        let holder = try await self.holder(with: "old")
        guard case .ready(let proof) = holder.look(at: self.issuer.now) else { throw NotReady() }
        #expect(!holder.refused(proof, at: self.issuer.now), "it is new")
        self.issuer.clock.advance(by: .seconds(60))
        #expect(holder.refused(proof, at: self.issuer.now))
        #expect(holder.look(at: self.issuer.now) == .wait)
        await self.issuer.asked(2)
        self.issuer.issue("new")
        await eventually { holder.look(at: self.issuer.now).holds("new") }
        #expect(!holder.refused(proof, at: self.issuer.now), "it is not held any more")
        #expect(!holder.refused(.standing, at: self.issuer.now))
        #expect(self.issuer.askedCount == 2)
    }

    @Test("a configured key pair is there at once, and never fetched")
    func fixed() async throws {
        let keys = AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s"))
        let signer = SigV4Signer(region: "r", service: "bedrock")
        let plan = CredentialPlan.signature(signer, CredentialChain([.fixed(.aws(keys))]))
        let holder = try #require(try self.issuer.holder(plan: plan))
        guard case .ready(let proof) = holder.look(at: self.issuer.now) else { throw NotReady() }
        #expect(proof.headers.isEmpty)
        #expect(!holder.refused(proof, at: self.issuer.now.adding(seconds: 1_000)))
        #expect(await holder.ready(on: self.loop, within: .zero) == .ready)
        #expect(self.issuer.askedCount == 0)
        #expect(throws: CredentialError.self) {
            try self.issuer.holder(plan: .token(CredentialChain([.fixed(.aws(keys))])))
        }
    }

    @Test("plans that fetch nothing have no holder")
    func none() throws {
        #expect(try self.issuer.holder(plan: .none) == nil)
        #expect(try self.issuer.holder(plan: .header(SecretHeader("x", Secret("y")))) == nil)
    }

    @Test("a token where a key pair is needed is a failure")
    func wrongSort() async throws {
        let plan = CredentialPlan.signature(SigV4Signer(region: "r", service: "s"), .google(environment: [:]))
        let holder = try #require(try self.issuer.holder(plan: plan))
        let tasks = await self.waiters(1, at: holder)
        await self.issuer.asked(1)
        self.issuer.issue("token")
        for task in tasks { #expect(await task.value == .failed(CredentialHolder.unusable)) }
        #expect(holder.problem?.code == .malformed)
    }
}

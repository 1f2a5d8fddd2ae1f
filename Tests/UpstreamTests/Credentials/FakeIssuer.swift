import Exchange
import MartletTesting
import NIOCore
import NIOPosix
import Providers
import Synchronization

@testable import Upstream

/// A service that answers when a test says so, and counts who asked.
final class FakeIssuer: CredentialTransport {
    private struct State {
        var asked = 0
        var pending: [CheckedContinuation<Result<CredentialResponse, CredentialError>, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var reports: [String] = []
    }

    let clock = ManualClock(now: 1_800_000_000_000_000_000)
    private let state = Mutex(State())

    var now: WallTime { WallTime(seconds: Int(self.clock.now / 1_000_000_000)) }
    var askedCount: Int { self.state.withLock { $0.asked } }
    var reports: [String] { self.state.withLock { $0.reports } }

    var services: CredentialServices {
        CredentialServices(transport: self, clock: { self.now }) { provider, error in
            self.state.withLock { $0.reports.append("\(provider): \(error)") }
        }
    }

    func fetch(_ request: CredentialRequest) async throws(CredentialError) -> CredentialResponse {
        let result = await withCheckedContinuation { continuation in
            let reached = self.state.withLock { state in
                state.asked += 1
                state.pending.append(continuation)
                let reached = state.watchers.filter { $0.count <= state.asked }
                state.watchers.removeAll { $0.count <= state.asked }
                return reached
            }
            for watcher in reached { watcher.continuation.resume() }
        }
        return try result.get()
    }

    func readFile(_ path: String) async throws(CredentialError) -> [UInt8] {
        throw CredentialError(.absent, "no such file")
    }

    /// Returns once so many requests have come in all.
    func asked(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = self.state.withLock { state in
                guard state.asked < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Answers the oldest request that has no answer yet.
    func answer(_ result: Result<CredentialResponse, CredentialError>) {
        self.state.withLock { $0.pending.removeFirst() }.resume(returning: result)
    }

    /// Answers with a token.
    func issue(_ token: String, seconds: Int = 3_600) {
        let body = #"{"access_token":"\#(token)","expires_in":\#(seconds),"token_type":"Bearer"}"#
        self.answer(.success(Self.response(200, body)))
    }

    /// Answers with a failure of the service.
    func fail(_ status: Int = 500) {
        self.answer(.success(Self.response(status, #"{"error":"no_luck"}"#)))
    }

    private static func response(_ status: Int, _ body: String) -> CredentialResponse {
        let google = CredentialHeader("metadata-flavor", "Google")
        return CredentialResponse(status: status, headers: [google], body: Array(body.utf8))
    }
}

extension FakeIssuer {
    /// One source that makes one request.
    static let plan = CredentialPlan.token(.google(environment: [:]))

    /// A holder that asks this issuer.
    func holder(plan: CredentialPlan = FakeIssuer.plan, maxWaiting: Int = 100) throws -> CredentialHolder? {
        try CredentialHolder(name: "v", plan: plan, services: self.services, maxWaiting: maxWaiting)
    }
}

extension CredentialHolder.Look {
    /// Whether this is the header that a token makes.
    func holds(_ text: String) -> Bool {
        guard case .ready(let proof) = self, proof.headers.count == 1, let header = proof.headers.first else {
            return false
        }
        return header.name == "authorization" && header.value.bytes == Array("Bearer \(text)".utf8)
    }
}

/// A test's own disappointment.
struct NotReady: Error {}

/// Waits for what another thread is about to do; the suite's time limit ends a wait in vain.
func eventually(_ isFulfilled: () -> Bool) async {
    while !isFulfilled() { await Task.yield() }
}

extension EventLoop {
    /// Runs on this loop.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
        try await self.submit(body).get()
    }
}

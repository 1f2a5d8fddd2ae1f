import Synchronization

@testable import AdminAPI

/// Answers with what it is given, and keeps what it was asked.
final class FakeRouteDesk: RouteDesk {
    private let questions = Mutex<[RouteQuestion]>([])

    var asked: [RouteQuestion] { self.questions.withLock { $0 } }

    func explain(_ question: RouteQuestion) async throws(AdminProblem) -> [UInt8] {
        self.questions.withLock { $0.append(question) }
        return Array(#"{"model":"m","candidates":[{"target":"sandbox/echo","decision":"first"}]}"#.utf8)
    }

    func checks() -> [CheckStanding] {
        [
            CheckStanding(
                provider: "openai",
                kind: "models",
                at: 1_800_000_000_000,
                isGood: false,
                milliseconds: 12,
                detail: "answers with status 503"
            )
        ]
    }

    func status() -> [TargetStanding] {
        [
            TargetStanding(provider: "sandbox", model: "echo", errorRate: 1.0 / 3, inFlight: 2),
            TargetStanding(
                provider: "openai",
                model: "gpt-x",
                breaker: "open",
                coolingDownUntil: 1_800_000_005_000,
                credential: "refused"
            ),
        ]
    }
}

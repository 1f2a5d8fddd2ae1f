import Exchange
import Gateway
import Storage
import Telemetry

@testable import martlet

/// Finished requests for the tests of telemetry.
enum FinishedSamples {
    static let trace = TraceContext(
        continuing: TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        TraceSampler(ratio: 1)
    ) { 42 }

    static func record(_ id: String = "req_1", outcome: ExchangeOutcome = .completed) -> RequestRecord {
        var record = RequestRecord(
            id: id,
            startedAt: 1_795_550_400_000,
            keyID: "abcdefghijkl",
            projectID: "prj_1",
            operation: .chat
        )
        record.isStream = true
        record.modelAsked = "fast"
        record.modelServed = "llama"
        record.provider = "lab"
        record.status = 200
        record.outcome = outcome
        record.attempts = 2
        record.finishReason = "stop"
        record.firstContentMicroseconds = 700_000
        record.totalMicroseconds = 900_000
        record.overheadMicroseconds = 120
        record.costNanoUSD = 1_250_000
        var usage = TokenUsage()
        usage.uncachedInputTokens = 11
        usage.visibleOutputTokens = 3
        record.usage = usage
        return record
    }

    /// One that was tried at two providers.
    static func retried(_ id: String = "req_1", trace: TraceContext? = Self.trace) -> FinishedRequest {
        func place(_ provider: String, _ kind: String, _ model: String) -> FinishedAttempt.Place {
            .init(provider: provider, kind: kind, model: model, host: "\(provider).example", port: 443)
        }
        return FinishedRequest(
            record: Self.record(id),
            project: "shop",
            trace: trace,
            bodyMicroseconds: 1_000,
            roadMicroseconds: 1_200,
            maxOutputTokens: 64,
            attempts: [
                FinishedAttempt(
                    number: 1,
                    place: place("openai", "azure-openai", "gpt-real"),
                    times: .init(begin: 1_200, wait: 300, firstContent: nil, end: 400_000),
                    status: 503,
                    outcome: "sick_target"
                ),
                FinishedAttempt(
                    number: 2,
                    place: place("lab", "openai-compatible", "llama"),
                    times: .init(begin: 450_000, wait: 0, firstContent: 700_000, end: 900_000),
                    status: 200,
                    outcome: "served",
                    upstreamRequestID: "up_2",
                    isLast: true
                ),
            ],
            providerKind: "gemini",
            answer: AnswerIdentity(id: "chatcmpl-1", model: "llama-4-0901")
        )
    }
}

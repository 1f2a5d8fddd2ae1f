import Exchange
import Storage

/// Records in which no two fields of a kind are alike, so that a swapped column shows.
enum Sample {
    static let hardText = "Ünï 😀 e\u{301} \"q\" \\ %_' ; --\n\t\u{7f}"

    static func project(_ name: String = "acme") -> ProjectRecord {
        ProjectRecord(id: "prj_\(name)", name: name, isEnabled: true, createdAt: 11, updatedAt: 12)
    }

    /// A key of the project `acme` whose digest follows from its id.
    static func key(_ id: String = "key1", project: String = "prj_acme") -> KeyRecord {
        KeyRecord(
            id: id,
            name: "a \(Self.hardText)",
            projectID: project,
            digest: Self.digest(id),
            verifier: "$2b$10$\(id)",
            isEnabled: false,
            revokedAt: 21,
            expiresAt: 22,
            allowedModels: ["fast", "openai/*", Self.hardText],
            limits: Self.limits,
            maxOutputTokens: 26,
            isStrict: true,
            createdAt: 24,
            updatedAt: 25
        )
    }

    static var limits: LimitsRecord {
        LimitsRecord(
            requestsPerMinute: 231,
            tokensPerMinute: 232,
            concurrentRequests: 233,
            models: [
                "fast": LimitsRecord.ModelLimits(requestsPerMinute: 0, tokensPerMinute: .max, concurrentRequests: 234),
                Self.hardText: LimitsRecord.ModelLimits(tokensPerMinute: 235),
            ]
        )
    }

    static func digest(_ id: String) -> [UInt8] {
        let seed = Array(id.utf8)
        return (0..<32).map { seed[$0 % seed.count] &+ UInt8($0) &* 31 }
    }

    static func provider(_ name: String = "openai-eu") -> ProviderRecord {
        ProviderRecord(
            id: "prv_\(name)",
            name: name,
            kind: "openai",
            baseURL: "https://eu.example/\(name)",
            sealedSecret: [0, 1, 255, 0, 128],
            secretHint: "x4Zq",
            settings: ["api_version": "2024-10-21", "ca_bundle": "/etc/\(Self.hardText)"],
            isEnabled: false,
            origin: .environment,
            createdAt: 31,
            updatedAt: 32
        )
    }

    static func model(_ name: String = "fast") -> ModelRecord {
        ModelRecord(
            id: "mdl_\(name)",
            name: name,
            isEnabled: false,
            targets: [
                TargetRecord(provider: "openai-eu", upstreamModel: "gpt-z", weight: 3, priority: 2, isEnabled: false),
                TargetRecord(
                    provider: "sandbox",
                    upstreamModel: "echo",
                    weight: 0,
                    priority: 1,
                    overrides: Self.overrides
                ),
                TargetRecord(provider: "openai-eu", upstreamModel: "gpt-z", weight: 3, priority: 2, isEnabled: true),
            ],
            routing: Self.routing,
            origin: .builtIn,
            createdAt: 41,
            updatedAt: 42
        )
    }

    static var routing: ModelRoutingRecord {
        ModelRoutingRecord(
            strategy: "least-cost",
            isSticky: false,
            mayBillTwice: true,
            fallsBackOnRefusal: true,
            hedges: true,
            connectMilliseconds: 43,
            firstContentMilliseconds: 44,
            idleMilliseconds: 45,
            totalMilliseconds: .max
        )
    }

    static var overrides: TargetOverrides {
        TargetOverrides(
            maxOutputTokens: 46,
            reasoningEffort: "low",
            headers: ["anthropic-beta": "a,b", "x-team": Self.hardText]
        )
    }

    static func request(_ id: String, at startedAt: UnixMilliseconds = 1, key: String = "key1") -> RequestRecord {
        RequestRecord(id: id, startedAt: startedAt, keyID: key, projectID: "prj_acme", operation: .chat)
    }

    static func fullRequest(_ id: String) -> RequestRecord {
        var record = RequestRecord(id: id, startedAt: 51, keyID: "key1", projectID: "prj_acme", operation: .countTokens)
        record.isStream = true
        record.modelAsked = "asked \(Self.hardText)"
        record.modelServed = "served"
        record.provider = "openai-eu"
        record.status = 200
        record.outcome = .clientGone
        record.failure = "failure"
        record.attempts = 52
        record.upstreamRequestID = "up_1"
        record.finishReason = "stop"
        record.queueMicroseconds = 53
        record.firstByteMicroseconds = 54
        record.firstContentMicroseconds = 55
        record.totalMicroseconds = .max
        record.overheadMicroseconds = 57
        record.usage = Self.usage
        record.warnings = ["dropped_field", Self.hardText]
        record.client = "client/1.0"
        record.session = "session \(Self.hardText)"
        record.route = #"{"strategy":"weighted","skipped":[{"target":"é/x","reason":"breaker_open"}]}"#
        record.traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
        return record
    }

    static var usage: TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = 61
        usage.cacheReadTokens = 62
        usage.cacheWrite5mTokens = 63
        usage.cacheWrite1hTokens = 64
        usage.audioInputTokens = 65
        usage.visibleOutputTokens = .max
        usage.reasoningTokens = 67
        usage.audioOutputTokens = 68
        usage.isAnomalous = true
        return usage
    }
}

import Exchange

extension Schema {
    /// An instant.
    static let time = Schema.text(TextRules(format: "date-time"))
    /// US dollars as decimal text, of either sign.
    static let dollars = Schema.pattern("^-?[0-9]{1,22}(\\.[0-9]{1,9})?$")
    /// An id of a row, of any kind.
    static let rowID = Schema.text(1...128)
    /// An id as it stands in a path.
    static let pathID = Schema.pattern("^[0-9A-Za-z][0-9A-Za-z_.:-]{0,127}$")
    /// Where the next page begins.
    static let nextCursor = Schema.orNull(.noted(.cursor, "Where the next page begins; `null` on the last."))
    /// A position in a list, as the list gave it out.
    static let cursor = Schema.pattern("^([0-9a-f]{2}){1,512}$")
    /// A name of projects and providers.
    static let slug = Schema.pattern("^[a-z0-9][a-z0-9-]{0,62}$")
    /// A public model name, or a model's name at a vendor.
    static let modelName = Schema.text(1...200)
    /// A name for people.
    static let label = Schema.text(1...100)
    /// Hexadecimal digits of a hash.
    static let hash = Schema.pattern("^[0-9a-f]{64}$")
    /// A trace's id.
    static let traceID = Schema.pattern("^[0-9a-f]{32}$")
    /// Milliseconds, with places.
    static let milliseconds = Schema.orNull(.number)
    /// Who owns a row.
    static let origin = Schema.choice(["stored", "file", "environment", "built_in"])

    /// A limit that `null` takes away.
    static func limit(_ range: ClosedRange<Int>) -> Schema { .orNull(.whole(range)) }
}

extension [OperationDescription.QueryParameter] {
    /// The two parameters of every list, and others.
    static func paged(_ others: Element...) -> Self {
        [
            Element("limit", .whole(1...200), "How many at most; 50 unless given.", example: "50"),
            Element("after", .cursor, "The `next` of the page before."),
        ] + others
    }
}

extension OperationDescription.QueryParameter {
    /// A filter by a text.
    static func filter(_ name: String, _ note: String) -> Self { Self(name, .anyText, note) }

    /// An instant.
    static func time(_ name: String, _ note: String) -> Self { Self(name, .time, note) }
}

extension SharedSchema {
    /// A refusal.
    static let problem = SharedSchema(
        name: "Problem",
        schema: .record(
            [
                "type": .anyText,
                "title": .noted(.anyText, "The status in words."),
                "status": .whole(400...599),
                "detail": .noted(.anyText, "What was wrong and what would be right."),
                "code": .noted(.choice(of: AdminProblem.Code.self), "What programs go by."),
                "request_id": .anyText,
            ],
            optional: ["field": .noted(.anyText, "The field or parameter at fault.")]
        ),
        example: """
            {"type":"about:blank","title":"Bad Request","status":400,"detail":"name is needed","code":"invalid_field",\
            "field":"name","request_id":"adm_3f0Qk2n8Zt5LrWc1XbVd"}
            """
    )

    /// What keys and projects may use.
    static let limits = SharedSchema(
        name: "Limits",
        schema: .record([
            "requests_per_minute": .limit(LimitRules.requestsPerMinute),
            "tokens_per_minute": .limit(LimitRules.tokensPerMinute),
            "concurrent_requests": .limit(LimitRules.concurrentRequests),
            "models": .noted(.map(.shared(.modelLimits)), "Limits of single models, by public name."),
        ]),
        example: """
            {"requests_per_minute":600,"tokens_per_minute":null,"concurrent_requests":20,"models":{"fast":\
            {"requests_per_minute":60,"tokens_per_minute":200000,"concurrent_requests":null}}}
            """
    )

    /// What they may use of one model.
    static let modelLimits = SharedSchema(
        name: "ModelLimits",
        schema: .record([
            "requests_per_minute": .limit(LimitRules.requestsPerMinute),
            "tokens_per_minute": .limit(LimitRules.tokensPerMinute),
            "concurrent_requests": .limit(LimitRules.concurrentRequests),
        ])
    )

    /// Limits as they are set: what is left out stays, `null` takes away.
    static let limitsChange = SharedSchema(
        name: "LimitsChange",
        schema: .body([
            "requests_per_minute": .limit(LimitRules.requestsPerMinute),
            "tokens_per_minute": .limit(LimitRules.tokensPerMinute),
            "concurrent_requests": .limit(LimitRules.concurrentRequests),
            "models": .orNull(
                .map(
                    .orNull(
                        .body([
                            "requests_per_minute": .limit(LimitRules.requestsPerMinute),
                            "tokens_per_minute": .limit(LimitRules.tokensPerMinute),
                            "concurrent_requests": .limit(LimitRules.concurrentRequests),
                        ])
                    )
                )
            ),
        ])
    )

    /// Token counts of one answer or of many.
    static let usage = SharedSchema(
        name: "Usage",
        schema: .object(
            Self.tokenCounts + [Schema.Member(name: "anomalous", schema: .flag, isRequired: true)],
            isOpen: false
        )
    )

    /// The counts by name.
    static var tokenCounts: [Schema.Member] {
        UsageFields.counts(TokenUsage()).map {
            Schema.Member(name: "\($0.name)", schema: .whole(nil), isRequired: true)
        }
    }
}

import Exchange

extension SharedSchema {
    private static let redactions = Schema.list(
        .pattern("^(email|card|field:[^ ]+|path:[^ ]+)$"),
        0...BodyRules.maximumRules
    )

    /// What is kept of a project's bodies.
    static let bodyRules = SharedSchema(
        name: "BodyRules",
        schema: .record([
            "mode": .choice(of: BodyRules.Mode.self),
            "sample": .noted(.number, "The share of requests whose bodies are kept, 0 to 1."),
            "max_bytes": .noted(.whole(BodyRules.byteRange), "Most bytes that are kept of each body."),
            "redact": .noted(Self.redactions, "What is masked, beside credentials, which always are."),
        ]),
        example: #"{"mode":"full","sample":0.1,"max_bytes":65536,"redact":["email","field:password"]}"#
    )

    /// The same as it is set: what is left out stays.
    static let bodyRulesChange = SharedSchema(
        name: "BodyRulesChange",
        schema: .body([
            "mode": .choice(of: BodyRules.Mode.self),
            "sample": .number,
            "max_bytes": .whole(BodyRules.byteRange),
            "redact": Self.redactions,
        ])
    )

    /// The bodies of one exchange.
    static let bodies = SharedSchema(
        name: "Bodies",
        schema: .record([
            "id": .anyText,
            "project": .rowID,
            "at": .time,
            "mode": .choice(["metadata", "full"]),
            "stream": .flag,
            "request": .shared(.body),
            "answer": .orNull(.shared(.body)),
        ])
    )

    /// One body.
    static let body = SharedSchema(
        name: "KeptBody",
        schema: .record([
            "bytes": .noted(.count, "How long it was."),
            "cut": .noted(.flag, "Its end is not there."),
            "text": .noted(.anyText, "What is kept; in the mode `metadata` a JSON object that tells its shape."),
        ])
    )
}

/// Descriptions of the routes of kept bodies.
enum BodyOperations {
    private static let erased = OperationDescription.AnswerDescription.json(
        .record(["erased": .noted(.count, "How many exchanges' bodies are gone.")]),
        "They are gone."
    )

    static let show = OperationDescription(
        id: "getRequestBody",
        tag: "requests",
        note: "There is one only where the project's `bodies` asked for it. Every call is audited.",
        answers: [.json(.shared(.bodies), "The bodies.")]
    )
    static let erase = OperationDescription(
        id: "deleteRequestBody",
        tag: "requests",
        note: "The request's record and its charge stay.",
        answers: [Self.erased]
    )
    static let eraseProject = OperationDescription(
        id: "deleteProjectBodies",
        tag: "projects",
        note: "Records and charges stay. What is in flight meanwhile is kept by the project's rules.",
        answers: [Self.erased]
    )
}

import Exchange

/// Descriptions of the routes of providers.
enum ProviderOperations {
    private static let changeable: KeyValuePairs<String, Schema> = [
        "base_url": .anyText,
        "secret": .orNull(.noted(.anyText, "Sealed, and never shown again.")),
        "settings": .noted(.map(.either([.anyText, .flag, .whole(nil)])), "By kind; replaced as a whole."),
        "enabled": .flag,
    ]

    static let list = OperationDescription(
        id: "listProviders",
        tag: "providers",
        query: .paged(.filter("name", "The provider of this name.")),
        answers: [.page(.provider)]
    )
    static let create = OperationDescription(
        id: "createProvider",
        tag: "providers",
        body: .init(
            .object(
                [
                    Schema.Member(name: "name", schema: .slug, isRequired: true),
                    Schema.Member(name: "kind", schema: .anyText, isRequired: true),
                    Schema.Member(name: "base_url", schema: .orNull(.anyText), isRequired: false),
                ] + Schema.body(Self.changeable).members.dropFirst(),
                isOpen: false
            ),
            example: """
                {"name":"vendor","kind":"openai-compatible","base_url":"https://llm.example.com/v1",\
                "secret":"sk-example-0123456789","settings":{"include_usage":true},"enabled":true}
                """
        ),
        answers: [.row(status: 201, .provider, "The new provider.")]
    )
    static let show = OperationDescription(
        id: "getProvider",
        tag: "providers",
        answers: [.row(.provider, "The provider.")]
    )
    static let change = OperationDescription(
        id: "changeProvider",
        tag: "providers",
        body: .init(
            .body(Self.changeable),
            example: """
                {"base_url":"https://llm.example.com/v2","secret":"sk-example-9876543210","settings":{},"enabled":false}
                """
        ),
        answers: [.row(.provider, "The provider as it is now.")]
    )
    static let check = OperationDescription(
        id: "checkProvider",
        tag: "providers",
        answers: [.json(.shared(.reachability), "What came of it.")]
    )
    static let test = OperationDescription(
        id: "testProvider",
        tag: "providers",
        note: "The vendor may charge for the few tokens of it.",
        body: .init(
            .body(["model": .orNull(.noted(.modelName, "The model to ask for; a cheap one unless given."))]),
            example: #"{"model":"gpt-5-mini"}"#
        ),
        answers: [.json(.shared(.trial), "What came of it.")]
    )
    static let drain = OperationDescription(
        id: "drainProvider",
        tag: "providers",
        note: "`in_flight` of the answer says how many are under way. Doing it again changes nothing.",
        answers: [.row(.provider, "The provider as it is now.")]
    )
    static let undrain = OperationDescription(
        id: "undrainProvider",
        tag: "providers",
        answers: [.row(.provider, "The provider as it is now.")]
    )
    static let delete = OperationDescription(id: "deleteProvider", tag: "providers", answers: [.empty("It is gone.")])
}

/// Descriptions of the routes of models.
enum ModelOperations {
    private static let example = """
        {"name":"fast","enabled":true,"targets":[{"provider":"openai","upstream_model":"gpt-5-mini","weight":3,\
        "priority":0,"enabled":true,"overrides":{"max_output_tokens":2048,"reasoning_effort":"low",\
        "headers":{"x-team":"search"}}}],"routing":{"strategy":"weighted","affinity":true,\
        "retry_possibly_accepted":false,"fallback_on_content_policy":false,"hedge":false,\
        "deadlines":{"connect_ms":2000,"first_content_ms":null,"idle_ms":30000,"total_ms":600000}}}
        """
    private static let fields: KeyValuePairs<String, Schema> = [
        "name": .modelName,
        "enabled": .flag,
        "targets": .list(.shared(.targetDraft), 1...TargetRules.maximum),
        "routing": .orNull(.shared(.routingChange)),
    ]

    static let list = OperationDescription(
        id: "listModels",
        tag: "models",
        query: .paged(
            .filter("name", "The model of this name."),
            .filter("provider", "Models with a target on this provider.")
        ),
        answers: [.page(.model)]
    )
    static let create = OperationDescription(
        id: "createModel",
        tag: "models",
        body: .init(.body(required: ["name", "targets"], Self.fields), example: Self.example),
        answers: [.row(status: 201, .model, "The new model.")]
    )
    static let show = OperationDescription(id: "getModel", tag: "models", answers: [.row(.model, "The model.")])
    static let change = OperationDescription(
        id: "changeModel",
        tag: "models",
        note: "Targets are replaced as a whole.",
        body: .init(.body(Self.fields), example: Self.example),
        answers: [.row(.model, "The model as it is now.")]
    )
    static let delete = OperationDescription(id: "deleteModel", tag: "models", answers: [.empty("It is gone.")])

    private static let question: KeyValuePairs<String, Schema> = [
        "operation": .noted(.choice(of: Operation.self), "`chat` unless given."),
        "key": .orNull(.noted(.anyText, "The id of the key that would ask; everything is allowed unless given.")),
        "request": .noted(.open(), "The body of the request, as the operation takes it."),
    ]

    static let explain = OperationDescription(
        id: "explainModel",
        tag: "models",
        note: "Nothing is sent.",
        body: .init(
            .body(required: ["request"], Self.question),
            example: #"{"operation":"chat","request":{"messages":[{"role":"user","content":"Hello"}]}}"#
        ),
        answers: [.json(.shared(.explanation), "The targets in the order in which they would be tried.")]
    )
    static let explainByName = OperationDescription(
        id: "explainRequest",
        tag: "models",
        note: "Nothing is sent.",
        body: .init(
            .object(
                [Schema.Member(name: "model", schema: .modelName, isRequired: true)]
                    + Schema.body(required: ["request"], Self.question).members,
                isOpen: false
            ),
            example: """
                {"model":"sandbox/echo","operation":"chat","key":null,\
                "request":{"messages":[{"role":"user","content":"Hello"}]}}
                """
        ),
        answers: [.json(.shared(.explanation), "The targets in the order in which they would be tried.")]
    )
}

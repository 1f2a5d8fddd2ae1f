import Storage

/// Descriptions of the routes of projects.
enum ProjectOperations {
    private static let example = #"{"name":"research","enabled":true,"limits":{"requests_per_minute":600}}"#
    private static func body(required: [String]) -> OperationDescription.BodyDescription {
        .init(
            .body(
                required: required,
                [
                    "name": .slug, "enabled": .flag, "limits": .orNull(.shared(.limitsChange)),
                    "bodies": .orNull(.shared(.bodyRulesChange)),
                ]
            ),
            example: Self.example
        )
    }

    static let list = OperationDescription(
        id: "listProjects",
        tag: "projects",
        query: .paged(.filter("name", "The project of this name.")),
        answers: [.page(.project)]
    )
    static let create = OperationDescription(
        id: "createProject",
        tag: "projects",
        body: Self.body(required: ["name"]),
        answers: [.row(status: 201, .project, "The new project.")]
    )
    static let show = OperationDescription(
        id: "getProject",
        tag: "projects",
        answers: [.row(.project, "The project.")]
    )
    static let change = OperationDescription(
        id: "changeProject",
        tag: "projects",
        body: Self.body(required: []),
        answers: [.row(.project, "The project as it is now.")]
    )
    static let delete = OperationDescription(
        id: "deleteProject",
        tag: "projects",
        answers: [.empty("It is gone.")]
    )
}

/// Descriptions of the routes of keys.
enum KeyOperations {
    private static let example = """
        {"name":"search service","enabled":true,"allowed_models":["fast","openai/*"],"limits":{"tokens_per_minute":200000,\
        "concurrent_requests":20,"models":{"fast":{"requests_per_minute":60}}},"requests_per_minute":600,\
        "max_output_tokens":4096,"expires_at":"2099-12-31T23:59:59Z","strict_translation":false,\
        "allowed_from":["10.0.0.0/8"]}
        """
    private static let fields: KeyValuePairs<String, Schema> = [
        "name": .label,
        "enabled": .flag,
        "allowed_models": .orNull(.list(.modelName, 1...KeyRules.maximumAllowedModels)),
        "limits": .orNull(.shared(.limitsChange)),
        "requests_per_minute": .noted(.limit(LimitRules.requestsPerMinute), "Another name for the one in `limits`."),
        "max_output_tokens": .limit(KeyRules.maxOutputTokens),
        "expires_at": .orNull(.time),
        "strict_translation": .flag,
        "allowed_from": .orNull(
            .noted(.list(.anyText), "Networks as CIDR, such as 10.0.0.0/8; `null` for everywhere.")
        ),
    ]

    static let list = OperationDescription(
        id: "listKeys",
        tag: "keys",
        query: .paged(
            .filter("name", "Keys of this name."),
            .filter("project", "Keys of this project, by name or id.")
        ),
        answers: [.page(.key)]
    )
    static let create = OperationDescription(
        id: "createKey",
        tag: "keys",
        note: "The secret is in this answer and nowhere else.",
        body: .init(
            .object(
                [Schema.Member(name: "project", schema: .anyText, isRequired: true)]
                    + Schema.body(required: ["name"], Self.fields).members,
                isOpen: false
            ),
            example: #"{"project":"research","# + Self.example.dropFirst()
        ),
        answers: [.row(status: 201, .newKey, "The new key with its secret.")]
    )
    static let show = OperationDescription(id: "getKey", tag: "keys", answers: [.row(.key, "The key.")])
    static let change = OperationDescription(
        id: "changeKey",
        tag: "keys",
        body: .init(.body(Self.fields), example: Self.example),
        answers: [.row(.key, "The key as it is now.")]
    )
    static let rotate = OperationDescription(
        id: "rotateKey",
        tag: "keys",
        note: "Id, limits, budgets and history stay. A secret that was rotated away before is refused from now on.",
        body: .init(
            .body([
                "grace_seconds": .noted(
                    .whole(0...KeyRules.maximumGraceSeconds),
                    "For how long the secret until now is let in as well; a day unless given."
                )
            ]),
            example: #"{"grace_seconds":3600}"#
        ),
        answers: [.row(.newKey, "The key with its new secret.")]
    )
    static let disable = OperationDescription(
        id: "disableKey",
        tag: "keys",
        note: "It is refused until it is enabled by a change. Doing it again changes nothing.",
        answers: [.row(.key, "The key as it is now.")]
    )
    static let revoke = OperationDescription(
        id: "revokeKey",
        tag: "keys",
        note: "It is refused from now on, for good; its open streams end within seconds.",
        answers: [.row(.key, "The key as it is now.")]
    )
    static let delete = OperationDescription(id: "deleteKey", tag: "keys", answers: [.empty("It is gone.")])
}

/// Descriptions of the routes of budgets.
enum BudgetOperations {
    static let list = OperationDescription(
        id: "listBudgets",
        tag: "budgets",
        query: .paged(
            .filter("key", "Budgets of the key with this id."),
            .filter("project", "Budgets of this project, by name or id."),
            .filter("period", "Budgets of this period.")
        ),
        answers: [.page(.budget)]
    )
    static let create = OperationDescription(
        id: "createBudget",
        tag: "budgets",
        body: .init(
            .body(
                required: ["scope", "amount_usd", "period"],
                [
                    "scope": .noted(
                        .body(["key": .anyText, "project": .anyText]),
                        "Either a key by id or a project by name or id."
                    ),
                    "period": .choice(of: BudgetPeriodKind.self),
                    "time_zone": .noted(.text(1...64), "An IANA name; UTC unless given."),
                    "amount_usd": .dollars,
                    "kind": .choice(of: BudgetKind.self),
                    "bound": .choice(of: BudgetBound.self),
                ]
            ),
            example: """
                {"scope":{"project":"research"},"amount_usd":"250.00","period":"monthly","time_zone":"Europe/Berlin",\
                "kind":"hard","bound":"expected"}
                """
        ),
        answers: [.row(status: 201, .budget, "The new budget.")]
    )
    static let show = OperationDescription(id: "getBudget", tag: "budgets", answers: [.row(.budget, "The budget.")])
    static let change = OperationDescription(
        id: "changeBudget",
        tag: "budgets",
        body: .init(
            .body([
                "amount_usd": .dollars, "kind": .choice(of: BudgetKind.self), "bound": .choice(of: BudgetBound.self),
            ]),
            example: #"{"amount_usd":"300","kind":"soft","bound":"expected"}"#
        ),
        answers: [.row(.budget, "The budget as it is now.")]
    )
    static let reset = OperationDescription(
        id: "resetBudget",
        tag: "budgets",
        note: "What was spent in the present period does not count any more.",
        answers: [.row(.budget, "The budget as it is now.")]
    )
    static let delete = OperationDescription(id: "deleteBudget", tag: "budgets", answers: [.empty("It is gone.")])
}

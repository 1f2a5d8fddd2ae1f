import Storage

/// Descriptions of the routes of what the configuration file declares.
enum DeclaredOperations {
    private static let example = """
        {"source":"martlet.yaml","document":{"projects":[{"name":"search","limits":{"requests_per_minute":600}}],\
        "budgets":[{"scope":{"project":"search"},"amount_usd":"500","period":"monthly"}]}}
        """
    private static let body = OperationDescription.BodyDescription(
        .body(
            required: ["document"],
            [
                "document": .noted(
                    .body([
                        "projects": .list(ProjectOperations.create.taken),
                        "providers": .list(ProviderOperations.create.taken),
                        "models": .list(ModelOperations.create.taken),
                        "budgets": .list(BudgetOperations.create.taken),
                    ]),
                    "Rows as they are made. A credential that is not given stays as it is stored."
                ),
                "source": .orNull(.noted(.text(1...1_024), "Where it comes from, for people; `api` unless given.")),
            ]
        ),
        example: Self.example
    )

    static let plan = OperationDescription(
        id: "planConfiguration",
        tag: "config",
        body: Self.body,
        answers: [.json(.shared(.plan), "What applying it would change.")]
    )
    static let apply = OperationDescription(
        id: "applyConfiguration",
        tag: "config",
        note: "What an earlier document declared and this one does not is deleted. All in one transaction, or nothing.",
        body: Self.body,
        answers: [.json(.shared(.plan), "What was changed.")]
    )
    static let export = OperationDescription(
        id: "exportConfiguration",
        tag: "config",
        query: [.init("owner", .choice(["any", "file", "stored"]), "Whose rows; of anybody unless given.")],
        answers: [.json(.open(), "A document; sections without rows are not there.")]
    )
    static let versions = OperationDescription(
        id: "listConfigurationVersions",
        tag: "config",
        query: .paged(),
        answers: [.page(.configurationVersion)]
    )
    static let version = OperationDescription(
        id: "getConfigurationVersion",
        tag: "config",
        answers: [
            .json(
                SharedSchema.configurationVersion.schema.adding(["document": .open()]),
                "The version and its document."
            )
        ]
    )
    static let rollback = OperationDescription(
        id: "rollBackConfiguration",
        tag: "config",
        note: "It becomes a new version. A configuration file is not touched.",
        body: .init(.body(required: ["version"], ["version": .whole(nil)]), example: #"{"version":1}"#),
        answers: [.json(.shared(.plan), "What was changed.")],
        problems: [404]
    )
}

extension SharedSchema {
    /// What a document changes.
    static let plan = SharedSchema(
        name: "ConfigurationPlan",
        schema: .record([
            "version": .orNull(
                .noted(.whole(1...Int.max), "The version that was made; `null` when nothing was written.")
            ),
            "created": .count,
            "changed": .count,
            "deleted": .count,
            "changes": .list(
                .record([
                    "action": .choice(["create", "change", "delete"]),
                    "kind": .choice(["project", "provider", "model", "budget"]),
                    "name": .anyText,
                    "before": .orNull(.open()),
                    "after": .orNull(.open()),
                ])
            ),
        ]),
        example: """
            {"version":null,"created":0,"changed":1,"deleted":0,"changes":[{"action":"change","kind":"project",\
            "name":"search","before":{"enabled":true},"after":{"enabled":false}}]}
            """
    )

    /// One state of what the configuration file declared.
    static let configurationVersion = SharedSchema(
        name: "ConfigurationVersion",
        schema: .record([
            "version": .whole(1...Int.max),
            "applied_at": .time,
            "actor": .anyText,
            "source": .anyText,
            "created": .count,
            "changed": .count,
            "deleted": .count,
            "restores": .orNull(.noted(.whole(1...Int.max), "The version that was put in force again by it.")),
        ]),
        example: """
            {"version":4,"applied_at":"2026-11-28T08:15:30.250Z","actor":"admin-token","source":"martlet.yaml",\
            "created":2,"changed":1,"deleted":0,"restores":null}
            """
    )
}

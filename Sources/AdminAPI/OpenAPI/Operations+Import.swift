/// The description of the import of many rows.
enum ImportOperations {
    static let importRows = OperationDescription(
        id: "importRows",
        tag: "config",
        note:
            "Rows that are there already are refused, and with them all others. Secrets of keys are in this answer and "
            + "nowhere else.",
        body: .init(
            .body([
                "projects": .list(ProjectOperations.create.taken),
                "providers": .list(ProviderOperations.create.taken),
                "models": .list(ModelOperations.create.taken),
                "budgets": .list(BudgetOperations.create.taken),
                "keys": .list(KeyOperations.create.taken),
                "dry_run": .noted(.flag, "Everything is checked and nothing made."),
            ]),
            example: """
                {"projects":[{"name":"imported"}],"keys":[{"name":"batch job","project":"imported"}],"dry_run":false}
                """
        ),
        answers: [
            .json(status: 201, Self.made, "What was made."), .json(status: 200, Self.made, "What would be made."),
        ]
    )

    private static let rows = Schema.list(.record(["id": .rowID, "name": .anyText]))
    private static let made = Schema.record([
        "dry_run": .flag,
        "projects": Self.rows,
        "providers": Self.rows,
        "models": Self.rows,
        "budgets": Self.rows,
        "keys": .list(
            .record(["id": .rowID, "name": .label, "prefix": .anyText, "secret": .orNull(.anyText)])
        ),
    ])
}

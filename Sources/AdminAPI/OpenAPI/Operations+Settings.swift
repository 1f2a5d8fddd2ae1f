/// The description of the route of settings.
enum SettingsOperations {
    static let show = OperationDescription(
        id: "getSettings",
        tag: "config",
        note: "As they were at the start; secrets are masked.",
        answers: [
            .json(
                .record([
                    "settings": .list(.record(["name": .anyText, "value": .orNull(.anyText), "origin": .anyText]))
                ]),
                "All settings, by name."
            )
        ]
    )
}

/// Descriptions of the routes of the master key and of backups.
enum CustodyOperations {
    static let secrets = OperationDescription(
        id: "getSecrets",
        tag: "secrets",
        answers: [.json(.shared(.secrets), "How the master key and what is sealed under it stand.")]
    )
    static let rotate = OperationDescription(
        id: "rotateMasterKey",
        tag: "secrets",
        note: "Requests go on meanwhile. The old key opens nothing afterwards.",
        body: .init(
            .body(["new_key": .orNull(.noted(.anyText, "The key to take; one is made unless given."))]),
            example: #"{"new_key":null}"#
        ),
        answers: [.json(.shared(.secrets), "How they stand now.")]
    )
    static let backup = OperationDescription(
        id: "createBackup",
        tag: "backups",
        note: "In the folder that the settings name, under the time as its name.",
        body: .init(.body(["with_master_key": .flag]), example: #"{"with_master_key":false}"#),
        answers: [
            .json(
                status: 201,
                .record(["path": .anyText, "created_at": .time, "files": .count, "bytes": .count]),
                "The backup."
            )
        ]
    )
}

extension SharedSchema {
    /// The master key and what is sealed under it.
    static let secrets = SharedSchema(
        name: "Secrets",
        schema: .record([
            "key_version": .whole(1...65_535),
            "key_source": .anyText,
            "sealed": .list(.record(["key_version": .whole(1...65_535), "values": .count])),
            "rotating": .flag,
            "advice": .orNull(.noted(.anyText, "What is left to do by hand.")),
        ])
    )
}

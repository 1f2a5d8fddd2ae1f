import Storage

/// Descriptions of the routes of admin tokens.
enum TokenOperations {
    private static let example = """
        {"name":"deploy pipeline","expires_at":"2027-06-30T00:00:00Z"}
        """
    private static let changeable: KeyValuePairs<String, Schema> = [
        "name": .label,
        "expires_at": .orNull(.noted(.time, "Refused from then on; `null` for never.")),
    ]

    static let list = OperationDescription(
        id: "listTokens",
        tag: "tokens",
        query: .paged(.filter("name", "Tokens of this name.")),
        answers: [.page(.token)]
    )
    static let create = OperationDescription(
        id: "createToken",
        tag: "tokens",
        note: "The secret is in this answer and nowhere else. Nobody can give more than they may do themselves.",
        body: .init(
            .object(
                Schema.body(required: ["role"], SharedSchema.grant).members
                    + Schema.body(required: ["name"], Self.changeable).members,
                isOpen: false
            ),
            example: #"{"role":"viewer","projects":null,"# + Self.example.dropFirst()
        ),
        answers: [.json(status: 201, .shared(.newToken), "The new token with its secret.")]
    )
    static let show = OperationDescription(
        id: "getToken",
        tag: "tokens",
        answers: [.json(.shared(.token), "The token.")]
    )
    static let change = OperationDescription(
        id: "changeToken",
        tag: "tokens",
        body: .init(.body(Self.changeable), example: Self.example),
        answers: [.json(.shared(.token), "The token as it is now.")]
    )
    static let revoke = OperationDescription(
        id: "revokeToken",
        tag: "tokens",
        answers: [.json(.shared(.token), "The token as it is now.")]
    )
    static let delete = OperationDescription(id: "deleteToken", tag: "tokens", answers: [.empty("It is gone.")])

    static let whoami = OperationDescription(
        id: "whoAmI",
        tag: "account",
        answers: [.json(.shared(.principal), "Who asks.")]
    )
}

extension SharedSchema {
    /// What tokens and users are given.
    static let grant: KeyValuePairs<String, Schema> = [
        "role": .choice(of: AdminRole.self),
        "projects": .orNull(
            .noted(
                .list(.anyText),
                "The projects it is held to, by name or id; `null` for all, where the role allows it."
            )
        ),
    ]

    /// An admin token.
    static let token = SharedSchema(
        name: "Token",
        schema: .record([
            "id": .rowID,
            "name": .label,
            "role": .choice(of: AdminRole.self),
            "projects": .orNull(.list(.rowID)),
            "state": .choice(["active", "expired", "revoked"]),
            "expires_at": .orNull(.time),
            "revoked_at": .orNull(.time),
            "last_used_at": .orNull(.time),
            "created_by": .noted(.anyText, "Who made it, as the audit trail says."),
            "created_at": .time,
            "updated_at": .time,
        ])
    )

    /// An admin token with its secret.
    static let newToken = SharedSchema(
        name: "NewToken",
        schema: SharedSchema.token.schema.adding([
            "secret": .noted(.anyText, "The whole token. It is shown here and never again.")
        ])
    )

    /// Who asks.
    static let principal = SharedSchema(
        name: "Principal",
        schema: .record([
            "kind": .choice(["bootstrap", "token", "user", "nobody"]),
            "id": .anyText,
            "name": .anyText,
            "role": .choice(of: AdminRole.self),
            "projects": .orNull(.list(.rowID)),
            "permissions": .list(.anyText),
            "expires_at": .orNull(.time),
        ])
    )
}

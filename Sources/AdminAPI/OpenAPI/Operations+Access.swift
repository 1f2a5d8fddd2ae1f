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

/// Descriptions of signing in and out.
enum SessionOperations {
    private static let signedIn = "A session; its secret is in the cookie and nowhere else."

    static let signIn = OperationDescription(
        id: "signIn",
        tag: "account",
        body: .init(
            .body(required: ["name", "password"], ["name": .anyText, "password": .anyText]),
            example: #"{"name":"grace","password":"correct horse battery staple"}"#
        ),
        answers: [.json(.shared(.session), Self.signedIn)],
        problems: [429]
    )
    static let show = OperationDescription(
        id: "getSession",
        tag: "account",
        note: "Whoever shows a token has no session.",
        answers: [.json(.shared(.session), "The session.")],
        problems: [409]
    )
    static let signOut = OperationDescription(
        id: "signOut",
        tag: "account",
        answers: [.empty("The session has ended.")]
    )
    static let password = OperationDescription(
        id: "changePassword",
        tag: "account",
        note: "All other sessions of the user end.",
        body: .init(
            .body(
                required: ["current_password", "new_password"],
                ["current_password": .anyText, "new_password": .anyText]
            ),
            example: #"{"current_password":"correct horse battery staple","new_password":"a longer and better one"}"#
        ),
        answers: [.empty("It is changed.")],
        problems: [429]
    )
    static let depart = OperationDescription(
        id: "startOpenID",
        tag: "account",
        answers: [.init(status: 302, note: "To the OpenID provider.", contents: [])],
        problems: [429]
    )
    static let arrive = OperationDescription(
        id: "finishOpenID",
        tag: "account",
        query: [
            .filter("code", "What the provider gave the browser."), .filter("state", "What the browser left with."),
            .filter("error", "Why the provider refused."),
        ],
        answers: [.json(.shared(.session), Self.signedIn)],
        problems: [429]
    )
}

/// Descriptions of the routes of users.
enum UserOperations {
    private static let password: Schema = .noted(.anyText, "At most 128 bytes. Never shown.")

    static let list = OperationDescription(
        id: "listUsers",
        tag: "users",
        query: .paged(.filter("name", "The user of this name.")),
        answers: [.page(.user)]
    )
    static let create = OperationDescription(
        id: "createUser",
        tag: "users",
        note: "Nobody can give more than they may do themselves.",
        body: .init(
            .object(
                Schema.body(required: ["name", "password"], ["name": .label, "password": Self.password]).members
                    + Schema.body(required: ["role"], SharedSchema.grant).members
                    + Schema.body(["enabled": .flag]).members,
                isOpen: false
            ),
            example: """
                {"name":"ada","password":"correct horse battery staple","role":"viewer","projects":null,"enabled":true}
                """
        ),
        answers: [.json(status: 201, .shared(.user), "The new user.")],
        problems: [429]
    )
    static let show = OperationDescription(id: "getUser", tag: "users", answers: [.json(.shared(.user), "The user.")])
    static let change = OperationDescription(
        id: "changeUser",
        tag: "users",
        note: "The user's sessions end.",
        body: .init(
            .object(
                Schema.body(SharedSchema.grant).members
                    + Schema.body(["enabled": .flag, "password": Self.password]).members,
                isOpen: false
            ),
            example: #"{"role":"auditor","projects":null,"enabled":false,"password":"a longer and better one"}"#
        ),
        answers: [.json(.shared(.user), "The user as it is now.")],
        problems: [429]
    )
    static let signOut = OperationDescription(
        id: "signOutUser",
        tag: "users",
        answers: [.json(.shared(.user), "The user, without sessions.")]
    )
    static let delete = OperationDescription(id: "deleteUser", tag: "users", answers: [.empty("The user is gone.")])
}

extension SharedSchema {
    /// A person who may sign in.
    static let user = SharedSchema(
        name: "User",
        schema: .record([
            "id": .rowID,
            "name": .anyText,
            "role": .choice(of: AdminRole.self),
            "projects": .orNull(.list(.rowID)),
            "enabled": .flag,
            "has_password": .flag,
            "issuer": .orNull(.noted(.anyText, "The OpenID provider that knows the user.")),
            "sessions": .noted(.count, "Sessions in force."),
            "last_sign_in_at": .orNull(.time),
            "created_by": .anyText,
            "created_at": .time,
            "updated_at": .time,
        ])
    )

    /// Who is signed in.
    static let session = SharedSchema(
        name: "Session",
        schema: SharedSchema.principal.schema.adding(["session": .rowID, "session_expires_at": .time])
    )
}

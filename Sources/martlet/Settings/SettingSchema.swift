/// One setting: its name, how it is read, and what it is for.
struct SettingRow: Sendable {
    /// Dotted name, as in the file: `listen.port`.
    let path: String
    let kind: SettingKind
    /// One line for people.
    private(set) var summary = ""
    /// A variable of a common standard that counts where nothing of ours says otherwise.
    private(set) var standardVariable: String?

    init(_ path: String, _ kind: SettingKind) {
        self.path = path
        self.kind = kind
    }

    func about(_ summary: String) -> SettingRow {
        var copy = self
        copy.summary = summary
        return copy
    }

    /// Names a variable of a common standard that sets it, too.
    func or(_ variable: String) -> SettingRow {
        var copy = self
        copy.standardVariable = variable
        return copy
    }

    /// The environment variable that sets it: `MARTLET_LISTEN_PORT`.
    var variable: String {
        "MARTLET_" + self.path.uppercased().replacing(".", with: "_")
    }
}

/// The one table of settings. Reading files, environment and flags, `config show` and the reference in
/// docs/operations.md all come from it.
enum SettingSchema {
    static let rows: [SettingRow] =
        Self.places + Self.limits + Self.deadlines + Self.money + Self.people + Self.telemetry + [
            SettingRow("drain.delay", .duration(\.drain.delay, .zero ... .seconds(300)))
                .about("time between turning unready and closing the listener"),
            SettingRow("drain.limit", .duration(\.drain.limit, .zero ... .seconds(86_400)))
                .about("how long answers in flight may take to end"),
            SettingRow("log.level", .choice(\.log.level, Self.levels))
                .about("least important level that is written"),
            SettingRow("log.format", .choice(\.log.format, ["auto", "json", "text"]))
                .about("`auto` writes text on a terminal and JSON lines elsewhere"),
            SettingRow("sandbox.enabled", .flag(\.sandbox.isEnabled))
                .about("the built-in vendor that needs no network"),
            SettingRow("environment_providers", .flag(\.environmentProviders))
                .about("make providers of vendor credentials found in the environment"),
            SettingRow("master_key", .secret(\.masterKey))
                .about("seals every stored secret; kept in the data folder when not given"),
            SettingRow("master_key_next", .secret(\.masterKeyNext))
                .about("the key that `martlet secrets rotate` puts in the place of `master_key`"),
        ]

    private static let places: [SettingRow] = [
        SettingRow("data_folder", .text(\.dataFolder))
            .about("keys, store and tokens; created with mode 0700"),
        SettingRow("listen.host", .text(\.listen.host))
            .about("address of the data plane"),
        SettingRow("listen.port", .integer(\.listen.port, 0...65_535))
            .about("port of the data plane; 0 takes any free one"),
        SettingRow("listen.tls.certificate", .optionalText(\.listen.tls.certificate))
            .about("PEM file with the certificate chain"),
        SettingRow("listen.tls.key", .optionalText(\.listen.tls.key))
            .about("PEM file with the private key"),
        SettingRow("admin.host", .text(\.admin.host))
            .about("address of the admin listener"),
        SettingRow("admin.port", .integer(\.admin.port, 0...65_535))
            .about("port of the admin listener; 0 takes any free one"),
        SettingRow("admin.allow_remote", .flag(\.admin.allowRemote))
            .about("let the admin listener be reached from other machines"),
        SettingRow("loops", .integer(\.loops, 0...256))
            .about("event loops of the data plane; 0 means one for each core"),
    ]

    private static let people: [SettingRow] = [
        SettingRow("admin.allow_from", .optionalText(\.admin.allowFrom))
            .about("networks that the admin API may be used from, by commas; health is open to all"),
        SettingRow("listen.trusted_proxies", .optionalText(\.listen.trustedProxies))
            .about("networks of proxies whose `x-forwarded-for` is believed, by commas, on both listeners"),
        SettingRow("admin.public_url", .optionalText(\.admin.publicURL))
            .about("address of the admin listener as browsers know it, `https://…` behind a proxy with TLS"),
        SettingRow("admin.session_idle", .duration(\.admin.sessionIdle, .seconds(60) ... .seconds(604_800)))
            .about("how long a sign-in lasts that is not used"),
        SettingRow("admin.session_total", .duration(\.admin.sessionAbsolute, .seconds(60) ... .seconds(2_592_000)))
            .about("how long a sign-in lasts at most"),
        SettingRow("oidc.issuer", .optionalText(\.oidc.issuer))
            .about("OpenID provider that people sign in at"),
        SettingRow("oidc.client_id", .optionalText(\.oidc.clientID))
            .about("what Martlet is called there"),
        SettingRow("oidc.client_secret", .secret(\.oidc.clientSecret))
            .about("proves there that it is Martlet; not needed for a public client"),
        SettingRow("oidc.scopes", .text(\.oidc.scopes))
            .about("what is asked for"),
        SettingRow("oidc.groups_claim", .text(\.oidc.groupsClaim))
            .about("claim that lists a person's groups"),
        SettingRow("oidc.roles", .optionalText(\.oidc.roles))
            .about("`group=role` or `group=role:project`, by commas; who has none is refused"),
        SettingRow("oidc.redirect_url", .optionalText(\.oidc.redirectURL))
            .about("where the provider sends browsers back to; `admin.public_url` and its callback when not given"),
    ]

    private static let limits: [SettingRow] = [
        SettingRow("limits.max_body", .size(\.limits.maxBodyBytes, 1 << 10...1 << 30))
            .about("largest request body"),
        SettingRow("limits.body_budget", .size(\.limits.bodyBudgetBytes, 1 << 20...1 << 40))
            .about("request bodies held at once, all together"),
        SettingRow("limits.max_in_flight", .integer(\.limits.maxInFlight, 0...1_000_000))
            .about("requests in flight at once; 0 means as many as file descriptors, memory and connections allow"),
        SettingRow("limits.unsent", .size(\.limits.unsentBytes, 4 << 10...64 << 20))
            .about("unsent answer bytes of one client before its vendor is no longer read"),
        SettingRow("limits.max_event", .size(\.limits.maxEventBytes, 64 << 10...256 << 20))
            .about("largest event of a vendor's stream"),
        SettingRow("limits.max_answer", .size(\.limits.maxAnswerBytes, 64 << 10...1 << 30))
            .about("largest answer that is not a stream"),
        SettingRow("limits.max_connections", .integer(\.limits.maxConnections, 1...1_000_000))
            .about("client connections open at once"),
    ]

    private static let deadlines: [SettingRow] = [
        SettingRow("deadlines.header", .duration(\.deadlines.header, Self.wait))
            .about("request head, from connection or from its first byte"),
        SettingRow("deadlines.body", .duration(\.deadlines.body, Self.wait))
            .about("request body, before the rate below is asked for"),
        SettingRow("deadlines.body_rate", .size(\.deadlines.bodyBytesPerSecond, 1...1 << 30))
            .about("bytes a second a request body must reach"),
        SettingRow("deadlines.queue", .duration(\.deadlines.queue, Self.wait))
            .about("wait for a place, or for a free connection to a vendor"),
        SettingRow("deadlines.connect", .duration(\.deadlines.connect, Self.wait))
            .about("connecting to a vendor, TLS included"),
        SettingRow("deadlines.head_hold", .duration(\.deadlines.headHold, Self.wait))
            .about("how long the answer's head waits for first content"),
        SettingRow("deadlines.first_content", .duration(\.deadlines.firstContent, Self.wait))
            .about("first content of a stream"),
        SettingRow("deadlines.event_idle", .duration(\.deadlines.eventIdle, Self.wait))
            .about("silence between two events of a stream"),
        SettingRow("deadlines.no_content", .duration(\.deadlines.noContent, Self.wait))
            .about("stream that only sends pings"),
        SettingRow("deadlines.total", .duration(\.deadlines.total, Self.wait))
            .about("whole exchange that is not a stream"),
        SettingRow("deadlines.stream_total", .duration(\.deadlines.streamTotal, Self.wait))
            .about("whole exchange that is a stream"),
        SettingRow("deadlines.write_stall", .duration(\.deadlines.writeStall, Self.wait))
            .about("client that takes no bytes"),
        SettingRow("deadlines.ping", .duration(\.deadlines.ping, Self.wait))
            .about("keep-alive sent to a client while the vendor is silent"),
        SettingRow("deadlines.client_idle", .duration(\.deadlines.clientIdle, Self.wait))
            .about("client connection between two requests"),
        SettingRow("deadlines.upstream_idle", .duration(\.deadlines.upstreamIdle, Self.wait))
            .about("vendor connection between two requests"),
    ]

    private static let money: [SettingRow] = [
        SettingRow("journal.sync", .choice(\.journal.sync, ["group", "each"]))
            .about(
                "`each` waits for the disk before a request leaves and before its answer ends; `group` syncs every 5 ms"
            ),
        SettingRow("pricing.unpriced", .choice(\.pricing.unpriced, ["deny", "free", "flag"]))
            .about("models without a price: refused, free of charge, or served with their ledger rows marked"),
        SettingRow("alerts.webhook", .optionalText(\.alerts.webhook))
            .about("https address that is told when a budget reaches 50, 80 and 100 percent"),
        SettingRow("alerts.webhook_secret", .secret(\.alerts.webhookSecret))
            .about("signs what the webhook is told, with HMAC-SHA-256"),
        SettingRow("retention.requests", .integer(\.retention.requestDays, Self.days))
            .about("days that request records are kept; 0 for ever"),
        SettingRow("retention.ledger", .integer(\.retention.ledgerDays, Self.days))
            .about("days that ledger rows are kept; 0 for ever"),
        SettingRow("retention.usage_minutes", .integer(\.retention.minuteDays, Self.days))
            .about("days that usage by minute is kept; 0 for ever"),
        SettingRow("retention.usage_hours", .integer(\.retention.hourDays, Self.days))
            .about("days that usage by hour is kept; 0 for ever"),
        SettingRow("retention.usage_days", .integer(\.retention.dayDays, Self.days))
            .about("days that usage by day is kept; 0 for ever"),
        SettingRow("bodies.retention", .integer(\.bodies.days, Self.days))
            .about("days that bodies are kept, of projects that ask for it; 0 for ever"),
        SettingRow("bodies.max_store_bytes", .size(\.bodies.maxStoreBytes, 1 << 20...1 << 44))
            .about("how large the store of bodies may grow; then the oldest go"),
    ]

    private static let days = 0...36_500
    private static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
    private static let wait: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)
}

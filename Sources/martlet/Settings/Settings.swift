import Exchange

/// Everything an operator can set, validated. The values given here are the defaults; `SettingSchema` says how each is
/// named, read and bounded, and nothing else in the process reads flags, environment or files.
struct Settings: Sendable, Equatable {
    /// Where Martlet keeps what it must not lose.
    var dataFolder = "./var"
    /// The data plane's listener.
    var listen = Listen()
    /// The admin listener.
    var admin = Admin()
    /// The OpenID provider that people sign in at.
    var oidc = OIDC()
    /// Event loops of the data plane; 0 means one for each core.
    var loops = 0
    /// Bounds on memory and connections.
    var limits = Limits()
    /// How long anything may take.
    var deadlines = Deadlines()
    /// How the process ends.
    var drain = Drain()
    /// How the ledger's journal is kept.
    var journal = Journal()
    /// What is done about models without a price.
    var pricing = Pricing()
    /// Who is told when a budget runs out.
    var alerts = Alerts()
    /// How long rows are kept.
    var retention = Retention()
    var bodies = Bodies()
    /// What is logged, and how.
    var log = Log()
    /// Where request records go beside the store.
    var sinks = Sinks()
    /// What is told to an OpenTelemetry collector.
    var telemetry = Telemetry()
    /// The built-in vendor that needs no network.
    var sandbox = Sandbox()
    /// Whether vendors whose credentials are in the environment become providers.
    var environmentProviders = true
    /// The master key, when it is not kept in the data folder.
    var masterKey: Secret?
    /// The master key that a rotation leads to, when the present one is not kept in the data folder.
    var masterKeyNext: Secret?

    struct Listen: Sendable, Equatable {
        var host = "0.0.0.0"
        var port = 8080
        var tls = TLS()
        var trustedProxies: String?
    }

    struct TLS: Sendable, Equatable {
        var certificate: String?
        var key: String?
    }

    struct Admin: Sendable, Equatable {
        var host = "127.0.0.1"
        var port = 8081
        var allowRemote = false
        var publicURL: String?
        var allowFrom: String?
        var sessionIdle = Duration.seconds(3_600)
        var sessionAbsolute = Duration.seconds(43_200)
    }

    struct OIDC: Sendable, Equatable {
        var issuer: String?
        var clientID: String?
        var clientSecret: Secret?
        var scopes = "openid profile email"
        var groupsClaim = "groups"
        var roles: String?
        var redirectURL: String?
    }

    struct Limits: Sendable, Equatable {
        var maxBodyBytes = 32 << 20
        var bodyBudgetBytes = 512 << 20
        var maxInFlight = 0
        var unsentBytes = 256 << 10
        var maxEventBytes = 16 << 20
        var maxAnswerBytes = 64 << 20
        var maxConnections = 20_000
    }

    struct Deadlines: Sendable, Equatable {
        var header = Duration.seconds(10)
        var body = Duration.seconds(30)
        var bodyBytesPerSecond = 4 << 10
        var queue = Duration.seconds(1)
        var connect = Duration.seconds(5)
        var headHold = Duration.seconds(10)
        var firstContent = Duration.seconds(300)
        var eventIdle = Duration.seconds(60)
        var noContent = Duration.seconds(300)
        var total = Duration.seconds(600)
        var streamTotal = Duration.seconds(1_800)
        var writeStall = Duration.seconds(30)
        var ping = Duration.seconds(15)
        var clientIdle = Duration.seconds(75)
        var upstreamIdle = Duration.seconds(50)
    }

    struct Journal: Sendable, Equatable {
        var sync = "group"
    }

    struct Pricing: Sendable, Equatable {
        var unpriced = "deny"
    }

    struct Alerts: Sendable, Equatable {
        var webhook: String?
        var webhookSecret: Secret?
    }

    /// Days; 0 keeps for ever.
    struct Retention: Sendable, Equatable {
        var requestDays = 30
        var ledgerDays = 0
        var minuteDays = 2
        var hourDays = 90
        var dayDays = 0
    }

    /// Kept bodies, of the projects that ask for it.
    struct Bodies: Sendable, Equatable {
        /// Days; 0 keeps for ever.
        var days = 7
        var maxStoreBytes = 1 << 30

        var retention: Duration? { self.days == 0 ? nil : .seconds(self.days * 86_400) }
    }

    struct Drain: Sendable, Equatable {
        var delay = Duration.zero
        var limit = Duration.seconds(600)
    }

    struct Log: Sendable, Equatable {
        var level = "info"
        var format = "auto"
        var access = "off"
        var accessFile: String?
        var accessFileBytes = 64 << 20
        var accessFileCount = 5
    }

    struct Sandbox: Sendable, Equatable {
        var isEnabled = true
    }
}

extension Settings {
    /// What no single value can get wrong alone.
    func contradictions() -> [(path: String, message: String)] {
        var found: [(path: String, message: String)] = []
        if (self.listen.tls.certificate == nil) != (self.listen.tls.key == nil) {
            let missing = self.listen.tls.key == nil ? "listen.tls.key" : "listen.tls.certificate"
            found.append((missing, "must be given too: TLS needs both a certificate and its key"))
        }
        if !self.admin.allowRemote, !Self.isLoopback(self.admin.host) {
            found.append(
                (
                    "admin.host",
                    "is not a loopback address; set admin.allow_remote: true to open the admin listener wider"
                )
            )
        }
        if self.listen.port != 0, self.listen.port == self.admin.port {
            found.append(("admin.port", "must differ from listen.port"))
        }
        if self.limits.bodyBudgetBytes < self.limits.maxBodyBytes {
            found.append(
                ("limits.body_budget", "must be at least limits.max_body, or the largest body could never be taken")
            )
        }
        return found + self.oidcContradictions() + self.telemetryContradictions()
    }

    /// Whether an address as written can only be reached from this machine.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

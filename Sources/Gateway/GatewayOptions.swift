public import Policy
public import Telemetry

/// Everything about the data plane that an operator can set. Defaults are the project's (docs/operations.md).
public struct GatewayOptions: Sendable, Equatable {
    /// Listening address; a name or a literal.
    public var host = "0.0.0.0"
    /// Listening port; 0 picks a free one.
    public var port = 8080
    /// PEM files for TLS, reloaded when they change; `nil` serves plain HTTP.
    public var tls: TLSFiles?
    /// Event loops; 0 means one per core.
    public var loops = 0
    /// Which proxies are believed about whom they speak for.
    public var forwarding = ForwardingRule()
    /// Sizes.
    public var limits = Limits()
    /// Times.
    public var deadlines = Deadlines()
    /// How a stop is carried out.
    public var drain = Drain()
    /// Which requests' spans are recorded; `nil` when requests have no traces at all.
    public var tracing: TraceSampler?

    /// The defaults.
    public init() {}

    /// Certificate chain and private key.
    public struct TLSFiles: Sendable, Equatable {
        /// Path of the PEM certificate chain, leaf first.
        public var certificatePath: String
        /// Path of the PEM private key.
        public var keyPath: String

        /// Names the two files.
        public init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    /// Sizes in bytes, and counts.
    public struct Limits: Sendable, Equatable {
        /// One request body.
        public var maxBodyBytes = 32 << 20
        /// All request bodies held at one time, over all loops.
        public var bodyByteBudget = 512 << 20
        /// Requests let in and not over, over all loops; 0 for as many as descriptors, memory and connections allow.
        public var maxInFlight = 0
        /// Unsent output of one stream, beyond which the vendor is not read.
        public var unsentBytes = 256 << 10
        /// One server-sent event from a vendor.
        public var maxEventBytes = 16 << 20
        /// One whole answer from a vendor.
        public var maxAnswerBytes = 64 << 20
        /// Open client connections.
        public var maxConnections = 20_000
        /// Bodies above this are gated on a worker thread, not on the loop.
        public var workerBodyBytes = 1 << 20

        /// The defaults.
        public init() {}
    }

    /// Deadlines.
    public struct Deadlines: Sendable, Equatable {
        /// From the first byte of a request to the end of its head.
        public var header = Duration.seconds(10)
        /// For a body, before the minimum rate counts.
        public var body = Duration.seconds(30)
        /// Bytes a second that a body must keep up after that.
        public var bodyBytesPerSecond = 4096
        /// A wait for a place on the road, and for a connection to a vendor.
        public var queue = Duration.seconds(1)
        /// Name lookup, TCP, proxy and TLS towards a vendor.
        public var connect = Duration.seconds(5)
        /// From sending a streamed request to its first content.
        public var firstContent = Duration.seconds(300)
        /// The same, while a target that was not tried can be asked instead and the model allows to be billed twice.
        public var firstContentElsewhere = Duration.seconds(60)
        /// Between two events of a stream.
        public var idle = Duration.seconds(60)
        /// Between two content-bearing events of a stream, pings notwithstanding.
        public var noContent = Duration.seconds(300)
        /// A whole non-streamed exchange.
        public var total = Duration.seconds(600)
        /// A whole streamed exchange.
        public var totalStream = Duration.seconds(1800)
        /// A client that does not take its bytes.
        public var writeStall = Duration.seconds(30)
        /// A kept-alive client connection between requests.
        public var keepAlive = Duration.seconds(75)
        /// An idle connection to a vendor.
        public var upstreamIdle = Duration.seconds(50)
        /// How long a streamed answer's head is held back while no content has come.
        public var headHold = Duration.seconds(10)
        /// Between keep-alives on a silent stream.
        public var ping = Duration.seconds(15)

        /// The defaults.
        public init() {}
    }

    /// Stopping.
    public struct Drain: Sendable, Equatable {
        /// How long new connections are still served after readiness turned off, for a load balancer to notice.
        public var delay = Duration.zero
        /// How long exchanges in flight may go on after that.
        public var limit = Duration.seconds(600)

        /// The defaults.
        public init() {}
    }
}

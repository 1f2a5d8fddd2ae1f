import Crypto
public import Policy
public import Providers
public import Storage
import Synchronization
import Wire

/// Signs people in at an OpenID provider: begins a journey to it, and believes who comes back from one.
public final class OIDCSignIn: Sendable {
    /// A journey that has not come back.
    private struct Journey: Sendable {
        var nonce: String
        var verifier: String
        var endsAt: UnixMilliseconds
    }

    /// Where to send a browser, and what it must bring back.
    struct Departure: Sendable {
        var location: String
        /// For a cookie: whoever comes back must be who left.
        var state: String
    }

    static let journeyMilliseconds: Int64 = 600_000
    private static let maximumJourneys = 1_000
    private static let secretLength = 43

    let settings: OIDCSettings
    private let provider: OIDCProvider
    private let identifiers: Identifiers
    private let clock: @Sendable () -> UnixMilliseconds
    private let journeys = Mutex<[String: Journey]>([:])

    /// Signs in at a provider.
    ///
    /// - Parameters:
    ///   - settings: Which, and as whom.
    ///   - transport: Asks the provider.
    ///   - randomness: Where states, nonces and verifiers come from.
    ///   - clock: Unix time in milliseconds.
    public init(
        _ settings: OIDCSettings,
        transport: any CredentialTransport,
        randomness: Randomness = .system,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.settings = settings
        self.provider = OIDCProvider(settings, transport: transport, clock: clock)
        self.identifiers = Identifiers(randomness: randomness)
        self.clock = clock
    }

    /// Begins a journey.
    func depart() async throws(OIDCError) -> Departure {
        let endpoint = try await self.provider.discover().authorization
        let now = self.clock()
        let state = self.identifiers.base62(Self.secretLength)
        let journey = Journey(
            nonce: self.identifiers.base62(Self.secretLength),
            verifier: self.identifiers.base62(Self.secretLength),
            endsAt: now + Self.journeyMilliseconds
        )
        let isNoted = self.journeys.withLock { journeys in
            journeys = journeys.filter { $0.value.endsAt > now }
            guard journeys.count < Self.maximumJourneys else { return false }
            journeys[state] = journey
            return true
        }
        guard isNoted else { throw OIDCError("too many sign-ins have begun and not ended") }
        let challenge = Base64.encode(SHA256.hash(data: Array(journey.verifier.utf8)), .url)
        let query = QueryText.encode([
            ("response_type", "code"), ("client_id", self.settings.clientID),
            ("redirect_uri", self.settings.redirectURL), ("scope", self.settings.scopes), ("state", state),
            ("nonce", journey.nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ])
        return Departure(location: endpoint + (endpoint.contains("?") ? "&" : "?") + query, state: state)
    }

    /// Believes who comes back, or throws why not. A journey ends with its first arrival.
    ///
    /// - Parameters:
    ///   - state: What the provider brought.
    ///   - cookie: What the browser kept.
    ///   - code: What the provider gives for the person's token.
    /// - Returns: Who it is, as the provider's token says.
    /// - Throws: `OIDCError` that says what does not fit.
    func arrive(state: String, cookie: String?, code: String) async throws(OIDCError) -> IdentityToken {
        guard let cookie, SecretText.isEqual(cookie, state) else {
            throw OIDCError("the sign-in was begun elsewhere: its state is wrong")
        }
        let now = self.clock()
        guard let journey = self.journeys.withLock({ $0.removeValue(forKey: state) }), now < journey.endsAt else {
            throw OIDCError("the sign-in is not known, or took longer than ten minutes")
        }
        let token = try JSONWebToken(try await self.provider.exchange(code: code, verifier: journey.verifier))
        try await self.provider.verify(token)
        return try IdentityToken(token.payload, self.settings, nonce: journey.nonce, now: self.clock())
    }
}

import Glibc
public import Providers

/// What fetching credentials takes of the world, and who hears of what went wrong.
public struct CredentialServices: Sendable {
    /// Requests and files.
    public var transport: any CredentialTransport
    /// The calendar's instant.
    public var clock: @Sendable () -> WallTime
    /// Called off the event loops with the provider's name and why a fetch failed; for the log. Holds no secret.
    public var report: @Sendable (_ provider: String, _ error: CredentialError) -> Void

    /// Services.
    ///
    /// - Parameters:
    ///   - transport: Requests and files.
    ///   - clock: The calendar's instant.
    ///   - report: Called with each failed fetch.
    public init(
        transport: any CredentialTransport,
        clock: @escaping @Sendable () -> WallTime = CredentialServices.systemClock,
        report: @escaping @Sendable (_ provider: String, _ error: CredentialError) -> Void = { _, _ in }
    ) {
        self.transport = transport
        self.clock = clock
        self.report = report
    }

    /// The system's wall clock.
    public static let systemClock: @Sendable () -> WallTime = { WallTime(seconds: time(nil)) }
}

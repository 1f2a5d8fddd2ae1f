/// An answer of the admin API, whoever carried it.
struct AdminReply: Sendable {
    var status: Int
    var body: [UInt8]
}

/// Carries one admin call: to the running server, or to the store itself when none runs.
protocol AdminTransport: Sendable {
    /// - Parameters:
    ///   - method: `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    ///   - path: Path and query below the listener's root.
    ///   - body: JSON, or nothing.
    /// - Returns: The answer, whatever its status.
    /// - Throws: When none was had.
    func send(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> AdminReply

    /// The same carrier with more patience, for calls that wait for others.
    func waiting(seconds: Int) -> any AdminTransport
}

extension AdminTransport {
    /// Where nothing is waited for.
    func waiting(seconds: Int) -> any AdminTransport { self }
}

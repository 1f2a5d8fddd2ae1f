import Exchange
import NIOCore
import Providers
import Upstream

// The named wait for a vendor's credential, where it is a token that has to be fetched or renewed.

extension ClientConnection {
    /// Goes on when the provider's credential is at hand: at once as a rule, and for providers whose credential never changes
    /// for the price of one comparison. The wait ends with its deadline, or when the caller leaves.
    func whenAuthorized(
        _ provider: Provider,
        _ journey: Journey,
        _ goOn: @escaping () throws(GatewayFailure) -> Void
    ) throws(GatewayFailure) {
        guard let credentials = provider.credentials else { return try goOn() }
        let now = self.loop.wallTime
        switch credentials.look(at: now) {
        case .ready: try goOn()
        case .failed(let failure): throw failure
        case .wait:
            let deadline = self.loop.loop.now + TimeAmount(self.loop.shared.options.deadlines.connect)
            let step = journey.step
            self.credentialWait = credentials.whenReady(on: self.loop.loop, at: now, deadline: deadline) { outcome in
                guard journey.step == step else { return }
                self.credentialWait = nil
                guard case .busy = self.phase, !journey.isOver else { return }
                do throws(GatewayFailure) {
                    if case .failed(let failure) = outcome { throw failure }
                    try journey.renewCaller()
                    try goOn()
                } catch {
                    journey.stumbledLater(error)
                }
            }
        }
    }
}

extension UpstreamRequest {
    /// What proves one request to its vendor.
    ///
    /// - Throws: `.upstreamCredential` when there is nothing to prove it with.
    static func proof(
        _ provider: Provider,
        _ target: String,
        _ body: [UInt8],
        digest: BodyDigest?,
        at now: WallTime
    ) throws(GatewayFailure) -> RequestProof {
        let authorization = body.withUnsafeBytes { bytes in
            provider.authorization(
                target: target,
                contentType: "application/json",
                body: bytes,
                digest: digest,
                at: now
            )
        }
        switch authorization {
        case .ready(let proof): return proof
        case .failed(let failure): throw failure
        // It was there a moment ago.
        case .wait: throw GatewayFailure(.overloaded, "Martlet is renewing its credential.", retryAfter: .seconds(1))
        }
    }
}

import Exchange
import Policy

extension ClientConnection {
    /// Finds who asks, and refuses a key that is not for the address it is used from.
    ///
    /// - Throws: `.invalidKey`, `.invalidRequest`; `.forbidden` for a key from the wrong place.
    func caller(_ scan: HeaderScan, in bytes: UnsafeRawBufferPointer) throws(GatewayFailure) -> Caller {
        let caller = try self.authenticator.authenticate(scan, in: bytes, loop: self.loop)
        guard let networks = caller.key.allowedFrom else { return caller }
        let rule = self.loop.shared.options.forwarding
        let forwarded = rule.trustsAny ? scan.forwarded.map { String(decoding: bytes[$0], as: UTF8.self) } : []
        let origin = NetworkAddress(self.peer).map { rule.origin(peer: $0, forwarded: forwarded) }
        guard let origin, networks.contains(where: { $0.contains(origin) }) else {
            throw GatewayFailure(.forbidden, "The key \(caller.key.label)… may not be used from this address.")
        }
        return caller
    }
}

import Crypto

/// The header `idempotency-key`.
enum IdempotencyKey {
    static let header = "idempotency-key"
    /// Says that an answer was kept from before.
    static let replayed = "idempotency-replayed"

    /// The key of a request; `nil` when it has none.
    ///
    /// - Throws: `.invalidField` for several, and for one that is not 1 to 255 visible ASCII characters.
    static func read(_ values: [String]) throws(AdminProblem) -> String? {
        guard let value = values.first else { return nil }
        guard values.count == 1, (1...255).contains(value.utf8.count),
            value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .field(Self.header, "must be 1 to 255 visible ASCII characters, given once") }
        return value
    }

    /// Hash of what a request asks for: route, query and body.
    static func fingerprint(_ call: AdminCall) -> [UInt8] {
        let head = [call.request.method, call.request.path, call.request.query ?? ""].joined(separator: "\n")
        var hash = SHA256()
        hash.update(data: Array("\(head.utf8.count)\n\(head)".utf8))
        hash.update(data: call.body)
        return Array(hash.finalize())
    }
}

extension AdminRoute {
    /// The route, carrying a request that is sent again with the same key out once.
    func idempotent(_ desk: IdempotencyDesk?) -> AdminRoute {
        guard let desk, self.takesIdempotencyKey else { return self }
        var route = self
        let handle = self.handle
        route.handle = { call throws(AdminProblem) in
            guard let key = try IdempotencyKey.read(call.request.idempotencyKey) else { return try await handle(call) }
            let claim = IdempotencyDesk.Claim(
                actor: AuditContext.current.actor,
                key: key,
                fingerprint: IdempotencyKey.fingerprint(call)
            )
            switch try await desk.begin(claim) {
            case .replay(var answer):
                answer.headers[IdempotencyKey.replayed] = "true"
                return answer
            case .carryOut(let record):
                do throws(AdminProblem) {
                    let answer = try await handle(call)
                    await desk.end(record, answer)
                    return answer
                } catch {
                    await desk.end(record, nil)
                    throw error
                }
            }
        }
        return route
    }

    /// Routes that create and act.
    var takesIdempotencyKey: Bool { self.method == .post && self.access == .token }
}

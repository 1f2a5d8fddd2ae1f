public import Exchange
public import Providers

extension Provider {
    /// What a request has to carry to be let in by the vendor.
    public enum Authorization: Sendable, Equatable {
        /// Write these headers with the head.
        case ready(RequestProof)
        /// It is being fetched: wait with ``CredentialHolder/whenReady(on:at:deadline:_:)``, then ask again.
        case wait(CredentialHolder)
        /// It cannot be had now.
        case failed(GatewayFailure)

        /// Compares; holders by identity.
        public static func == (a: Authorization, b: Authorization) -> Bool {
            switch (a, b) {
            case (.ready(let a), .ready(let b)): a == b
            case (.wait(let a), .wait(let b)): a === b
            case (.failed(let a), .failed(let b)): a == b
            case (.ready, _), (.wait, _), (.failed, _): false
            }
        }
    }

    /// Whether ``authorization(method:target:contentType:body:digest:at:)`` reads the body. Then the body has to be there before
    /// the head is written, and the digest of a long one is to be made on a worker.
    public var signsBodies: Bool {
        guard case .signature = self.credentialPlan else { return false }
        return true
    }

    /// What one attempt has to carry. A signature is good for five minutes, so it is asked for with each attempt.
    ///
    /// - Parameters:
    ///   - method: The request's method, as ``writeHead(method:to:target:bodyCount:credentials:forward:callerGave:)`` gets it.
    ///   - target: Path and query, as it gets them.
    ///   - contentType: The value of the one `content-type` header that will be written; `nil` when there is none.
    ///   - body: The exact bytes of the body; empty will do unless ``signsBodies``, or when its digest is given.
    ///   - digest: The body's digest, where it was made before.
    ///   - now: The instant.
    /// - Returns: For credentials that stand in the head lines, at once and without any allocation, ``RequestProof/standing``.
    public func authorization(
        method: StaticString = "POST",
        target: String,
        contentType: String?,
        body: UnsafeRawBufferPointer,
        digest: BodyDigest? = nil,
        at now: WallTime
    ) -> Authorization {
        guard let holder = self.credentials else { return .ready(.standing) }
        switch holder.look(at: now) {
        case .wait: return .wait(holder)
        case .failed(let failure): return .failed(failure)
        case .ready(let proof):
            guard self.signsBodies else { return .ready(proof) }
            return self.sign(proof, method, target, contentType, digest ?? BodyDigest(of: body), now)
        }
    }

    /// The vendor refused an attempt with this status. When it is one that a stale credential leads to, the next attempt
    /// gets a new one.
    ///
    /// - Parameters:
    ///   - proof: What the attempt carried.
    ///   - status: The answer's status: 401 tells of a refused token, 403 is what AWS says of ended or unknown keys.
    ///   - now: The instant.
    /// - Returns: Whether another try is worth while. Never for a credential that is configured, nor twice in a row.
    @discardableResult
    public func refused(_ proof: RequestProof, status: Int, at now: WallTime) -> Bool {
        guard status == 401 || status == 403 && self.signsBodies else { return false }
        return self.credentials?.refused(proof, at: now) ?? false
    }

    private func sign(
        _ proof: RequestProof,
        _ method: StaticString,
        _ target: String,
        _ contentType: String?,
        _ body: BodyDigest,
        _ now: WallTime
    ) -> Authorization {
        var headers = [HeaderField("host", self.configuration.hostHeader)]
        if let contentType { headers.append(HeaderField("content-type", contentType)) }
        let signed = self.credentialPlan.headers(
            credential: proof.credential?.credential,
            request: SigV4Request(method: method.description, target: target, headers: headers),
            body: body,
            at: now
        )
        guard let signed else { return .failed(CredentialHolder.unusable) }
        return .ready(RequestProof(headers: signed, credential: proof.credential))
    }
}

extension ProviderConfiguration {
    /// The value of the `host` header, which signatures cover.
    var hostHeader: String { self.route?.hostHeader ?? "sandbox" }
}

import Exchange

extension CredentialPlan {
    /// Where the plan's credential comes from; `nil` when there is nothing to fetch.
    public var chain: CredentialChain? {
        switch self {
        case .none, .header: nil
        case .token(let chain), .signature(_, let chain): chain
        }
    }

    /// The headers that prove who sends a request. For signatures they are good for this attempt alone.
    ///
    /// - Parameters:
    ///   - credential: What the chain brought; not looked at where there is no chain.
    ///   - request: What is sent. Only signatures look at it: its headers must be those on the wire, value by value.
    ///   - body: The body's digest. Only signatures look at it.
    ///   - time: Now.
    /// - Returns: `nil` when the credential is missing, or of another sort than the plan's.
    public func headers(
        credential: Credential?,
        request: SigV4Request,
        body: BodyDigest,
        at time: WallTime
    ) -> [SecretHeader]? {
        switch (self, credential) {
        case (.none, _): []
        case (.header(let header), _): [header]
        case (.token, .bearer(let token)): [SecretHeader("authorization", Secret(Array("Bearer ".utf8) + token.bytes))]
        case (.signature(let signer, _), .aws(let keys)): signer.sign(request, body: body, by: keys, at: time)
        case (.signature, .bearer), (.token, .aws), (.token, nil), (.signature, nil): nil
        }
    }
}

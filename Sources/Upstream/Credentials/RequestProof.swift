public import Exchange
public import Providers

/// What proves to a vendor who sends one attempt.
public struct RequestProof: Sendable, Equatable {
    /// Headers to write with the head, all of them: ``Provider/writeHead(method:to:target:bodyCount:credentials:forward:callerGave:)``
    /// takes them. Empty when the head's own lines prove it.
    public var headers: [SecretHeader]
    /// What they were made of, to report it when the vendor refuses it; `nil` when it is not renewed.
    var credential: IssuedCredential?

    /// Nothing beyond the lines that every request of the provider carries.
    public static let standing = RequestProof(headers: [], credential: nil)

    init(headers: [SecretHeader], credential: IssuedCredential?) {
        self.headers = headers
        self.credential = credential
    }

    /// What a plan makes of a fetched credential, as far as it is the same for all requests.
    ///
    /// - Throws: `.malformed` when the credential is not of the plan's sort.
    init(_ credential: IssuedCredential, plan: CredentialPlan) throws(CredentialError) {
        switch (plan, credential.credential) {
        case (.token, .bearer(let token)):
            let value = Secret(Array("Bearer ".utf8) + token.bytes)
            self.init(headers: [SecretHeader("authorization", value)], credential: credential)
        case (.signature, .aws):
            self.init(headers: [], credential: credential)
        case (.none, _), (.header, _), (.token, .aws), (.signature, .bearer):
            throw CredentialError(.malformed, "the credential is of another sort than the provider needs")
        }
    }
}

/// How a wait for a credential ended.
public enum CredentialOutcome: Sendable, Equatable {
    /// It is there: ask for the authorization again.
    case ready
    /// It will not be there in time, or not at all.
    case failed(GatewayFailure)
}

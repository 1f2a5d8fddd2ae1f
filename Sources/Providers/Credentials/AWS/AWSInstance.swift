/// AWS's metadata service of instances, version 2 alone: version 1 answers whoever can make the machine send a request.
/// Source: docs.aws.amazon.com/AWSEC2, "Use IMDSv2".
public struct AWSInstance: Sendable, Equatable {
    /// The service's origin as the environment gave it.
    var location: String

    /// The service as an environment names it, or its usual address.
    init(environment: [String: String]) {
        if let endpoint = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"], !endpoint.isEmpty {
            self.location = endpoint
        } else if environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6" {
            self.location = "http://[fd00:ec2::254]"
        } else {
            self.location = "http://169.254.169.254"
        }
    }
}

extension CredentialFetcher {
    func fetch(_ instance: AWSInstance) async throws(CredentialError) -> IssuedCredential {
        let what = "AWS instance metadata"
        let url = try CredentialURL(parsing: instance.location, what: "AWS_EC2_METADATA_SERVICE_ENDPOINT")
        let session = try await self.session(url)
        let role = try await self.role(url, session)
        let answer = try await self.transport.fetch(self.request(url, "\(Self.rolesPath)\(role)", session))
        guard answer.isSuccess else { throw CredentialError(.refused, "\(what) answered \(answer.status)") }
        return try self.awsDocument(answer.body, what)
    }

    /// The session's token.
    private func session(_ url: CredentialURL) async throws(CredentialError) -> String {
        let request = CredentialRequest(
            .put,
            url.at("/latest/api/token"),
            headers: [CredentialHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600")],
            reach: .metadata,
            deadline: .seconds(1)
        )
        guard let answer = try await self.ask(request) else {
            throw CredentialError(.absent, "there is no AWS instance metadata here")
        }
        // Other clouds answer at the same address, and not with a session.
        guard answer.isSuccess else {
            throw CredentialError(.absent, "AWS instance metadata gave no session: \(answer.status)")
        }
        return try TokenText.read(answer.body, "the session token of AWS instance metadata")
    }

    /// The name of the instance's role, fit for a path.
    private func role(_ url: CredentialURL, _ session: String) async throws(CredentialError) -> String {
        let answer = try await self.transport.fetch(self.request(url, Self.rolesPath, session))
        guard answer.status != 404 else { throw CredentialError(.absent, "the AWS instance has no role") }
        guard answer.isSuccess else {
            throw CredentialError(.refused, "AWS instance metadata answered \(answer.status)")
        }
        let line = answer.body.prefix { $0 != 0x0a && $0 != 0x0d }
        guard let role = ASCIIText.percentEncodedSegment(String(decoding: line, as: UTF8.self)), line.count <= 128
        else {
            throw CredentialError(.absent, "the AWS instance has no role")
        }
        return role
    }

    private func request(_ url: CredentialURL, _ path: String, _ session: String) -> CredentialRequest {
        CredentialRequest(
            .get,
            url.at(path),
            headers: [CredentialHeader("x-aws-ec2-metadata-token", session)],
            reach: .metadata,
            deadline: .seconds(2)
        )
    }

    private static var rolesPath: String { "/latest/meta-data/iam/security-credentials/" }
}

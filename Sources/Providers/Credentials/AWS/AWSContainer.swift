import Exchange
import Wire

/// AWS's metadata service of containers (ECS, EKS pod identity, Greengrass). Source: docs.aws.amazon.com/sdkref,
/// "Container credential provider".
public struct AWSContainer: Sendable, Equatable {
    /// The URL as the environment gave it; a relative one stands below ECS's own address.
    var location: String
    /// The file that holds the token to send, read anew each time.
    var tokenPath: String?
    /// The token to send, when there is no file.
    var token: Secret?

    /// The service that an environment names; `nil` when it names none.
    init?(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let relative = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            self.location = "http://169.254.170.2\(relative)"
        } else if let full = value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            self.location = full
        } else {
            return nil
        }
        self.tokenPath = value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        self.token = value("AWS_CONTAINER_AUTHORIZATION_TOKEN").map { Secret($0) }
    }

    /// The URL, when the token may be sent there.
    ///
    /// - Throws: `.malformed` for http to anything but the machine itself and the addresses of ECS and EKS.
    func url() throws(CredentialError) -> CredentialURL {
        let url = try CredentialURL(parsing: self.location, what: "AWS_CONTAINER_CREDENTIALS_*_URI")
        let origin = url.origin
        guard !origin.isTLS else { return url }
        let isAllowed =
            switch origin.address {
            case .some(let address): address.first == 127 && address.count == 4 || Self.hosts.contains(address)
            case nil: origin.host == "localhost"
            }
        guard isAllowed else {
            throw CredentialError(
                .malformed,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or lead to this machine, ECS or EKS"
            )
        }
        return url
    }

    /// ECS, EKS, EKS by IPv6, and loopback by IPv6.
    private static let hosts: [[UInt8]] = [
        [169, 254, 170, 2], [169, 254, 170, 23],
        [0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]
}

extension CredentialFetcher {
    func fetch(_ container: AWSContainer) async throws(CredentialError) -> IssuedCredential {
        let url = try container.url()
        var headers = [CredentialHeader("accept", "application/json")]
        if let path = container.tokenPath {
            let token = try await self.readToken(path, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
            headers.append(CredentialHeader("authorization", token))
        } else if let token = container.token {
            let text = try TokenText.read(token.bytes, "AWS_CONTAINER_AUTHORIZATION_TOKEN")
            headers.append(CredentialHeader("authorization", text))
        }
        let answer = try await self.transport.fetch(
            CredentialRequest(.get, url, headers: headers, reach: .metadata, deadline: .seconds(5))
        )
        guard answer.isSuccess else {
            throw CredentialError(.refused, "AWS container metadata answered \(answer.status)")
        }
        return try self.awsDocument(answer.body, "AWS container metadata")
    }

    /// The document that AWS's metadata services answer with.
    func awsDocument(_ body: [UInt8], _ what: String) throws(CredentialError) -> IssuedCredential {
        let now = self.clock()
        return try CredentialJSON.read(body, what) { (root) throws(CredentialError) in
            if let code = root["Code"]?.string, code != "Success" {
                let word = root.word("Code") ?? "a failure"
                throw CredentialError(.refused, "\(what) answered \(word)")
            }
            let keys = try AWSCredentials.checked(
                try root.text("AccessKeyId", of: what),
                try root.text("SecretAccessKey", of: what),
                root["Token"]?.string,
                what
            )
            let end = root["Expiration"]?.string
            guard let end else { return IssuedCredential(.aws(keys), issuedAt: now, expiresAt: nil) }
            guard let expiry = WallTime(parsing: end) else {
                throw CredentialError(.malformed, "\(what) has an Expiration that is no date")
            }
            return IssuedCredential(.aws(keys), issuedAt: now, expiresAt: expiry)
        }
    }
}

/// Sources of a credential, in the order they are asked.
///
/// A source that has nothing to offer (`.absent`) passes the question on; one that fails in another way ends it, so that
/// a broken configuration is told and not papered over with somebody else's credential.
public struct CredentialChain: Sendable, Equatable {
    /// The sources.
    public var sources: [CredentialSource]

    /// A chain.
    public init(_ sources: [CredentialSource]) {
        self.sources = sources
    }

    /// Whether asking takes neither files nor requests.
    public var isFixed: Bool {
        guard case .fixed = self.sources.first else { return false }
        return true
    }

    /// Asks the sources in turn.
    ///
    /// - Parameters:
    ///   - transport: Files and requests.
    ///   - clock: The instant, asked anew after each wait.
    /// - Returns: The first source's credential that has one.
    /// - Throws: `.absent` when none has one, naming what was asked; else what the failing source threw.
    public func fetch(
        by transport: any CredentialTransport,
        clock: @escaping @Sendable () -> WallTime
    ) async throws(CredentialError) -> IssuedCredential {
        let fetcher = CredentialFetcher(transport: transport, clock: clock)
        for source in self.sources {
            do throws(CredentialError) {
                return try await fetcher.fetch(source)
            } catch {
                guard error.code == .absent else { throw error }
            }
        }
        let names = self.sources.map(\.name).joined(separator: ", ")
        throw CredentialError(.absent, "no credential was found; asked: \(names)")
    }
}

/// Where a credential may come from, with all that is needed to ask there.
public enum CredentialSource: Sendable, Equatable {
    /// It is here.
    case fixed(Credential)
    /// A profile of AWS's shared files.
    case awsProfile(AWSProfileSource)
    /// A token of another issuer, exchanged at AWS's token service.
    case awsWebIdentity(AWSWebIdentity)
    /// AWS's metadata service of containers.
    case awsContainer(AWSContainer)
    /// AWS's metadata service of instances.
    case awsInstance(AWSInstance)
    /// A file of Google's: service account or signed-in user.
    case googleFile(path: String, isOptional: Bool)
    /// What such a file holds.
    case google(GoogleCredential)
    /// Google's metadata service.
    case googleMetadata(GoogleMetadata)
    /// An application of Entra ID.
    case entra(EntraApplication)
    /// The machine's own identity in Azure.
    case azureIdentity(AzureIdentity)

    /// For messages.
    public var name: String {
        switch self {
        case .fixed: "configuration"
        case .awsProfile(let source): "AWS profile \(source.profile)"
        case .awsWebIdentity: "AWS web identity"
        case .awsContainer: "AWS container metadata"
        case .awsInstance: "AWS instance metadata"
        case .googleFile: "Google credential file"
        case .google: "Google credential"
        case .googleMetadata: "Google metadata server"
        case .entra: "Entra ID"
        case .azureIdentity: "Azure managed identity"
        }
    }
}

/// Asks one source.
struct CredentialFetcher {
    let transport: any CredentialTransport
    let clock: @Sendable () -> WallTime

    func fetch(_ source: CredentialSource) async throws(CredentialError) -> IssuedCredential {
        switch source {
        case .fixed(let credential): IssuedCredential(credential, issuedAt: self.clock(), expiresAt: nil)
        case .awsProfile(let source): try await self.fetch(source)
        case .awsWebIdentity(let identity): try await self.fetch(identity)
        case .awsContainer(let container): try await self.fetch(container)
        case .awsInstance(let instance): try await self.fetch(instance)
        case .googleFile(let path, let isOptional): try await self.fetchGoogle(path, isOptional: isOptional)
        case .google(let credential): try await self.fetch(credential)
        case .googleMetadata(let metadata): try await self.fetch(metadata)
        case .entra(let application): try await self.fetch(application)
        case .azureIdentity(let identity): try await self.fetch(identity)
        }
    }

    /// A file that must be there, because something names it.
    func readNamed(_ path: String, _ what: String) async throws(CredentialError) -> [UInt8] {
        do throws(CredentialError) {
            return try await self.transport.readFile(path)
        } catch {
            guard error.code == .absent else { throw error }
            throw CredentialError(.fileUnreadable, "\(what) does not exist")
        }
    }

    /// A file that may be missing.
    func readOptional(_ path: String) async throws(CredentialError) -> [UInt8]? {
        do throws(CredentialError) {
            return try await self.transport.readFile(path)
        } catch {
            guard error.code == .absent else { throw error }
            return nil
        }
    }

    /// The answer of a metadata service: where there is none, the machine is simply another kind of machine.
    func ask(_ request: CredentialRequest) async throws(CredentialError) -> CredentialResponse? {
        do throws(CredentialError) {
            return try await self.transport.fetch(request)
        } catch {
            switch error.code {
            case .unreachable, .timedOut: return nil
            default: throw error
            }
        }
    }

    /// A text file's content, trimmed.
    func readToken(_ path: String, _ what: String) async throws(CredentialError) -> String {
        let bytes = try await self.readNamed(path, what)
        return try TokenText.read(bytes, what)
    }
}

/// Tokens that travel in a header or a form.
enum TokenText {
    /// Bytes of a file, trimmed; must then be visible ASCII.
    static func read(_ bytes: [UInt8], _ what: String) throws(CredentialError) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
        let text = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return try self.check(String(decoding: Array(text), as: UTF8.self), what)
    }

    /// A token that holds visible ASCII alone, so that it cannot end a header.
    static func check(_ text: String, _ what: String) throws(CredentialError) -> String {
        guard (1...65_536).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CredentialError(.malformed, "\(what) is empty or holds a character that a header may not have")
        }
        return text
    }
}

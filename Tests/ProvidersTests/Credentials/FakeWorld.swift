import Synchronization

@testable import Providers

/// A world of files and scripted answers.
final class FakeWorld: CredentialTransport {
    private struct State {
        var answers: [(Result<CredentialResponse, CredentialError>)] = []
        var requests: [CredentialRequest] = []
        var files: [String: [UInt8]] = [:]
        var reads: [String] = []
    }

    private let state = Mutex(State())

    init(files: [String: String] = [:], _ answers: [CredentialResponse] = []) {
        self.state.withLock {
            $0.files = files.mapValues { Array($0.utf8) }
            $0.answers = answers.map { .success($0) }
        }
    }

    /// Adds an answer to the script.
    func then(_ answer: Result<CredentialResponse, CredentialError>) {
        self.state.withLock { $0.answers.append(answer) }
    }

    var requests: [CredentialRequest] { self.state.withLock { $0.requests } }
    var reads: [String] { self.state.withLock { $0.reads } }

    func fetch(_ request: CredentialRequest) async throws(CredentialError) -> CredentialResponse {
        let answer = self.state.withLock { state -> Result<CredentialResponse, CredentialError> in
            state.requests.append(request)
            guard !state.answers.isEmpty else { return .failure(CredentialError(.unreachable, "nobody answers")) }
            return state.answers.removeFirst()
        }
        return try answer.get()
    }

    func readFile(_ path: String) async throws(CredentialError) -> [UInt8] {
        let file = self.state.withLock { state in
            state.reads.append(path)
            return state.files[path]
        }
        guard let file else { throw CredentialError(.absent, "no such file") }
        return file
    }
}

/// The instant of most tests.
let testTime = WallTime(seconds: 1_800_000_000)

extension CredentialChain {
    /// Asks at the tests' instant.
    func fetch(_ world: FakeWorld) async throws(CredentialError) -> IssuedCredential {
        try await self.fetch(by: world, clock: { testTime })
    }

    /// What asking fails with; `nil` when it does not.
    func failure(_ world: FakeWorld) async -> CredentialError? {
        do throws(CredentialError) {
            _ = try await self.fetch(world)
            return nil
        } catch {
            return error
        }
    }
}

extension CredentialResponse {
    init(_ status: Int, _ body: String, headers: [CredentialHeader] = []) {
        self.init(status: status, headers: headers, body: Array(body.utf8))
    }

    init(_ body: String) {
        self.init(200, body)
    }
}

extension CredentialRequest {
    /// The URL, for comparisons.
    var url: String { "\(self.origin)\(self.target)" }

    /// A header's value.
    func header(_ name: String) -> String? { self.headers.first { $0.name == name }?.value }

    /// A form's fields, as they are escaped.
    var form: [String: String] {
        let pairs = String(decoding: self.body, as: UTF8.self).split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        return Dictionary(pairs) { a, _ in a }
    }
}

extension IssuedCredential {
    /// The bearer token's text.
    var bearer: String? {
        guard case .bearer(let token) = self.credential else { return nil }
        return token.text
    }

    /// The key pair: id, secret, session token.
    var keys: [String?] {
        guard case .aws(let keys) = self.credential else { return [] }
        return [keys.accessKeyID, keys.secretAccessKey.text, keys.sessionToken?.text]
    }
}

import Exchange
import Wire

/// The built-in vendor: a pure function from request to answer. No network, no memory, no clock of its own; the same
/// request always gets the same answer.
///
/// It speaks Chat Completions, Responses and Messages natively, with the endpoints around them. How it behaves is in the
/// model's name; how it counts tokens is in `SandboxTokens`.
public enum Sandbox {
    /// Answers a request.
    public static func answer(_ request: SandboxRequest) -> SandboxAnswer {
        let path = request.target.prefix { $0 != "?" }
        let hash = SandboxHash(request.body)
        let dialect = self.dialect(path)
        do throws(SandboxFault) {
            return try self.answer(request, path: path, hash: hash)
        } catch {
            return error.answer(dialect, id: hash.id("req_"))
        }
    }

    private static func dialect(_ path: Substring) -> SandboxFault.Dialect {
        path.hasPrefix("/v1/messages") ? .anthropic : .openAI
    }

    private static func answer(
        _ request: SandboxRequest,
        path: Substring,
        hash: SandboxHash
    ) throws(SandboxFault) -> SandboxAnswer {
        if path == "/v1/models" || path.hasPrefix("/v1/models/") {
            guard request.method == "GET" else { throw self.methodFault(request.method) }
            return try self.modelList(path.dropFirst("/v1/models".count), hash: hash)
        }
        guard let endpoint = self.endpoints[String(path)] else {
            throw SandboxFault(
                status: 404,
                message: "Unknown path. The sandbox serves \(self.endpoints.keys.sorted().joined(separator: ", "))."
            )
        }
        guard request.method == "POST" else { throw self.methodFault(request.method) }
        return try self.answer(endpoint, request, hash: hash)
    }

    private static func methodFault(_ method: String) -> SandboxFault {
        SandboxFault(
            status: 405,
            message: "Not allowed to \(method == "POST" ? "POST" : "use this method") on this path."
        )
    }

    private static func answer(
        _ operation: Operation,
        _ request: SandboxRequest,
        hash: SandboxHash
    ) throws(SandboxFault) -> SandboxAnswer {
        let tape = JSONTape()
        let result: Result<SandboxAnswer, SandboxFault> = request.body.withUnsafeBytes { bytes in
            do throws(SandboxFault) {
                let root = try self.parse(bytes, tape)
                if let fault = self.requestedFault(root) { throw fault }
                return .success(try self.answer(operation, root, request: request, hash: hash))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, _ tape: JSONTape) throws(SandboxFault) -> JSONValue {
        let root: JSONValue
        do throws(JSONError) {
            root = try tape.parse(bytes)
        } catch {
            throw SandboxFault(message: "We could not parse the JSON body of your request: \(error.message).")
        }
        guard root.kind == .object else { throw SandboxFault(message: "The body must be a JSON object.") }
        return root
    }

    /// The failure that a model's name asks for.
    private static func requestedFault(_ root: JSONValue) -> SandboxFault? {
        guard let name = root["model"]?.string, case .error(let status) = SandboxModel(name).behaviour else {
            return nil
        }
        return .requested(status)
    }

    private static func answer(
        _ operation: Operation,
        _ root: JSONValue,
        request: SandboxRequest,
        hash: SandboxHash
    ) throws(SandboxFault) -> SandboxAnswer {
        switch operation {
        case .chat: try SandboxChat(root, hash: hash, created: request.unixSeconds).answer()
        case .responses: try SandboxResponses(root, hash: hash, created: request.unixSeconds).answer()
        case .responsesInputTokens: try SandboxResponses(root, hash: hash, created: request.unixSeconds).countAnswer()
        case .responsesCompact: try SandboxResponses(root, hash: hash, created: request.unixSeconds).compactAnswer()
        case .messages: try SandboxMessages(root, hash: hash).answer()
        case .countTokens: try SandboxMessages(root, hash: hash, countsOnly: true).countAnswer()
        case .embeddings: try SandboxEmbeddings(root, hash: hash).answer()
        case .completions: try SandboxCompletions(root, hash: hash, created: request.unixSeconds).answer()
        case .moderations: try SandboxModerations(root, hash: hash).answer()
        case .models: try self.modelList("", hash: hash)
        }
    }

    private static let endpoints: [String: Operation] = [
        "/v1/chat/completions": .chat,
        "/v1/responses": .responses,
        "/v1/responses/input_tokens": .responsesInputTokens,
        "/v1/responses/compact": .responsesCompact,
        "/v1/messages": .messages,
        "/v1/messages/count_tokens": .countTokens,
        "/v1/embeddings": .embeddings,
        "/v1/completions": .completions,
        "/v1/moderations": .moderations,
    ]
}

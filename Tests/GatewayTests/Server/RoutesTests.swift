import Exchange
import Testing

@testable import Gateway

@Suite("Routes")
struct RoutesTests {
    private func route(_ target: String) -> Route {
        Array(target.utf8).withUnsafeBytes { Route($0) }
    }

    private static let operations: [(String, Exchange.Operation)] = [
        ("chat/completions", .chat), ("responses", .responses), ("messages", .messages),
        ("messages/count_tokens", .countTokens), ("embeddings", .embeddings), ("completions", .completions),
        ("moderations", .moderations), ("responses/input_tokens", .responsesInputTokens),
        ("responses/compact", .responsesCompact),
    ]

    @Test("every operation is found under every prefix", arguments: ["/v1/", "/openai/v1/", "/anthropic/v1/", "/"])
    func prefixes(_ prefix: String) {
        for (path, operation) in Self.operations {
            #expect(self.route(prefix + path) == .operation(operation, pathModel: nil))
            #expect(self.route(prefix + path + "?beta=true") == .operation(operation, pathModel: nil))
        }
    }

    @Test("Azure's deployment paths name the model")
    func azure() {
        let target = "/openai/deployments/gpt-4.1%2Fx/chat/completions?api-version=2024-10-21"
        guard case .operation(.chat, let range?) = self.route(target) else {
            Issue.record("not found")
            return
        }
        #expect(Array(target.utf8)[range].elementsEqual("gpt-4.1%2Fx".utf8))
        #expect(self.route("/openai/responses?api-version=x") == .operation(.responses, pathModel: nil))
        #expect(self.route("/openai/deployments//chat/completions") == .unknown)
    }

    @Test(
        "a key's own standing is found under every prefix",
        arguments: ["/v1/", "/openai/v1/", "/anthropic/v1/", "/"]
    )
    func key(_ prefix: String) {
        #expect(self.route(prefix + "key") == .key && self.route(prefix + "key?x=1") == .key)
        #expect(self.route(prefix + "keys") == .unknown && self.route(prefix + "key/") == .unknown)
    }

    @Test("model ids hold slashes")
    func models() {
        #expect(self.route("/v1/models") == .models)
        let target = "/v1/models/sandbox/echo"
        guard case .model(let range) = self.route(target) else {
            Issue.record("not found")
            return
        }
        #expect(Array(target.utf8)[range].elementsEqual("sandbox/echo".utf8))
    }

    @Test(
        "what is not a route is not one",
        arguments: [
            "/", "/v1", "/v1/chat/completions/", "/V1/chat/completions", "//v1/chat/completions",
            "/v1/chat%2fcompletions",
            "/v1/chat/completions;a", "*", "/v2/chat/completions",
        ]
    )
    func unknown(_ target: String) {
        #expect(self.route(target) == .unknown)
    }

    @Test("a doubled prefix is told apart from an unknown path")
    func doubled() {
        #expect(self.route("/v1/v1/messages") == .doubledPrefix)
        #expect(self.route("/openai/v1/v1/responses") == .doubledPrefix)
    }

    @Test("health routes need no prefix")
    func health() {
        #expect(self.route("/livez") == .live)
        #expect(self.route("/readyz?verbose") == .ready)
        #expect(self.route("/health") == .ready)
    }

    @Test("percent-encoding is undone strictly")
    func decoding() {
        func decode(_ text: String) -> String? { Array(text.utf8).withUnsafeBytes { decodePathPart($0) } }
        #expect(decode("openai%2Fgpt") == "openai/gpt")
        #expect(decode("a%zz") == nil)
        #expect(decode("a%2") == nil)
        #expect(decode("a%00b") == nil)
        #expect(decode("%ff") == nil)
        #expect(decode("%C3%A9") == "é")
    }
}

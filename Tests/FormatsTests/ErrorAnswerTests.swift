import AnthropicMessages
import Exchange
import OpenAIChat
import OpenAIResponses
import Testing
import Wire

/// One row of the table of statuses: what a failure becomes on each surface.
struct ErrorRow: Sendable {
    var kind: GatewayFailure.Kind
    var chat: String
    var responses: String
    var messages: String
    var retries: Bool

    /// `STATUS TYPE CODE` for the OpenAI surfaces, `STATUS TYPE` for Messages.
    static let all: [ErrorRow] = [
        .init(.invalidRequest, "400 invalid_request_error -", "400 invalid_request_error"),
        .init(.routeNotFound, "404 invalid_request_error unknown_url", "404 not_found_error"),
        .init(.methodNotAllowed, "405 invalid_request_error method_not_allowed", "405 invalid_request_error"),
        .init(.requestTimeout, "408 invalid_request_error request_timeout", "408 timeout_error", retries: true),
        .init(.bodyTooLarge, "413 invalid_request_error request_too_large", "413 request_too_large"),
        .init(.targetTooLong, "414 invalid_request_error uri_too_long", "414 invalid_request_error"),
        .init(.unsupportedMediaType, "415 invalid_request_error unsupported_media_type", "415 invalid_request_error"),
        .init(.upgradeRequired, "426 invalid_request_error upgrade_required", "426 invalid_request_error"),
        .init(.headersTooLarge, "431 invalid_request_error headers_too_large", "431 invalid_request_error"),
        .init(.invalidKey, "401 invalid_request_error invalid_api_key", "401 authentication_error"),
        .init(.forbidden, "403 invalid_request_error forbidden", "403 permission_error"),
        .init(
            .modelNotFound,
            "404 invalid_request_error model_not_found",
            "404 not_found_error",
            responses: "400 invalid_request_error model_not_found"
        ),
        .init(.objectNotFound, "404 invalid_request_error not_found", "404 not_found_error"),
        .init(.rateLimited, "429 rate_limit_exceeded rate_limit_exceeded", "429 rate_limit_error", retries: true),
        .init(.budgetExhausted, "429 insufficient_quota insufficient_quota", "402 billing_error"),
        .init(.overloaded, "503 server_error overloaded", "529 overloaded_error", retries: true),
        .init(.upstreamUnavailable, "503 server_error upstream_unavailable", "529 overloaded_error", retries: true),
        .init(.upstreamCredential, "502 server_error upstream_credential", "502 api_error"),
        .init(.upstreamFailed, "502 server_error upstream_failed", "502 api_error", retries: true),
        .init(.upstreamTimeout, "504 server_error upstream_timeout", "504 timeout_error", retries: true),
        .init(.interrupted, "503 server_error interrupted", "503 api_error", retries: true),
        .init(.internalError, "500 server_error internal_error", "500 api_error"),
    ]

    private init(
        _ kind: GatewayFailure.Kind,
        _ chat: String,
        _ messages: String,
        responses: String? = nil,
        retries: Bool = false
    ) {
        self.kind = kind
        self.chat = chat
        self.responses = responses ?? chat
        self.messages = messages
        self.retries = retries
    }
}

@Suite("Error answers")
struct ErrorAnswerTests {
    private func answer(_ failure: GatewayFailure, _ operation: Operation) throws -> ErrorAnswer {
        try #require(rooms[operation.format]).errorAnswer(failure, operation: operation, requestID: "req_7")
    }

    private func summary(_ answer: ErrorAnswer) throws -> String {
        try withJSON(answer.body) { root in
            let error = try #require(root["error"])
            let type = error["type"]?.string ?? "?"
            guard let code = error["code"] else { return "\(answer.status) \(type)" }
            return "\(answer.status) \(type) \(code.string ?? "-")"
        }
    }

    @Test("the table names every kind once")
    func completeness() {
        #expect(ErrorRow.all.map(\.kind) == GatewayFailure.Kind.allCases)
    }

    @Test("status, type and code of each kind", arguments: ErrorRow.all)
    func statuses(_ row: ErrorRow) throws {
        let failure = GatewayFailure(row.kind, "text")
        for operation in [Operation.chat, .embeddings, .completions, .moderations, .models] {
            #expect(try self.summary(self.answer(failure, operation)) == row.chat)
        }
        for operation in [Operation.responses, .responsesInputTokens, .responsesCompact] {
            #expect(try self.summary(self.answer(failure, operation)) == row.responses)
        }
        for operation in [Operation.messages, .countTokens] {
            #expect(try self.summary(self.answer(failure, operation)) == row.messages)
        }
    }

    @Test("trying again is forbidden unless waiting helps", arguments: ErrorRow.all)
    func retries(_ row: ErrorRow) throws {
        for operation in [Operation.chat, .responses, .messages] {
            let headers = try self.answer(GatewayFailure(row.kind, "text"), operation).headers
            let should = headers.first { $0.name == "x-should-retry" }?.value
            #expect(should == (row.retries ? nil : "false"))
            let demandsWait = row.kind == .overloaded || row.kind == .upstreamUnavailable
            #expect(headers.first { $0.name == "retry-after" }?.value == (demandsWait ? "1" : nil))
        }
    }

    @Test("a time to wait is in whole seconds, rounded up")
    func retryAfter() throws {
        let waits: [(Duration, String)] = [
            (.milliseconds(1), "1"), (.seconds(1), "1"), (.milliseconds(1001), "2"), (.seconds(59.5), "60"),
            (.zero, "1"), (.seconds(-3), "1"), (.seconds(Int64.max), "9223372036854775807"),
        ]
        for (wait, seconds) in waits {
            let failure = GatewayFailure(.rateLimited, "slow down", retryAfter: wait)
            for operation in [Operation.chat, .responses, .messages] {
                let headers = try self.answer(failure, operation).headers
                #expect(headers.map(\.name) == ["retry-after"])
                #expect(headers.first?.value == seconds)
            }
        }
    }

    @Test("a Chat error has message, type, param and code")
    func chatBody() throws {
        let failure = GatewayFailure(.invalidRequest, "n must be at least 1, got \"0\"\n", parameter: "n", code: "odd")
        let body = try self.answer(failure, .chat).body
        let expected = #"{"error":{"message":"n must be at least 1, got \"0\"\n","type":"invalid_request_error","#
        #expect(String(decoding: body, as: UTF8.self) == expected + #""param":"n","code":"odd"}}"#)
        #expect(try self.answer(failure, .responses).body == body)
        let bare = try self.answer(GatewayFailure(.invalidRequest, "x"), .chat).body
        #expect(String(decoding: bare, as: UTF8.self).hasSuffix(#""param":null,"code":null}}"#))
    }

    @Test("an unknown model names the field")
    func modelParameter() throws {
        for operation in [Operation.chat, .responses] {
            try withJSON(self.answer(GatewayFailure(.modelNotFound, "no such model"), operation).body) { root in
                #expect(root["error"]?["param"]?.string == "model")
            }
        }
    }

    @Test("a Messages error has its type twice and the request's id")
    func messagesBody() throws {
        let body = try self.answer(GatewayFailure(.budgetExhausted, "spent"), .messages).body
        let expected = #"{"type":"error","error":{"type":"billing_error","message":"spent"},"request_id":"req_7"}"#
        #expect(String(decoding: body, as: UTF8.self) == expected)
        try withJSON(self.answer(GatewayFailure(.internalError, "x", code: "defect_9"), .messages).body) { root in
            #expect(root["error"]?["details"]?["error_code"]?.string == "defect_9")
        }
    }

    @Test("keep-alives mean nothing to the client, and a tap lets them through")
    func keepAlives() throws {
        for operation in [Operation.chat, .responses, .messages] {
            let room = try #require(rooms[operation.format])
            let text = String(decoding: room.keepAlive, as: UTF8.self)
            #expect(text.hasSuffix("\n\n"))
            #expect(text.hasPrefix(operation == .messages ? "event: ping\n" : ": "))
            let replay = try Replay(text + text, operation)
            #expect(replay.words.allSatisfy { $0 == "forward" })
            #expect(!replay.tap.isComplete)
        }
    }

    @Test("each room says which format it is, and no two say the same")
    func ids() {
        #expect(OpenAIChatFormat().id == .chat)
        #expect(OpenAIResponsesFormat().id == .responses)
        #expect(AnthropicMessagesFormat().id == .messages)
    }
}

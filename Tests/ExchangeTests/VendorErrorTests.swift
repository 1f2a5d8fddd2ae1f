import Exchange
import Testing

@Suite("Errors in vendors' words")
struct VendorErrorTests {
    private func error(_ text: String) throws -> VendorError {
        try withJSON(text) { VendorError($0) }
    }

    @Test(
        "every shape that was seen is read",
        arguments: [
            (#"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#, "t c m"),
            (#"{"type":"error","error":{"type":"t","message":"m"},"request_id":"r"}"#, "t  m"),
            (#"{"code":"c","error":"m"}"#, " c m"), (#"{"message":"m","request_id":"r"}"#, "  m"),
            (#"{"detail":"m"}"#, "  m"), (#"{"statusCode":401,"message":"m"}"#, "  m"),
            (#"{"object":"error","message":"m","type":"t","param":null,"code":"1000"}"#, "t 1000 m"),
            (#"{"error":{"message":"m","code":429,"metadata":{}}}"#, " 429 m"),
            (#"[{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}]"#, " 400 m"),
            (#"{"error":{"message":"m","status":"UNAVAILABLE"}}"#, " UNAVAILABLE m"),
            (#"{"error":{"code":"unknown_model","message":"m","details":"d"}}"#, " unknown_model m"),
            (#"{"error":null,"message":"m"}"#, "  m"), ("{}", "  "), ("[]", "  "), ("null", "  "), ("7", "  "),
            ("\"x\"", "  "),
            (#"{"error":{"message":7,"type":[],"code":{}}}"#, "  "), (#"{"error":[],"code":1.5}"#, "  "),
        ]
    )
    func shapes(_ text: String, _ expected: String) throws {
        let error = try self.error(text)
        #expect("\(error.type) \(error.code) \(error.message)" == expected)
    }

    @Test("an error without words has the status alone")
    func wordless() {
        #expect(VendorError().fault(status: 400) == .caller)
        #expect(VendorError().fault(status: 429) == .throttled)
        #expect(VendorError().failure == GatewayFailure(.upstreamFailed, "the provider reported an error"))
    }

    @Test("a plain code is told, anything else of the vendor's is not")
    func notes() throws {
        func message(_ code: String) throws -> String {
            try self.error(#"{"error":{"code":"\#(code)","message":"secret"}}"#).failure.message
        }
        #expect(try message("tool_use_failed") == "the provider reported an error (tool_use_failed)")
        #expect(try message("a-B_9") == "the provider reported an error (a-B_9)")
        for code in ["two words", "sk-abc", "h\u{e9}", "<b>", String(repeating: "x", count: 65)] {
            #expect(try message(code) == "the provider reported an error")
        }
        #expect(try self.error(#"{"error":{"type":"server_error"}}"#).failure.message.hasSuffix("(server_error)"))
    }

    @Test("moderation by a router is the caller's")
    func moderation() throws {
        #expect(try self.error(#"{"error":{"code":403,"metadata":{"flagged_input":"x"}}}"#).isModeration)
        #expect(try self.error(#"{"error":{"code":403,"metadata":{"provider_name":"x"}}}"#).isModeration == false)
    }
}

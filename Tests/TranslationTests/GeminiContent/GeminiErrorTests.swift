import Exchange
import Testing

@Suite struct GeminiErrorTests {
    private func body(_ code: Int, _ status: String, _ message: String = "m", details: String = "") -> String {
        #"{"error":{"code":\#(code),"message":"\#(message)","status":"\#(status)","details":[\#(details)]}}"#
    }

    @Test func `whose fault an error is`() {
        let invalidKey = #"{"@type":"x/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}"#
        let perDay = #"{"@type":"x/google.rpc.QuotaFailure","violations":[{"quotaId":"RequestsPerDayPerProject"}]}"#
        let cases: [(Int, String, UpstreamFault, GatewayFailure.Kind)] = [
            (400, self.body(400, "INVALID_ARGUMENT"), .caller, .invalidRequest),
            (400, self.body(400, "INVALID_ARGUMENT", details: invalidKey), .credential, .upstreamCredential),
            (400, self.body(400, "INVALID_ARGUMENT", "API key not valid."), .credential, .upstreamCredential),
            (400, self.body(400, "FAILED_PRECONDITION"), .credential, .upstreamCredential),
            (401, self.body(401, "UNAUTHENTICATED"), .credential, .upstreamCredential),
            (403, self.body(403, "PERMISSION_DENIED"), .credential, .upstreamCredential),
            (404, self.body(404, "NOT_FOUND"), .caller, .modelNotFound),
            (413, "<html>", .caller, .bodyTooLarge),
            (429, self.body(429, "RESOURCE_EXHAUSTED"), .throttled, .upstreamUnavailable),
            (429, self.body(429, "RESOURCE_EXHAUSTED", details: perDay), .credential, .upstreamCredential),
            (429, self.body(429, "RESOURCE_EXHAUSTED", "x, limit: 0, model: y"), .credential, .upstreamCredential),
            (429, self.body(429, "RESOURCE_EXHAUSTED", "x, limit: 10, model: y"), .throttled, .upstreamUnavailable),
            (500, self.body(500, "INTERNAL"), .vendor, .upstreamFailed),
            (503, "[" + self.body(503, "UNAVAILABLE") + "]", .vendor, .upstreamUnavailable),
            (504, self.body(504, "DEADLINE_EXCEEDED"), .vendor, .upstreamTimeout),
            (502, "", .vendor, .upstreamFailed),
        ]
        for (status, json, fault, kind) in cases {
            let refusal = Gemini.refusal(status: status, json)
            #expect(refusal.fault == fault && refusal.failure.kind == kind)
        }
    }

    @Test func `the time to wait is in the details (E07)`() {
        for (delay, wait) in [("34.4s", Duration.milliseconds(34_400)), ("2s", .seconds(2))] {
            let details = #"{"@type":"x/google.rpc.RetryInfo","retryDelay":"\#(delay)"}"#
            let failure = Gemini.refusal(status: 429, self.body(429, "RESOURCE_EXHAUSTED", details: details)).failure
            #expect(failure.retryAfter == wait)
        }
        let header = Gemini.refusal(
            status: 429,
            self.body(429, "RESOURCE_EXHAUSTED", details: #"{"retryDelay":"34.4s"}"#)
        ).failure.retryHeaders.first
        #expect(header?.value == "35")
        for odd in ["-1s", "1e300s", "nan", "xs", "", "inf s", "99999999s"] {
            let json = self.body(429, "RESOURCE_EXHAUSTED", details: #"{"retryDelay":"\#(odd)"}"#)
            #expect(Gemini.refusal(status: 429, json).failure.retryAfter == nil)
        }
    }

    @Test func `a prompt that is too long is told in the words agents look for`() {
        let message = "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576)."
        let failure = Gemini.refusal(status: 400, self.body(400, "INVALID_ARGUMENT", message)).failure
        #expect(failure.code == "context_length_exceeded" && failure.message.hasPrefix("prompt is too long"))
        #expect(failure.message.contains("1250074"))
    }

    @Test func `the caller reads the vendor's words, but no key, account or address`() {
        let message =
            "Unknown name x at https://a.example/b key AIzaSyA1 in projects/123 number 123456789012 of me@example.org"
        let text = Gemini.refusal(status: 400, self.body(400, "INVALID_ARGUMENT", message)).failure.message
        #expect(text == "the provider refused the request: Unknown name x at … key … in … number … of …")
        let long = String(repeating: "word ", count: 1000)
        #expect(Gemini.refusal(status: 400, self.body(400, "X", long)).failure.message.utf8.count < 600)
    }
}

// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import Testing

/// One bad input and what must come of it: the right status in the caller's own format, no upstream call, process alive.
///
/// `id` is the case's number in the project's list of negative cases (docs/threat-model.md). Add a row, not a test.
struct NegativeCase: Sendable, CustomTestStringConvertible {
    let id: String
    let what: String
    /// The bytes sent; `KEY` stands for the harness's virtual key.
    let request: String
    let status: Int
    /// Must occur in the answer.
    var contains: String = ""
    /// The connection is not used again.
    var closes = false

    var testDescription: String { "\(self.id) \(self.what)" }

    static func post(
        _ path: String = "/v1/chat/completions",
        _ body: String,
        _ headers: String = "Authorization: Bearer KEY\r\n"
    ) -> String {
        "POST \(path) HTTP/1.1\r\nHost: g\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static let good = #"{"model":"fast","messages":[]}"#

    static let all: [NegativeCase] =
        Self.credentials + Self.models + Self.framing + Self.json + Self.routes + Self.fields

    private static let credentials: [NegativeCase] = [
        .init(
            id: "N001",
            what: "SQL in the token",
            request: post("/v1/chat/completions", good, "Authorization: Bearer ' OR '1'='1\r\n"),
            status: 401,
            contains: "invalid_api_key"
        ),
        .init(
            id: "N001",
            what: "token over 256 bytes",
            request: post("/v1/chat/completions", good, "x-api-key: \(String(repeating: "a", count: 5000))\r\n"),
            status: 401
        ),
        .init(
            id: "N002",
            what: "no credential",
            request: post("/v1/chat/completions", good, ""),
            status: 401,
            contains: "invalid_api_key"
        ),
        .init(
            id: "N002",
            what: "scheme only",
            request: post("/v1/chat/completions", good, "Authorization: Bearer\r\n"),
            status: 401
        ),
        .init(
            id: "N002",
            what: "two spaces",
            request: post("/v1/chat/completions", good, "Authorization: Bearer  KEY\r\n"),
            status: 401
        ),
        .init(
            id: "N002",
            what: "two tokens",
            request: post("/v1/chat/completions", good, "Authorization: Bearer KEY KEY\r\n"),
            status: 401
        ),
        .init(
            id: "N002",
            what: "tab in the token",
            request: post("/v1/chat/completions", good, "Authorization: Bearer KEY\tx\r\n"),
            status: 401
        ),
        .init(
            id: "N003",
            what: "two different credentials",
            request: post("/v1/chat/completions", good, "Authorization: Bearer KEY\r\nx-api-key: other\r\n"),
            status: 400
        ),
        .init(
            id: "N004",
            what: "key in the query",
            request: post("/v1/chat/completions?key=KEY", good, ""),
            status: 401
        ),
        .init(
            id: "N005",
            what: "Authorization twice",
            request: post("/v1/chat/completions", good, "Authorization: Bearer KEY\r\nAuthorization: Bearer KEY\r\n"),
            status: 400
        ),
        .init(
            id: "N002",
            what: "no credential, Anthropic's form",
            request: post("/v1/messages", good, ""),
            status: 401,
            contains: #""type":"authentication_error""#
        ),
        .init(
            id: "N002",
            what: "no credential on the models route, Anthropic's form",
            request: "GET /v1/models HTTP/1.1\r\nHost: g\r\nanthropic-version: 2023-06-01\r\n\r\n",
            status: 401,
            contains: "authentication_error"
        ),
    ]

    private static let models: [NegativeCase] = [
        .init(
            id: "N012",
            what: "unknown model on Chat",
            request: post("/v1/chat/completions", #"{"model":"nope"}"#),
            status: 404,
            contains: "model_not_found"
        ),
        .init(
            id: "N012",
            what: "unknown model on Responses",
            request: post("/v1/responses", #"{"model":"nope","input":"x"}"#),
            status: 400,
            contains: "model_not_found"
        ),
        .init(
            id: "N012",
            what: "unknown model on Messages",
            request: post("/v1/messages", #"{"model":"nope","max_tokens":1,"messages":[]}"#),
            status: 404,
            contains: "not_found_error"
        ),
        .init(
            id: "N012",
            what: "path tricks in the model",
            request: post("/v1/chat/completions", #"{"model":"team/../fast"}"#),
            status: 404
        ),
        .init(
            id: "N013",
            what: "a model not on the key's list",
            request: post("/v1/chat/completions", #"{"model":"forbidden"}"#),
            status: 404,
            contains: "model_not_found"
        ),
        .init(
            id: "N014",
            what: "model missing",
            request: post("/v1/chat/completions", #"{"messages":[]}"#),
            status: 400,
            contains: "model"
        ),
        .init(
            id: "N014",
            what: "model null",
            request: post("/v1/chat/completions", #"{"model":null}"#),
            status: 400,
            contains: "model"
        ),
        .init(
            id: "N014",
            what: "model an array",
            request: post("/v1/messages", #"{"model":["fast"],"max_tokens":1}"#),
            status: 400,
            contains: "model"
        ),
        .init(
            id: "N014",
            what: "model an object",
            request: post("/v1/responses", #"{"model":{}}"#),
            status: 400,
            contains: "model"
        ),
        .init(
            id: "N077",
            what: "a very long model name",
            request: post("/v1/chat/completions", #"{"model":"\#(String(repeating: "m", count: 9000))"}"#),
            status: 404
        ),
        .init(
            id: "format",
            what: "a Messages model asked for as Chat",
            request: post("/v1/chat/completions", #"{"model":"claude"}"#),
            status: 400,
            contains: "cannot be translated"
        ),
    ]

    private static let framing: [NegativeCase] = [
        .init(
            id: "N059",
            what: "CL and TE",
            request:
                "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            status: 400,
            closes: true
        ),
        .init(
            id: "N059",
            what: "TE list",
            request:
                "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            status: 400,
            closes: true
        ),
        .init(
            id: "N059",
            what: "two lengths",
            request:
                "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            status: 400,
            closes: true
        ),
        .init(
            id: "N059",
            what: "signed length",
            request: "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: +5\r\n\r\nhello",
            status: 400,
            closes: true
        ),
        .init(
            id: "N059",
            what: "negative length",
            request: "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: -1\r\n\r\n",
            status: 400,
            closes: true
        ),
        .init(
            id: "N059",
            what: "length 2^64",
            request: "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: 18446744073709551616\r\n\r\n",
            status: 400,
            closes: true
        ),
        .init(
            id: "N059",
            what: "folded header",
            request: "GET /livez HTTP/1.1\r\nHost: g\r\nX-A: a\r\n b\r\n\r\n",
            status: 400,
            closes: true
        ),
        .init(id: "N059", what: "bare LF", request: "GET /livez HTTP/1.1\nHost: g\n\n", status: 400, closes: true),
        .init(
            id: "N059",
            what: "space before colon",
            request: "GET /livez HTTP/1.1\r\nHost : g\r\n\r\n",
            status: 400,
            closes: true
        ),
        .init(
            id: "N063",
            what: "body over the cap",
            request:
                "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer KEY\r\nContent-Length: 99999999\r\n\r\n",
            status: 413,
            closes: true
        ),
        .init(
            id: "N063",
            what: "body over the cap, asked first",
            request:
                "POST /v1/messages HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer KEY\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n",
            status: 413,
            contains: "request_too_large",
            closes: true
        ),
        .init(
            id: "N064",
            what: "a header of 81 KB",
            request: "GET /livez HTTP/1.1\r\nHost: g\r\nX-A: \(String(repeating: "a", count: 81_000))\r\n\r\n",
            status: 431,
            closes: true
        ),
        .init(
            id: "N064",
            what: "too many headers",
            request: "GET /livez HTTP/1.1\r\nHost: g\r\n\(String(repeating: "X-A: a\r\n", count: 2000))\r\n",
            status: 431,
            closes: true
        ),
        .init(
            id: "N064",
            what: "a target of 9 KB",
            request: "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: g\r\n\r\n",
            status: 414,
            closes: true
        ),
        .init(
            id: "N065",
            what: "compressed body",
            request: post("/v1/chat/completions", good, "Authorization: Bearer KEY\r\nContent-Encoding: gzip\r\n"),
            status: 415
        ),
        .init(
            id: "N065",
            what: "unknown encoding",
            request: post("/v1/chat/completions", good, "Authorization: Bearer KEY\r\nContent-Encoding: x\r\n"),
            status: 415
        ),
        .init(
            id: "N071",
            what: "h2c upgrade",
            request: "GET /v1/models HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            status: 426,
            closes: true
        ),
        .init(
            id: "N071",
            what: "WebSocket on Responses",
            request: "GET /v1/responses HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            status: 426,
            closes: true
        ),
        .init(
            id: "N071",
            what: "CONNECT",
            request: "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
            status: 405,
            closes: true
        ),
        .init(
            id: "N066",
            what: "HTTP/2 preface",
            request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            status: 400,
            closes: true
        ),
    ]
}

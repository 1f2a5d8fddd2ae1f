// swift-format-ignore-file
// Bytes of the wire are read best on one line.


extension NegativeCase {
    static let json: [NegativeCase] = [
        .init(
            id: "N062",
            what: "nested 513 deep",
            request: post("/v1/chat/completions", String(repeating: "[", count: 513)),
            status: 400
        ),
        .init(
            id: "N062",
            what: "nested 100,000 deep",
            request: post("/v1/chat/completions", String(repeating: #"{"a":"#, count: 100_000)),
            status: 400
        ),
        .init(
            id: "N084",
            what: "model twice",
            request: post("/v1/chat/completions", #"{"model":"fast","model":"forbidden"}"#),
            status: 400,
            contains: "duplicate"
        ),
        .init(
            id: "N084",
            what: "model twice, once escaped",
            request: post("/v1/chat/completions", #"{"model":"fast","m\u006fdel":"forbidden"}"#),
            status: 400,
            contains: "duplicate"
        ),
        .init(
            id: "N084",
            what: "duplicate key deep down",
            request: post("/v1/chat/completions", #"{"model":"fast","a":[{"b":1,"b":2}]}"#),
            status: 400
        ),
        .init(
            id: "N084",
            what: "trailing comma",
            request: post("/v1/chat/completions", #"{"model":"fast",}"#),
            status: 400
        ),
        .init(
            id: "N084",
            what: "byte order mark",
            request: post("/v1/chat/completions", "\u{FEFF}" + good),
            status: 400
        ),
        .init(
            id: "N084",
            what: "NaN",
            request: post("/v1/chat/completions", #"{"model":"fast","t":NaN}"#),
            status: 400
        ),
        .init(
            id: "N084",
            what: "leading zero",
            request: post("/v1/chat/completions", #"{"model":"fast","t":01}"#),
            status: 400
        ),
        .init(
            id: "N084",
            what: "a comment",
            request: post("/v1/chat/completions", #"{"model":"fast"/**/}"#),
            status: 400
        ),
        .init(id: "N084", what: "trailing bytes", request: post("/v1/chat/completions", good + "x"), status: 400),
        .init(
            id: "N125",
            what: "lone surrogate",
            request: post("/v1/chat/completions", #"{"model":"fast","a":"\ud800"}"#),
            status: 400
        ),
        .init(
            id: "N125",
            what: "raw control character",
            request: post("/v1/chat/completions", "{\"model\":\"fast\",\"a\":\"\u{1}\"}"),
            status: 400
        ),
        .init(
            id: "N014",
            what: "not an object",
            request: post("/v1/messages", "[]"),
            status: 400,
            contains: "invalid_request_error"
        ),
        .init(
            id: "N014",
            what: "an empty body",
            request: "POST /v1/messages HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer KEY\r\nContent-Length: 0\r\n\r\n",
            status: 400
        ),
    ]

    static let routes: [NegativeCase] = [
        .init(
            id: "N070",
            what: "GET on a POST route",
            request: "GET /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer KEY\r\n\r\n",
            status: 405
        ),
        .init(
            id: "N070",
            what: "PUT on a POST route",
            request: "PUT /v1/messages HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer KEY\r\nContent-Length: 0\r\n\r\n",
            status: 405,
            contains: "allow: POST"
        ),
        .init(
            id: "N070",
            what: "POST on a GET route",
            request: post("/v1/models", "{}"),
            status: 405,
            contains: "allow: GET"
        ),
        .init(id: "N070", what: "unknown route", request: post("/v1/nothing", "{}"), status: 404),
        .init(
            id: "N070",
            what: "doubled prefix",
            request: post("/v1/v1/messages", "{}"),
            status: 404,
            contains: "/v1 twice"
        ),
        .init(
            id: "N070",
            what: "text/plain",
            request: post("/v1/chat/completions", good, "Authorization: Bearer KEY\r\nContent-Type: text/plain\r\n"),
            status: 415
        ),
        .init(
            id: "N070",
            what: "charset utf-16",
            request: post(
                "/v1/chat/completions",
                good,
                "Authorization: Bearer KEY\r\nContent-Type: application/json; charset=utf-16\r\n"
            ),
            status: 415
        ),
        .init(
            id: "N027",
            what: "GET of a stored response",
            request: "GET /v1/responses/resp_123 HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer KEY\r\n\r\n",
            status: 404
        ),
        .init(
            id: "N027",
            what: "DELETE of a stored response",
            request: "DELETE /v1/responses/resp_123 HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer KEY\r\n\r\n",
            status: 404
        ),
    ]

    static let fields: [NegativeCase] = [
        .init(
            id: "N027",
            what: "previous_response_id",
            request: post("/v1/responses", #"{"model":"fast","input":"x","previous_response_id":"resp_1"}"#),
            status: 400,
            contains: "previous_response_id"
        ),
        .init(
            id: "N027",
            what: "background",
            request: post("/v1/responses", #"{"model":"fast","input":"x","background":true}"#),
            status: 400,
            contains: "background"
        ),
        .init(
            id: "N027",
            what: "conversation",
            request: post("/v1/responses", #"{"model":"fast","input":"x","conversation":"c"}"#),
            status: 400,
            contains: "conversation"
        ),
        .init(
            id: "N027",
            what: "an item reference",
            request: post("/v1/responses", #"{"model":"fast","input":[{"type":"item_reference","id":"m"}]}"#),
            status: 400,
            contains: "item_reference"
        ),
        .init(
            id: "N027",
            what: "a container",
            request: post("/v1/messages", #"{"model":"claude","max_tokens":1,"messages":[],"container":"c"}"#),
            status: 400,
            contains: "container"
        ),
        .init(
            id: "N031",
            what: "api_base in the body",
            request: post("/v1/chat/completions", #"{"model":"fast","messages":[],"api_base":"http://127.0.0.1"}"#),
            status: 400,
            contains: "api_base"
        ),
        .init(
            id: "N031",
            what: "base_url in the body",
            request: post("/v1/chat/completions", #"{"model":"fast","messages":[],"base_url":"http://127.0.0.1"}"#),
            status: 400,
            contains: "base_url"
        ),
        .init(
            id: "N031",
            what: "extra_headers in the body",
            request: post("/v1/chat/completions", #"{"model":"fast","messages":[],"extra_headers":{}}"#),
            status: 400,
            contains: "extra_headers"
        ),
        .init(
            id: "N082",
            what: "max_tokens negative",
            request: post("/v1/chat/completions", #"{"model":"fast","max_tokens":-4}"#),
            status: 400,
            contains: "max_tokens"
        ),
        .init(
            id: "N082",
            what: "max_tokens a string",
            request: post("/v1/messages", #"{"model":"claude","max_tokens":"5"}"#),
            status: 400,
            contains: "max_tokens"
        ),
        .init(
            id: "N082",
            what: "max_tokens 2^63",
            request: post("/v1/chat/completions", #"{"model":"fast","max_tokens":9223372036854775808}"#),
            status: 400,
            contains: "max_tokens"
        ),
        .init(
            id: "N082",
            what: "n of a million",
            request: post("/v1/chat/completions", #"{"model":"fast","n":1000000}"#),
            status: 400,
            contains: "n"
        ),
        .init(
            id: "N082",
            what: "stream a string",
            request: post("/v1/chat/completions", #"{"model":"fast","stream":"yes"}"#),
            status: 400,
            contains: "stream"
        ),
    ]
}

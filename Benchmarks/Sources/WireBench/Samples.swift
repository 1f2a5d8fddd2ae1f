import Wire

/// The documents that are measured.
enum Samples {
    /// A chat request of about 1 KB.
    static let chat: [UInt8] = {
        var writer = JSONWriter()
        writer.object { w in
            w.member("model", "gpt-4o-mini")
            w.member("stream", true)
            w.member("temperature", 0.7)
            w.member("max_tokens", 512)
            w.member("stream_options", object: { $0.member("include_usage", true) })
            w.member("user", "user-5b2c3a")
            w.member(
                "messages",
                array: { w in
                    Samples.message(&w, "system", "You are a helpful assistant. Answer briefly and cite your sources.")
                    Samples.message(&w, "user", "What does the following function do?\n\n" + Samples.prose(420))
                    Samples.message(&w, "assistant", "It swaps two values \"in place\".")
                    Samples.message(&w, "user", "Thank you. And why is it written in this way?")
                }
            )
        }
        return writer.bytes
    }()

    /// A conversation of about 100 KB: prose, code with escapes, some text beyond ASCII.
    static let conversation: [UInt8] = {
        var writer = JSONWriter()
        writer.object { w in
            w.member("model", "claude-sonnet-4-5")
            w.member("max_tokens", 4096)
            w.member(
                "messages",
                array: { w in
                    for turn in 0..<80 {
                        let role = turn % 2 == 0 ? "user" : "assistant"
                        switch turn % 8 {
                        case 3: Samples.message(&w, role, Samples.code(1200))
                        case 6: Samples.message(&w, role, "Grüße, 你好, здравствуйте. " + Samples.prose(1200))
                        default: Samples.message(&w, role, Samples.prose(1150))
                        }
                    }
                }
            )
        }
        return writer.bytes
    }()

    /// A request of about 2 MB, nearly all of it one image in base64.
    static let image: [UInt8] = {
        var writer = JSONWriter()
        let row = "iVBORw0KGgoAAAANSUhEUgAAB4AAAAQ4CAYAAADo08FDAAAACXBIWXMAAA7EAAAO"
        let picture = "data:image/png;base64," + String(repeating: row, count: 31_775)
        writer.object { w in
            w.member("model", "gpt-4o")
            w.key("messages")
            w.beginArray()
            w.object { w in
                w.member("role", "user")
                w.key("content")
                w.beginArray()
                w.object { w in
                    w.member("type", "image_url")
                    w.member("image_url", object: { $0.member("url", picture) })
                }
                w.endArray()
            }
            w.endArray()
        }
        return writer.bytes
    }()

    /// One object of a million members.
    static let millionKeys = Array(("{" + (0..<1_000_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}").utf8)

    /// 100,000 objects of nine members each, the same keys in all.
    static let manyObjects: [UInt8] = {
        let object = "{" + (0..<9).map { "\"k\($0)\":0" }.joined(separator: ",") + "}"
        return Array(("[" + (0..<100_000).map { _ in object }.joined(separator: ",") + "]").utf8)
    }()

    /// One event of a chat stream.
    static let event = Array(
        """
        data: {"id":"chatcmpl-BtLx5d8fQ2vXy1Zr0aPq","object":"chat.completion.chunk","created":1752222222,\
        "model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_34a54ae93c",\
        "choices":[{"index":0,"delta":{"content":" world"},"logprobs":null,"finish_reason":null}],"usage":null}\n\n
        """.utf8
    )

    /// A request's head as an SDK sends it.
    static let requestHead = Array(
        [
            "POST /v1/chat/completions HTTP/1.1", "Host: 127.0.0.1:8080", "Accept-Encoding: gzip, deflate",
            "Connection: keep-alive", "Accept: application/json", "Content-Type: application/json",
            "User-Agent: OpenAI/Python 2.1.0", "X-Stainless-Lang: python", "X-Stainless-Package-Version: 2.1.0",
            "X-Stainless-OS: Linux", "X-Stainless-Arch: x64", "X-Stainless-Runtime: CPython",
            "X-Stainless-Runtime-Version: 3.11.2", "X-Stainless-Async: false", "x-stainless-retry-count: 0",
            "x-stainless-read-timeout: 600", "Content-Length: 1024",
            "Authorization: Bearer sk-mt-0123456789AB-0123456789012345678901234567890123456789012CRCCRC", "", "",
        ].joined(separator: "\r\n").utf8
    )

    /// A response's head as a vendor sends it.
    static let responseHead = Array(
        [
            "HTTP/1.1 200 OK", "Date: Fri, 11 Jul 2025 08:23:42 GMT", "Content-Type: text/event-stream; charset=utf-8",
            "Transfer-Encoding: chunked", "Connection: keep-alive", "openai-processing-ms: 212",
            "openai-version: 2020-10-01", "x-ratelimit-limit-requests: 10000", "x-ratelimit-remaining-requests: 9999",
            "x-request-id: req_0123456789abcdef", "strict-transport-security: max-age=31536000",
            "cf-cache-status: DYNAMIC", "Server: cloudflare", "CF-RAY: 95d8c6d0ea4b9b1c-FRA", "", "",
        ].joined(separator: "\r\n").utf8
    )

    /// A chunked body of 100 events, one a chunk.
    static let chunks: [UInt8] = {
        let size = String(Samples.event.count, radix: 16)
        let chunk = Array("\(size)\r\n".utf8) + Samples.event + Array("\r\n".utf8)
        return (0..<100).flatMap { _ in chunk } + Array("0\r\n\r\n".utf8)
    }()

    private static func message(_ writer: inout JSONWriter, _ role: String, _ content: String) {
        writer.object { w in
            w.member("role", role)
            w.member("content", content)
        }
    }

    private static func prose(_ count: Int) -> String {
        let text = "The quick brown fox jumps over the lazy dog, and then it sleeps in the afternoon sun. "
        return String(String(repeating: text, count: count / text.utf8.count + 1).prefix(count))
    }

    private static func code(_ count: Int) -> String {
        let text = "    if (a[\"key\"] != b) {\n\t\treturn swap(&a, \"\\n\");\n    }\n"
        return String(String(repeating: text, count: count / text.utf8.count + 1).prefix(count))
    }
}

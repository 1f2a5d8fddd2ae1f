import NIOCore

/// Where load goes and what it asks for.
public struct LoadTarget: Sendable {
    /// Why a target cannot be used.
    public struct Failure: Error, CustomStringConvertible {
        /// What was wrong.
        public var description: String
    }

    /// Host to connect to.
    public var host: String
    /// Port to connect to.
    public var port: Int
    /// Path of the endpoint.
    public var path: String
    /// Sent as a bearer token, when not empty.
    public var key: String
    /// Extra header lines, each as `name: value`.
    public var headers: [String]

    /// Reads a URL of the form `http://HOST:PORT/PATH`.
    ///
    /// - Parameters:
    ///   - url: The endpoint. Plain HTTP only, and only addresses of this machine.
    ///   - key: Bearer token; empty for none.
    ///   - headers: Extra header lines, each as `name: value`.
    /// - Throws: `Failure` when the URL is of another form or leaves this machine.
    public init(url: String, key: String, headers: [String] = []) throws(Failure) {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "http:" else {
            throw Failure(description: "expected http://HOST:PORT/PATH")
        }
        let rest = parts[2].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let authority = rest[0].split(separator: ":")
        guard let host = authority.first, ["127.0.0.1", "localhost"].contains(String(host)) else {
            throw Failure(description: "load goes to this machine only: 127.0.0.1")
        }
        self.host = String(host)
        self.port = authority.count > 1 ? Int(authority[1]) ?? 80 : 80
        self.path = "/" + (rest.count > 1 ? String(rest[1]) : "")
        self.key = key
        self.headers = headers
    }

    /// The bytes of one request.
    ///
    /// - Parameters:
    ///   - model: Goes into the body.
    ///   - streams: Asks for a stream.
    ///   - filler: Bytes of text in the user's turn.
    /// - Returns: A whole HTTP/1.1 request whose body suits the path's format.
    public func request(model: String, streams: Bool, filler: Int = 200) -> [UInt8] {
        let body = self.body(model: model, streams: streams, filler: filler).bytes
        var lines = [
            "POST \(self.path) HTTP/1.1", "host: \(self.host):\(self.port)", "content-type: application/json",
            "content-length: \(body.count)", "user-agent: martlet-oracle-load",
        ]
        if !self.key.isEmpty { lines.append("authorization: Bearer \(self.key)") }
        if self.path.hasSuffix("/messages") { lines.append("anthropic-version: 2023-06-01") }
        return Array(((lines + self.headers).joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    private func body(model: String, streams: Bool, filler: Int) -> PlainJSON {
        let sentence = "One more martlet over the harbour. "
        let text = String(String(repeating: sentence, count: filler / sentence.utf8.count + 1).prefix(filler))
        let turns: PlainJSON = [["role": "user", "content": .string(text)]]
        let name: PlainJSON = .string(model)
        if self.path.hasSuffix("/responses") { return ["model": name, "stream": .bool(streams), "input": turns] }
        let chat: PlainJSON = ["model": name, "stream": .bool(streams), "messages": turns]
        return self.path.hasSuffix("/messages") ? chat.setting("max_tokens", 1000) : chat
    }
}

/// What of a request an AWS signature covers.
public struct SigV4Request: Sendable {
    /// The verb, upper case.
    public var method: String
    /// The path as it goes over the wire, percent-encoded.
    public var path: String
    /// The query as it goes over the wire, without its `?`.
    public var query: String
    /// The headers to sign, `host` among them. Headers that a proxy may change do not belong here.
    public var headers: [HeaderField]

    /// A request.
    public init(method: String, path: String, query: String = "", headers: [HeaderField]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// A request by its target: path and query, as they go over the wire.
    public init(method: String, target: String, headers: [HeaderField]) {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        let query = target.utf8.dropFirst(path.count + 1)
        self.init(
            method: method,
            path: String(decoding: path, as: UTF8.self),
            query: String(decoding: query, as: UTF8.self),
            headers: headers
        )
    }
}

/// The canonical request of AWS Signature Version 4. Source: docs.aws.amazon.com/IAM, "Create a signed AWS API request".
struct CanonicalRequest {
    /// The request's lines.
    let text: String
    /// The names of the headers in it: `host;x-amz-date`.
    let signedHeaders: String

    /// Writes a request in canonical form.
    ///
    /// - Parameters:
    ///   - request: As it goes over the wire.
    ///   - payloadHash: Lower-case hexadecimal SHA-256 of the body.
    init(_ request: SigV4Request, payloadHash: String) {
        let headers = Self.headers(request.headers)
        self.signedHeaders = headers.map(\.name).joined(separator: ";")
        self.text = [
            request.method,
            Self.path(request.path),
            Self.query(request.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(),
            self.signedHeaders,
            payloadHash,
        ].joined(separator: "\n")
    }

    /// The wire's path without dot segments and doubled slashes, each segment encoded once more than it is on the wire:
    /// what every service but S3 expects.
    static func path(_ path: String) -> String {
        var segments: [ArraySlice<UInt8>] = []
        let all = Array(path.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        for segment in all {
            switch segment {
            case [0x2e]: continue
            case [0x2e, 0x2e]: _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        guard !segments.isEmpty else { return "/" }
        let isFolder = path.utf8.last == UInt8(ascii: "/") || all.last == [0x2e] || all.last == [0x2e, 0x2e]
        return "/" + segments.map { FormText.escape($0) }.joined(separator: "/") + (isFolder ? "/" : "")
    }

    /// Names and values encoded, sorted by their encoded bytes.
    static func query(_ query: String) -> String {
        let items = query.utf8.split(separator: UInt8(ascii: "&")).map { item in
            let name = item.prefix { $0 != UInt8(ascii: "=") }
            return (Self.normal(name), Self.normal(item.dropFirst(name.count + 1)))
        }
        let sorted = items.sorted { a, b in
            a.0 == b.0
                ? a.1.utf8.lexicographicallyPrecedes(b.1.utf8) : a.0.utf8.lexicographicallyPrecedes(b.0.utf8)
        }
        return sorted.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// One spelling for a text that may hold escapes already.
    private static func normal(_ text: some Collection<UInt8>) -> String {
        let bytes = Array(text)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = ASCIIText.hexDigit(bytes[index + 1]), let low = ASCIIText.hexDigit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return FormText.escape(decoded)
    }

    /// Lower-case names in order, values trimmed, runs of spaces made one, repeated headers joined by commas.
    static func headers(_ headers: [HeaderField]) -> [HeaderField] {
        var values: [String: String] = [:]
        for header in headers {
            let name = String(decoding: ASCIIText.lowercased(header.name.utf8), as: UTF8.self)
            let value = Self.collapsed(header.value)
            values[name] = values[name].map { "\($0),\(value)" } ?? value
        }
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
            HeaderField($0.key, $0.value)
        }
    }

    private static func collapsed(_ value: String) -> String {
        let words = value.utf8.split { $0 == 0x20 || $0 == 0x09 }
        return String(decoding: Array(words.joined(separator: CollectionOfOne(0x20))), as: UTF8.self)
    }
}

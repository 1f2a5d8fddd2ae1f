/// One real exchange with a provider, as recorded elsewhere and kept beside the project, not in it.
public struct RecordedExchange: Sendable, CustomStringConvertible {
    /// Hash of the exchange.
    public var id: String
    /// `openai`, `anthropic`, `azure`, `openai-compatible:NAME` …
    public var provider: String
    /// `chat`, `responses`, `messages`, `embeddings` …
    public var api: String
    /// The model asked for.
    public var model: String
    /// Streaming was asked for.
    public var isStream: Bool
    /// How close the answer is to the bytes on the wire: `bytes`, `text`, `reserialised-json` …
    public var fidelity: String
    /// Tags of what occurs in the bodies.
    public var features: [String]
    /// The request's method.
    public var method: String
    /// The request's target, query included.
    public var target: String
    /// The few request headers that were kept.
    public var requestHeaders: [OracleHeader]
    /// The request's body, its bytes as they stand in the recording; empty when there was none.
    public var requestBody: [UInt8]
    /// The answer's status.
    public var status: Int
    /// The answer's headers that were kept.
    public var responseHeaders: [OracleHeader]
    /// The answer's body: JSON as it stands in the recording, or the decoded text, or the decoded binary stream.
    public var responseBody: [UInt8]

    /// Folder-like name for a test's output.
    public var description: String {
        "\(self.provider)-\(self.api)/\(self.id)"
    }

    /// Whether the answer is a stream of server-sent events.
    public var isEventStream: Bool {
        self.responseHeaders.first("content-type")?.hasPrefix("text/event-stream") ?? false
    }

    /// Reads one recording.
    ///
    /// - Throws: `PlainJSON.ParseError` when the file is no JSON, or lacks a request or a response.
    public init(parsing file: [UInt8]) throws(PlainJSON.ParseError) {
        let whole = try Fields(file[...])
        let request = try Fields(whole.slice("request"))
        let response = try Fields(whole.slice("response"))
        self.id = whole["id"]?.string ?? ""
        self.provider = whole["provider"]?.string ?? ""
        self.api = whole["api"]?.string ?? ""
        self.model = whole["model"]?.string ?? ""
        self.isStream = whole["stream"]?.bool ?? false
        self.fidelity = whole["fidelity"]?.string ?? ""
        self.features = whole["features"]?.elements.compactMap(\.string) ?? []
        self.method = request["method"]?.string ?? "POST"
        self.target = request["path"]?.string ?? "/"
        self.requestHeaders = request.headers
        self.requestBody = request.body
        self.status = response["status"]?.int ?? 0
        self.responseHeaders = response.headers
        self.responseBody = response.body
    }

    /// The members of an object, each with its own bytes.
    private struct Fields {
        let bytes: ArraySlice<UInt8>
        let members: [(name: String, value: PlainJSONReader.Located)]

        init(_ bytes: ArraySlice<UInt8>) throws(PlainJSON.ParseError) {
            var reader = PlainJSONReader(bytes: Array(bytes))
            self.bytes = reader.bytes[...]
            self.members = try reader.members(depth: 0)
        }

        subscript(name: String) -> PlainJSON? {
            self.members.first { $0.name == name }?.value.json
        }

        func slice(_ name: String) throws(PlainJSON.ParseError) -> ArraySlice<UInt8> {
            guard let member = self.members.first(where: { $0.name == name }) else {
                throw PlainJSON.ParseError(offset: 0, message: "expected a member \(name)")
            }
            return self.bytes[member.value.range]
        }

        var headers: [OracleHeader] {
            self["headers"]?.members.map { OracleHeader($0.name, $0.value.string ?? $0.value.text) } ?? []
        }

        /// Text stays text, JSON keeps its spelling, base64 is decoded, `null` is nothing.
        var body: [UInt8] {
            if let encoded = self["body_b64"]?.string { return encoded.base64Decoded }
            switch self["body"] {
            case nil, .null: return []
            case .string(let text): return Array(text.utf8)
            default: return (try? Array(self.slice("body"))) ?? []
            }
        }
    }
}

extension String {
    /// RFC 4648, section 4; whatever is not of its alphabet is skipped.
    fileprivate var base64Decoded: [UInt8] {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in self.utf8 {
            guard let value = Self.base64Value(byte) else { continue }
            bits = bits << 6 | value
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return bytes
    }

    private static func base64Value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

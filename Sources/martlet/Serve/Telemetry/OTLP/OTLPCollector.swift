import Exchange
import Providers

/// Where reports go: the collector's addresses for each kind, and the headers it asks for.
///
/// Source: OpenTelemetry specification, "OTLP exporter configuration": the kinds have their own paths below one endpoint.
struct OTLPCollector: Sendable {
    let traces: PostBox
    let metrics: PostBox

    /// - Throws: `TelemetryMistake` for an address or a list of headers that is none.
    init(_ settings: Settings.OTLP, endpoint: String, transport: any CredentialTransport) throws(TelemetryMistake) {
        let headers = try Self.headers(settings.headers)
        func box(_ path: String) throws(TelemetryMistake) -> PostBox {
            let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
            guard !base.contains("?") else {
                throw TelemetryMistake("telemetry.otlp.endpoint must be an address without a query")
            }
            do throws(CredentialError) {
                let url = try CredentialURL(parsing: base + path, what: "telemetry.otlp.endpoint")
                return PostBox(url: url, headers: headers, timeout: settings.timeout, transport: transport)
            } catch {
                throw TelemetryMistake(error.message)
            }
        }
        self.traces = try box("/v1/traces")
        self.metrics = try box("/v1/metrics")
    }

    /// Headers that the connection owns.
    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "user-agent",
    ]

    private static func headers(_ secret: Secret?) throws(TelemetryMistake) -> [CredentialHeader] {
        guard let secret else { return [] }
        // Its content is not told: it is a credential as a rule.
        let mistake = TelemetryMistake("telemetry.otlp.headers must be name=value by comma, values percent-encoded")
        guard let pairs = PercentList.parse(String(decoding: secret.bytes, as: UTF8.self)) else { throw mistake }
        var headers: [CredentialHeader] = []
        for pair in pairs {
            let name = pair.name.lowercased()
            guard Self.isToken(name), !Self.reserved.contains(name),
                pair.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
            else { throw mistake }
            headers.append(CredentialHeader(name, pair.value))
        }
        return headers
    }

    private static func isToken(_ name: String) -> Bool {
        name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
    }
}

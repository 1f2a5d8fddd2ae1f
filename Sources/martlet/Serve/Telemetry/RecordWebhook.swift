import Crypto
import Exchange
import Gateway
import Providers
import Telemetry
import Wire

/// Posts the records of finished requests, signed, a few at a time.
struct RecordWebhook: Sendable {
    private static let batch = 100

    private let box: PostBox
    private let secret: Secret

    init(_ box: PostBox, secret: Secret) {
        self.box = box
        self.secret = secret
    }

    /// The webhook of the settings, with its queue.
    ///
    /// - Returns: `nil` when there is none.
    /// - Throws: `TelemetryMistake` when its address is none.
    static func outbox(
        _ settings: Settings.RecordWebhook,
        transport: any CredentialTransport,
        registry: MetricRegistry
    ) throws(TelemetryMistake) -> Outbox? {
        guard let address = settings.url, let secret = settings.secret else { return nil }
        let url: CredentialURL
        do throws(CredentialError) {
            url = try CredentialURL(parsing: address, what: "sinks.webhook.url")
        } catch {
            throw TelemetryMistake(error.message)
        }
        let box = PostBox(url: url, headers: [], timeout: settings.timeout, transport: transport)
        let webhook = RecordWebhook(box, secret: secret)
        let rules = Outbox.Rules(capacity: settings.queue, batch: Self.batch, interval: settings.interval)
        return Outbox("webhook", rules, registry: registry, admits: { !$0.isOfStranger }) { await webhook.send($0) }
    }

    func send(_ requests: [FinishedRequest]) async -> Delivery {
        let body = Self.body(requests)
        return await self.box.post(body, [WebhookSignature.header(of: body, self.secret)])
    }

    static func body(_ requests: [FinishedRequest]) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 * requests.count + 64)
        writer.object { writer in
            writer.member("event", "requests")
            writer.key("records")
            writer.array { writer in
                for request in requests { RequestView(request).write(to: &writer) }
            }
        }
        return writer.bytes
    }
}

/// How webhooks prove who sends: HMAC-SHA-256 over the body's bytes.
enum WebhookSignature {
    /// `x-martlet-signature: sha256=` and 64 hexadecimal digits.
    static func header(of body: [UInt8], _ secret: Secret) -> CredentialHeader {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: secret.bytes))
        let digits = Array("0123456789abcdef".utf8)
        let text = code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return CredentialHeader("x-martlet-signature", "sha256=" + String(decoding: text, as: UTF8.self))
    }
}

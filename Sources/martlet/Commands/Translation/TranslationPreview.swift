import Catalogue
import Exchange
import Gateway
import Providers
import Wire

/// What a vendor would be sent for a caller's request.
struct TranslationPreview: Equatable {
    /// Path and query.
    var path: String
    /// Headers beyond those of every request: the translation's own, and the vendor's defaults.
    var headers: [EncodedRequest.Header]
    /// The body.
    var body: [UInt8]
    /// What could not be carried exactly, as in `x-martlet-warnings`.
    var warnings: [String]

    /// Who asks whom.
    struct Order {
        var client: any ClientFormat
        var vendor: any VendorFormat
        var provider: ProviderConfiguration
        var model: String
        /// The caller's `anthropic-version` header.
        var version: String?
        /// The caller's `anthropic-beta` headers.
        var betas: [String] = []
        var isStrict = false
        var asksForStream = false
    }

    /// Takes a request along the road, as far as its body goes.
    ///
    /// - Throws: `.invalidRequest` for what the road would refuse, naming the field and a way out.
    init(of request: [UInt8], _ order: Order) throws(GatewayFailure) {
        let native = order.vendor.id == .messages ? order.nativeWay : nil
        if let native, order.client.id == .messages {
            self = try Self(passing: request, native, order)
            return
        }
        // A caller of Messages reaches Claude by its own body, wherever there is a door for that.
        guard order.client.id != .messages || order.vendor.id == .messages || order.nativeWay == nil else {
            let kind = order.provider.kind
            throw GatewayFailure(
                .invalidRequest,
                "\(kind) is asked in messages for this model by callers of messages: give --to messages --kind \(kind)."
            )
        }
        // Events of Messages inside AWS's frames are unwrapped for callers of Messages alone.
        guard native == nil || !order.framesEvents else {
            throw GatewayFailure(
                .invalidRequest,
                "\(order.provider.kind) is asked in converse by callers of other formats than messages."
            )
        }
        let request = try Self.decode(request, order)
        let path = order.provider.vendorTarget(
            request.isStream ? .stream : .generate,
            format: order.vendor.id,
            model: order.model
        )
        guard let path else {
            throw GatewayFailure(.invalidRequest, "The model's name cannot stand in a path of \(order.provider.kind).")
        }
        let (translated, warnings) = try Self.encode(request, order)
        let encoded = native?.patched(translated) ?? translated
        self.path = path
        self.headers = encoded.headers
        for header in order.provider.descriptor.defaultHeaders + order.provider.fixedHeaders
        where !encoded.headers.contains(where: { $0.name == header.name }) {
            self.headers.append(EncodedRequest.Header(header.name, header.value))
        }
        self.body = encoded.body
        self.warnings = warnings.map { $0.token(order.client.spelling(of:)) }
    }

    private static func encode(
        _ request: ExchangeRequest,
        _ order: Order
    ) throws(GatewayFailure) -> (EncodedRequest, [TranslationWarning]) {
        let target = order.provider.translationTarget(
            model: order.model,
            format: order.vendor.id,
            capabilities: order.capabilities
        )
        do throws(TranslationRefusal) {
            return try Translation.encode(request, with: order.vendor, for: target, isStrict: order.isStrict)
        } catch {
            throw error.failure(order.client.spelling(of:))
        }
    }
}

// MARK: - Reading the caller's request

extension TranslationPreview {
    private static func decode(_ bytes: [UInt8], _ order: Order) throws(GatewayFailure) -> ExchangeRequest {
        let bytes = try Self.named(bytes, order.model)
        var request = try Self.read(bytes) { (root) throws(GatewayFailure) in
            if let operation = Self.operation(order.client.id) {
                _ = try order.client.inspect(root, operation: operation, pathModel: nil)
            }
            return try order.client.decodeRequest(root, version: order.version)
        }
        request.model = order.model
        request.betas = order.betas
        if order.asksForStream { request.isStream = true }
        return request
    }

    private static func operation(_ format: FormatID) -> Exchange.Operation? {
        Exchange.Operation.allCases.first { $0.format == format && $0.vendorAction(streams: false) == .generate }
    }

    /// The request with a model, which may be left out here.
    private static func named(_ bytes: [UInt8], _ model: String) throws(GatewayFailure) -> [UInt8] {
        let insertion = try Self.read(bytes) { (root) throws(GatewayFailure) -> BytePatch? in
            guard root.kind == .object else {
                throw GatewayFailure(.invalidRequest, "The request must be a JSON object.")
            }
            guard root["model"] == nil else { return nil }
            var writer = JSONWriter()
            writer.member("model", model)
            return BytePatch.insertingMember(String(decoding: writer.bytes, as: UTF8.self), into: root)
        }
        guard let insertion else { return bytes }
        return bytes[..<insertion.range.lowerBound] + insertion.replacement + bytes[insertion.range.upperBound...]
    }

    static func read<R>(
        _ bytes: [UInt8],
        _ body: (JSONValue) throws(GatewayFailure) -> R
    ) throws(GatewayFailure) -> R {
        try bytes.withUnsafeBytes { raw -> Result<R, GatewayFailure> in
            do throws(JSONReadError<GatewayFailure>) {
                return .success(try JSONTape().read(raw, body))
            } catch {
                switch error {
                case .json(let error): return .failure(Self.refusal(error, in: raw))
                case .body(let failure): return .failure(failure)
                }
            }
        }.get()
    }

    private static func refusal(_ error: JSONError, in bytes: UnsafeRawBufferPointer) -> GatewayFailure {
        let before = bytes.prefix(error.offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
        return GatewayFailure(
            .invalidRequest,
            "The request is not acceptable JSON: \(error.message) (line \(line), column \(column))."
        )
    }
}

// MARK: - Showing

extension TranslationPreview {
    /// What is said beside the body: the request line, headers, and warnings, one a line.
    var talk: [String] {
        ["POST \(self.path)"] + self.headers.map { "\($0.name): \($0.value)" }
            + self.warnings.map { "warning: \($0)" }
    }

    /// Everything as one object.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: self.body.count + 1024)
        writer.object { writer in
            writer.member("method", "POST")
            writer.member("path", self.path)
            writer.key("headers")
            writer.object { writer in
                for header in self.headers {
                    writer.key(header.name)
                    writer.string(header.value)
                }
            }
            writer.key("warnings")
            writer.array { writer in
                for warning in self.warnings { writer.string(warning) }
            }
            writer.key("body")
            writer.raw(self.body)
        }
        return writer.bytes
    }
}

import Exchange
import NIOCore
import Upstream
import Wire

/// A request in the target's own format, and what the answer's way back needs.
struct TranslatedRequest: Sendable {
    /// The way that was taken.
    let route: TranslationRoute
    /// Body, headers, and notes for the vendor's reader.
    private(set) var encoded: EncodedRequest
    /// The request in the neutral vocabulary, without its conversation.
    let request: ExchangeRequest
    /// The caller's room.
    let room: any ClientFormat
    /// What could not be carried exactly, as tokens in the caller's spelling.
    let warnings: [String]

    private init(
        route: TranslationRoute,
        encoded: EncodedRequest,
        request: ExchangeRequest,
        room: any ClientFormat,
        warnings: [String]
    ) {
        self.route = route
        self.encoded = encoded
        self.request = request
        self.room = room
        self.warnings = warnings
    }

    /// What the answer's way back needs: the body has left, or is about to.
    var withoutBody: TranslatedRequest {
        var rest = self
        rest.encoded.body = []
        return rest
    }

    /// How a request is to be translated.
    struct Instructions: Sendable {
        var route: TranslationRoute
        var room: any ClientFormat
        /// Model and deployment named by the path win over the body's.
        var model: String
        var version: String?
        var isStrict: Bool
        /// Unique to the exchange: ids are made of it.
        var seed: String
    }

    /// Translates a body that passed the gate. Pure: it may run on a loop, or for a long body on a worker.
    ///
    /// - Throws: `.invalidRequest` for what is malformed, and for what the caller relies on and the target cannot do.
    static func make(
        _ body: ByteBuffer,
        _ instructions: Instructions,
        tape: JSONTape
    ) throws(GatewayFailure) -> TranslatedRequest {
        let result: Result<TranslatedRequest, GatewayFailure> = body.withUnsafeReadableBytes { bytes in
            guard let root = try? tape.parse(bytes) else {
                return .failure(GatewayFailure(.internalError, "The request could not be translated."))
            }
            return Result { () throws(GatewayFailure) in try Self.translate(root, instructions) }
        }
        return try result.get()
    }

    private static func translate(
        _ root: JSONValue,
        _ instructions: Instructions
    ) throws(GatewayFailure) -> TranslatedRequest {
        let room = instructions.room
        var request = try room.decodeRequest(root, version: instructions.version)
        request.model = instructions.model
        var target = instructions.route.target
        target.seed = instructions.seed
        do throws(TranslationRefusal) {
            let (encoded, warnings) = try Translation.encode(
                request,
                with: instructions.route.room,
                for: target,
                isStrict: instructions.isStrict
            )
            // The answer does not need the conversation: only what its encoder repeats is kept while the vendor thinks.
            request.turns = []
            request.system = []
            return TranslatedRequest(
                route: instructions.route,
                encoded: encoded,
                request: request,
                room: room,
                warnings: warnings.map { $0.token(room.spelling(of:)) }
            )
        } catch {
            throw error.failure(room.spelling(of:))
        }
    }
}

extension UpstreamRequest {
    /// Builds the request around a translated body.
    static func translated(_ translated: TranslatedRequest, target: Target) -> UpstreamRequest {
        let body = translated.encoded.body
        var bytes = ByteBufferAllocator().buffer(capacity: 1024 + body.count)
        let headers = translated.encoded.headers
        target.provider.writeHead(
            to: &bytes,
            target: translated.request.isStream ? translated.route.streamPath : translated.route.path,
            bodyCount: body.count,
            forward: { out in
                out.writeStaticString("content-type: application/json\r\naccept-encoding: identity\r\n")
                out.writeStaticString("user-agent: martlet\r\n")
                for header in headers {
                    out.writeString(header.name)
                    out.writeStaticString(": ")
                    out.writeString(header.value)
                    out.writeStaticString("\r\n")
                }
            },
            callerGave: { name in headers.contains { $0.name == name } }
        )
        bytes.writeBytes(body)
        return UpstreamRequest(bytes: bytes)
    }
}

extension TranslatedRequest {
    /// The value of `x-martlet-warnings`, at most 1 KiB; `nil` when nothing was lost.
    var warningHeader: String? {
        guard !self.warnings.isEmpty else { return nil }
        var value = ""
        for warning in self.warnings {
            guard value.utf8.count + warning.utf8.count + 2 <= 1000 else { return value + ", more" }
            value += value.isEmpty ? warning : ", \(warning)"
        }
        return value
    }
}

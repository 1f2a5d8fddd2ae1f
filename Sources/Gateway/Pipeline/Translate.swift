import Exchange
import NIOCore
import Providers
import Storage
import Upstream
import Wire

/// A request in the target's own format, and what the answer's way back needs.
final class TranslatedRequest: Sendable {
    /// What was asked, as far as the answer's way back needs it.
    enum Content: Sendable {
        /// An answer; the conversation itself is not kept.
        case answer(ExchangeRequest, any ClientFormat)
        /// A count of tokens.
        case count(any TokenCountingFormat)
        /// A count of tokens by ourselves: the vendor has no counter.
        case estimate(Int)
        /// Embeddings.
        case embeddings(EmbeddingRequest, any EmbeddingFormat)
    }

    /// The way that was taken.
    let route: TranslationRoute
    /// What the caller wants.
    let operation: Exchange.Operation
    /// Body, headers, and notes for the vendor's reader.
    let encoded: EncodedRequest
    /// What a signature says of the body, where that was found out on a worker.
    let digest: BodyDigest?
    /// What was asked.
    let content: Content
    /// What could not be carried exactly, as tokens in the caller's spelling.
    let warnings: [String]

    /// Whether the vendor was asked for a stream.
    var isStream: Bool {
        if case .answer(let request, _) = self.content { request.isStream } else { false }
    }

    /// What the answer's way back needs: the body has left, or is about to.
    var withoutBody: TranslatedRequest {
        var encoded = self.encoded
        encoded.body = []
        return TranslatedRequest(
            route: self.route,
            operation: self.operation,
            encoded: encoded,
            digest: self.digest,
            content: self.content,
            warnings: self.warnings
        )
    }

    /// With its body's digest, when the vendor wants bodies signed. For long bodies, on a worker.
    func digested(for provider: Provider) -> TranslatedRequest {
        guard provider.signsBodies else { return self }
        return TranslatedRequest(
            route: self.route,
            operation: self.operation,
            encoded: self.encoded,
            digest: self.encoded.body.withUnsafeBytes { BodyDigest(of: $0) },
            content: self.content,
            warnings: self.warnings
        )
    }

    /// How a request is to be translated.
    struct Instructions: Sendable {
        var route: TranslationRoute
        var operation: Exchange.Operation
        var room: any ClientFormat
        /// Model and deployment named by the path win over the body's.
        var model: String
        var version: String?
        /// Values of the caller's `anthropic-beta` headers.
        var betas: [String]
        /// How long the answer may be, where that is not the caller's own word.
        var cap: Int?
        /// How much the model is to think, in place of what the caller said.
        var effort: ReasoningIntent.Effort?
        /// The vendor could not read earlier reasoning: it is left out.
        var dropsReasoning = false
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
        do throws(TranslationFailure) {
            if case .embed(let vendor) = instructions.route.task { return try Self.embed(root, vendor, instructions) }
            var request: ExchangeRequest
            do throws(GatewayFailure) {
                request = try room.decodeRequest(root, version: instructions.version)
            } catch {
                throw .failure(error)
            }
            request.model = instructions.model
            request.betas = instructions.betas
            request.maxOutputTokens = instructions.cap ?? request.maxOutputTokens
            if let effort = instructions.effort {
                request.reasoning.mode = .unset
                request.reasoning.budget = nil
                request.reasoning.effort = effort
            }
            return try Self.translate(&request, instructions)
        } catch {
            switch error {
            case .failure(let failure): throw failure
            case .refusal(let refusal): throw refusal.failure(room.spelling(of:))
            }
        }
    }

    /// A malformed request, or one that the target cannot carry out.
    private enum TranslationFailure: Error {
        case failure(GatewayFailure)
        case refusal(TranslationRefusal)
    }

    private static func translate(
        _ request: inout ExchangeRequest,
        _ instructions: Instructions
    ) throws(TranslationFailure) -> TranslatedRequest {
        var target = instructions.route.target
        target.seed = instructions.seed
        let native = instructions.route.native
        var report = TranslationReport(target: target.description, isStrict: instructions.isStrict)
        do throws(TranslationRefusal) {
            if instructions.dropsReasoning, request.removeReasoning() {
                try report.dropped(.named("reasoning"), "refused by the provider")
            }
            try report.judge(request, for: target)
            switch instructions.route.task {
            case .count(let vendor):
                let encoded = try vendor.encodeTokenCount(request, for: target, report: &report)
                return Self.made(native?.patched(encoded) ?? encoded, .count(vendor), report, instructions)
            case .estimate:
                try report.approximated(.named("input_tokens"), "estimate")
                return Self.made(
                    EncodedRequest(body: []),
                    .estimate(TokenEstimate.input(request)),
                    report,
                    instructions
                )
            case .answer, .embed:
                let encoded = try instructions.route.room.encodeRequest(request, for: target, report: &report)
                let patched = native?.patched(encoded) ?? encoded
                // The answer does not need the conversation: only what its encoder repeats is kept while the vendor thinks.
                request.turns = []
                request.system = []
                return Self.made(patched, .answer(request, instructions.room), report, instructions)
            }
        } catch {
            throw .refusal(error)
        }
    }

    private static func embed(
        _ root: JSONValue,
        _ vendor: any EmbeddingFormat,
        _ instructions: Instructions
    ) throws(TranslationFailure) -> TranslatedRequest {
        var request: EmbeddingRequest
        do throws(GatewayFailure) { request = try EmbeddingRequest(root) } catch { throw .failure(error) }
        var report = TranslationReport(
            target: instructions.route.target.description,
            isStrict: instructions.isStrict
        )
        do throws(TranslationRefusal) {
            try report.settle(request.leftovers)
            let body = try vendor.encodeEmbeddings(request, for: instructions.route.target, report: &report)
            // Only the number of inputs matters from here on.
            request.inputs = Array(repeating: .tokens([]), count: request.inputs.count)
            return Self.made(EncodedRequest(body: body), .embeddings(request, vendor), report, instructions)
        } catch {
            throw .refusal(error)
        }
    }

    private static func made(
        _ encoded: EncodedRequest,
        _ content: Content,
        _ report: TranslationReport,
        _ instructions: Instructions
    ) -> TranslatedRequest {
        TranslatedRequest(
            route: instructions.route,
            operation: instructions.operation,
            encoded: encoded,
            content: content,
            warnings: report.warnings.map { $0.token(instructions.room.spelling(of:)) }
        )
    }

    private init(
        route: TranslationRoute,
        operation: Exchange.Operation,
        encoded: EncodedRequest,
        digest: BodyDigest? = nil,
        content: Content,
        warnings: [String]
    ) {
        self.route = route
        self.operation = operation
        self.encoded = encoded
        self.digest = digest
        self.content = content
        self.warnings = warnings
    }
}

extension UpstreamRequest {
    /// Builds the request around a translated body.
    static func translated(
        _ translated: TranslatedRequest,
        target: Target,
        trace: TraceHeaders? = nil,
        at now: WallTime
    ) throws(GatewayFailure) -> UpstreamRequest {
        let body = translated.encoded.body
        let path = translated.isStream ? translated.route.streamPath : translated.route.path
        let proof = try Self.proof(target.provider, path, body, digest: translated.digest, at: now)
        var bytes = ByteBufferAllocator().buffer(capacity: ByteBuffer.headCapacity + body.count)
        let headers = translated.encoded.headers
        target.provider.writeHead(
            to: &bytes,
            target: path,
            bodyCount: body.count,
            credentials: proof.headers,
            forward: { out in
                out.writeOwnHeaders()
                out.writeOverrides(target.overrides)
                out.writeTrace(trace)
                for header in headers { out.write(header.name, header.value) }
            },
            callerGave: { name in headers.contains { $0.name == name } }
        )
        bytes.writeBytes(body)
        return UpstreamRequest(bytes: bytes, proof: proof)
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

public import Exchange
public import Wire

extension GeminiContentFormat: EmbeddingFormat {
    /// Inputs that one `:batchEmbedContents` call takes.
    public static let maxEmbeddingInputs = 100

    /// Writes the body of a `:batchEmbedContents` call.
    ///
    /// - Parameters:
    ///   - request: What is to be embedded.
    ///   - target: Who is asked; its model is repeated with each input.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body.
    /// - Throws: `TranslationRefusal` for token arrays, which Gemini cannot read, and for too many inputs; in strict
    ///   mode for any loss.
    public func encodeEmbeddings(
        _ request: EmbeddingRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> [UInt8] {
        guard request.inputs.count <= Self.maxEmbeddingInputs else {
            throw report.refusal(
                .named("input"),
                "embeds at most \(Self.maxEmbeddingInputs) inputs at once, got \(request.inputs.count)",
                wayOut: "Send them in several requests."
            )
        }
        if request.endUser != nil { try report.dropped(.named("user")) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("requests")
        writer.beginArray()
        for input in request.inputs {
            guard case .text(let text) = input else {
                throw report.refusal(.named("input"), "cannot read another model's tokens", wayOut: "Send text.")
            }
            Self.write(text, request.dimensions, target, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(
        _ text: String,
        _ dimensions: Int?,
        _ target: TranslationTarget,
        to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.member("model", GeminiPath.resource(of: target.model))
            writer.member(
                "content",
                object: { writer in
                    writer.member("parts", array: { $0.object { $0.member("text", text) } })
                }
            )
            if let dimensions { writer.member("outputDimensionality", dimensions) }
        }
    }

    /// Reads the answer to a `:batchEmbedContents` call.
    ///
    /// - Parameters:
    ///   - root: The body's root.
    ///   - count: How many inputs were sent.
    ///   - target: Who was asked.
    /// - Returns: The vectors, as the model made them: shortened ones are not of unit length on every model.
    /// - Throws: `GatewayFailure` of an upstream kind when a vector is missing, or an error is told with a 200.
    public func decodeEmbeddings(
        _ root: JSONValue,
        count: Int,
        from target: TranslationTarget
    ) throws(GatewayFailure) -> EmbeddingAnswer {
        if let error = root["error"], !error.isNull { throw GeminiError(root).failure }
        let broken = GatewayFailure(.upstreamFailed, "The provider's answer lacks an embedding.")
        guard let embeddings = root["embeddings"], embeddings.kind == .array, embeddings.count == count else {
            throw broken
        }
        var answer = EmbeddingAnswer(vectors: [])
        for embedding in embeddings.elements {
            guard let values = embedding["values"], values.kind == .array, values.count > 0 else { throw broken }
            let vector = values.elements.compactMap(\.double)
            guard vector.count == values.count else { throw broken }
            answer.vectors.append(vector)
        }
        var reader = CountReader()
        if let usage = root["usageMetadata"] {
            answer.inputTokens = UsageCounts.count(usage["promptTokenCount"], &reader)
        }
        return answer
    }
}

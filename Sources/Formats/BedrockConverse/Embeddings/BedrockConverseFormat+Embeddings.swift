public import Exchange
public import Wire

extension BedrockConverseFormat: EmbeddingFormat {
    /// Writes an InvokeModel body for the embedding models of Titan and Cohere.
    ///
    /// - Throws: `TranslationRefusal` for other models, for token arrays, and for more inputs than one call takes.
    public func encodeEmbeddings(
        _ request: EmbeddingRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> [UInt8] {
        guard let embedder = BedrockEmbedder(model: target.model) else {
            throw report.refusal(
                .parameter(.model),
                "makes no embeddings that can be asked for here",
                wayOut: "Use a model of Titan or Cohere that embeds."
            )
        }
        try request.checkCount(atMost: embedder.maxTexts, report)
        if request.endUser != nil { try report.dropped(.named("user")) }
        let texts = try request.texts(report)
        return try embedder.calls(texts, dimensions: request.dimensions, report: report).first?.body ?? []
    }

    /// Reads the answer to one call.
    ///
    /// - Throws: When a vector is missing.
    public func decodeEmbeddings(
        _ root: JSONValue,
        count: Int,
        from target: TranslationTarget
    ) throws(GatewayFailure) -> EmbeddingAnswer {
        guard let embedder = BedrockEmbedder(model: target.model) else {
            throw GatewayFailure(.internalError, "This model makes no embeddings.")
        }
        let read = try embedder.read(root, count: count)
        return EmbeddingAnswer(vectors: read.vectors, inputTokens: read.inputTokens)
    }
}

public import Exchange
public import Wire

extension GeminiContentFormat: EmbeddingFormat {
    /// Inputs that one `:batchEmbedContents` call takes.
    public static let maxEmbeddingInputs = 100

    /// Writes the body of a `:batchEmbedContents` call; on Vertex AI of a `:predict` call.
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
        let vertex = target.gemini.isVertex ? VertexEmbeddings(target) : nil
        try vertex?.check(report)
        try request.checkCount(atMost: vertex?.maxInputs ?? Self.maxEmbeddingInputs, report)
        if request.endUser != nil { try report.dropped(.named("user")) }
        let texts = try request.texts(report)
        if let vertex { return vertex.body(texts, dimensions: request.dimensions) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("requests")
        writer.beginArray()
        for text in texts { Self.write(text, request.dimensions, target, to: &writer) }
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

    /// Reads the answer to a `:batchEmbedContents` or `:predict` call.
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
        if target.gemini.isVertex {
            guard let answer = VertexEmbeddings.read(root, count: count) else { throw broken }
            return answer
        }
        guard let embeddings = root["embeddings"], embeddings.kind == .array, embeddings.count == count else {
            throw broken
        }
        var answer = EmbeddingAnswer(vectors: [])
        for embedding in embeddings.elements {
            guard let vector = Self.vector(embedding) else { throw broken }
            answer.vectors.append(vector)
        }
        var reader = CountReader()
        if let usage = root["usageMetadata"] {
            answer.inputTokens = UsageCounts.count(usage["promptTokenCount"], &reader)
        }
        return answer
    }

    /// The numbers of `{"values": […]}`; `nil` when there are none, or others among them.
    static func vector(_ embedding: JSONValue?) -> [Double]? {
        guard let values = embedding?["values"], values.kind == .array, values.count > 0 else { return nil }
        let vector = values.elements.compactMap(\.double)
        return vector.count == values.count ? vector : nil
    }
}

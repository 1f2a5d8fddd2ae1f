import Wire

/// Embeddings, one for each input, in order.
public struct EmbeddingAnswer: Sendable, Equatable {
    /// The vectors.
    public var vectors: [[Double]]
    /// Tokens of input, when the vendor told.
    public var inputTokens: Int?

    /// An answer.
    public init(vectors: [[Double]], inputTokens: Int? = nil) {
        self.vectors = vectors
        self.inputTokens = inputTokens
    }

    /// Writes the answer as OpenAI does: `{"object": "list", "data": [{"object": "embedding", "index", "embedding"}],
    /// "model", "usage"}`. Base64 holds little-endian binary32 numbers.
    ///
    /// - Parameters:
    ///   - model: What the caller asked for.
    ///   - encoding: How vectors are written.
    /// - Returns: The body; tokens that the vendor did not tell are 0 in it.
    public func openAIBody(model: String, encoding: EmbeddingRequest.Encoding) -> [UInt8] {
        var writer = JSONWriter(capacity: self.vectors.reduce(256) { $0 + $1.count * 12 })
        writer.beginObject()
        writer.member("object", "list")
        writer.key("data")
        writer.beginArray()
        for (index, vector) in self.vectors.enumerated() {
            writer.beginObject()
            writer.member("object", "embedding")
            writer.member("index", index)
            writer.key("embedding")
            Self.write(vector, encoding, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.member("model", model)
        writer.key("usage")
        writer.beginObject()
        writer.member("prompt_tokens", self.inputTokens ?? 0)
        writer.member("total_tokens", self.inputTokens ?? 0)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private static func write(
        _ vector: [Double],
        _ encoding: EmbeddingRequest.Encoding,
        to writer: inout JSONWriter
    ) {
        switch encoding {
        case .float:
            writer.beginArray()
            for number in vector { writer.double(number) }
            writer.endArray()
        case .base64:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(vector.count * 4)
            for number in vector {
                let pattern = Float(number).bitPattern
                for shift in [UInt32(0), 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: pattern >> shift)) }
            }
            writer.string(Base64.encode(bytes))
        }
    }
}

import Exchange
import Wire

/// Embeddings on Vertex AI, which has them by `:predict`: other members than the Gemini API's.
///
/// Source: Vertex AI, Text embeddings API, November 2026.
struct VertexEmbeddings {
    private let model: String

    init(_ target: TranslationTarget) {
        self.model = target.model.split(separator: "/").last.map { $0.lowercased() } ?? ""
    }

    /// Inputs that one call takes.
    var maxInputs: Int { self.isGemini ? 1 : 250 }

    private var isGemini: Bool { self.model.hasPrefix("gemini-embedding") }

    /// - Throws: For models that are asked by `:embedContent` alone.
    func check(_ report: TranslationReport) throws(TranslationRefusal) {
        guard self.isGemini, !self.model.hasPrefix("gemini-embedding-001") else { return }
        throw report.refusal(
            .parameter(.model),
            "makes embeddings by another call than :predict",
            wayOut: "Use gemini-embedding-001 or text-embedding-005, or this model by the Gemini API."
        )
    }

    /// Writes the body. A text that is too long is to be refused, as OpenAI does, instead of being cut without a word.
    func body(_ texts: [String], dimensions: Int?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member(
                "instances",
                array: { writer in
                    for text in texts { writer.object { $0.member("content", text) } }
                }
            )
            writer.member(
                "parameters",
                object: { writer in
                    writer.member("autoTruncate", false)
                    if let dimensions { writer.member("outputDimensionality", dimensions) }
                }
            )
        }
        return writer.bytes
    }

    /// Reads `{"predictions": [{"embeddings": {"values": […], "statistics": {"token_count"}}}]}`; `nil` when a vector is
    /// missing.
    static func read(_ root: JSONValue, count: Int) -> EmbeddingAnswer? {
        guard let predictions = root["predictions"], predictions.kind == .array, predictions.count == count else {
            return nil
        }
        var answer = EmbeddingAnswer(vectors: [])
        var reader = CountReader()
        for prediction in predictions.elements {
            guard let vector = GeminiContentFormat.vector(prediction["embeddings"]) else { return nil }
            answer.vectors.append(vector)
            guard let tokens = UsageCounts.count(prediction["embeddings"]?["statistics"]?["token_count"], &reader)
            else { continue }
            let (sum, overflow) = (answer.inputTokens ?? 0).addingReportingOverflow(tokens)
            answer.inputTokens = overflow ? .max : sum
        }
        return answer
    }
}

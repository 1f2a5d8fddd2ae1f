/// Differences between the doors behind which Gemini models are served.
public struct GeminiDialect: Sendable, Equatable {
    /// Vertex AI: reads `gs://` addresses and takes penalties on every model, and counts tokens of a bare request.
    public var isVertex = false
    /// Whether calls and results may carry ids; some doors refuse a body that has one.
    public var takesCallIDs = true

    /// The Gemini API.
    public init() {}
}

/// Google's generateContent, as the Gemini API and Vertex AI speak it. Only vendors speak it here, no callers.
public struct GeminiContentFormat: Sendable {
    /// Makes the format; it has no settings.
    public init() {}
}

public import Exchange
public import Wire

/// A model on Bedrock that makes embeddings. Each maker has its own body for InvokeModel.
///
/// Source: AWS, Titan Text Embeddings and Cohere Embed, November 2026.
public enum BedrockEmbedder: Sendable, CaseIterable {
    case titanV1, titanV2, cohereV3, cohereV4

    /// Told by the model's id, or the model behind a profile; `nil` for models that make none, or that are not known here.
    public init?(model: String) {
        let name = model.lowercased()
        if name.contains("titan-embed-text-v2") {
            self = .titanV2
        } else if name.contains("titan-embed-text-v1") || name.contains("titan-embed-g1") {
            self = .titanV1
        } else if name.contains("cohere.embed-v4") {
            self = .cohereV4
        } else if name.contains("cohere.embed-english-v3") || name.contains("cohere.embed-multilingual-v3") {
            self = .cohereV3
        } else {
            return nil
        }
    }

    /// Texts that one call takes.
    public var maxTexts: Int {
        switch self {
        case .titanV1, .titanV2: 1
        case .cohereV3, .cohereV4: 96
        }
    }

    /// Lengths that a vector may have; the last is the model's own.
    public var dimensions: [Int] {
        switch self {
        case .titanV1: [1536]
        case .titanV2: [256, 512, 1024]
        case .cohereV3: [1024]
        case .cohereV4: [256, 512, 1024, 1536]
        }
    }

    /// Whether the length can be asked for.
    private var takesDimensions: Bool { self == .titanV2 || self == .cohereV4 }
}

/// One call of InvokeModel, for some of the texts.
public struct BedrockEmbeddingCall: Sendable, Equatable {
    /// The body.
    public var body: [UInt8]
    /// How many texts it holds.
    public var count: Int
}

/// What one call gave.
public struct BedrockEmbeddings: Sendable, Equatable {
    /// The vectors, in the order of the texts.
    public var vectors: [[Double]]
    /// Tokens of input, when the body told them; Cohere's are in the header `x-amzn-bedrock-input-token-count` alone.
    public var inputTokens: Int?

    /// What one call gave.
    public init(vectors: [[Double]], inputTokens: Int? = nil) {
        self.vectors = vectors
        self.inputTokens = inputTokens
    }
}

extension BedrockEmbedder {
    /// Writes the bodies that embed some texts, in order, each text in one of them.
    ///
    /// - Parameters:
    ///   - texts: What is to be embedded, as documents to be found; models that tell these from questions are told so.
    ///   - dimensions: The length of the vectors; `nil` for the model's own.
    ///   - report: For refusals.
    /// - Returns: The calls; Titan takes one text in each.
    /// - Throws: For a length that the model does not have.
    public func calls(
        _ texts: [String],
        dimensions: Int?,
        report: TranslationReport
    ) throws(TranslationRefusal) -> [BedrockEmbeddingCall] {
        if let dimensions, !self.dimensions.contains(dimensions) {
            let known = self.dimensions.map(String.init).joined(separator: ", ")
            throw report.refusal(
                .named("dimensions"),
                "makes no vectors of \(dimensions) numbers",
                wayOut: "Choose of \(known)."
            )
        }
        let length = self.takesDimensions ? dimensions : nil
        return stride(from: 0, to: texts.count, by: self.maxTexts).map { start in
            let part = texts[start..<min(start + self.maxTexts, texts.count)]
            return BedrockEmbeddingCall(body: self.body(part, dimensions: length), count: part.count)
        }
    }

    private func body(_ texts: ArraySlice<String>, dimensions: Int?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .titanV1, .titanV2:
            writer.member("inputText", texts.first ?? "")
            if let dimensions { writer.member("dimensions", dimensions) }
        case .cohereV3, .cohereV4:
            writer.key("texts")
            writer.beginArray()
            for text in texts { writer.string(text) }
            writer.endArray()
            writer.member("input_type", "search_document")
            if let dimensions { writer.member("output_dimension", dimensions) }
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads the answer to one call.
    ///
    /// Titan: `{"embedding": […], "inputTextTokenCount"}`; Cohere: `{"embeddings": [[…]]}`, or `{"embeddings": {"float":
    /// [[…]]}}`.
    ///
    /// - Parameters:
    ///   - root: The body's root.
    ///   - count: How many texts the call held.
    /// - Returns: As many vectors.
    /// - Throws: When a vector is missing.
    public func read(_ root: JSONValue, count: Int) throws(GatewayFailure) -> BedrockEmbeddings {
        var reader = CountReader()
        var vectors: [[Double]] = []
        switch self {
        case .titanV1, .titanV2:
            let vector = root["embedding"] ?? root["embeddingsByType"]?["float"]
            if let numbers = vector.flatMap(Self.numbers) { vectors = [numbers] }
        case .cohereV3, .cohereV4:
            let list = root["embeddings"]?.kind == .object ? root["embeddings"]?["float"] : root["embeddings"]
            vectors = list?.elements.compactMap(Self.numbers) ?? []
        }
        guard vectors.count == count else {
            throw GatewayFailure(.upstreamFailed, "the provider's answer lacks an embedding")
        }
        return BedrockEmbeddings(vectors: vectors, inputTokens: reader.count(root["inputTextTokenCount"]))
    }

    private static func numbers(_ value: JSONValue) -> [Double]? {
        guard value.kind == .array, value.count > 0 else { return nil }
        let numbers = value.elements.compactMap(\.double)
        return numbers.count == value.count ? numbers : nil
    }
}

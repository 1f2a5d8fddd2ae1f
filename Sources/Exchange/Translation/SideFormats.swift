public import Wire

/// A vendor's format in which the tokens of a request can be counted without answering it.
public protocol TokenCountingFormat: VendorFormat {
    /// Writes a request for a count.
    ///
    /// - Parameters:
    ///   - request: What would be asked.
    ///   - target: Who would be asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body.
    /// - Throws: What the request itself would be refused for.
    func encodeTokenCount(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest

    /// Reads the count.
    ///
    /// - Throws: When there is none that can be believed.
    func decodeTokenCount(_ root: JSONValue) throws(GatewayFailure) -> Int
}

/// A vendor's format in which texts can be embedded.
public protocol EmbeddingFormat: VendorFormat {
    /// Writes a request for embeddings.
    ///
    /// - Parameters:
    ///   - request: What is to be embedded.
    ///   - target: Who is asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body.
    /// - Throws: For what the model cannot embed; in strict mode for any loss.
    func encodeEmbeddings(
        _ request: EmbeddingRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> [UInt8]

    /// Reads the vectors.
    ///
    /// - Parameters:
    ///   - root: The answer's root.
    ///   - count: Inputs sent.
    ///   - target: Who was asked.
    /// - Returns: As many vectors.
    /// - Throws: When one is missing.
    func decodeEmbeddings(
        _ root: JSONValue,
        count: Int,
        from target: TranslationTarget
    ) throws(GatewayFailure)
        -> EmbeddingAnswer
}

extension EncodedRequest {
    /// The same request with some of its members only, in their order: counters take no settings of the answer.
    ///
    /// - Parameter names: Members to keep.
    /// - Returns: A request of the same notes and headers.
    public func keeping(_ names: Set<String>) -> EncodedRequest {
        var writer = JSONWriter(capacity: self.body.count)
        writer.beginObject()
        _ = RawJSON(trusted: self.body).read { root in
            for (key, value) in root.members {
                guard let name = key.string, names.contains(name) else { continue }
                writer.key(name)
                writer.raw(value.bytes)
            }
        }
        writer.endObject()
        var kept = self
        kept.body = writer.bytes
        return kept
    }
}

/// How many tokens a request may have, where its vendor cannot count: four bytes of text a token, and a little for each
/// message. Good within some tens of per cent for prose in English; told as an estimate.
public enum TokenEstimate {
    /// Estimates the input.
    public static func input(_ request: ExchangeRequest) -> Int {
        var bytes = request.system.reduce(0) { $0 + Self.bytes($1) }
        for turn in request.turns { bytes += 16 + turn.blocks.reduce(0) { $0 + Self.bytes($1) } }
        for tool in request.tools {
            bytes += tool.name.utf8.count + (tool.description?.utf8.count ?? 0) + 32
            if case .function(let schema?, _) = tool.kind { bytes += schema.bytes.count }
        }
        return (bytes + 3) / 4
    }

    private static func bytes(_ block: Block) -> Int {
        switch block.content {
        case .text(let text): text.text.utf8.count
        case .refusal(let text): text.utf8.count
        case .reasoning(let reasoning): reasoning.text?.utf8.count ?? 0
        case .toolCall(let call): call.name.utf8.count + call.input.text.utf8.count + 16
        case .toolResult(let result): result.blocks.reduce(16) { $0 + Self.bytes($1) }
        // A picture of usual size, a short recording, a page or two.
        case .image: 6_000
        case .audio: 4_000
        case .document(let document): Self.bytes(document)
        case .opaque(let opaque): opaque.json.bytes.count
        }
    }

    private static func bytes(_ document: Document) -> Int {
        switch document.body {
        case .text(let text): text.utf8.count
        case .blocks(let blocks): blocks.reduce(0) { $0 + Self.bytes($1) }
        case .media(let media):
            if case .base64(let data) = media.source { max(6_000, data.utf8.count / 20) } else { 6_000 }
        }
    }
}

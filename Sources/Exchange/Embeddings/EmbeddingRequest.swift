public import Wire

/// A request for embeddings, as OpenAI's callers write it.
public struct EmbeddingRequest: Sendable, Equatable {
    /// One thing to embed.
    public enum Input: Sendable, Equatable {
        case text(String)
        /// Numbers of a tokenizer's vocabulary; they mean something to OpenAI's own models alone.
        case tokens([Int])
    }

    /// How the caller wants vectors written.
    public enum Encoding: String, Sendable {
        case float, base64
    }

    /// Inputs at most in one request: OpenAI's own limit.
    public static let maxInputs = 2048

    /// The model asked for.
    public var model: String
    /// What is to be embedded, in order; at least one.
    public var inputs: [Input]
    /// The length of the vectors; `nil` for the model's own.
    public var dimensions: Int?
    /// How vectors are to be written.
    public var encoding: Encoding
    /// Who the end user is.
    public var endUser: String?
    /// Members that no other vendor has a place for, each to be dropped.
    public var leftovers: [Leftover] = []

    /// A request.
    public init(
        model: String,
        inputs: [Input],
        dimensions: Int? = nil,
        encoding: Encoding = .float,
        endUser: String? = nil
    ) {
        self.model = model
        self.inputs = inputs
        self.dimensions = dimensions
        self.encoding = encoding
        self.endUser = endUser
    }

    /// Reads `{"model", "input", "dimensions", "encoding_format", "user"}`.
    ///
    /// - Parameter root: The body's root, which passed the strict gate.
    /// - Throws: `GatewayFailure` of kind `.invalidRequest` naming the field that is missing or of the wrong type.
    public init(_ root: JSONValue) throws(GatewayFailure) {
        let fields = try RequestFields(root)
        let inspected = try fields.inspected(pathModel: nil)
        self.init(model: inspected.model, inputs: try EmbeddingInputs.read(root["input"]))
        self.dimensions = try fields.count("dimensions", in: 1...65_536)
        if let encoding = root["encoding_format"], !encoding.isNull {
            guard let known = encoding.string.flatMap({ Encoding(rawValue: $0) }) else {
                throw RequestFields.refusal("encoding_format", "must be 'float' or 'base64'")
            }
            self.encoding = known
        }
        if let user = root["user"], !user.isNull {
            guard let name = user.string else {
                throw RequestFields.refusal("user", "must be a string, got \(user.kind.noun)")
            }
            self.endUser = name
        }
        for (key, value) in root.members where !value.isNull && !Self.isKnown(key) {
            self.leftovers.append(Leftover(.named(key.string ?? ""), .drop))
        }
    }

    private static func isKnown(_ key: JSONValue) -> Bool {
        let known: [StaticString] = ["model", "input", "dimensions", "encoding_format", "user"]
        return known.contains { key.equals($0) }
    }
}

/// The four shapes of `input`: a text, texts, tokens, lists of tokens.
private enum EmbeddingInputs {
    static func read(_ value: JSONValue?) throws(GatewayFailure) -> [EmbeddingRequest.Input] {
        let shape = "must be a string, an array of strings, or token arrays"
        guard let value, !value.isNull else { throw RequestFields.refusal("input", "\(shape), but is missing") }
        if let text = value.string { return [.text(try Self.checked(text, "input"))] }
        guard value.kind == .array else { throw RequestFields.refusal("input", "\(shape), got \(value.kind.noun)") }
        guard value.count > 0 else { throw RequestFields.refusal("input", "\(shape), got an empty array") }
        if value.element(0)?.kind == .number { return [.tokens(try Self.tokens(value, "input"))] }
        guard value.count <= EmbeddingRequest.maxInputs else {
            throw RequestFields.refusal(
                "input",
                "must have at most \(EmbeddingRequest.maxInputs) elements, got \(value.count)"
            )
        }
        var inputs: [EmbeddingRequest.Input] = []
        for element in value.elements {
            let name = "input[\(inputs.count)]"
            if let text = element.string {
                inputs.append(.text(try Self.checked(text, name)))
            } else if element.kind == .array {
                inputs.append(.tokens(try Self.tokens(element, name)))
            } else {
                throw Self.refusal(name, "must be a string or an array of integers, got \(element.kind.noun)")
            }
        }
        return inputs
    }

    private static func checked(_ text: String, _ name: String) throws(GatewayFailure) -> String {
        guard !text.isEmpty else { throw Self.refusal(name, "must not be empty") }
        return text
    }

    private static func tokens(_ value: JSONValue, _ name: String) throws(GatewayFailure) -> [Int] {
        guard value.count > 0 else { throw Self.refusal(name, "must not be empty") }
        var tokens: [Int] = []
        tokens.reserveCapacity(value.count)
        for element in value.elements {
            guard let token = element.int, token >= 0 else {
                let found = element.kind == .number ? "another number" : element.kind.noun
                throw Self.refusal("\(name)[\(tokens.count)]", "must be a token's number, 0 or more, got \(found)")
            }
            tokens.append(token)
        }
        return tokens
    }

    private static func refusal(_ name: String, _ text: String) -> GatewayFailure {
        GatewayFailure(.invalidRequest, "\(name) \(text)", parameter: name)
    }
}

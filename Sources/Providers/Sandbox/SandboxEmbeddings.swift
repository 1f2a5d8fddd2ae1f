import Wire

/// Embeddings: each word is hashed to a direction, so that texts that share words are near each other.
/// Source: platform.openai.com/docs/api-reference/embeddings, November 2026.
struct SandboxEmbeddings {
    private var model: String
    private var vectors: [[Float]] = []
    private var tokens = 0
    private var isBase64: Bool
    private var requestID: String

    init(_ root: JSONValue, hash: SandboxHash) throws(SandboxFault) {
        self.model = try SandboxReader.model(root)
        self.requestID = hash.id("req_")
        let size = try SandboxReader.integer(root, "dimensions", in: 1...3_072) ?? Self.defaultDimensions
        self.isBase64 = root["encoding_format"]?.equals("base64") == true
        let inputs = try SandboxInputs.read(root, "input")
        guard inputs.count * size <= Self.maxNumbers else {
            throw .range(
                "input",
                "inputs × dimensions must be at most \(Self.maxNumbers)",
                code: "array_above_max_length"
            )
        }
        for input in inputs {
            self.tokens += input.tokens
            self.vectors.append(Self.vector(input.words, size: size))
        }
    }

    private static let defaultDimensions = 256
    private static let maxNumbers = 524_288

    func answer() -> SandboxAnswer {
        .json(.openAI, id: self.requestID) { writer in
            writer.member("object", "list")
            writer.member(
                "data",
                array: { writer in
                    for (index, vector) in self.vectors.enumerated() {
                        writer.object { writer in
                            writer.member("object", "embedding")
                            writer.member("index", index)
                            writer.key("embedding")
                            self.write(vector, to: &writer)
                        }
                    }
                }
            )
            writer.member("model", self.model)
            writer.member(
                "usage",
                object: { writer in
                    writer.member("prompt_tokens", self.tokens)
                    writer.member("total_tokens", self.tokens)
                }
            )
        }
    }

    private func write(_ vector: [Float], to writer: inout JSONWriter) {
        guard self.isBase64 else {
            return writer.array { writer in
                for value in vector { writer.raw(value.description) }
            }
        }
        let bytes = vector.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
        }
        writer.string(Base64.encode(bytes))
    }

    /// A vector of length 1.
    private static func vector(_ words: [String], size: Int) -> [Float] {
        var vector = [Float](repeating: 0, count: size)
        for word in words {
            var hash = SandboxHash(word)
            for _ in 0..<8 {
                let number = hash.next()
                vector[Int(number % UInt64(size))] += number >> 63 == 0 ? 1 : -1
            }
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else {
            vector[0] = 1
            return vector
        }
        return vector.map { $0 / length }
    }
}

/// One text of a request that takes many: its words, or token ids in their place.
struct SandboxInputs {
    var text: String
    var tokens: Int
    private var tokenIDs: [Int] = []

    /// Lower-case words of the first 65,536 characters, or of the first as many token ids.
    var words: [String] {
        guard self.tokenIDs.isEmpty else { return self.tokenIDs.prefix(65_536).map { "#\($0)" } }
        let text = String(self.text.unicodeScalars.prefix(65_536))
        return text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    init(text: String) {
        self.text = text
        self.tokens = SandboxTokens.count(text)
    }

    init(tokenIDs: [Int]) {
        self.text = ""
        self.tokenIDs = tokenIDs
        self.tokens = tokenIDs.count
    }

    /// Reads a string, an array of strings, an array of token ids, or an array of such arrays.
    static func read(_ root: JSONValue, _ name: StaticString) throws(SandboxFault) -> [SandboxInputs] {
        guard let value = root[name], !value.isNull else { throw .missing(name.description) }
        if let text = value.string { return [SandboxInputs(text: text)] }
        guard value.kind == .array, value.count > 0, value.count <= 2_048 || value.element(0)?.kind == .number else {
            throw .type(name.description, expected: "a string, or an array of 1 to 2048 strings or token arrays")
        }
        if let ids = self.tokenIDs(value) { return [SandboxInputs(tokenIDs: ids)] }
        var inputs: [SandboxInputs] = []
        for (index, element) in value.elements.enumerated() {
            if let text = element.string ?? element["text"]?.string {
                inputs.append(SandboxInputs(text: text))
            } else if let ids = self.tokenIDs(element) {
                inputs.append(SandboxInputs(tokenIDs: ids))
            } else if element.kind == .object {
                inputs.append(SandboxInputs(text: ""))
            } else {
                throw .type("\(name)[\(index)]", expected: "a string or an array of integers")
            }
        }
        return inputs
    }

    private static func tokenIDs(_ value: JSONValue) -> [Int]? {
        guard value.kind == .array, value.count > 0 else { return nil }
        let ids = value.elements.compactMap(\.int)
        return ids.count == value.count ? ids : nil
    }
}

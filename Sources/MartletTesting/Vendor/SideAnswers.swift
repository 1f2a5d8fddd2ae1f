/// Answers of the endpoints that do not generate text.
enum SideAnswers {
    static func json(for call: VendorCall) -> PlainJSON? {
        switch call.operation {
        case .embeddings: self.embeddings(call)
        case .countTokens: ["input_tokens": .int(max(call.bodyByteCount / 4, 1))]
        case .inputTokens: ["object": "response.input_tokens", "input_tokens": .int(max(call.bodyByteCount / 4, 1))]
        case .moderations: self.moderation(call)
        case .completions where !call.streams: self.completion(call)
        case .models: self.models
        case .geminiCount: ["totalTokens": .int(max(call.bodyByteCount / 4, 1))]
        case .bedrockCount: ["inputTokens": .int(max(call.bodyByteCount / 4, 1))]
        case .chat, .responses, .messages, .gemini, .converse, .invoke, .completions, .other: nil
        }
    }

    private static let models: PlainJSON = [
        "object": "list",
        "data": [["id": "echo", "object": "model", "created": 1_790_000_000, "owned_by": "oracle"]],
    ]

    private static func completion(_ call: VendorCall) -> PlainJSON {
        let text = call.json["prompt"]?.string ?? ""
        return [
            "id": "cmpl-oracle", "object": "text_completion", "created": 1_790_000_000, "model": .string(call.model),
            "choices": [
                ["index": 0, "text": .string("\(text) and so on"), "logprobs": nil, "finish_reason": "stop"]
            ],
            "usage": ["prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 7],
        ]
    }

    private static func moderation(_ call: VendorCall) -> PlainJSON {
        let result: PlainJSON = ["flagged": false, "categories": [:], "category_scores": [:]]
        return ["id": "modr-oracle", "model": .string(call.model), "results": [result]]
    }

    private static func embeddings(_ call: VendorCall) -> PlainJSON {
        let input = call.json["input"] ?? .null
        let count = input.elements.isEmpty || input[0]?.int != nil ? 1 : input.elements.count
        let dimensions = min(max(call.json["dimensions"]?.int ?? 8, 1), 4096)
        let isBase64 = call.json["encoding_format"]?.string == "base64"
        let data = (0..<count).map { index -> PlainJSON in
            let vector = (0..<dimensions).map { self.component(index, $0) }
            let embedding: PlainJSON = isBase64 ? .string(vector.base64) : .array(vector.map { .number("\($0)") })
            return ["object": "embedding", "index": .int(index), "embedding": embedding]
        }
        let tokens = PlainJSON.int(max(call.bodyByteCount / 4, 1))
        return [
            "object": "list", "data": .array(data), "model": .string(call.model),
            "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
        ]
    }

    /// Exact in 32 bits, so that both encodings tell the same number: (vector + 1) · (component + 1) / 64.
    private static func component(_ vector: Int, _ component: Int) -> Float {
        Float((vector + 1) * (component + 1) % 64) / 64
    }
}

extension [Float] {
    /// Little-endian bytes in base64, as vendors encode embeddings.
    fileprivate var base64: String {
        self.flatMap { value in
            stride(from: UInt32(0), to: 32, by: 8).map { UInt8(truncatingIfNeeded: value.bitPattern >> $0) }
        }.base64
    }
}

extension [UInt8] {
    /// RFC 4648, section 4.
    var base64: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: self.count, by: 3) {
            let group = self[start..<Swift.min(start + 3, self.count)]
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                let isPadding = place > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> (18 - 6 * UInt32(place)) & 63)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

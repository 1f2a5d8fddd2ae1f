/// What is asked of a model on Bedrock's runtime.
public enum BedrockAction: String, Sendable, CaseIterable {
    case converse
    case converseStream = "converse-stream"
    case invoke
    case invokeStream = "invoke-with-response-stream"
    case countTokens = "count-tokens"
}

/// Paths on Bedrock's runtime.
public enum BedrockPath {
    /// `/model/<id>/<action>`, with the id as one segment: ARNs hold colons and slashes.
    ///
    /// This is the path on the wire. The signature (SigV4) covers its segments encoded once more: `%3A` is `%253A` there.
    ///
    /// - Parameters:
    ///   - action: What is asked.
    ///   - model: A model's id, an inference profile's id, or an ARN, not encoded.
    /// - Returns: The path, ASCII.
    public static func path(_ action: BedrockAction, model: String) -> String {
        "/model/\(self.segment(model))/\(action.rawValue)"
    }

    /// Percent-encodes all but letters, digits and `-._~`, byte by byte, with upper-case digits.
    public static func segment(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), self.digit(byte >> 4), self.digit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

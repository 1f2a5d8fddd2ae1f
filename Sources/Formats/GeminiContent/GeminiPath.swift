/// The paths of Google's calls, as a pure function of door, model and call.
public enum GeminiPath {
    /// Where models are served.
    public enum Door: Sendable, Equatable {
        /// `generativelanguage.googleapis.com`
        case geminiAPI
        /// `…-aiplatform.googleapis.com`, with the project and location that pay.
        case vertex(project: String, location: String)
    }

    /// What a model is asked for.
    public enum Call: String, Sendable, CaseIterable {
        case generateContent
        case streamGenerateContent
        case countTokens
        /// The Gemini API alone has it.
        case batchEmbedContents
    }

    /// Makes a path, query included.
    ///
    /// - Parameters:
    ///   - call: What is asked for.
    ///   - model: The vendor's model name; `models/` before it is left out, `tunedModels/` is kept at the Gemini API.
    ///     It becomes one segment, whatever is in it.
    ///   - door: Where.
    /// - Returns: `/v1beta/models/gemini-3-flash:generateContent` and its like, printable ASCII.
    public static func path(_ call: Call, model: String, door: Door = .geminiAPI) -> String {
        let query = call == .streamGenerateContent ? "?alt=sse" : ""
        switch door {
        case .geminiAPI:
            let (collection, name) = Self.parts(of: model)
            return "/v1beta/\(collection)/\(Self.segment(name)):\(call.rawValue)\(query)"
        case .vertex(let project, let location):
            let place = "projects/\(Self.segment(project))/locations/\(Self.segment(location))"
            let name = Self.parts(of: model).name
            return "/v1/\(place)/publishers/google/models/\(Self.segment(name)):\(call.rawValue)\(query)"
        }
    }

    /// `models/gemini-3-flash`: a model's name as the Gemini API writes it inside bodies.
    static func resource(of model: String) -> String {
        let (collection, name) = Self.parts(of: model)
        return "\(collection)/\(name)"
    }

    private static func parts(of model: String) -> (collection: String, name: String) {
        for collection in ["models", "tunedModels"] where model.hasPrefix(collection + "/") {
            return (collection, String(model.dropFirst(collection.count + 1)))
        }
        return ("models", model)
    }

    /// Everything but RFC 3986's unreserved characters is encoded.
    private static func segment(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), Self.hexDigit(byte >> 4), Self.hexDigit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

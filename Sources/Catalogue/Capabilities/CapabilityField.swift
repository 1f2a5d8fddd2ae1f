import Exchange
import Wire

/// A change to one capability.
typealias CapabilitySetting = @Sendable (inout ModelCapabilities) -> Void

/// A capability as it is written in the table and in configuration: its name, and what its values are.
///
/// Adding a capability is one line in ``all``.
enum CapabilityField: Sendable {
    /// A number of tokens, or `null` when unknown.
    case limit(any WritableKeyPath<ModelCapabilities, Int?> & Sendable)
    /// A whole number within bounds.
    case count(any WritableKeyPath<ModelCapabilities, Int> & Sendable, ClosedRange<Int>)
    /// `true` or `false`.
    case flag(any WritableKeyPath<ModelCapabilities, Bool> & Sendable)
    /// A list of media types, or `null` when unknown.
    case types(any WritableKeyPath<ModelCapabilities, Set<String>?> & Sendable)
    /// The highest temperature.
    case temperature
    /// A sampling rule.
    case sampling
    /// How thinking is asked for.
    case reasoning
    /// How output is held to a schema.
    case structuredOutput
}

extension CapabilityField {
    /// More tokens than any model has: what is above is a slip of the pen.
    private static let mostTokens = 1_000_000_000

    /// Every field, by name.
    static let all: [String: CapabilityField] = [
        "context_tokens": .limit(\.contextTokens),
        "max_output_tokens": .limit(\.maxOutputTokens),
        "default_output_tokens": .count(\.defaultOutputTokens, 1...Self.mostTokens),
        "sampling": .sampling,
        "samples_while_reasoning": .flag(\.samplesWhileReasoning),
        "max_temperature": .temperature,
        "takes_penalties": .flag(\.takesPenalties),
        "several_answers": .flag(\.severalAnswers),
        "reasoning": .reasoning,
        "reasons_by_default": .flag(\.reasonsByDefault),
        "takes_tools": .flag(\.takesTools),
        "forces_tools": .flag(\.forcesTools),
        "forces_tools_while_reasoning": .flag(\.forcesToolsWhileReasoning),
        "structured_output": .structuredOutput,
        "structured_output_with_tools": .flag(\.structuredOutputWithTools),
        "strict_tools": .flag(\.strictTools),
        "parallel_flag": .flag(\.parallelFlag),
        "image_types": .types(\.imageTypes),
        "document_types": .types(\.documentTypes),
        "audio_types": .types(\.audioTypes),
        "fetches_images": .flag(\.fetchesImages),
        "prefill": .flag(\.prefill),
        "mid_conversation_system": .flag(\.midConversationSystem),
        "cache_marks": .flag(\.cacheMarks),
        "long_cache": .flag(\.longCache),
        "max_stop_sequences": .count(\.maxStopSequences, 0...100_000),
        "uses_developer_role": .flag(\.usesDeveloperRole),
        "prefers_responses": .flag(\.prefersResponses),
        "tools_need_responses": .flag(\.toolsNeedResponses),
        "speaks_chat": .flag(\.speaksChat),
    ]

    /// Reads a value.
    ///
    /// - Parameters:
    ///   - value: The value as written.
    ///   - name: The field's name, for the error.
    /// - Returns: The change it means.
    /// - Throws: `CapabilityError` with `.badValue`.
    func read(_ value: JSONValue, _ name: String) throws(CapabilityError) -> CapabilitySetting {
        switch self {
        case .limit(let path):
            let tokens = try Self.tokens(value, name)
            return { $0[keyPath: path] = tokens }
        case .count(let path, let bounds):
            guard let count = value.int, bounds.contains(count) else {
                throw .wants(name, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
            return { $0[keyPath: path] = count }
        case .flag(let path):
            guard let flag = value.bool else { throw .wants(name, "true or false") }
            return { $0[keyPath: path] = flag }
        case .types(let path):
            let types = try Self.mediaTypes(value, name)
            return { $0[keyPath: path] = types }
        case .temperature:
            guard let highest = value.double, highest >= 0, highest <= 2 else {
                throw .wants(name, "a number from 0 to 2")
            }
            return { $0.maxTemperature = highest }
        case .sampling:
            let rule = try Self.word(value, name, Self.samplingRules)
            return { $0.sampling = rule }
        case .reasoning:
            let style = try ReasoningStyleReader.read(value, name)
            return { $0.reasoning = style }
        case .structuredOutput:
            let kind = try Self.word(value, name, Self.structuredOutputs)
            return { $0.structuredOutput = kind }
        }
    }

    private static let samplingRules: [(String, ModelCapabilities.SamplingRule)] = [
        ("all", .all), ("temperature_or_top_p", .temperatureOrTopP), ("none", .none),
    ]

    private static let structuredOutputs: [(String, ModelCapabilities.StructuredOutput)] = [
        ("native", .native), ("json_only", .jsonOnly), ("none", .none),
    ]

    /// One of a few words.
    static func word<T>(
        _ value: JSONValue,
        _ name: String,
        _ words: [(String, T)]
    ) throws(CapabilityError) -> T {
        guard let text = value.string, let found = words.first(where: { $0.0.utf8.elementsEqual(text.utf8) }) else {
            throw .wants(name, "one of \(words.map(\.0).joined(separator: ", "))")
        }
        return found.1
    }

    private static func tokens(_ value: JSONValue, _ name: String) throws(CapabilityError) -> Int? {
        if value.isNull { return nil }
        guard let tokens = value.int, (1...Self.mostTokens).contains(tokens) else {
            throw .wants(name, "a whole number from 1 to \(Self.mostTokens), or null when unknown")
        }
        return tokens
    }

    private static func mediaTypes(_ value: JSONValue, _ name: String) throws(CapabilityError) -> Set<String>? {
        if value.isNull { return nil }
        let expected = "a list of media types such as \"image/png\", or null when unknown"
        guard value.kind == .array, value.count <= 64 else { throw .wants(name, expected) }
        var types = Set<String>()
        for element in value.elements {
            guard let type = element.string, Self.isMediaType(type) else { throw .wants(name, expected) }
            types.insert(type)
        }
        return types
    }

    /// `type/subtype`, lower case, visible ASCII.
    private static func isMediaType(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= 128
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        (0x21...0x7E).contains(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    }
            }
    }
}

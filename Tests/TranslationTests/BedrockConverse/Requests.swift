import BedrockConverse
import Exchange
import Testing

/// Writes requests, and says what of them is seen in the body.
enum Requests {
    static func target(
        _ model: String = "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        _ change: (inout ModelCapabilities) -> Void = { _ in }
    ) -> TranslationTarget {
        var capabilities = ModelCapabilities()
        capabilities.maxStopSequences = 8
        capabilities.forcesToolsWhileReasoning = false
        capabilities.samplesWhileReasoning = false
        change(&capabilities)
        return TranslationTarget(
            provider: "aws",
            model: model,
            capabilities: capabilities,
            reasoningOwner: ReasoningState.anthropic
        )
    }

    /// A request of one user message, changed.
    static func request(
        _ origin: FormatID = .chat,
        _ turns: [Turn] = [Turn(.user, [.text("hi")])],
        _ change: (inout ExchangeRequest) -> Void = { _ in }
    ) -> ExchangeRequest {
        var request = ExchangeRequest(origin: origin, model: "m")
        request.turns = turns
        change(&request)
        return request
    }

    static func request(_ origin: FormatID, change: (inout ExchangeRequest) -> Void) -> ExchangeRequest {
        self.request(origin, [Turn(.user, [.text("hi")])], change)
    }

    struct Written {
        var body: String
        var notes: ReplyNotes
        var warnings: [String]

        /// The body between two texts; everything after `start` without an end.
        func from(_ start: String, to end: String? = nil) -> String {
            guard let from = self.index(of: start, in: self.body[...]) else { return "no \(start)" }
            let rest = self.body[from...].dropFirst(start.count)
            guard let end, let to = self.index(of: end, in: rest) else { return String(rest) }
            return String(rest[..<to])
        }

        /// What stands in `messages`.
        var messages: String { String(self.from("\"messages\":").dropLast()) }

        /// Everything before `messages`.
        var settings: String { String(self.body.prefix(self.body.count - self.from("\"messages\":").count)) }

        private func index(of text: String, in body: Substring) -> String.Index? {
            body.indices.first { body[$0...].hasPrefix(text) }
        }
    }

    static func write(
        _ request: ExchangeRequest,
        _ target: TranslationTarget = Self.target(),
        isStrict: Bool = false
    ) throws(TranslationRefusal) -> Written {
        var report = TranslationReport(target: target.description, isStrict: isStrict)
        let encoded = try BedrockConverseFormat().encodeRequest(request, for: target, report: &report)
        return Written(
            body: String(decoding: encoded.body, as: UTF8.self),
            notes: encoded.notes,
            warnings: report.warnings.map { $0.token(Self.spelling) }
        )
    }

    static func spelling(_ field: RequestField) -> String {
        switch field {
        case .parameter(let parameter): parameter.rawValue
        case .place(let place): "message\(place.message.map(String.init) ?? "")"
        case .tool(let index): "tool\(index)"
        case .named(let name): name
        }
    }

    /// The field of the refusal.
    static func refused(_ request: ExchangeRequest, _ target: TranslationTarget = Self.target()) -> String? {
        do throws(TranslationRefusal) {
            _ = try self.write(request, target)
            return nil
        } catch {
            #expect(!error.reason.isEmpty && error.wayOut.hasSuffix("."))
            return self.spelling(error.field)
        }
    }

    static func call(_ id: String, _ name: String = "f", _ input: String = "{}") -> Block {
        Block(.toolCall(ToolCall(id: id, name: name, input: ToolInput(.claimedObject, input))))
    }

    static func result(_ id: String, _ blocks: [Block], isError: Bool? = nil) -> Block {
        Block(.toolResult(ToolResult(callID: id, blocks: blocks, isError: isError)))
    }

    static func thought(_ text: String?, _ value: String, owner: String = ReasoningState.anthropic) -> Block {
        let state = ReasoningState(owner: owner, value: value)
        return Block(.reasoning(Reasoning(text: text, state: state, isRedacted: text == nil)))
    }

    static func tool(_ name: String = "f", schema: String? = nil, strict: Bool? = nil, index: Int = 0) -> Tool {
        Tool(.function(schema: schema.map { RawJSON(trusted: $0) }, strict: strict), name: name, index: index)
    }
}

/// Pieces of JSON, joined; for lines that would be too long.
func parts(_ parts: String...) -> String { parts.joined() }

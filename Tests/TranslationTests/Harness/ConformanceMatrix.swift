import Exchange
import Testing

/// One vendor's column: who is asked, and which callers pass through unchanged.
struct ConformanceVendor {
    let title: String
    let plain: HarnessTarget
    let thinking: HarnessTarget
    let native: Set<FormatID>

    func target(_ feature: ConformanceFeature) -> HarnessTarget { feature.thinks ? self.thinking : self.plain }

    static let all: [ConformanceVendor] = [
        .init(
            title: "OpenAI Chat",
            plain: .openAIChat,
            thinking: .openAIChatThinking,
            native: [.chat]
        ),
        .init(
            title: "OpenAI Responses",
            plain: .openAIResponses,
            thinking: .openAIResponses,
            native: [.responses]
        ),
        .init(title: "Anthropic", plain: .claudeSonnet, thinking: .claude, native: [.messages]),
        .init(title: "Azure", plain: .azureChat, thinking: .azureResponses, native: [.chat, .responses]),
        .init(title: "Gemini", plain: .gemini3, thinking: .gemini3, native: []),
        .init(title: "Vertex", plain: .vertex, thinking: .vertex, native: []),
        .init(title: "Bedrock", plain: .bedrockClaude, thinking: .bedrockClaude, native: []),
        .init(title: "Compatible", plain: .compatibleSeeing, thinking: .compatibleThinking, native: [.chat]),
    ]
}

/// What becomes of a feature.
enum ConformanceCell: Equatable {
    case passed
    case exact
    case approximated([String])
    case reported([String])
    case refused(String)
    case byItself(String)
    /// It is gone and nobody was told: never right.
    case silent(missing: String)

    var word: String {
        switch self {
        case .passed: "passed"
        case .exact: "exact"
        case .approximated: "approximated"
        case .reported: "reported"
        case .refused: "refused"
        case .byItself: "by itself"
        case .silent: "SILENT"
        }
    }

    /// What the caller is told; `nil` when there is nothing to tell.
    var detail: String? {
        switch self {
        case .approximated(let tokens), .reported(let tokens): tokens.map { "`\($0)`" }.joined(separator: ", ")
        case .refused(let message): message
        case .byItself(let reason): reason
        case .passed, .exact, .silent: nil
        }
    }
}

/// The matrix: every feature of every caller at every vendor, found out by carrying the case over and looking.
enum ConformanceMatrix {
    struct Row {
        let feature: ConformanceFeature
        let cells: [ConformanceCell]
    }

    static func rows(_ client: HarnessClient) throws -> [Row] {
        try ConformanceFeature.all.compactMap { feature in
            let fixture = HarnessFixtures.requests.first { $0.client == client && $0.name == feature.name }
            guard let fixture else { return nil }
            let cells = try ConformanceVendor.all.map { try self.cell(feature, fixture, $0) }
            return Row(feature: feature, cells: cells)
        }
    }

    private static func cell(
        _ feature: ConformanceFeature,
        _ fixture: HarnessFixtures.Request,
        _ vendor: ConformanceVendor
    ) throws -> ConformanceCell {
        guard !vendor.native.contains(fixture.client.format) else { return .passed }
        let target = vendor.target(feature)
        let sent: HarnessDriver.Sent
        do {
            sent = try HarnessDriver.send(fixture.body, from: fixture.client, to: target)
        } catch let failure as GatewayFailure {
            return .refused(failure.message)
        }
        let body = sent.body
        if let gap = self.gap(feature.essence, body) { return .silent(missing: gap) }
        if let reason = feature.byItself[target.room.id], sent.warnings.isEmpty { return .byItself(reason) }
        if sent.warnings.contains(where: { !$0.hasPrefix("dropped") }) { return .approximated(sent.warnings) }
        if !sent.warnings.isEmpty { return .reported(sent.warnings) }
        let exact = feature.exact[target.room.id] ?? feature.otherwise
        return self.gap(exact, body).map { .silent(missing: $0) } ?? .exact
    }

    /// The first probe that fails.
    private static func gap(_ probes: [String], _ body: String) -> String? {
        let body = body.lowercased()
        return probes.first { probe in
            probe.hasPrefix("!") ? body.contains(probe.dropFirst().lowercased()) : !body.contains(probe.lowercased())
        }
    }
}

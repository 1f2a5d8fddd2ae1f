/// A sandbox model: how it behaves is in its name.
///
/// | name | behaviour |
/// |---|---|
/// | `sandbox/echo` | answers with the last text of the last user message |
/// | `sandbox/slow` | the same, its first token after 2 s, then one every 100 ms |
/// | `sandbox/tools` | calls the first tool given (two when there are two and parallel calls are allowed), then quotes its result |
/// | `sandbox/think` | reasons before it answers |
/// | `sandbox/long` | answers with 1,000 tokens |
/// | `sandbox/error-429` | answers with that status, 400 to 599, in the vendor's own error body |
/// | `sandbox/error-stream` | fails in the middle of a stream |
/// | `sandbox/cut` | breaks the connection in the middle of an answer |
///
/// `slow-20s` waits 20 s for the first token, `slow-20s-5ms` then sends one every 5 ms; after any other name a duration is
/// the time between tokens (`echo-0ms`, `tools-50ms`; 20 ms when not given), and `long-250` names the number of tokens.
/// The prefix `sandbox/` may be left out. Any other name is an echo.
struct SandboxModel: Equatable {
    enum Behaviour: Equatable {
        case echo
        case tools
        case think
        case long(Int)
        case error(Int)
        case errorStream
        case cut
    }

    var behaviour = Behaviour.echo
    /// Time before the first token.
    var firstDelay = Duration.zero
    /// Time between tokens.
    var pace = Duration.milliseconds(20)

    init(_ name: String) {
        let bare = name.hasPrefix("sandbox/") ? name.dropFirst(8) : name[...]
        guard let model = Self(parts: bare.split(separator: "-", omittingEmptySubsequences: false)) else { return }
        self = model
    }

    private init?(parts: [Substring]) {
        var rest = parts[...]
        guard let word = rest.popFirst() else { return nil }
        switch word {
        case "echo": self.behaviour = .echo
        case "tools": self.behaviour = .tools
        case "think": self.behaviour = .think
        case "cut": self.behaviour = .cut
        case "slow":
            guard let delay = Self.duration(rest.popFirst() ?? "2s") else { return nil }
            self.firstDelay = delay
            self.pace = .milliseconds(100)
        case "long":
            let count = rest.first.flatMap { Int($0) }
            if count != nil { rest.removeFirst() }
            self.behaviour = .long(min(max(count ?? 1_000, 1), Self.maxLongTokens))
        case "error":
            guard let behaviour = Self.error(rest.popFirst()) else { return nil }
            self.behaviour = behaviour
        default: return nil
        }
        if let last = rest.popFirst() {
            guard let pace = Self.duration(last) else { return nil }
            self.pace = pace
        }
        guard rest.isEmpty else { return nil }
    }

    private static func error(_ word: Substring?) -> Behaviour? {
        guard let word else { return nil }
        if word == "stream" { return .errorStream }
        guard let status = Int(word), word.utf8.count == 3, (400...599).contains(status) else { return nil }
        return .error(status)
    }

    /// Reads `250ms`, `20s` or `2m`, up to an hour.
    static func duration(_ text: Substring) -> Duration? {
        for (unit, milliseconds) in [("ms", 1), ("s", 1_000), ("m", 60_000)] where text.hasSuffix(unit) {
            guard let count = Int(text.dropLast(unit.utf8.count)), (0...3_600_000 / milliseconds).contains(count) else {
                return nil
            }
            return .milliseconds(count * milliseconds)
        }
        return nil
    }

    /// The most tokens that `long` sends.
    static let maxLongTokens = 10_000
    /// The context window that is listed; nothing longer is refused.
    static let maxInputTokens = 1_000_000
    /// The most tokens of any answer, whatever was asked for.
    static let maxOutputTokens = 16_384
}

/// A model as the sandbox lists it.
public struct SandboxModelInfo: Sendable, Equatable {
    /// The name, prefix included.
    public let id: String
    /// The name for people.
    public let displayName: String
}

extension Sandbox {
    /// The models that the sandbox lists. Any other name is taken too; see the table in `SandboxModel`.
    public static let models: [SandboxModelInfo] = [
        SandboxModelInfo(id: "sandbox/echo", displayName: "Sandbox Echo"),
        SandboxModelInfo(id: "sandbox/slow", displayName: "Sandbox Slow"),
        SandboxModelInfo(id: "sandbox/tools", displayName: "Sandbox Tools"),
        SandboxModelInfo(id: "sandbox/think", displayName: "Sandbox Think"),
        SandboxModelInfo(id: "sandbox/long", displayName: "Sandbox Long"),
        SandboxModelInfo(id: "sandbox/embed", displayName: "Sandbox Embed"),
        SandboxModelInfo(id: "sandbox/error-429", displayName: "Sandbox Error 429"),
        SandboxModelInfo(id: "sandbox/error-500", displayName: "Sandbox Error 500"),
        SandboxModelInfo(id: "sandbox/error-stream", displayName: "Sandbox Error in Stream"),
        SandboxModelInfo(id: "sandbox/cut", displayName: "Sandbox Cut"),
    ]
}

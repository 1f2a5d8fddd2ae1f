import ArgumentParser
import Wire

/// How a model's requests are shared among its targets, on the command line.
struct RoutingOptions: ParsableArguments {
    @Option(help: "How a target is chosen: weighted, priority, least-latency or least-cost.") var strategy: String?
    @Flag(inversion: .prefixedNo, help: "Keep a conversation with the target that served it.") var affinity: Bool?
    @Flag(
        inversion: .prefixedNo,
        help: "Try again what the vendor may have accepted already; it may be billed twice."
    )
    var retryPossiblyAccepted: Bool?
    @Flag(inversion: .prefixedNo, help: "Take what a content policy refused to the next target.")
    var fallbackOnContentPolicy: Bool?
    @Flag(inversion: .prefixedNo, help: "Ask a second target beside one that is slow; both may be billed.")
    var hedge: Bool?
    @Option(help: "Time for connecting, such as 3s, or none for the gateway's own.") var connect: DeadlineText?
    @Option(help: "Time until a stream's first content, or none.") var firstContent: DeadlineText?
    @Option(help: "Time between a stream's events, or none.") var idle: DeadlineText?
    @Option(help: "Time for the whole answer, or none.") var total: DeadlineText?

    /// Writes the member `routing` with what was given; nothing when nothing was.
    func write(to writer: inout JSONWriter) throws {
        let flags = [
            ("affinity", self.affinity), ("retry_possibly_accepted", self.retryPossiblyAccepted),
            ("fallback_on_content_policy", self.fallbackOnContentPolicy), ("hedge", self.hedge),
        ]
        let deadlines = [
            ("connect_ms", self.connect), ("first_content_ms", self.firstContent), ("idle_ms", self.idle),
            ("total_ms", self.total),
        ]
        let isTimed = deadlines.contains { $0.1 != nil }
        guard self.strategy != nil || isTimed || flags.contains(where: { $0.1 != nil }) else { return }
        writer.key("routing")
        writer.beginObject()
        if let strategy = self.strategy { writer.member("strategy", strategy) }
        for (name, value) in flags {
            guard let value else { continue }
            writer.key(name)
            writer.bool(value)
        }
        if isTimed {
            writer.key("deadlines")
            writer.beginObject()
            for (name, value) in deadlines {
                guard let value else { continue }
                writer.key(name)
                value.write(to: &writer)
            }
            writer.endObject()
        }
        writer.endObject()
    }
}

/// A duration such as `300ms`, `5s` or `2m`, or `none`.
enum DeadlineText: ExpressibleByArgument, Equatable {
    case none
    case milliseconds(Int)

    init?(argument: String) {
        if argument == "none" {
            self = .none
        } else {
            guard let duration = DurationText.parse(argument) else { return nil }
            let (seconds, attoseconds) = duration.components
            let (whole, overflow) = Int(seconds).multipliedReportingOverflow(by: 1_000)
            guard !overflow else { return nil }
            self = .milliseconds(whole &+ Int(attoseconds / 1_000_000_000_000_000))
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .none: writer.null()
        case .milliseconds(let count): writer.int(count)
        }
    }
}

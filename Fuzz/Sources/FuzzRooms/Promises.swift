public import Exchange
import FuzzKit

/// What `AnswerEvent` promises.
public enum Promises {
    /// Fails unless a finished stream's events keep what is promised.
    public static func check(_ events: [AnswerEvent], _ what: String) {
        var open: Int?
        var next = 0
        for (position, event) in events.enumerated() {
            func keep(_ isKept: Bool) {
                expect(isKept, "\(what): event \(position) breaks a promise: \(events)")
            }
            let isLast = position == events.count - 1
            if position == 0 { keep(event.mayBeFirst) }
            switch event {
            case .start: keep(position == 0)
            case .open(let index, _):
                keep(open == nil && index == next)
                open = index
                next += 1
            case .delta(let index, _), .citation(let index, _), .logprobs(let index, _), .state(let index, _):
                keep(open == index)
            case .close(let index):
                keep(open == index)
                open = nil
            case .usage(let usage): Self.check(usage, what)
            case .finish: keep(open == nil)
            case .fail: keep(isLast)
            case .end: keep(isLast && open == nil)
            }
        }
        switch events.last {
        case .end, .fail: return
        default: fatalError("\(what): a stream without an end: \(events)")
        }
    }

    /// Fails unless counts are disjoint parts, none of them negative.
    public static func check(_ usage: TokenUsage, _ what: String) {
        let parts = [
            usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens, usage.cacheWrite1hTokens,
            usage.audioInputTokens, usage.visibleOutputTokens, usage.reasoningTokens, usage.audioOutputTokens,
        ]
        expect(parts.allSatisfy { (0...4 * CountReader.largest).contains($0) }, "\(what): wild counts \(usage)")
    }
}

extension AnswerEvent {
    /// A stream starts, or has failed before it could.
    fileprivate var mayBeFirst: Bool {
        switch self {
        case .start, .fail: true
        default: false
        }
    }
}

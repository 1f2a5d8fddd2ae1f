import Wire

/// Collects the events of a stream with their delays, and ends it early where the model's name asks for that.
struct SandboxStream {
    private(set) var pieces: [SandboxPiece] = []
    private let model: SandboxModel
    private var contentPieces = 0

    init(_ model: SandboxModel) {
        self.model = model
    }

    /// An event that carries no content: sent with what came before it.
    mutating func add(_ bytes: [UInt8]) {
        self.pieces.append(SandboxPiece(delay: .zero, bytes: bytes))
    }

    /// An event that carries content: the first waits for the model's first token, the others for its pace.
    mutating func addContent(_ bytes: [UInt8]) {
        let delay = self.contentPieces == 0 ? self.model.firstDelay : self.model.pace
        self.pieces.append(SandboxPiece(delay: delay, bytes: bytes))
        self.contentPieces += 1
    }

    /// How a stream of this model ends.
    enum Ending: Equatable {
        case complete
        case failed
        case cut
    }

    var ending: Ending {
        switch self.model.behaviour {
        case .errorStream: .failed
        case .cut: .cut
        case .echo, .tools, .think, .long, .error: .complete
        }
    }

    /// How many of a reply's tokens are sent: all, or half when the stream is to end early.
    func sent(_ tokens: [String]) -> ArraySlice<String> {
        self.ending == .complete ? tokens[...] : tokens.prefix((tokens.count + 1) / 2)
    }

    /// Joins tokens so that a stream has a bounded number of events, however long its text.
    ///
    /// - Parameters:
    ///   - tokens: In order.
    ///   - copies: How often the same tokens are streamed (choices).
    /// - Returns: The tokens, or runs of them.
    static func deltas(_ tokens: ArraySlice<String>, copies: Int = 1) -> [String] {
        let most = max(1, 10_000 / max(1, copies))
        guard tokens.count > most else { return Array(tokens) }
        let size = (tokens.count + most - 1) / most
        return stride(from: tokens.startIndex, to: tokens.endIndex, by: size).map { start in
            tokens[start..<min(start + size, tokens.endIndex)].joined()
        }
    }

    /// `data: …` and a blank line.
    static func data(_ content: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.bytes = Array("data: ".utf8)
        writer.object(content)
        return writer.bytes + [0x0a, 0x0a]
    }

    /// `event: …`, `data: …` and a blank line. The type is the data's first member.
    static func event(_ name: String, _ content: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.bytes = Array("event: \(name)\ndata: ".utf8)
        writer.object { writer in
            writer.member("type", name)
            content(&writer)
        }
        return writer.bytes + [0x0a, 0x0a]
    }

    /// The finished answer.
    func answer(_ dialect: SandboxFault.Dialect, id: String) -> SandboxAnswer {
        SandboxAnswer(
            status: 200,
            headers: [
                HeaderField("content-type", "text/event-stream; charset=utf-8"),
                HeaderField("cache-control", "no-cache"),
            ]
                + SandboxFault.requestID(dialect, id),
            pieces: self.pieces,
            endsAbruptly: self.ending == .cut
        )
    }
}

extension SandboxAnswer {
    /// A complete JSON answer, after the time its tokens would have taken.
    static func json(
        _ dialect: SandboxFault.Dialect,
        id: String,
        model: SandboxModel = SandboxModel("echo-0ms"),
        outputTokens: Int = 0,
        _ content: (inout JSONWriter) -> Void
    ) -> SandboxAnswer {
        var writer = JSONWriter()
        writer.object(content)
        let headers = [HeaderField("content-type", "application/json")] + SandboxFault.requestID(dialect, id)
        switch model.behaviour {
        case .errorStream: return SandboxFault.requested(500).answer(dialect, id: id)
        case .cut:
            let half = Array(writer.bytes.prefix(writer.bytes.count / 2))
            return SandboxAnswer(
                status: 200,
                headers: headers,
                pieces: [SandboxPiece(delay: .zero, bytes: half)],
                endsAbruptly: true
            )
        case .echo, .tools, .think, .long, .error:
            let isSlow = model.firstDelay > .zero
            let delay = isSlow ? model.firstDelay + model.pace * min(outputTokens, 1_000) : .zero
            return SandboxAnswer(
                status: 200,
                headers: headers,
                pieces: [SandboxPiece(delay: delay, bytes: writer.bytes)]
            )
        }
    }
}

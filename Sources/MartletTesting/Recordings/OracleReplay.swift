/// Serves recorded answers: for each request, that of the recording with the same body and the same end of its path.
public struct OracleReplay: Sendable {
    private let exchanges: [RecordedExchange]
    private let pieceBytes: Int

    /// - Parameters:
    ///   - exchanges: What may be replayed.
    ///   - pieceBytes: How the bodies of streams are cut; recordings do not tell how they were.
    public init(_ exchanges: [RecordedExchange], pieceBytes: Int = .max) {
        self.exchanges = exchanges
        self.pieceBytes = pieceBytes
    }

    /// The answer of the first recording with this body; `nil` when there is none.
    public func script(for request: OracleRequest) -> OracleScript? {
        let sameBody = self.exchanges.filter { $0.requestBody == request.body }
        let match = sameBody.first { $0.lastPathPart == request.path.split(separator: "/").last.map(String.init) }
        return (match ?? sameBody.first).map { $0.script(pieceBytes: self.pieceBytes) }
    }
}

extension RecordedExchange {
    fileprivate var lastPathPart: String? {
        self.target.prefix { $0 != "?" }.split(separator: "/").last.map(String.init)
    }

    /// Makes a script of the recorded answer.
    ///
    /// - Parameter pieceBytes: Size of the pieces in which a stream goes out.
    /// - Returns: The answer, chunked when it is an event stream, else with its length.
    public func script(pieceBytes: Int = .max) -> OracleScript {
        let answer = OracleAnswer(
            status: self.status,
            headers: self.responseHeaders,
            pieces: [self.responseBody],
            framing: self.isEventStream ? .chunked : .length
        )
        guard self.isEventStream, pieceBytes < self.responseBody.count else { return OracleScript(answer) }
        return OracleScript(answer.split(every: pieceBytes))
    }
}

extension OracleUpstream {
    /// Answers from recordings whatever no enqueued script answers.
    public func replay(_ exchanges: [RecordedExchange], pieceBytes: Int = .max) {
        let replay = OracleReplay(exchanges, pieceBytes: pieceBytes)
        self.handle { replay.script(for: $0) }
    }
}

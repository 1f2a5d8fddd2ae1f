public import NIOCore

/// One thing the oracle does on a connection.
public enum OracleStep: Sendable, Equatable {
    /// Hands these bytes to the socket, waiting while it takes no more.
    case send(ByteBuffer)
    /// Sends one byte value over and over without ever holding it all.
    case fill(byte: UInt8, count: Int)
    /// Does nothing for a while.
    case wait(Duration)
    /// Does nothing until the test opens the gate.
    case pass(OracleGate)
    /// Does nothing until the peer goes away.
    case hang
    /// Closes both directions in good order (FIN).
    case close
    /// Closes by RST (`SO_LINGER` 0); bytes not yet taken by the kernel are lost.
    case reset
    /// Closes the sending direction only.
    case halfClose
    /// Stops reading from the peer.
    case stopReading

    /// Sends UTF-8 text.
    public static func text(_ text: String) -> OracleStep {
        .send(ByteBuffer(string: text))
    }

    /// Sends bytes.
    public static func bytes(_ bytes: [UInt8]) -> OracleStep {
        .send(ByteBuffer(bytes: bytes))
    }
}

/// What the oracle does with one request: steps taken in order.
///
/// When the steps end and none of them closed the connection, the next request on it is served.
public struct OracleScript: Sendable, Equatable {
    /// What to do, in order.
    public var steps: [OracleStep]
    /// Starts as soon as the request's head has arrived, without waiting for its body.
    public var startsAtHead: Bool

    /// A script from its steps.
    public init(_ steps: [OracleStep], startsAtHead: Bool = false) {
        self.steps = steps
        self.startsAtHead = startsAtHead
    }

    /// A script that answers plainly.
    public init(_ answer: OracleAnswer, startsAtHead: Bool = false) {
        self.init(answer.steps, startsAtHead: startsAtHead)
    }

    /// How many bytes the script sends in all.
    public var byteCount: Int {
        self.steps.reduce(0) { sum, step in
            switch step {
            case .send(let buffer): sum + buffer.readableBytes
            case .fill(_, let count): sum + count
            case .wait, .pass, .hang, .close, .reset, .halfClose, .stopReading: sum
            }
        }
    }
}

extension OracleScript {
    /// Never answers.
    public static let hang = OracleScript([.hang])
    /// Closes in good order instead of answering.
    public static let close = OracleScript([.close])
    /// Resets the connection instead of answering.
    public static let reset = OracleScript([.reset])

    /// Answers with a whole JSON body.
    public static func json(_ json: PlainJSON, status: Int = 200, headers: [OracleHeader] = []) -> OracleScript {
        OracleScript(OracleAnswer(status: status, headers: headers, json: json))
    }

    /// Answers with a stream of server-sent events, each in a chunk of its own.
    ///
    /// - Parameters:
    ///   - events: Whole events, blank line included.
    ///   - interval: What passes before each event but the first.
    ///   - headers: Fields beyond `content-type`.
    /// - Returns: The script.
    public static func events(
        _ events: [String],
        every interval: Duration = .zero,
        headers: [OracleHeader] = []
    ) -> OracleScript {
        OracleScript(OracleAnswer(headers: headers, events: events, interval: interval))
    }

    /// Sends bytes as they are, in order.
    public static func raw(_ text: String, then ending: OracleStep? = nil) -> OracleScript {
        OracleScript([.text(text)] + (ending.map { [$0] } ?? []))
    }
}

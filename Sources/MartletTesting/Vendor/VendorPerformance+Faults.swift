import NIOCore

extension VendorPerformance {
    /// The answer as a script, with whatever is wrong in its framing or its ending.
    func finish(_ answer: OracleAnswer) -> OracleScript {
        switch self.behaviour.fault {
        case .hangAfterHead: self.cut(answer, bodyBytes: 0, then: .hang)
        case .hangAfter(let events): self.cut(answer, pieces: events, then: .hang)
        case .cut(let bytes, let ending): self.cut(answer, bodyBytes: bytes, then: ending.step)
        case .brokenUTF8(let events): self.brokenUTF8(answer, after: events)
        case .badChunk: self.framed(answer, .brokenChunk(index: min(1, answer.pieces.count - 1), sizeLine: "xyz\r\n"))
        case .statedLength(let offset): self.framed(answer, .statedLength(String(answer.bodyByteCount + offset)))
        case .badHeader(let kind): self.badHeader(answer, kind)
        case .dribble(let count, let interval): OracleScript(answer).dribbled(count, every: interval)
        case .split(let size): OracleScript(answer.split(every: size))
        default: OracleScript(answer)
        }
    }

    private func framed(_ answer: OracleAnswer, _ framing: OracleAnswer.Framing) -> OracleScript {
        var answer = answer
        answer.framing = framing
        return OracleScript(answer).then(.close)
    }

    /// Keeps whole pieces.
    private func cut(_ answer: OracleAnswer, pieces: Int, then ending: OracleStep) -> OracleScript {
        var answer = answer
        answer.pieces = Array(answer.pieces.prefix(pieces))
        answer.framing = answer.framing == .chunked ? .unendedChunks : .statedLength("1000000")
        return OracleScript(OracleScript(answer).steps.filter { $0 != .close } + [ending])
    }

    /// Keeps so many bytes of the body, not counting the framing of a chunked one.
    private func cut(_ answer: OracleAnswer, bodyBytes: Int, then ending: OracleStep) -> OracleScript {
        var left = bodyBytes
        var kept: [[UInt8]] = []
        for piece in answer.pieces where left > 0 {
            kept.append(Array(piece.prefix(left)))
            left -= piece.count
        }
        var answer = answer
        let whole = answer.bodyByteCount
        answer.pieces = kept
        answer.framing = answer.framing == .chunked ? .unendedChunks : .statedLength(String(whole))
        return OracleScript(OracleScript(answer).steps.filter { $0 != .close } + [ending])
    }

    private func brokenUTF8(_ answer: OracleAnswer, after events: Int) -> OracleScript {
        var answer = answer
        let broken = Array("data: {\"text\":\"".utf8) + [0xC3, 0x28, 0xFF] + Array("\"}\n\n".utf8)
        answer.pieces.insert(broken, at: min(events, answer.pieces.count))
        return OracleScript(answer)
    }

    private func badHeader(_ answer: OracleAnswer, _ kind: String) -> OracleScript {
        var answer = answer
        switch kind {
        case "cr": answer.headers.append(OracleHeader("x-oracle", "one\rtwo: three"))
        case "nul": answer.headers.append(OracleHeader("x-oracle", "one\u{0}two"))
        case "huge": answer.headers.append(OracleHeader("x-oracle", String(repeating: "h", count: 81 << 10)))
        case "reason": answer.reason = "OK\rx-oracle: smuggled"
        default: answer.headers.append(OracleHeader("x oracle", "space before the colon"))
        }
        return OracleScript(answer)
    }

    /// A JSON answer whose text is this long, never held in memory.
    func hugeBody(_ bytes: Int) -> OracleScript {
        let shell = "{\"object\":\"chat.completion\",\"choices\":[],\"text\":\"\"}"
        let filling = max(bytes - shell.utf8.count, 0)
        let head = OracleAnswer(
            headers: [OracleHeader("content-type", "application/json")],
            framing: .statedLength(String(filling + shell.utf8.count))
        ).head
        return OracleScript([
            .text(head + shell.dropLast(2)), .fill(byte: UInt8(ascii: "x"), count: filling), .text("\"}"),
        ])
    }

    /// A stream whose only event is one line of this length, without end.
    func hugeLine(_ bytes: Int) -> OracleScript {
        let head = OracleAnswer(
            headers: [OracleHeader("content-type", "text/event-stream")],
            framing: .untilClose
        ).head
        return OracleScript([.text(head + "data: "), .fill(byte: UInt8(ascii: "x"), count: bytes), .close])
    }
}

extension OracleAnswer {
    /// The size of the body, without framing.
    var bodyByteCount: Int {
        self.pieces.reduce(0) { $0 + $1.count }
    }
}

extension VendorBehaviour.Ending {
    fileprivate var step: OracleStep {
        switch self {
        case .close: .close
        case .reset: .reset
        case .halfClose: .halfClose
        case .hang: .hang
        }
    }
}

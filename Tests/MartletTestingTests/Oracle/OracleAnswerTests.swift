@testable import MartletTesting
import NIOCore
import Testing

@Suite struct OracleAnswerTests {
    /// Everything an answer's steps send, joined.
    private func wire(_ script: OracleScript) -> String {
        script.steps.map { step in
            if case .send(let bytes) = step { String(buffer: bytes) } else { "" }
        }.joined()
    }

    @Test("a JSON answer has its true length")
    func json() {
        let script = OracleScript.json(["a": 1], status: 201, headers: [OracleHeader("x", "y")])
        #expect(
            self.wire(script)
                == "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nx: y\r\ncontent-length: 7\r\n\r\n{\"a\":1}"
        )
        #expect(script.steps.count == 1)
        #expect(script.byteCount == self.wire(script).utf8.count)
    }

    @Test("events go out as one chunk and one write each")
    func events() {
        let script = OracleScript.events(["data: 1\n\n", "data: 2\n\n"])
        #expect(self.wire(script).hasSuffix("\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n"))
        #expect(script.steps.count == 2)
    }

    @Test("delays stand where they were asked for")
    func delays() {
        var answer = OracleAnswer(events: ["a", "b"], interval: .milliseconds(3))
        answer.headDelay = .milliseconds(1)
        answer.bodyDelay = .milliseconds(2)
        let waits = OracleScript(answer).steps.compactMap { step -> Duration? in
            if case .wait(let duration) = step { duration } else { nil }
        }
        #expect(waits == [.milliseconds(1), .milliseconds(2), .milliseconds(3)])
        #expect(OracleScript(answer).steps.first == .wait(.milliseconds(1)))
    }

    @Test(
        "each framing tells the end of the body in its own way",
        arguments: [
            (OracleAnswer.Framing.length, "content-length: 4\r\n\r\nabcd", false),
            (.statedLength("99"), "content-length: 99\r\n\r\nabcd", false),
            (.chunked, "chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", false),
            (.brokenChunk(index: 1, sizeLine: "zz\r\n"), "chunked\r\n\r\n2\r\nab\r\nzz\r\ncd\r\n0\r\n\r\n", false),
            (.unendedChunks, "chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n", true),
            (.untilClose, "connection: close\r\n\r\nabcd", true),
            (.none, "OK\r\n\r\nabcd", false),
        ]
    )
    func framings(_ framing: OracleAnswer.Framing, _ ending: String, _ closes: Bool) {
        let answer = OracleAnswer(pieces: [Array("ab".utf8), Array("cd".utf8)], framing: framing)
        let script = OracleScript(answer)
        #expect(self.wire(script).hasSuffix(ending))
        #expect((script.steps.last == .close) == closes)
    }

    @Test("a body can be cut into pieces anywhere")
    func splitting() {
        let answer = OracleAnswer(events: ["abc", "defg"])
        #expect(answer.split(every: 2).pieces.map { String(decoding: $0, as: UTF8.self) } == ["ab", "cd", "ef", "g"])
        #expect(
            answer.split(at: [5, 1, 0, 99]).pieces.map { String(decoding: $0, as: UTF8.self) } == ["a", "bcde", "fg"]
        )
    }

    @Test("a cut script sends exactly so many bytes", arguments: [0, 1, 20, 60, 10_000])
    func cutting(_ count: Int) {
        let whole = OracleScript.json(["text": "0123456789"])
        let cut = whole.cut(afterBytes: count, then: .reset)
        #expect(cut.byteCount == min(count, whole.byteCount))
        #expect(self.wire(whole).hasPrefix(self.wire(cut)))
        #expect(cut.steps.last == .reset)
    }

    @Test("a fill is cut by count, and waits do not count")
    func cuttingFills() {
        let script = OracleScript([.text("ab"), .wait(.seconds(1)), .fill(byte: 1, count: 100)])
        #expect(
            script.cut(afterBytes: 12).steps == [
                .text("ab"), .wait(.seconds(1)), .fill(byte: 1, count: 10), .close,
            ]
        )
    }

    @Test("a dribbled script sends the same bytes in small pieces")
    func dribbling() {
        let whole = OracleScript.raw("abcdefg")
        let script = whole.dribbled(3, every: .milliseconds(5))
        #expect(self.wire(script) == "abcdefg")
        #expect(
            script.steps == [
                .text("abc"), .wait(.milliseconds(5)), .text("def"), .wait(.milliseconds(5)), .text("g"),
            ]
        )
    }

    @Test("delayed, held and followed scripts keep their steps in between")
    func wrapping() {
        let gate = OracleGate()
        let script = OracleScript.raw("x", then: .hang).delayed(by: .seconds(1)).held(by: gate).then(.close)
        #expect(script.steps == [.pass(gate), .wait(.seconds(1)), .text("x"), .hang, .close])
        #expect(OracleStep.pass(OracleGate()) != .pass(gate))
    }
}

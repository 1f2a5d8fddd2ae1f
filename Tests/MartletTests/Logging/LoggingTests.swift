import Logging
import Synchronization
import Testing
import Wire

@testable import martlet

/// Keeps what a writer was given.
final class LogSink: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    var text: String { String(decoding: self.bytes.withLock { $0 }, as: UTF8.self) }
    func take(_ more: [UInt8]) { self.bytes.withLock { $0 += more } }

    func logger(_ format: LineLogHandler.Format, level: Logger.Level = .debug) -> (Logger, LogWriter) {
        let writer = LogWriter(sink: self.take)
        let logger = Logger(label: "test") { label in
            LineLogHandler(
                label: label,
                threshold: LogThreshold(level),
                format: format,
                writer: writer,
                now: { 1_800_000_000_000 }
            )
        }
        return (logger, writer)
    }
}

@Suite("log lines")
struct LogLineTests {
    let sink = LogSink()

    @Test("a JSON line holds time, level, message and metadata")
    func json() {
        var (logger, writer) = self.sink.logger(.json)
        logger[metadataKey: "project"] = "default"
        logger.warning("slow \"vendor\"", metadata: ["ms": "5", "level": "9"])
        writer.flush()
        let expected = #"{"ts":"2027-01-15T08:00:00.000Z","level":"warning","logger":"test","msg":"slow \"vendor\"","#
        #expect(self.sink.text == expected + #""meta_level":"9","ms":"5","project":"default"}"# + "\n")
    }

    @Test("a text line is for people")
    func text() {
        let (logger, writer) = self.sink.logger(.text)
        logger.info("listening", metadata: ["port": "8080", "note": "two words", "empty": "", "quote": "a\"b"])
        writer.flush()
        let line = #"2027-01-15T08:00:00.000Z info listening empty="" note="two words" port=8080 quote="a\"b""#
        #expect(self.sink.text == line + "\n")
    }

    @Test("what is below the level is not written")
    func level() {
        let (logger, writer) = self.sink.logger(.json, level: .error)
        logger.warning("no")
        writer.flush()
        #expect(self.sink.text.isEmpty)
    }

    static let nasty = [
        "\u{1B}[31mred", "a\r\nb", "a\nb", "x\u{2028}y", "x\u{2029}y", "x\u{202E}y", "\u{0}", "\u{7F}", "\u{85}",
        "\u{9B}5n",
        "\u{200F}", "\u{2066}", "\u{E0041}", "\u{FEFF}", "tab\there", "\"quote\\", "é漢👍",
    ]

    @Test("no value ends a line, moves a cursor or turns the reading (N050)", arguments: Self.nasty, [true, false])
    func escaping(value: String, isJSON: Bool) {
        let (logger, writer) = self.sink.logger(isJSON ? .json : .text)
        logger.info("\(value)", metadata: ["v": "\(value)", "\(value)": "k"])
        writer.flush()
        let text = self.sink.text
        #expect(text.hasSuffix("\n"))
        for scalar in text.unicodeScalars.dropLast() {
            let category = scalar.properties.generalCategory
            #expect(![.control, .format, .lineSeparator, .paragraphSeparator].contains(category))
        }
        guard isJSON else { return }
        var limits = JSONLimits()
        limits.refusesNUL = false
        let tape = JSONTape(limits: limits)
        let read = Array(text.utf8).withUnsafeBytes { try? tape.parse($0)["v"]?.string }
        #expect(read == value)
    }

    @Test("a value of ten megabytes is cut to two kilobytes", arguments: ["a", "é", "👍", "\u{1B}"])
    func cutting(unit: String) {
        let (logger, writer) = self.sink.logger(.json)
        logger.info("big", metadata: ["v": "\(String(repeating: unit, count: 10_000_000 / unit.utf8.count))"])
        writer.flush()
        #expect(self.sink.text.utf8.count < 14_000)
        #expect(self.sink.text.contains("…"))
        #expect(!self.sink.text.contains("\u{FFFD}"))
    }
}

@Suite("log writer")
struct LogWriterTests {
    @Test("lines arrive whole and in order, whoever waits")
    func order() {
        let sink = LogSink()
        let writer = LogWriter(sink: sink.take)
        for index in 0..<1_000 {
            writer.write(Array("line \(index)\n".utf8))
        }
        writer.flush()
        #expect(sink.text == (0..<1_000).map { "line \($0)\n" }.joined())
        #expect(writer.droppedLines == 0)
    }

    @Test("lines that do not fit are dropped and counted, and writing goes on afterwards")
    func bounded() {
        let gate = Mutex(())
        let sink = LogSink()
        let writer = LogWriter(capacity: 100) { bytes in
            gate.withLock { _ in sink.take(bytes) }
        }
        gate.withLock { _ in
            for _ in 0..<1_000 {
                writer.write(Array("0123456789".utf8))
            }
        }
        writer.flush()
        let kept = sink.text.utf8.count / 10
        #expect(kept >= 10 && kept <= 20)
        #expect(writer.droppedLines == 1_000 - kept)
        writer.write(Array("after".utf8))
        writer.flush()
        #expect(sink.text.hasSuffix("after"))
    }
}

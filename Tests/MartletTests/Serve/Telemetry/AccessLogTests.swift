import Dispatch
import Exchange
import Foundation
import Gateway
import MartletTesting
import Storage
import Synchronization
import Telemetry
import Testing

@testable import martlet

@Suite("Access log", .timeLimit(.minutes(5)))
struct AccessLogTests {
    @Test("a line holds the fields of the conventions, and is one line")
    func fields() throws {
        let line = RequestView(FinishedSamples.retried()).line
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
        let json = try PlainJSON(parsing: Array(line.dropLast()))
        #expect(json["ts"]?.string == "2026-11-24T20:00:00.900Z")
        #expect(json["level"]?.string == "info")
        #expect(json["msg"]?.string == "request")
        #expect(json["request_id"]?.string == "req_1")
        #expect(json["trace_id"]?.string == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(json["key_prefix"]?.string == "sk-mt-abcdefghijkl")
        #expect(json["project"]?.string == "shop")
        #expect(json["model"]?.string == "fast")
        #expect(json["provider"]?.string == "lab")
        #expect(json["status"]?.int == 200)
        #expect(json["duration_ms"]?.int == 900)
        #expect(json["ttft_ms"]?.int == 700)
        #expect(json["tokens_in"]?.int == 11)
        #expect(json["tokens_out"]?.int == 3)
        #expect(json["cost_usd"]?.string == "0.00125")
        #expect(json["attempts"]?.int == 2)
    }

    @Test("what a caller wrote cannot end a line, and what is not known is null")
    func hostile() throws {
        var record = FinishedSamples.record(outcome: .refused)
        record.modelAsked = "a\n{\"msg\":\"forged\"}\u{202E}\u{1B}[2J"
        record.provider = ""
        record.usage = nil
        record.costNanoUSD = nil
        record.status = 503
        let request = FinishedRequest(
            record: record,
            project: "p",
            trace: nil,
            bodyMicroseconds: nil,
            roadMicroseconds: 1
        )
        let line = RequestView(request).line
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(!line.contains(0x1B))
        #expect(!String(decoding: line, as: UTF8.self).contains("\u{202E}"))
        let json = try PlainJSON(parsing: Array(line.dropLast()))
        #expect(json["model"]?.string == record.modelAsked)
        #expect(json["level"]?.string == "warning")
        #expect(json["provider"] == .null && json["tokens_in"] == .null && json["trace_id"] == .null)
    }

    @Test("a reader that does not read costs lines, which are counted, and no time")
    func stuck() throws {
        let registry = MetricRegistry()
        let gate = DispatchSemaphore(value: 0)
        let log = AccessLog(LogWriter(capacity: 4_096) { _ in gate.wait() }, registry: registry)
        log.put((0..<100).map { FinishedSamples.retried("r\($0)") })
        let text = String(decoding: registry.render(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("martlet_telemetry_dropped_total{") }
        let dropped = try #require(line?.split(separator: " ").last.flatMap { Int($0) })
        #expect(line?.contains(#"signal="access_log""#) == true)
        #expect((80..<100).contains(dropped))
        log.finish(within: .milliseconds(10))
        for _ in 0..<100 { gate.signal() }
    }
}

@Suite("Rotating file")
struct RotatingFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rotating-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path + "/access.log")
    }

    private func lines(_ numbers: Range<Int>) -> [UInt8] {
        Array(numbers.map { "line \($0)\n" }.joined().utf8)
    }

    private func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("it is put aside before it grows too large, whole lines only, and the oldest goes")
    func rotates() throws {
        try self.withFolder { path in
            let file = try RotatingFile(path: path, bytes: 20, count: 2)
            file.append(self.lines(0..<9))
            #expect(self.text(path) == "line 8\n")
            #expect(self.text(path + ".1") == "line 6\nline 7\n")
            #expect(self.text(path + ".2") == "line 4\nline 5\n")
            #expect(self.text(path + ".3") == nil)
            #expect(file.lostLines == 0)
        }
    }

    @Test("it goes on where an earlier process stopped, and is its owner's alone")
    func continues() throws {
        try self.withFolder { path in
            try RotatingFile(path: path, bytes: 100, count: 1).append(self.lines(0..<1))
            try RotatingFile(path: path, bytes: 100, count: 1).append(self.lines(1..<2))
            #expect(self.text(path) == "line 0\nline 1\n")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("with none kept the full file goes, and a line longer than a file is written all the same")
    func keepsNone() throws {
        try self.withFolder { path in
            let file = try RotatingFile(path: path, bytes: 10, count: 0)
            file.append(Array("a line that is longer than that\nshort\n".utf8))
            #expect(self.text(path) == "short\n")
            #expect(self.text(path + ".1") == nil)
        }
    }

    @Test("a file that takes nothing costs lines, which are counted")
    func full() throws {
        try self.withFolder { path in
            let file = try RotatingFile(path: path, bytes: 10, count: 1)
            file.append(self.lines(0..<1))
            try FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
            file.append(self.lines(1..<4))
            #expect(file.lostLines == 3)
        }
    }

    @Test(
        "what is no file, a link, or in no folder is refused at once",
        arguments: ["/dev/null", "/nowhere/x.log", "/"]
    )
    func refused(_ path: String) {
        #expect(throws: TelemetryMistake.self) { try RotatingFile(path: path, bytes: 100, count: 1) }
    }
}

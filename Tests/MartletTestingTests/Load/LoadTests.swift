@testable import MartletTesting
import Glibc
import NIOCore
import Testing

@Suite struct LoadResponseReaderTests {
    private func read(_ text: String, pieces size: Int, ends: Bool = false) -> LoadResponseReader.Progress {
        var reader = LoadResponseReader()
        var buffer = ByteBuffer()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            buffer.writeBytes(rest.prefix(size))
            rest = rest.dropFirst(size)
            reader.read(&buffer)
        }
        if ends { reader.end() }
        return reader.progress
    }

    @Test("a stream's events and its terminal are counted however it is cut", arguments: 1...40)
    func stream(_ size: Int) {
        let text = OracleAnswer(events: ["data: {}\n\n", ": ping\n\n", "event: x\ndata: 1\n\n", "data: [DONE]\n\n"])
        let wire =
            text.head + "9\r\ndata: {}\n\r\n1\r\n\n\r\n1c\r\n: ping\n\nevent: x\ndata: 1\n\nda\r\n"
            + "c\r\nta: [DONE]\n\n\r\n0\r\n\r\n"
        let progress = self.read(wire, pieces: size)
        #expect(progress.status == 200)
        #expect(progress.isEventStream)
        #expect(progress.events == 3)
        #expect(progress.sawTerminal)
        #expect(progress.isComplete)
    }

    @Test(
        "ends are told apart",
        arguments: [
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", true, nil),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi", false, "cut"),
            ("HTTP/1.1 204 No\r\ncontent-length: 0\r\n\r\n", true, nil),
            ("HTTP/1.1 200 OK\r\n\r\nall of it", true, nil),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n", false, "cut"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", false, "bad chunk"),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true, nil),
            ("nonsense\r\n\r\n", false, "bad head"), ("", false, "cut"),
        ] as [(String, Bool, String?)]
    )
    func ends(_ text: String, _ isComplete: Bool, _ failure: String?) {
        for size in [1, 3, .max] {
            let progress = self.read(text, pieces: size, ends: true)
            #expect(progress.isComplete == isComplete)
            #expect(progress.failure == failure)
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct LoadRunTests {
    @Test("held streams are counted over the steady stretch")
    func streams() async throws {
        let oracle = try await OracleUpstream.start()
        let target = try LoadTarget(url: oracle.url + "/v1/messages", key: "k")
        var load = StreamsLoad(
            target: target,
            model: "sse-1000x20",
            streams: 10,
            ramp: .milliseconds(50),
            steady: .milliseconds(1_500),
            watchedPIDs: [Int(getpid())]
        )
        load.settle = .milliseconds(100)
        let report = try await load.run()
        #expect(report.errorCount == 0)
        #expect(report.events > 0)
        #expect(report.end.residentKiB > 0)
        #expect(oracle.requests.allSatisfy { $0.headers.first("authorization") == "Bearer k" })
        #expect(await oracle.wait { $0.openConnections == 0 })
        await oracle.shutdown()
    }

    @Test("mixed load counts answers, aborts and errors")
    func mix() async throws {
        let oracle = try await OracleUpstream.start()
        let target = try LoadTarget(url: oracle.url + "/v1/chat/completions", key: "", headers: ["x-a: b"])
        var load = MixedLoad(
            target: target,
            model: "status-503",
            streamModel: "sse-10x1",
            rate: 400,
            duration: .milliseconds(300),
            watchedPIDs: []
        )
        load.streamShare = 0.5
        load.abortShare = 0.2
        let report = try await load.run()
        // A client that leaves at once may be gone before the oracle reads its request.
        #expect((report.requests - report.aborts...report.requests).contains(oracle.requestCount))
        #expect(report.requests > 20)
        #expect(report.aborts > 0)
        #expect(report.errors.keys.sorted() == ["status 503"])
        #expect(report.percentile(0.99) >= report.percentile(0.5))
        #expect(report.json["requests"]?.int == report.requests)
        await oracle.shutdown()
    }

    @Test("a stream that is cut is an error", arguments: ["cut-300", "rst-300", "end-3"])
    func cut(_ fault: String) async throws {
        let oracle = try await OracleUpstream.start()
        let target = try LoadTarget(url: oracle.url + "/v1/responses", key: "")
        var load = MixedLoad(
            target: target,
            model: "echo",
            streamModel: fault,
            rate: 100,
            duration: .milliseconds(100),
            watchedPIDs: []
        )
        load.streamShare = 1
        load.abortShare = 0
        let report = try await load.run()
        #expect(report.errorCount == report.requests)
        #expect(report.requests > 0)
        await oracle.shutdown()
    }

    @Test(
        "load stays on this machine",
        arguments: ["https://127.0.0.1/", "http://192.0.2.1/", "http://example.com/v1", "127.0.0.1:80", ""]
    )
    func targets(_ url: String) {
        #expect(throws: LoadTarget.Failure.self) { try LoadTarget(url: url, key: "") }
    }

    @Test("requests suit the path's format")
    func requests() throws {
        let body = { (path: String) throws -> PlainJSON in
            let bytes = try LoadTarget(url: "http://127.0.0.1:1" + path, key: "").request(model: "m", streams: true)
            let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
            return try PlainJSON(parsing: bytes[end.upperBound...])
        }
        #expect(try body("/v1/responses")["input"]?[0]?["role"]?.string == "user")
        #expect(try body("/v1/messages")["max_tokens"]?.int == 1000)
        #expect(try body("/v1/chat/completions")["messages"]?[0]?["content"]?.string?.utf8.count == 200)
    }

    @Test("a process can be probed, and one that is gone counts nothing")
    func probe() {
        let probe = ProcessProbe(pids: [Int(getpid())])
        #expect(probe.residentKiB > 1000)
        #expect(probe.threads > 0)
        #expect(probe.descriptors > 2)
        #expect(ProcessProbe(pids: [0x7FFF_FFFF]) == ProcessProbe(pids: []))
    }
}

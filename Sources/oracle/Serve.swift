import ArgumentParser
import Glibc
import MartletTesting

/// `martlet-oracle --port N …`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers requests until it is stopped (the default).",
        discussion: """
            Prints 'listening on PORT'. GET /oracle/log, GET /oracle/stats and POST /oracle/reset control it.
            POST /oracle/mood with words such as status-500 makes all later requests end so; an empty body ends that.
            """
    )

    @Option(help: "Port on 127.0.0.1; 0 takes a free one.")
    var port = 0

    @Option(help: "Event loops.")
    var threads = 1

    @Option(help: "Milliseconds between two events of a stream whose model name sets no pace.")
    var paceMs = 20

    @Option(help: "Pieces of text in an answer whose model name sets no length; 0 speaks of the prompt.")
    var chunks = 0

    @Option(help: "Appends one JSON line for each request when the process ends.")
    var log: String?

    func run() async throws {
        var options = OracleUpstream.Options()
        options.port = self.port
        options.threads = self.threads
        options.tick = .milliseconds(5)
        options.log = .frugal
        options.vendor.interval = .milliseconds(self.paceMs)
        options.vendor.chunks = self.chunks
        let oracle = try await OracleUpstream.start(options)
        oracle.serveControl()
        print("listening on \(oracle.port)")
        fflush(nil)
        await StopSignal.wait()
        if let log = self.log { Self.append(oracle.requests, to: log) }
        await oracle.shutdown()
    }

    private static func append(_ requests: [OracleRequest], to path: String) {
        guard let file = fopen(path, "a") else { return }
        for request in requests { fputs(request.logLine.text + "\n", file) }
        fclose(file)
    }
}

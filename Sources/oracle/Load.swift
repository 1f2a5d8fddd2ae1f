import ArgumentParser
import Glibc
import MartletTesting

/// `martlet-oracle load …`
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends load to a gateway on this machine and reports one JSON object.",
        subcommands: [Streams.self, Mix.self]
    )

    /// Where to, and whom to watch.
    struct Options: ParsableArguments {
        @Option(help: "Endpoint: http://127.0.0.1:PORT/v1/chat/completions, /v1/responses or /v1/messages.")
        var url: String

        @Option(help: "Virtual key, sent as a bearer token.")
        var key = ""

        @Option(help: "A process whose CPU and memory are read; may be given several times.")
        var pid: [Int] = []

        @Option(help: "Extra header line; may be given several times.")
        var header: [String] = []

        func target() throws -> LoadTarget {
            try LoadTarget(url: self.url, key: self.key, headers: self.header)
        }
    }

    /// `martlet-oracle load streams …`
    struct Streams: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Holds many slow streams open.")

        @OptionGroup var options: Options

        @Option(help: "Model asked for; its streams should outlast the run.")
        var model = "sse-2000x250"

        @Option(help: "Streams held open.")
        var streams = 500

        @Option(help: "Seconds of the steady stretch.")
        var seconds = 10

        @Option(help: "Seconds over which the streams are opened.")
        var ramp = 2

        func run() async throws {
            let load = StreamsLoad(
                target: try self.options.target(),
                model: self.model,
                streams: self.streams,
                ramp: .seconds(self.ramp),
                steady: .seconds(self.seconds),
                watchedPIDs: self.options.pid
            )
            print(try await load.run().json.text)
        }
    }

    /// `martlet-oracle load mix …`
    struct Mix: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends requests at a fixed rate, some of them streams, some of them left in the middle."
        )

        @OptionGroup var options: Options

        @Option(help: "Model of plain requests.")
        var model = "plain-1k"

        @Option(help: "Model of streams.")
        var streamModel = "sse-20x25"

        @Option(help: "Requests a second.")
        var rps = 200

        @Option(help: "Seconds.")
        var seconds = 60

        @Option(help: "Share of streams, 0 to 1.")
        var streamShare = 0.3

        @Option(help: "Share of requests the client leaves, 0 to 1.")
        var abortShare = 0.05

        func run() async throws {
            var load = MixedLoad(
                target: try self.options.target(),
                model: self.model,
                streamModel: self.streamModel,
                rate: self.rps,
                duration: .seconds(self.seconds),
                watchedPIDs: self.options.pid
            )
            load.streamShare = self.streamShare
            load.abortShare = self.abortShare
            load.onProgress = { report, probe in
                let line =
                    "\(report.requests) requests, \(report.errorCount) errors, "
                    + "\(probe.residentKiB / 1024) MB, \(probe.descriptors) fds, \(probe.threads) threads\n"
                _ = line.utf8CString.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, line.utf8.count) }
            }
            print(try await load.run().json.text)
        }
    }
}

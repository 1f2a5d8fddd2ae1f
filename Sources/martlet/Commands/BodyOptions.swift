import ArgumentParser
import Wire

/// What is kept of a project's bodies, on the command line.
struct BodyOptions: ParsableArguments {
    @Option(help: "What is kept of request and answer bodies: off, metadata or full.") var bodies: String?
    @Option(help: "The share of requests whose bodies are kept, 0 to 1.") var bodiesSample: Double?
    @Option(help: "Most bytes that are kept of each body.") var bodiesMaxBytes: Int?
    @Option(
        help: "What is masked in kept bodies: email, card, field:NAME or path:NAME.NAME; repeat for more, or none."
    )
    var redact: [String] = []

    /// Writes the member `bodies` with what was given; nothing when nothing was.
    func write(to writer: inout JSONWriter) {
        guard self.bodies != nil || self.bodiesSample != nil || self.bodiesMaxBytes != nil || !self.redact.isEmpty
        else { return }
        writer.member(
            "bodies",
            object: { writer in
                if let mode = self.bodies { writer.member("mode", mode) }
                if let sample = self.bodiesSample { writer.member("sample", sample) }
                if let most = self.bodiesMaxBytes { writer.member("max_bytes", most) }
                guard !self.redact.isEmpty else { return }
                writer.key("redact")
                writer.array { writer in
                    for rule in self.redact where rule != "none" { writer.string(rule) }
                }
            }
        )
    }
}

/// `martlet requests erase` and `martlet project erase-bodies`.
enum BodyErasing {
    struct OfRequest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase-bodies",
            abstract: "Erase what is kept of a request's bodies; its record and its charge stay."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The request id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("DELETE", "/requests/\(percentEncoded(self.id))/body"))
        }
    }

    struct OfProject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase-bodies",
            abstract: "Erase all bodies that are kept of a project; records and charges stay."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var project: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.project, in: "/projects")
            self.output.show(try await client.call("DELETE", "/projects/\(percentEncoded(id))/bodies"))
        }
    }
}

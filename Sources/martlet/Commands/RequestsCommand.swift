import ArgumentParser

/// `martlet requests …`
struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "The record of exchanges.",
        discussion: """
            Examples:
              martlet requests list --limit 20
              martlet requests list --trace-id 4bf92f3577b34da6a3ce929d0e0e4736
              martlet requests show req_01M87PATMYHQPHMP232CE8AKVV
              martlet requests tail
            """,
        subcommands: [List.self, Show.self, Tail.self, BodyErasing.OfRequest.self]
    )

    static let columns: [(heading: String, key: String)] = [
        ("TIME", "started_at"), ("STATUS", "status"), ("OUTCOME", "outcome"), ("OPERATION", "operation"),
        ("MODEL", "model"),
        ("PROVIDER", "provider"), ("KEY", "key"), ("ID", "id"),
    ]

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List records, newest first.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "At most so many.") var limit = 50
        @Option(help: "Only this key's.") var key: String?
        @Option(help: "Only this model's.") var model: String?
        @Option(help: "Only this outcome's.") var outcome: String?
        @Option(help: "Only this trace's: 32 lower-case hexadecimal digits.") var traceID: String?

        func run() async throws {
            guard (1...10_000).contains(self.limit) else { throw ValidationError("--limit must be 1 to 10000") }
            let filters = [
                ("key", self.key), ("model", self.model), ("outcome", self.outcome), ("trace_id", self.traceID),
            ]
            let query = filters.compactMap { name, value in value.map { "\(name)=\(percentEncoded($0))" } }.joined(
                separator: "&"
            )
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let entries = try await client.list(query.isEmpty ? "/requests" : "/requests?\(query)", limit: self.limit)
            self.output.list(entries, RequestsCommand.columns)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one record.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The request id.") var id: String
        @Flag(help: "Show what is kept of its bodies, too. That is audited.") var bodies = false

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("GET", "/requests/\(percentEncoded(self.id))"))
            guard self.bodies else { return }
            self.output.show(try await client.call("GET", "/requests/\(percentEncoded(self.id))/body"))
        }
    }

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Follow new records until interrupted.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            var newest = JSONView(try await client.call("GET", "/requests?limit=1"))?.text("newest")
            while true {
                let since = newest.map { "&since=\(percentEncoded($0))" } ?? ""
                if let view = JSONView(try await client.call("GET", "/requests?limit=200" + since)) {
                    for entry in view.elements("data") { self.print(entry) }
                    newest = view.text("newest") ?? newest
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }

        private func print(_ entry: JSONView) {
            guard !self.output.json else { return Console.out(String(decoding: entry.bytes, as: UTF8.self)) }
            Console.out(RequestsCommand.columns.map { entry.text($0.key) ?? "-" }.joined(separator: "  "))
        }
    }
}

import ArgumentParser
import Wire

/// `martlet ledger …`
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "What every attempt at a vendor cost. Rows are added, never changed.",
        discussion: """
            Examples:
              martlet ledger list --project default --limit 20
              martlet ledger show att_01M87PATMYHQPHMP232CE8AKVV
              martlet ledger correct att_01M87PATMYHQPHMP232CE8AKVV --amount -0.25 --note "ann: vendor refunded it"
              martlet ledger rerate --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --model gpt-5.5 --dry-run
            """,
        subcommands: [List.self, Show.self, Correct.self, Rerate.self]
    )

    static let columns: [(heading: String, key: String)] = [
        ("TIME", "started_at"), ("KIND", "kind"), ("OUTCOME", "outcome"), ("MODEL", "model"), ("PROVIDER", "provider"),
        ("KEY", "key"), ("CHARGE USD", "charge_usd"), ("ESTIMATED", "estimated"), ("ATTEMPT", "attempt"),
    ]

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List rows by attempt, newest first.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "At most so many.") var limit = 50
        @Option(help: "Only this key's.") var key: String?
        @Option(help: "Only this project's.") var project: String?
        @Option(help: "Only this request's.") var request: String?
        @Option(help: "Only attempts that began at this time or later (RFC 3339).") var from: String?
        @Option(help: "Only attempts that began before this time (RFC 3339).") var to: String?

        func run() async throws {
            guard (1...10_000).contains(self.limit) else { throw ValidationError("--limit must be 1 to 10000") }
            let filters = [
                ("key", self.key), ("project", self.project), ("request", self.request), ("from", self.from),
                ("to", self.to),
            ]
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(
                try await client.list("/ledger" + query(filters), limit: self.limit),
                LedgerCommand.columns
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all rows of an attempt and their sum.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The attempt's id.") var attempt: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("GET", "/ledger/\(percentEncoded(self.attempt))")
            LedgerCommand.show(body, self.output)
        }
    }

    struct Correct: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add to what an attempt cost, or take away from it.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The attempt's id.") var attempt: String
        @Option(parsing: .unconditional, help: "US dollars that are added, or with a minus taken away.") var amount:
            String
        @Option(help: "Who corrects and why.") var note: String

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("amount_usd", self.amount)
            writer.member("note", self.note)
            writer.endObject()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let path = "/ledger/\(percentEncoded(self.attempt))/corrections"
            LedgerCommand.show(try await client.call("POST", path, writer.bytes), self.output)
        }
    }

    struct Rerate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Price a time by the price list in force, adding the differences."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "From this time on (RFC 3339).") var from: String
        @Option(help: "Up to this time (RFC 3339).") var to: String
        @Option(help: "Only this model's attempts.") var model: String?
        @Flag(help: "Only tell what would change.") var dryRun = false

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("from", self.from)
            writer.member("to", self.to)
            if let model = self.model { writer.member("model", model) }
            if self.dryRun { writer.member("dry_run", true) }
            writer.endObject()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("POST", "/ledger/rerate", writer.bytes))
        }
    }

    private static func show(_ body: [UInt8], _ output: OutputOptions) {
        guard !output.json, let view = JSONView(body) else { return output.show(body) }
        output.list(view.elements("entries"), Self.columns + [("NOTE", "note")])
        Console.talk("In all: \(view.text("charge_usd") ?? "?") USD")
    }
}

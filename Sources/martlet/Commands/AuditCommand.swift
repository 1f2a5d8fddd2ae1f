import ArgumentParser

/// `martlet audit …`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who changed what, and what was refused. Entries are added, never changed.",
        discussion: """
            Examples:
              martlet audit list --action key. --limit 20
              martlet audit list --object KEY_ID
              martlet audit verify
              martlet audit export > audit.jsonl
            """,
        subcommands: [List.self, Verify.self, Export.self]
    )

    static let columns: [(heading: String, key: String)] = [
        ("NUMBER", "number"), ("TIME", "at"), ("ACTOR", "actor"), ("ORIGIN", "origin"), ("ACTION", "action"),
        ("OBJECT", "object"), ("NAME", "name"), ("BEFORE", "before"), ("AFTER", "after"), ("DETAIL", "detail"),
    ]

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List entries, newest first.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "At most so many.") var limit = 50
        @Option(help: "Only this actor's.") var actor: String?
        @Option(help: "Only this action (key.created); with a dot at its end all that begin so (key.).")
        var action: String?
        @Option(help: "Only what was done to this object, by id or name.") var object: String?
        @Option(help: "Only from this time on (RFC 3339).") var from: String?
        @Option(help: "Only up to this time (RFC 3339).") var to: String?

        func run() async throws {
            guard (1...10_000).contains(self.limit) else { throw ValidationError("--limit must be 1 to 10000") }
            let filters = [
                ("actor", self.actor), ("action", self.action), ("object", self.object), ("from", self.from),
                ("to", self.to),
            ]
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(try await client.list("/audit" + query(filters), limit: self.limit), AuditCommand.columns)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that no entry was changed, added or taken out.",
            discussion: """
                Follows the chain of hashes from the first entry. Entries that were cut off at the end leave a chain that is
                whole: keep the last hash elsewhere (it is printed) and look for it later.
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common).waiting(seconds: 300)
            defer { client.close() }
            let body = try await client.call("GET", "/audit/verify")
            guard let view = JSONView(body) else { return self.output.show(body) }
            if self.output.json {
                self.output.show(body)
            } else {
                Console.out("\(view.text("entries") ?? "?") entries, last hash \(view.text("hash") ?? "?")")
            }
            guard view.text("whole") == "true" else {
                throw CommandFailure(code: 1, message: "the audit trail is broken: \(view.text("fault") ?? "?")")
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print all entries as JSON lines, oldest first.")

        @OptionGroup var common: ClientOptions
        @Option(help: "Only entries after this number.") var after: Int64 = 0

        func run() async throws {
            guard self.after >= 0 else { throw ValidationError("--after must not be negative") }
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            var place = "start"
            while true {
                guard let page = JSONView(try await client.call("GET", "/audit?limit=200&since=\(place)")) else {
                    return
                }
                for entry in page.elements("data")
                where entry.text("number").flatMap({ Int64($0) }).map({ $0 > self.after }) ?? false {
                    Console.out(String(decoding: entry.bytes, as: UTF8.self))
                }
                guard let next = page.text("next") else { return }
                place = next
            }
        }
    }
}

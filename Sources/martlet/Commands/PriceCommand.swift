import ArgumentParser
import Wire

/// `martlet price …`
struct PriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price",
        abstract: "What models cost, in US dollars for a million tokens.",
        discussion: """
            Built-in prices are overridden by your own. Every change is a new version; ledger rows name the one that priced
            them, and 'martlet ledger rerate' prices a past time anew.

            Examples:
              martlet price list --provider openai
              martlet price show openai/gpt-5.5
              martlet price set lab/qwen3-30b --input 0.10 --output 0.40
              martlet price set lab/llama --free
              martlet price diff prices.json
              martlet price import prices.json --yes
              martlet price import https://example.com/prices.json --per-token --dry-run
              martlet price export > prices.json
            """,
        subcommands: [
            List.self, Show.self, Set.self, Unset.self, Import.self, Diff.self, Versions.self, Export.self,
        ]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List prices.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only this vendor's list.") var vendor: String?
        @Option(help: "Only your own prices of this provider.") var provider: String?
        @Option(help: "Only this model's.") var model: String?
        @Flag(help: "Only your own.") var own = false

        func run() async throws {
            let filters = [
                ("vendor", self.vendor), ("provider", self.provider), ("model", self.model),
                ("origin", self.own ? "own" : nil),
            ]
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let prices = try await client.list("/prices" + query(filters), limit: 100_000)
            guard !self.output.json else { return self.output.list(prices, []) }
            var table = Table(["OF", "MODEL", "ORIGIN", "INPUT", "OUTPUT", "CACHE READ", "CACHE WRITE", "TIERS"])
            for price in prices {
                let rates = price.view("tiers")?.elements("standard").first
                let tiers = price.view("tiers")?.members.map(\.key).joined(separator: ", ")
                table.add(
                    [price.text("provider") ?? price.text("vendor"), price.text("model"), price.text("origin")]
                        + ["input", "output", "cache_read", "cache_write"].map { rates?.text($0) } + [tiers]
                )
            }
            table.print()
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what a provider's model costs now.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "provider/model.") var model: PricedModel

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let path = query([("provider", self.model.scope), ("model", self.model.model)])
            self.output.show(try await client.call("GET", "/prices/effective" + path))
        }
    }

    struct Unset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take your own price of a model away, so that the built-in one counts again."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "provider/model, or with --vendor vendor/model.") var model: PricedModel
        @Flag(help: "The first part names a vendor.") var vendor = false

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let path = query([(self.vendor ? "vendor" : "provider", self.model.scope), ("model", self.model.model)])
            PriceCommand.show(try await client.call("DELETE", "/prices" + path), self.output)
        }
    }

    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List versions of the price list, newest first.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "At most so many, up to 200.") var limit = 50

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(
                try await client.list("/prices/versions", limit: self.limit),
                [
                    ("VERSION", "version"), ("CREATED", "created_at"), ("SOURCE", "source"), ("BUILT-IN", "built_in"),
                    ("CHECKSUM", "checksum"),
                ]
            )
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print your own prices as a document that 'price import --replace' takes."
        )

        @OptionGroup var common: ClientOptions
        @Argument(help: "The version; the newest without.") var version: Int?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let newest = try await client.list("/prices/versions", limit: 1).first?.text("version")
            guard let number = self.version.map(String.init) ?? newest else {
                throw CommandFailure(code: 3, message: "there is no version of the price list")
            }
            let version = JSONView(try await client.call("GET", "/prices/versions/\(percentEncoded(number))"))
            Console.out(String(decoding: version?.view("document")?.bytes ?? [], as: UTF8.self))
        }
    }

    /// Prints what a change of prices changes, or did.
    static func show(_ body: [UInt8], _ output: OutputOptions) {
        guard !output.json, let view = JSONView(body) else { return output.show(body) }
        var table = Table(["MODEL", "INPUT", "OUTPUT", ""])
        for change in view.elements("changes") {
            let (old, new) = (Self.rates(change.view("old")), Self.rates(change.view("new")))
            table.add([
                change.text("name"), "\(old.input) → \(new.input)", "\(old.output) → \(new.output)",
                change.text("drastic") == "true" ? "more than threefold" : "",
            ])
        }
        if !view.elements("changes").isEmpty { table.print() }
        let isApplied = view.text("applied") == "true"
        let state = isApplied ? "Version \(view.text("version") ?? "?") is in force." : "Nothing was changed."
        Console.talk("\(view.elements("changes").count) price(s) differ. \(state)")
    }

    private static func rates(_ price: JSONView?) -> (input: String, output: String) {
        let rates = price?.view("tiers")?.elements("standard").first
        return (rates?.text("input") ?? "-", rates?.text("output") ?? "-")
    }
}

/// `provider/model`: the first part ends at the first slash.
struct PricedModel: ExpressibleByArgument, Equatable {
    var scope: String
    var model: String

    init?(argument: String) {
        let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.scope = String(parts[0])
        self.model = String(parts[1])
    }
}

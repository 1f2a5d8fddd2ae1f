import ArgumentParser
import Wire

/// `martlet budget …`
struct BudgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget",
        abstract: "Budgets of keys and projects, in US dollars.",
        discussion: """
            A hard budget refuses what does not fit, a soft one lets it pass and alerts. With --bound upper reservations are
            true upper bounds and the budget is never overshot; expected (the default) estimates.

            Examples:
              martlet budget create --project default --amount 500 --period monthly --time-zone Europe/Berlin
              martlet budget create --key 3fZk0PqLw9aB --amount 10 --period daily --bound upper
              martlet budget list
              martlet budget reset bud_5hQm2Xw8Rk1TzLc0
            """,
        subcommands: [Create.self, List.self, Show.self, Change.self, Reset.self, Delete.self]
    )

    /// Whether a budget refuses.
    enum Kind: String, ExpressibleByArgument, CaseIterable { case hard, soft }
    /// What reservations are.
    enum Bound: String, ExpressibleByArgument, CaseIterable { case expected, upper }
    /// When a budget starts anew.
    enum Period: String, ExpressibleByArgument, CaseIterable { case daily, weekly, monthly, total }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a budget.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The key that it belongs to, by id.") var key: String?
        @Option(help: "The project that it belongs to, by name or id.") var project: String?
        @Option(help: "US dollars a period, such as 12.50; 0 lets nothing be spent.") var amount: String
        @Option(help: "daily, weekly, monthly or total.") var period: Period
        @Option(help: "IANA time zone of its periods.") var timeZone: String?
        @Option(help: "hard or soft.") var kind: Kind?
        @Option(help: "expected or upper.") var bound: Bound?

        func validate() throws {
            guard (self.key == nil) != (self.project == nil) else {
                throw ValidationError("give either --key or --project")
            }
        }

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("POST", "/budgets", self.body))
        }

        /// What is asked of the admin API.
        var body: [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("scope")
            writer.beginObject()
            if let key = self.key { writer.member("key", key) }
            if let project = self.project { writer.member("project", project) }
            writer.endObject()
            writer.member("amount_usd", self.amount)
            writer.member("period", self.period.rawValue)
            if let timeZone = self.timeZone { writer.member("time_zone", timeZone) }
            if let kind = self.kind { writer.member("kind", kind.rawValue) }
            if let bound = self.bound { writer.member("bound", bound.rawValue) }
            writer.endObject()
            return writer.bytes
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List budgets and how they stand.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only this key's.") var key: String?
        @Option(help: "Only this project's.") var project: String?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let budgets = try await client.list("/budgets" + query([("key", self.key), ("project", self.project)]))
            guard !self.output.json else { return self.output.list(budgets, []) }
            var table = Table([
                "ID", "OF", "PERIOD", "KIND", "BOUND", "AMOUNT", "SPENT", "RESERVED", "AVAILABLE", "RESETS",
            ])
            for budget in budgets {
                let cells = [
                    "period", "kind", "bound", "amount_usd", "spent_usd", "reserved_usd", "available_usd", "resets_at",
                ]
                table.add([budget.text("id"), Self.scope(budget)] + cells.map { budget.text($0) })
            }
            table.print()
        }

        private static func scope(_ budget: JSONView) -> String {
            let name = budget.text("scope", "name") ?? "?"
            guard let key = budget.text("scope", "key") else { return "project \(name)" }
            return "key \(name) (\(key))"
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a budget and how it stands.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The budget's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("GET", "/budgets/\(percentEncoded(self.id))"))
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a budget; what is not given stays.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The budget's id.") var id: String
        @Option(help: "US dollars a period.") var amount: String?
        @Option(help: "hard or soft.") var kind: Kind?
        @Option(help: "expected or upper.") var bound: Bound?

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            if let amount = self.amount { writer.member("amount_usd", amount) }
            if let kind = self.kind { writer.member("kind", kind.rawValue) }
            if let bound = self.bound { writer.member("bound", bound.rawValue) }
            writer.endObject()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("PATCH", "/budgets/\(percentEncoded(self.id))", writer.bytes))
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a budget's period anew: what was spent so far does not count any more."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The budget's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("POST", "/budgets/\(percentEncoded(self.id))/reset"))
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a budget; its ledger rows stay.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "The budget's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            _ = try await client.call("DELETE", "/budgets/\(percentEncoded(self.id))")
            Console.talk("Budget \(self.id) is deleted.")
        }
    }
}

/// A query of the parameters that have a value, with its question mark; nothing when none has.
func query(_ parameters: [(name: String, value: String?)]) -> String {
    let given = parameters.compactMap { name, value in value.map { "\(name)=\(percentEncoded($0))" } }
    return given.isEmpty ? "" : "?" + given.joined(separator: "&")
}

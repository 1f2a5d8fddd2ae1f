import ArgumentParser
import Wire

/// `martlet model …`
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Public model names and the targets behind them.",
        discussion: """
            A target is provider/upstream-model, then optionally :weight and :priority (lower serves first). Inside a
            priority, requests are shared by weight; a weight of 0 lets a target run dry.

            Examples:
              martlet model add fast --target openai/gpt-4.1-mini
              martlet model add fast --target openai/gpt-4.1-mini:1:0 --target lab/qwen3:1:1
              martlet model change fast --weight openai/gpt-4.1-mini=0 --strategy least-latency --total 2m
              martlet model show fast
            """,
        subcommands: [Add.self, List.self, Show.self, Change.self, Remove.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a model.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The public name.") var name: String
        @OptionGroup var targets: TargetOptions
        @OptionGroup var routing: RoutingOptions

        func run() async throws {
            let body = try self.body()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            ModelView.show(try await client.call("POST", "/models", body), self.output)
        }

        /// What is asked of the admin API.
        func body() throws -> [UInt8] {
            guard !self.targets.isEmpty else { throw ValidationError("give at least one --target") }
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("name", self.name)
            try self.targets.write(to: &writer)
            try self.routing.write(to: &writer)
            writer.endObject()
            return writer.bytes
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List models.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let models = try await client.list("/models")
            guard !self.output.json else { return self.output.list(models, []) }
            var table = Table(["NAME", "ENABLED", "ORIGIN", "TARGETS"])
            for model in models {
                let targets = model.elements("targets").map {
                    "\($0.text("provider") ?? "?")/\($0.text("upstream_model") ?? "?")"
                }
                table.add([
                    model.text("name"), model.text("enabled"), model.text("origin"), targets.joined(separator: ", "),
                ])
            }
            table.print()
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a model.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var model: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.model, in: "/models")
            ModelView.show(try await client.call("GET", "/models/\(percentEncoded(id))"), self.output)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a model.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "Name or id.") var model: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.model, in: "/models")
            _ = try await client.call("DELETE", "/models/\(percentEncoded(id))")
            Console.talk("Model \(self.model) is removed.")
        }
    }
}

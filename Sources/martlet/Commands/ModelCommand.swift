import ArgumentParser
import Wire

/// `martlet model …`
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Public model names and the targets behind them.",
        discussion: """
            A target is provider/upstream-model, then optionally :weight and :priority (lower serves first).

            Examples:
              martlet model add fast --target openai/gpt-4.1-mini
              martlet model add fast --target openai/gpt-4.1-mini:1:0 --target lab/qwen3:1:1
              martlet model list
            """,
        subcommands: [Add.self, List.self, Show.self, Remove.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a model.")

        @OptionGroup var common: SettingsOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The public name.") var name: String
        @Option(help: "provider/upstream-model[:weight[:priority]]; repeat for more.") var target: [String]

        func run() async throws {
            let targets = try self.target.map { text in
                guard let target = TargetText(text) else {
                    throw ValidationError("--target takes provider/upstream-model[:weight[:priority]], got '\(text)'")
                }
                return target
            }
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("name")
            writer.string(self.name)
            writer.key("targets")
            writer.beginArray()
            for target in targets { target.write(to: &writer) }
            writer.endArray()
            writer.endObject()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("POST", "/models", writer.bytes))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List models.")

        @OptionGroup var common: SettingsOptions
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

        @OptionGroup var common: SettingsOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var model: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.model, in: "/models")
            self.output.show(try await client.call("GET", "/models/\(percentEncoded(id))"))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a model.")

        @OptionGroup var common: SettingsOptions
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

/// `provider/upstream-model[:weight[:priority]]`. Upstream names hold slashes and colons themselves: the provider ends at
/// the first slash, and only trailing all-digit parts are weight and priority.
struct TargetText: Equatable {
    var provider: String
    var upstreamModel: String
    var weight = 1
    var priority = 0

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.provider = String(parts[0])
        var pieces = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        var numbers: [Int] = []
        while pieces.count > 1, numbers.count < 2, let number = Self.number(pieces[pieces.count - 1]) {
            numbers.insert(number, at: 0)
            pieces.removeLast()
        }
        self.upstreamModel = pieces.joined(separator: ":")
        if let weight = numbers.first { self.weight = weight }
        if numbers.count == 2 { self.priority = numbers[1] }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("provider")
        writer.string(self.provider)
        writer.key("upstream_model")
        writer.string(self.upstreamModel)
        writer.key("weight")
        writer.int(self.weight)
        writer.key("priority")
        writer.int(self.priority)
        writer.endObject()
    }
}

import ArgumentParser
import Glibc
import Wire

/// `martlet provider …`
struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "Vendor accounts.",
        discussion: """
            A credential is read from standard input or from an environment variable, never from an argument.

            Examples:
              martlet provider add openai --kind openai --secret-env OPENAI_API_KEY
              martlet provider add lab --kind openai-compatible --base-url http://10.0.0.5:8000/v1 --allow-private
              martlet provider list
              martlet provider check openai
              martlet provider test openai --model gpt-5-nano
            """,
        subcommands: [
            Add.self, List.self, Show.self, Change.self, Check.self, Test.self, Drain.self, Undrain.self, Remove.self,
        ]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a provider.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Its name.") var name: String
        @Option(help: "openai, anthropic, azure-openai or openai-compatible.") var kind: String
        @Option(help: "Base URL, when the kind's own is not meant.") var baseURL: String?
        @Option(help: "Environment variable that holds the credential.") var secretEnv: String?
        @Flag(help: "Read the credential from standard input.") var secretStdin = false
        @Flag(help: "Let it be reached by http and at private addresses.") var allowPrivate = false
        @Option(name: .customLong("set"), help: "A setting as name=value; repeat for more.") var settings: [String] = []

        func run() async throws {
            let body = try self.body()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("POST", "/providers", body))
            if self.kind == "openai-compatible" { Console.talk(self.pricing) }
        }

        /// What stands between a server of one's own and its first answer.
        var pricing: String {
            """
            Models that have no price are refused. Price each that is used:
              martlet price set \(self.name)/MODEL --input USD_PER_MILLION --output USD_PER_MILLION
              martlet price set \(self.name)/MODEL --free
            or let them pass, counted as free or flagged as unpriced: --set unpriced=free, --set unpriced=flag.
            """
        }

        private func body() throws -> [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("name")
            writer.string(self.name)
            writer.key("kind")
            writer.string(self.kind)
            if let baseURL = self.baseURL {
                writer.key("base_url")
                writer.string(baseURL)
            }
            if let secret = try ProviderSecret.read(environment: self.secretEnv, standardInput: self.secretStdin) {
                writer.key("secret")
                writer.string(secret)
            }
            writer.key("settings")
            writer.beginObject()
            if self.allowPrivate {
                writer.key("allow_private")
                writer.string("true")
            }
            for setting in try SettingPairs.read(self.settings) {
                writer.key(setting.name)
                writer.string(setting.value)
            }
            writer.endObject()
            writer.endObject()
            return writer.bytes
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List providers.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(
                try await client.list("/providers"),
                [
                    ("NAME", "name"), ("KIND", "kind"), ("BASE URL", "base_url"), ("ENABLED", "enabled"),
                    ("DRAINING", "draining"), ("ORIGIN", "origin"),
                    ("SECRET", "secret_hint"),
                ]
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a provider; never its credential.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var provider: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.provider, in: "/providers")
            self.output.show(try await client.call("GET", "/providers/\(percentEncoded(id))"))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a provider, or every enabled one, whether it can be reached with its credential."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id; all enabled ones when left out.") var provider: String?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let answers = try await client.checkProviders(self.provider)
            self.output.list(
                answers,
                [("PROVIDER", "provider"), ("REACHABLE", "reachable"), ("MS", "milliseconds"), ("DETAIL", "detail")]
            )
            guard answers.allSatisfy({ $0.text("reachable") == "true" }) else { throw ExitCode(1) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a provider that no model uses.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "Name or id.") var provider: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.provider, in: "/providers")
            _ = try await client.call("DELETE", "/providers/\(percentEncoded(id))")
            Console.talk("Provider \(self.provider) is removed.")
        }
    }
}
